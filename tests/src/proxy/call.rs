//! What a function asks of a service.

use bytes::Bytes;
use hyper::{Method, Request};

/// A call to AWS.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name of the function that calls.
    pub function: String,
    /// What it asks for, in the words of IAM: `dynamodb:PutItem`.
    pub operation: String,
    /// The body, or the path of an object: what the call is about can be found in it.
    pub text: String,
}

impl Call {
    /// Reads a request of `function`.
    pub(crate) fn of(function: &str, request: &Request<Bytes>) -> Call {
        // Objects may be large, and what they hold says nothing here.
        let body = || String::from_utf8_lossy(request.body()).into_owned();
        let (method, uri) = (request.method(), request.uri());
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let (operation, text) = match target.and_then(|target| target.rsplit_once('.')) {
            Some((service, action)) => (format!("{}:{action}", service_of(service)), body()),
            None if uri.path() == "/" => {
                let body = body();
                // IAM knows publishing alone and in a batch by one name.
                let action = match form_field(&body, "Action") {
                    Some("PublishBatch") => "Publish",
                    action => action.unwrap_or("unknown"),
                };
                (format!("sns:{action}"), body)
            }
            None => {
                let action = object_action(method, uri.query().unwrap_or_default());
                (format!("s3:{action}"), uri.path().to_owned())
            }
        };
        Call { function: function.to_owned(), operation, text }
    }

    /// The service, in the words of IAM.
    pub(crate) fn service(&self) -> &str {
        self.operation.split(':').next().unwrap_or_default()
    }
}

/// `DynamoDB_20120810` is the name of a service with the version of its protocol.
fn service_of(target: &str) -> &'static str {
    match target {
        "AmazonSQS" => "sqs",
        "secretsmanager" => "secretsmanager",
        target if target.starts_with("DynamoDB_") => "dynamodb",
        _ => "unknown",
    }
}

/// What is done with an object, or with an upload of one in parts, which the query names.
pub(crate) fn object_action(method: &Method, query: &str) -> &'static str {
    let has = |name: &str| query.split('&').any(|field| field.split('=').next() == Some(name));
    match *method {
        Method::POST if has("uploads") => "CreateMultipartUpload",
        Method::PUT if has("partNumber") => "UploadPart",
        Method::POST if has("uploadId") => "CompleteMultipartUpload",
        Method::DELETE if has("uploadId") => "AbortMultipartUpload",
        Method::PUT => "PutObject",
        Method::GET => "GetObject",
        Method::HEAD => "HeadObject",
        _ => "unknown",
    }
}

fn form_field<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    body.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, path: &str, target: Option<&str>, body: &'static str, expected: &str) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(target) = target {
            request = request.header("x-amz-target", target);
        }
        let request = request.body(Bytes::from_static(body.as_bytes())).unwrap();
        assert_eq!(Call::of("ingest", &request).operation, expected);
    }

    #[test]
    fn a_call_is_named_as_iam_names_it() {
        check("POST", "/", Some("DynamoDB_20120810.PutItem"), "{}", "dynamodb:PutItem");
        check("POST", "/", Some("AmazonSQS.SendMessage"), "{}", "sqs:SendMessage");
        check("POST", "/", Some("secretsmanager.GetSecretValue"), "{}", "secretsmanager:GetSecretValue");
        check("POST", "/", None, "Action=Publish&Version=2010-03-31&Message=%7B%7D", "sns:Publish");
        check("POST", "/", None, "Action=PublishBatch&Version=2010-03-31", "sns:Publish");
        check("PUT", "/bucket/bodies/a/b", None, "{}", "s3:PutObject");
        check("PUT", "/bucket/bodies/a/b?x-id=PutObject", None, "{}", "s3:PutObject");
        check("GET", "/bucket/bodies/a/b", None, "", "s3:GetObject");
        check("HEAD", "/bucket/assets/a/b", None, "", "s3:HeadObject");
        check("POST", "/bucket/assets/a/b?uploads", None, "", "s3:CreateMultipartUpload");
        check("PUT", "/bucket/assets/a/b?x-id=UploadPart&partNumber=1&uploadId=u", None, "", "s3:UploadPart");
        check("POST", "/bucket/assets/a/b?uploadId=u", None, "<a/>", "s3:CompleteMultipartUpload");
        check("DELETE", "/bucket/assets/a/b?x-id=AbortMultipartUpload&uploadId=u", None, "", "s3:AbortMultipartUpload");
    }
}

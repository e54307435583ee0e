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
        let body = String::from_utf8_lossy(request.body());
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let path = request.uri().path();
        let (operation, text) = match target.and_then(|target| target.rsplit_once('.')) {
            Some((service, action)) => (format!("{}:{action}", service_of(service)), body.into_owned()),
            None => match form_field(&body, "Action") {
                Some(action) => (format!("sns:{action}"), body.into_owned()),
                None => (format!("s3:{}", object_action(request.method())), path.to_owned()),
            },
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

fn object_action(method: &Method) -> &'static str {
    match *method {
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
        check("PUT", "/bucket/bodies/a/b", None, "{}", "s3:PutObject");
        check("GET", "/bucket/bodies/a/b", None, "", "s3:GetObject");
    }
}

//! How AWS refuses a call.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response};

/// How a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The caller may not.
    Denied,
    /// There were too many.
    Throttled,
    /// The credentials are too old.
    Expired,
    /// CloudFormation knows no stack of this name.
    NoSuchStack,
}

impl Refusal {
    /// The refusal in the form of the service's protocol.
    pub(super) fn answer(self, request: &Request<Bytes>, action: &str) -> Response<Full<Bytes>> {
        let (status, code, message) = match self {
            Refusal::Denied => (
                403,
                "AccessDeniedException",
                format!(
                    "User: arn:aws:iam::000000000000:user/tester is not authorized to perform: {action} on resource: arn:aws:played because no identity-based policy allows the {action} action"
                ),
            ),
            Refusal::Throttled => (400, "ThrottlingException", "Rate exceeded".to_owned()),
            Refusal::Expired => {
                (400, "ExpiredTokenException", "The security token included in the request is expired".to_owned())
            }
            Refusal::NoSuchStack => (400, "ValidationError", "Stack with id landfall does not exist".to_owned()),
        };
        let response = Response::builder().status(status);
        let is_cbor = request.uri().path().contains("/operation/");
        let (response, body) = if is_cbor {
            let response = response.header("smithy-protocol", "rpc-v2-cbor").header("content-type", "application/cbor");
            (response, cbor_of_texts(&[("__type", code), ("message", &message)]))
        } else if action.starts_with("s3:") {
            let code = if self == Refusal::Denied { "AccessDenied" } else { code };
            let text = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            (response.header("content-type", "application/xml"), text.into_bytes())
        } else if request.headers().contains_key("x-amz-target") || request.uri().path() != "/" {
            let response =
                response.header("content-type", "application/x-amz-json-1.0").header("x-amzn-errortype", code);
            (response, serde_json::json!({"__type": code, "message": message}).to_string().into_bytes())
        } else {
            let text = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            );
            (response.header("content-type", "text/xml"), text.into_bytes())
        };
        response.body(Full::new(body.into())).expect("status and headers are valid")
    }
}

/// A map of texts as CBOR (RFC 8949): its size, and each text after its length of two bytes.
fn cbor_of_texts(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = vec![0xa0 | u8::try_from(fields.len()).expect("they are few")];
    for text in fields.iter().flat_map(|(name, value)| [name, value]) {
        bytes.push(0x79);
        bytes.extend(u16::try_from(text.len()).expect("it is short").to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

//! A function URL's event, read as an HTTP request. An HTTP API's event in the payload format 2.0 is the same.
//!
//! Only the fields that are used are read, and a body is copied once, when it becomes bytes. The usual library decodes
//! base64 with a panic and needs several passes; here every byte counts.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::delivery::{BODY_MAX_BYTES, RequestUrl};
use crate::headers::Headers;

/// A request, its body not yet decoded. Nothing in it may be believed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(borrow, default)]
    raw_query_string: Cow<'a, str>,
    #[serde(borrow, default)]
    headers: HashMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow, default)]
    body: Cow<'a, str>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(borrow)]
    request_context: RequestContext<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    #[serde(borrow, default)]
    domain_name: Cow<'a, str>,
    #[serde(borrow)]
    http: Http<'a>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
}

/// Why a body cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadBody {
    /// It is said to be base64 and is not.
    NotBase64,
    /// It has too many bytes.
    TooLarge,
}

impl<'a> Request<'a> {
    /// Reads an event; `None` if it is none of a function URL's.
    #[must_use]
    pub fn read(event: &'a str) -> Option<Request<'a>> {
        serde_json::from_str(event).ok()
    }

    /// The HTTP method, as it was sent.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// The path, still percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.raw_path
    }

    /// The value of the header `name`, as it stands there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
    }

    /// The URL, the headers and the body's bytes, as they were sent.
    ///
    /// # Errors
    /// If the body cannot be taken; the sender should be told which it is.
    pub fn into_parts(self) -> Result<(RequestUrl, Headers, Vec<u8>), BadBody> {
        let body = if self.is_base64_encoded {
            // Three bytes for four characters: what must come out too large is not decoded at all.
            if self.body.len() / 4 * 3 > BODY_MAX_BYTES + 3 {
                return Err(BadBody::TooLarge);
            }
            STANDARD.decode(self.body.as_bytes()).map_err(|_| BadBody::NotBase64)?
        } else {
            self.body.into_owned().into_bytes()
        };
        if body.len() > BODY_MAX_BYTES {
            return Err(BadBody::TooLarge);
        }
        let url = RequestUrl {
            host: self.request_context.domain_name.into_owned(),
            path: self.raw_path.into_owned(),
            query: self.raw_query_string.into_owned(),
        };
        let headers = self.headers.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        Ok((url, headers, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(body: &str, is_base64_encoded: bool) -> String {
        serde_json::json!({
            "version": "2.0",
            "rawPath": "/hooks/glossi-prod",
            "headers": {"content-type": "application/json"},
            "requestContext": {"http": {"method": "POST", "sourceIp": "127.0.0.1"}},
            "body": body,
            "isBase64Encoded": is_base64_encoded,
        })
        .to_string()
    }

    fn check(body: &str, is_base64_encoded: bool, expected: Result<&[u8], BadBody>) {
        let event = event(body, is_base64_encoded);
        let request = Request::read(&event).expect("it is an event");
        assert_eq!((request.method(), request.path()), ("POST", "/hooks/glossi-prod"));
        let decoded = request.into_parts().map(|(_, _, body)| body);
        assert_eq!(decoded.as_deref().map_err(|bad| *bad), expected);
    }

    #[test]
    fn bodies_become_the_bytes_that_were_sent() {
        check("plain \"text\" ü", false, Ok("plain \"text\" ü".as_bytes()));
        check("/wD+", true, Ok(b"\xff\x00\xfe"));
        check("", true, Ok(b""));
    }

    #[test]
    fn bodies_that_cannot_be_taken_are_told_apart() {
        check("%%%", true, Err(BadBody::NotBase64));
        check("/wD", true, Err(BadBody::NotBase64));
        check(&"x".repeat(BODY_MAX_BYTES + 1), false, Err(BadBody::TooLarge));
        check(&STANDARD.encode(vec![0; BODY_MAX_BYTES + 1]), true, Err(BadBody::TooLarge));
        check(&"%".repeat(2 * BODY_MAX_BYTES), true, Err(BadBody::TooLarge));
        let largest = vec![b'x'; BODY_MAX_BYTES];
        check(&STANDARD.encode(&largest), true, Ok(&largest));
    }

    /// As the documentation of HTTP APIs shows the format, for a route `$default` on the stage `$default`: on that stage
    /// alone, the path does not begin with the stage's name.
    #[test]
    fn an_http_api_says_the_same_as_a_function_url() {
        let event = serde_json::json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/hooks/csm-prod/token",
            "rawQueryString": "parameter1=value1&parameter1=value2",
            "cookies": ["cookie1", "cookie2"],
            "headers": {"header1": "value1", "header2": "value1,value2", "content-type": "application/octet-stream"},
            "queryStringParameters": {"parameter1": "value1,value2"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "authentication": null,
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST",
                    "path": "/hooks/csm-prod/token",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "agent",
                },
                "requestId": "id",
                "routeKey": "$default",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_i64,
            },
            "body": "/wD+",
            "isBase64Encoded": true,
        })
        .to_string();
        let request = Request::read(&event).expect("it is an event");
        assert_eq!((request.method(), request.path()), ("POST", "/hooks/csm-prod/token"));
        assert_eq!(request.header("Header2"), Some("value1,value2"));
        let (url, headers, body) = request.into_parts().expect("it has a body");
        assert_eq!(
            url.whole(),
            "https://id.execute-api.us-east-1.amazonaws.com/hooks/csm-prod/token?parameter1=value1&parameter1=value2"
        );
        assert_eq!(headers.single("content-type"), Ok(Some("application/octet-stream")));
        assert_eq!(body, b"\xff\x00\xfe");
    }

    #[test]
    fn a_request_without_a_body_has_an_empty_one() {
        let event = r#"{"rawPath":"/health","requestContext":{"http":{"method":"GET"}}}"#;
        let (_, _, body) = Request::read(event).expect("it is an event").into_parts().expect("it has no body");
        assert!(body.is_empty());
    }

    #[test]
    fn other_events_are_no_requests() {
        for event in ["{}", "null", r#"{"Records":[]}"#, r#"{"rawPath":1,"requestContext":{"http":{"method":"GET"}}}"#]
        {
            assert!(Request::read(event).is_none(), "{event}");
        }
    }
}

//! A function URL's event, read as an HTTP request. An HTTP API's event in the payload format 2.0 is the same.
//!
//! Read here and not by `lambda_http`: its conversion to `http::Request` panics on a raw space, `<` or `"` in the query, on
//! odd hosts and on bad base64, and its event type parses forty fields of which seven are used, so that an odd value in any
//! other refuses the event. ARCHITECTURE.md has the figures.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::delivery::headers::Headers;
use crate::delivery::{BODY_MAX_BYTES, RequestUrl};

/// A request, its body not yet decoded. Nothing in it may be believed. A field that is null is absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(borrow)]
    raw_query_string: Option<Text<'a>>,
    #[serde(borrow)]
    headers: Option<HashMap<Text<'a>, Option<Text<'a>>>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    is_base64_encoded: Option<bool>,
    #[serde(borrow)]
    request_context: RequestContext<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    #[serde(borrow)]
    domain_name: Option<Text<'a>>,
    #[serde(borrow)]
    http: Http<'a>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
}

/// A text that is borrowed from the event where nothing in it is escaped. Serde does so by itself in a field only.
#[derive(PartialEq, Eq, Hash, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// An event that is no request. The fault is not the sender's, who does not write it. Only the place is kept: the parser's
/// own message could quote the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event is not of the form of a function URL's (line {line}, column {column})")]
pub struct InvalidEvent {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// Why a body cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is said to be base64 and is not.
    NotBase64,
    /// It has too many bytes.
    TooLarge,
}

impl<'a> Request<'a> {
    /// Reads an event.
    ///
    /// # Errors
    /// If it has no path or no method, or a field of another kind than documented.
    pub fn read(event: &'a str) -> Result<Request<'a>, InvalidEvent> {
        serde_json::from_str(event).map_err(|error| InvalidEvent { line: error.line(), column: error.column() })
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
        let (_, value) = self.headers.as_ref()?.iter().find(|(known, _)| known.0.eq_ignore_ascii_case(name))?;
        value.as_ref().map(|value| &*value.0)
    }

    /// Whether it asks anything about its URL: a probe has neither a query nor a header that holds a challenge.
    #[must_use]
    pub fn has_question(&self) -> bool {
        let has_query = self.raw_query_string.as_ref().is_some_and(|Text(query)| !query.is_empty());
        let mut names = self.headers.iter().flat_map(|headers| headers.keys());
        has_query || names.any(|Text(name)| name.to_ascii_lowercase().contains("challenge"))
    }

    /// The URL, the headers and the body's bytes, as they were sent.
    ///
    /// # Errors
    /// If the body cannot be taken; the sender should be told which it is.
    pub fn into_parts(self) -> Result<(RequestUrl, Headers, Vec<u8>), BodyError> {
        let body = self.body.map(|Text(body)| body).unwrap_or_default();
        let body = if self.is_base64_encoded == Some(true) {
            // Three bytes for four characters: what must come out too large is not decoded at all.
            if body.len() / 4 * 3 > BODY_MAX_BYTES + 3 {
                return Err(BodyError::TooLarge);
            }
            STANDARD.decode(body.as_bytes()).map_err(|_| BodyError::NotBase64)?
        } else {
            body.into_owned().into_bytes()
        };
        if body.len() > BODY_MAX_BYTES {
            return Err(BodyError::TooLarge);
        }
        let owned = |text: Option<Text<'_>>| text.map(|Text(text)| text.into_owned()).unwrap_or_default();
        let url = RequestUrl {
            host: owned(self.request_context.domain_name),
            path: self.raw_path.into_owned(),
            query: owned(self.raw_query_string),
        };
        let headers = self.headers.unwrap_or_default().into_iter();
        let headers = headers.filter_map(|(Text(name), value)| Some((name.into_owned(), value?.0.into_owned())));
        Ok((url, headers.collect(), body))
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

    fn check(body: &str, is_base64_encoded: bool, expected: Result<&[u8], BodyError>) {
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
        check("%%%", true, Err(BodyError::NotBase64));
        check("/wD", true, Err(BodyError::NotBase64));
        check(&"x".repeat(BODY_MAX_BYTES + 1), false, Err(BodyError::TooLarge));
        check(&STANDARD.encode(vec![0; BODY_MAX_BYTES + 1]), true, Err(BodyError::TooLarge));
        check(&"%".repeat(2 * BODY_MAX_BYTES), true, Err(BodyError::TooLarge));
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

    /// Lambda's own documentation shows some of them so.
    #[test]
    fn what_is_null_is_absent() {
        let event = r#"{"rawPath":"/hooks/a","rawQueryString":null,"headers":{"x-a":null,"x-b":"b"},"cookies":null,
            "requestContext":{"domainName":null,"http":{"method":"POST","sourceIp":null},"timeEpoch":null},
            "body":null,"isBase64Encoded":null}"#;
        let request = Request::read(event).expect("it is an event");
        assert_eq!((request.header("x-a"), request.header("x-b")), (None, Some("b")));
        let (url, headers, body) = request.into_parts().expect("it has no body");
        assert!(url == RequestUrl { path: "/hooks/a".to_owned(), ..RequestUrl::default() });
        assert_eq!((headers.single("x-a"), headers.single("x-b")), (Ok(None), Ok(Some("b"))));
        assert!(body.is_empty());
        let event = r#"{"rawPath":"/health","headers":null,"requestContext":{"http":{"method":"GET"}}}"#;
        assert_eq!(Request::read(event).expect("it is an event").header("host"), None);
    }

    #[test]
    fn odd_queries_and_hosts_are_kept() {
        let event = r#"{"rawPath":"/hooks/a b","rawQueryString":"q=a b<c>\"d\"","headers":{"host":"a b","x y":"a\nb"},
            "requestContext":{"domainName":"[::","http":{"method":"POST"}}}"#;
        let (url, headers, _) = Request::read(event).expect("it is an event").into_parts().expect("it has no body");
        assert_eq!(url.whole(), "https://[::/hooks/a b?q=a b<c>\"d\"");
        assert_eq!(headers.single("x y"), Ok(Some("a\nb")));
    }

    #[test]
    fn other_events_are_no_requests_and_the_error_quotes_nothing() {
        for event in [
            "{}",
            "null",
            r#"{"Records":[]}"#,
            r#"{"rawPath":null,"requestContext":{"http":{"method":"GET"}}}"#,
            r#"{"rawPath":1,"requestContext":{"http":{"method":"GET"}}}"#,
            r#"{"rawPath":"/secret","requestContext":{"http":{"method":"GET"}},"body":["secret"]}"#,
        ] {
            let error = Request::read(event).err().expect("it is no request").to_string();
            assert!(error.starts_with("the event is not of the form of a function URL's (line 1, column "), "{error}");
        }
    }
}

//! A request to a sender's API.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::source::{ApiAccess, ApiKey};

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'~').remove(b'-');

/// A request to a sender's API. It holds the key, which its debug output does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// The method.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// The headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for a `GET`.
    pub body: String,
}

impl ApiRequest {
    /// `GET {origin}/{segments...}`, at the API that `access` is for.
    pub(super) fn get(access: &ApiAccess, origin: &str, segments: &[&str]) -> Option<ApiRequest> {
        let headers = vec![("accept", "application/json".to_owned()), ("user-agent", "landfall".to_owned())];
        Some(ApiRequest { method: "GET", url: url(access, origin, segments)?, headers, body: String::new() })
    }

    /// `POST {origin}/{segments...}` with a body.
    pub(super) fn post(access: &ApiAccess, origin: &str, segments: &[&str], body: &Value) -> Option<ApiRequest> {
        let request = ApiRequest::get(access, origin, segments)?.with("content-type", "application/json".to_owned());
        Some(ApiRequest { method: "POST", body: body.to_string(), ..request })
    }

    /// The request with the key in the header `name`.
    pub(super) fn with_key(self, name: &'static str, key: &ApiKey) -> ApiRequest {
        self.with(name, key.reveal().to_owned())
    }

    /// The request with a header.
    pub(super) fn with(mut self, name: &'static str, value: String) -> ApiRequest {
        self.headers.push((name, value));
        self
    }
}

/// None if a segment would not stay one: what a delivery names must not lead the key to another place of the API.
fn url(access: &ApiAccess, origin: &str, segments: &[&str]) -> Option<String> {
    let mut url = access.test_only_base_url.map_or_else(|| origin.to_owned(), |base| base.to_string());
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            return None;
        }
        url.push('/');
        url.extend(utf8_percent_encode(segment, ENCODED));
    }
    Some(url)
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

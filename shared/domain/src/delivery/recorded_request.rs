//! A request that was written down.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// A request that was written down, as a vector has it.
#[derive(Clone, Copy, Debug)]
pub struct RecordedRequest<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its whole URL.
    pub url: &'a str,
    /// Its headers, in their order; a name may stand there more than once.
    pub headers: &'a [(String, String)],
    /// The bytes of its body.
    pub body: &'a [u8],
}

impl RecordedRequest<'_> {
    /// The event that Lambda would hand to ingest, which [`Request`](super::request::Request) reads; nothing if the URL is
    /// not whole.
    #[must_use]
    pub fn function_url_event(&self) -> Option<String> {
        let (before_query, query) = self.url.split_once('?').unwrap_or((self.url, ""));
        let (_, host_and_path) = before_query.split_once("://")?;
        let (host, path) = host_and_path.split_at(host_and_path.find('/').unwrap_or(host_and_path.len()));
        // Headers that were sent more than once come joined.
        let mut joined: HashMap<&str, String> = HashMap::new();
        for (name, value) in self.headers {
            joined.entry(name).and_modify(|known| *known = format!("{known},{value}")).or_insert_with(|| value.clone());
        }
        // As a function URL does it: what is no text comes in base64.
        let (body, is_base64) = match str::from_utf8(self.body) {
            Ok(text) => (text.to_owned(), false),
            Err(_) => (STANDARD.encode(self.body), true),
        };
        let event = json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": joined,
            "requestContext": {"domainName": host, "http": {"method": self.method}},
            "body": body,
            "isBase64Encoded": is_base64,
        });
        Some(event.to_string())
    }
}

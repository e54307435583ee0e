//! A request to a sender's API.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::signed_token::signed_token;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::description::{Method, Poll, PollFieldValue, RequestText, is_family};
use crate::source::ApiAccess;
use crate::time::Timestamp;

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
    pub headers: Vec<(String, String)>,
    /// The body; empty for a `GET`.
    pub body: String,
}

/// What a question is filled in with.
#[derive(Clone, Copy)]
pub(super) struct RequestFields<'a> {
    /// The id of what it is about.
    pub(super) id: &'a str,
    /// The delivery.
    pub(super) body: &'a ParsedDelivery<'a>,
    /// The key, and the part of the API.
    pub(super) access: &'a ApiAccess,
    /// When it is put.
    pub(super) now: Timestamp,
}

impl ApiRequest {
    /// The question that a description puts, at the API that `access` is for; none if something is missing that it needs.
    pub(super) fn of(poll: &Poll, asked: &RequestFields<'_>) -> Option<ApiRequest> {
        let mut headers = vec![header("accept", "application/json"), header("user-agent", "landfall")];
        let mut members = Map::new();
        for field in &*poll.body {
            let value = match &field.value {
                PollFieldValue::Text(filling) => Value::String(asked.fill(filling)?),
                PollFieldValue::List(fillings) => {
                    let texts = fillings.iter().map(|filling| asked.fill(filling).map(Value::String));
                    Value::Array(texts.collect::<Option<_>>()?)
                }
            };
            members.insert(field.name.to_string(), value);
        }
        if !members.is_empty() {
            headers.push(header("content-type", "application/json"));
        }
        for wanted in &*poll.headers {
            headers.push(header(&wanted.name.0, &asked.fill(&wanted.value)?));
        }
        Some(ApiRequest {
            method: match poll.method {
                Method::Get => "GET",
                Method::Post => "POST",
            },
            url: url(poll, asked)?,
            headers,
            body: if members.is_empty() { String::new() } else { Value::Object(members).to_string() },
        })
    }
}

impl RequestFields<'_> {
    fn fill(&self, filling: &RequestText) -> Option<String> {
        match filling {
            RequestText::Literal(text) => Some(text.to_string()),
            RequestText::Id => Some(self.id.to_owned()),
            RequestText::Family => self.access.family.clone().filter(|family| is_family(family)),
            RequestText::FamilyPath => self.access.family.clone(),
            RequestText::Jwt(before) => Some(format!("{before}{}", signed_token(&self.access.key, self.now)?)),
            RequestText::Key(before) => Some(format!("{before}{}", self.access.key.reveal())),
            RequestText::Body(pointers) => pointers.iter().find_map(|pointer| self.body.text_at(pointer)),
        }
    }
}

/// None if a segment would not stay one, or a value of the query be empty: what a delivery names must not lead the key to
/// another place of the API.
fn url(poll: &Poll, asked: &RequestFields<'_>) -> Option<String> {
    let origin = asked.access.test_only_base_url.map(|base| base.to_string());
    let mut url = origin.unwrap_or_else(|| format!("https://{}", poll.url.host));
    for text in &*poll.url.segments {
        let filled = asked.fill(text)?;
        let segments = if *text == RequestText::FamilyPath { filled.split('/').collect() } else { vec![&*filled] };
        for segment in segments {
            if matches!(segment, "" | "." | "..") {
                return None;
            }
            url.push('/');
            url.extend(utf8_percent_encode(segment, ENCODED));
        }
    }
    for (index, (name, value)) in poll.url.query.iter().enumerate() {
        let value = asked.fill(value).filter(|value| !value.is_empty())?;
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.extend(utf8_percent_encode(&value, ENCODED));
    }
    Some(url)
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

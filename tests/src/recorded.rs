//! The recorded deliveries: bodies as the senders send them.

use domain::provider::Provider;
use serde_json::Value;
use testdata::delivery::DeliveryFile;

use crate::confidential;

/// A recorded body.
#[derive(Clone, Debug)]
pub struct RecordedDelivery {
    /// What it holds.
    pub name: String,
    /// Its sender.
    pub provider: Provider,
    /// The content type under which it survives the way: a function URL hands over text as text, so bytes that are not
    /// UTF-8 need a binary one.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// The recorded delivery `{provider}/{what it holds}`.
///
/// # Panics
/// If there is none: the caller misspelt it.
#[must_use]
pub fn recorded(path: &str) -> RecordedDelivery {
    let (provider, name) = path.split_once('/').unwrap_or_else(|| panic!("{path:?} names no provider"));
    let provider = provider.parse().unwrap_or_else(|_| panic!("{path:?} names no provider"));
    let found = all_recorded(provider).into_iter().find(|recorded| recorded.name == name);
    found.unwrap_or_else(|| panic!("there is no recorded delivery {path:?}"))
}

/// All recorded deliveries of `provider`, by name.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn all_recorded(provider: Provider) -> Vec<RecordedDelivery> {
    let mut all: Vec<RecordedDelivery> = DeliveryFile::of(provider.as_str())
        .deliveries
        .into_iter()
        .map(|delivery| {
            keep_links(&delivery.body);
            let is_text = std::str::from_utf8(&delivery.body).is_ok();
            RecordedDelivery {
                name: delivery.name,
                provider,
                content_type: if is_text { "application/json" } else { "application/octet-stream" },
                body: delivery.body,
            }
        })
        .collect();
    assert!(!all.is_empty(), "there is no recorded delivery of {provider}");
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// The links of a body are its sender's customer's own, so they stand for the body in the search of the logs. Its ids
/// do not: the log names events by them.
fn keep_links(body: &[u8]) {
    fn walk(value: &Value) {
        match value {
            Value::String(text) if text.starts_with("http") => confidential::keep_content("link of a body", text),
            Value::Array(items) => items.iter().for_each(walk),
            Value::Object(fields) => fields.values().for_each(walk),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    if let Ok(value) = serde_json::from_slice(body) {
        walk(&value);
    }
}

//! The recorded deliveries: bodies as the senders send them, one file a variant.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use domain::provider::Provider;
use serde_json::Value;

use crate::confidential;

/// A recorded body.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it holds, in the words of its file's name.
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
pub fn recorded(path: &str) -> Recorded {
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
pub fn all_recorded(provider: Provider) -> Vec<Recorded> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deliveries").join(provider.as_str());
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<Recorded> = files
        .map(|file| {
            let path = file.expect("a folder that opens can be read").path();
            let body = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let part = |part: Option<&OsStr>| part.and_then(OsStr::to_str).unwrap_or_default().to_owned();
            let is_binary = part(path.extension()) == "bin";
            keep_links(&body);
            Recorded {
                name: part(path.file_stem()),
                provider,
                content_type: if is_binary { "application/octet-stream" } else { "application/json" },
                body,
            }
        })
        .collect();
    assert!(!all.is_empty(), "{} holds no recorded delivery", folder.display());
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

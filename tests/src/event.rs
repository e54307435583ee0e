//! A published event, as a consumer reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::clock::now_millis;
use crate::inbox::ReceivedMessage;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;

/// A CloudEvent with its message's attributes.
#[derive(Clone, Debug)]
pub struct Event {
    /// The whole event.
    pub json: Value,
    /// The message attributes on which subscriptions can filter, `name=value` by name.
    pub attributes: Vec<String>,
    text: String,
}

/// The sender's body inside an event, in whichever form it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raw {
    /// JSON, with every character as it was sent.
    Json(String),
    /// Text that is not JSON.
    Text(String),
    /// Bytes that are not text.
    Bytes(Vec<u8>),
    /// In the bucket, under this key.
    InBucket {
        /// The bucket.
        bucket: String,
        /// The key in it.
        key: String,
        /// The SHA-256 that the bytes must have.
        sha256: String,
        /// Their number.
        size: usize,
    },
    /// Not there.
    Nowhere,
}

impl Event {
    /// Reads a received message; `None` if it is no event of Landfall's.
    #[must_use]
    pub fn read(message: &ReceivedMessage) -> Option<Event> {
        let json: Value = serde_json::from_str(&message.body).ok()?;
        json.get("specversion")?;
        let attributes = message.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(Event { json, attributes, text: message.body.clone() })
    }

    /// The text at `pointer`, such as `/type` or `/data/job/id`; empty if there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The sender's body.
    ///
    /// # Panics
    /// If the event says that it is somewhere, but not where.
    #[must_use]
    pub fn raw(&self) -> Raw {
        #[derive(Deserialize)]
        struct Outer<'a> {
            #[serde(borrow)]
            data: Data<'a>,
        }
        #[derive(Deserialize)]
        struct Data<'a> {
            // Also the JSON `null` is a body.
            #[serde(borrow, default, deserialize_with = "present")]
            raw: Option<&'a RawValue>,
            raw_text: Option<String>,
            raw_base64: Option<String>,
            raw_ref: Option<Reference>,
        }
        #[derive(Deserialize)]
        struct Reference {
            bucket: String,
            key: String,
            sha256: String,
            size: usize,
        }
        fn present<'de: 'a, 'a, D: Deserializer<'de>>(value: D) -> Result<Option<&'a RawValue>, D::Error> {
            <&RawValue>::deserialize(value).map(Some)
        }
        let Outer { data } = serde_json::from_str(&self.text).expect("an event has data of the documented form");
        match (data.raw, data.raw_text, data.raw_base64, data.raw_ref) {
            (Some(json), None, None, None) => Raw::Json(json.get().to_owned()),
            (None, Some(text), None, None) => Raw::Text(text),
            (None, None, Some(text), None) => Raw::Bytes(STANDARD.decode(text).expect("raw_base64 holds base64")),
            (None, None, None, Some(Reference { bucket, key, sha256, size })) => {
                Raw::InBucket { bucket, key, sha256, size }
            }
            (None, None, None, None) => Raw::Nowhere,
            _ => panic!("an event holds its body in one form: {}", self.text),
        }
    }

    /// The event for a human reader, a line for each field: all of it but the body, with what is new in every run, the
    /// name of `source` and the time of arrival, replaced.
    ///
    /// # Panics
    /// If the event is no object, or tells no time.
    #[must_use]
    pub fn shown(&self, source: &str) -> String {
        let mut lines = Vec::new();
        for (name, value) in self.json.as_object().expect("an event is an object") {
            match value {
                Value::Object(data) => {
                    let data = data.iter().filter(|(field, _)| !field.starts_with("raw"));
                    lines.extend(data.flat_map(|(field, value)| show(&format!("{name}.{field}"), value)));
                }
                _ if name == "landfallreceived" => lines.push(format!("{name}: \"{{arrival}}\"")),
                value => lines.extend(show(name, value)),
            }
        }
        lines.push(format!("attributes: {}", self.attributes.join(", ")));
        let time = Timestamp::parse_rfc3339(self.text("/time")).expect("an event's time is RFC 3339");
        let shown = lines.join("\n").replace(source, "{source}");
        // All recorded deliveries are older than this run.
        let is_of_arrival = now_millis() - time.as_millis() < HOUR_MILLIS;
        if is_of_arrival { shown.replace(self.text("/time"), "{arrival}") } else { shown }
    }
}

/// A field: a line for each item of a list, one for anything else.
fn show(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(|item| format!("{name}: {item}")).collect(),
        value => vec![format!("{name}: {value}")],
    }
}

impl Raw {
    /// Whether this is the body `sent`. Around JSON, white space is dropped, and in it the two characters that queues
    /// refuse are escaped: neither changes a value.
    #[must_use]
    pub fn is(&self, sent: &[u8]) -> bool {
        match self {
            Raw::Json(json) => {
                let sent = String::from_utf8_lossy(sent.trim_ascii());
                sent.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff") == *json
            }
            Raw::Text(text) => text.as_bytes() == sent,
            Raw::Bytes(bytes) => bytes == sent,
            Raw::InBucket { .. } | Raw::Nowhere => false,
        }
    }

    /// The name of the field that holds it.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        match self {
            Raw::Json(_) => "raw",
            Raw::Text(_) => "raw_text",
            Raw::Bytes(_) => "raw_base64",
            Raw::InBucket { .. } => "raw_ref",
            Raw::Nowhere => "nothing",
        }
    }
}

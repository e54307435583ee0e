//! An event as Landfall publishes it, and how it is read from a message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// An event. Fields that nobody asked for do not matter.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    specversion: String,
    /// The same event has the same id, however often it comes.
    pub id: String,
    /// What happened: `landfall.{thing}.{status}`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The sender's id of the thing.
    pub subject: Option<String>,
    /// When it happened.
    #[serde(default)]
    pub time: String,
    /// How often an operator has had it processed again.
    pub landfallreplay: u32,
    /// When it arrived; absent in events of earlier versions.
    pub landfallreceived: Option<String>,
    /// What the sender reports.
    pub data: Map<String, Value>,
}

/// Why a message stays on the queue. No text quotes anything of a message but its id.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is no event.
    #[error("not an event of Landfall; is raw message delivery on?")]
    NoEvent,
    /// Somebody else is at it, and may crash: then this message is the only one left.
    #[error("{0} is being worked on")]
    Busy(String),
    /// The reference is not of the documented form.
    #[error("a reference is malformed")]
    Malformed,
    /// The reference leads to another bucket than the inbox's.
    #[error("a reference leads to another bucket than the inbox's")]
    OtherBucket,
    /// What lies in the bucket is not what was published.
    #[error("{0} is not what was published")]
    Changed(String),
}

/// An object in the inbox's bucket.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) bucket: String,
    pub(crate) key: String,
    size: u64,
    sha256: String,
}

impl Event {
    /// Reads a message.
    ///
    /// # Errors
    /// If it is no event of Landfall.
    pub fn parse(text: &str) -> Result<Event, Refused> {
        let event: Event = serde_json::from_str(text).map_err(|_| Refused::NoEvent)?;
        let is_event = event.specversion == "1.0" && !event.id.is_empty() && !event.event_type.is_empty();
        if is_event { Ok(event) } else { Err(Refused::NoEvent) }
    }

    /// What is handled once: a replay is meant to be handled anew.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.id, self.landfallreplay)
    }

    /// Whether it tells a later state of its job than `earlier` does: messages come in any order.
    #[must_use]
    pub fn replaces(&self, earlier: &Event) -> bool {
        self.order() > earlier.order()
    }

    /// An end wins; else the newer time does; of one time, the later arrival.
    fn order(&self) -> (bool, &str, Option<&str>) {
        let ends = self.data.get("status").is_some_and(|status| status == "completed" || status == "failed");
        (ends, &self.time, self.landfallreceived.as_deref())
    }

    /// The reference in `field`, if it is there.
    pub(crate) fn reference(&self, field: &str) -> Result<Option<Reference>, Refused> {
        let reference = self.data.get(field).map(Reference::deserialize).transpose();
        reference.map_err(|_| Refused::Malformed)
    }

    /// Puts the sender's body into the field in which a small one would have come.
    pub(crate) fn set_raw(&mut self, content: Vec<u8>) {
        let (field, value) = match String::from_utf8(content) {
            Err(binary) => ("raw_base64", Value::String(STANDARD.encode(binary.as_bytes()))),
            Ok(text) => match serde_json::from_str(&text) {
                Ok(json) => ("raw", json),
                Err(_) => ("raw_text", Value::String(text)),
            },
        };
        self.data.insert(field.to_owned(), value);
    }
}

impl Reference {
    /// Whether `content` is what was published.
    pub(crate) fn matches(&self, content: &[u8]) -> bool {
        content.len() as u64 == self.size && base16ct::lower::encode_string(&Sha256::digest(content)) == self.sha256
    }
}

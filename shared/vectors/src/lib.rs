//! The format of conformance vectors: recorded requests, and what a receiver must make of them. tests/vectors/README.md says
//! what each field holds.
//!
//! What a person writes to find something out needs no expectations and no comments. The vectors of this repository have
//! them, which `testdata` checks.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A file of vectors, of one sender.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// The name of the sender's description.
    #[serde(default)]
    pub sender: String,
    /// How many cases there are, so that none gets lost.
    #[serde(default)]
    pub number_of_cases: Option<usize>,
    /// Cases by the source that they come to.
    pub groups: Vec<Group>,
    /// What is published of the case `genuine`; null until it has been written.
    #[serde(default)]
    pub published_event: Value,
}

/// Cases that come to one source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The source.
    pub source: ConfiguredSource,
    /// The JSON Web Key Set that the sender publishes.
    #[serde(default)]
    pub key_set: Option<Value>,
    /// The certificates that the sender publishes, as PEM, each by its address.
    #[serde(default)]
    pub certificates: BTreeMap<String, String>,
    /// The deliveries.
    pub cases: Vec<Case>,
}

/// A source as its operator configured it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfiguredSource {
    /// Its name, which is in the URL.
    pub name: String,
    /// Its secret.
    #[serde(default)]
    pub secret: Map<String, Value>,
}

/// A delivery, and what a receiver must make of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is; the same for every sender.
    pub name: String,
    /// What it is there to show.
    #[serde(default)]
    pub comment: String,
    /// The case whose delivery came to the same source before.
    #[serde(default)]
    pub after: Option<String>,
    /// When it arrives, by RFC 3339.
    pub received_at: String,
    /// What was sent.
    pub request: SentRequest,
    /// The verdict.
    #[serde(default)]
    pub expected: Expected,
}

/// A request as it was sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentRequest {
    /// Its method.
    pub method: String,
    /// Its URL.
    pub url: String,
    /// Its headers, in their order.
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    body_base64: Option<String>,
}

/// The verdict: `accepted` with an `event`, with `events` or as a `repeat`, `answered`, `unanswered`, or `refused`. Where
/// nothing is expected, all are absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// What proved the delivery.
    #[serde(default)]
    pub accepted: Option<Proof>,
    /// What it becomes.
    #[serde(default)]
    pub event: Option<EventText>,
    /// What it becomes if it lists several, in their order.
    #[serde(default)]
    pub events: Vec<EventText>,
    /// That it is no event of its own but a repeat of the delivery before it.
    #[serde(default)]
    pub repeat: bool,
    /// What is sent back to a challenge.
    #[serde(default)]
    pub answered: Option<ReplyText>,
    /// Whether it asks for nothing, so that it is a probe.
    #[serde(default)]
    pub unanswered: bool,
    /// Why it is refused.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What is sent back to a challenge.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyText {
    /// The status.
    pub status: u16,
    /// The body's media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Other headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body; of JSON, with the names of members sorted.
    pub body: String,
}

/// What proved a delivery: the places of what was found among what is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// `signature` or `token`.
    pub verified_by: String,
    /// Of the source's secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<usize>,
    /// Of its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<usize>,
    /// Of the sender's published keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_key: Option<usize>,
    /// Of its tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<usize>,
}

/// The event that a delivery becomes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventText {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: String,
}

/// The body cannot be read: correct the vector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// There are two, or none.
    #[error("it must have either `body` or `body_base64`")]
    NotOne,
    /// It is no base64.
    #[error("`body_base64`: {0}")]
    NotBase64(String),
}

impl VectorFile {
    /// All cases, each with its group.
    pub fn cases(&self) -> impl Iterator<Item = (&Group, &Case)> {
        self.groups.iter().flat_map(|group| group.cases.iter().map(move |case| (group, case)))
    }

    /// The case of a name, with its group.
    #[must_use]
    pub fn case(&self, name: &str) -> Option<(&Group, &Case)> {
        self.cases().find(|(_, case)| case.name == name)
    }
}

impl Case {
    /// Whether the delivery is genuine, or answered as the sender wants it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.expected.accepted.is_some() || self.expected.answered.is_some()
    }
}

impl SentRequest {
    /// The bytes of the body.
    ///
    /// # Errors
    /// If there are two, or none, or it is no base64.
    pub fn body(&self) -> Result<Vec<u8>, BodyError> {
        match (&self.body, &self.body_base64) {
            (Some(text), None) => Ok(text.clone().into_bytes()),
            (None, Some(base64)) => STANDARD.decode(base64).map_err(|error| BodyError::NotBase64(error.to_string())),
            _ => Err(BodyError::NotOne),
        }
    }
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let places = [
            ("public_key", self.public_key),
            ("published_key", self.published_key),
            ("secret", self.secret),
            ("token", self.token),
        ];
        for (name, place) in places.iter().filter_map(|(name, place)| Some((name, (*place)?))) {
            write!(f, "{name} {place}, ")?;
        }
        write!(f, "verified_by {}", self.verified_by)
    }
}

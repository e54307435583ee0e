//! The conformance vectors, as `tests/vectors/README.md` describes them: one file a sender.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{decode_base64, in_repository, read, stems};

/// All vectors of one sender.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// The name of its description.
    pub sender: String,
    number_of_cases: usize,
    /// Cases by the source that they come to.
    pub groups: Vec<Group>,
    /// What is published of the case `genuine`; null until it has been written.
    pub published_event: Value,
}

/// Cases that come to one source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The source.
    pub source: ConfiguredSource,
    /// The JSON Web Key Set that the sender publishes.
    #[serde(default)]
    pub key_set: Option<Value>,
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
    pub secret: Map<String, Value>,
}

/// A delivery, and what a receiver must make of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is; the same for every sender.
    pub name: String,
    /// What it is there to show.
    pub comment: String,
    /// The case whose delivery came to the same source before.
    #[serde(default)]
    pub after: Option<String>,
    /// When it arrives, by RFC 3339.
    pub received_at: String,
    /// What was sent.
    pub request: SentRequest,
    /// The verdict.
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

/// The verdict: `accepted` with an `event` or as a `repeat`, `answered`, `unanswered`, or `refused`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// What proved the delivery.
    #[serde(default)]
    pub accepted: Option<Proof>,
    /// What it becomes.
    #[serde(default)]
    pub event: Option<EventText>,
    /// That it is no event of its own but a repeat of the delivery before it.
    #[serde(default)]
    pub repeat: bool,
    /// What is sent back to a challenge.
    #[serde(default)]
    pub answered: Option<ReplyText>,
    /// Whether it asks for nothing, so that it is a probe.
    #[serde(default)]
    pub unanswered: bool,
    /// Why it is not believed.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What is sent back to a challenge.
#[derive(Clone, Debug, Deserialize)]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// `signature` or `token`.
    pub verified_by: String,
    /// Of the source's secrets.
    #[serde(default)]
    pub secret: Option<usize>,
    /// Of its public keys.
    #[serde(default)]
    pub public_key: Option<usize>,
    /// Of the sender's published keys.
    #[serde(default)]
    pub published_key: Option<usize>,
    /// Of its tokens.
    #[serde(default)]
    pub token: Option<usize>,
}

/// The event that a delivery becomes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventText {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: String,
}

impl VectorFile {
    /// Where the vectors are.
    #[must_use]
    pub fn folder() -> PathBuf {
        in_repository("tests/vectors")
    }

    /// The senders that have a file in a folder.
    #[must_use]
    pub fn senders(folder: &Path) -> BTreeSet<String> {
        stems(folder, ".json")
    }

    /// Reads the file of a sender.
    ///
    /// # Panics
    /// If it is not there or not as it should be.
    #[must_use]
    pub fn read(folder: &Path, sender: &str) -> VectorFile {
        let path = folder.join(format!("{sender}.json"));
        let file: VectorFile =
            serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let names: BTreeSet<&str> = file.cases().map(|(_, case)| case.name.as_str()).collect();
        assert_eq!(names.len(), file.cases().count(), "{} has a name twice", path.display());
        assert_eq!(names.len(), file.number_of_cases, "the cases of {}", path.display());
        assert_eq!(file.sender, sender, "the sender of {}", path.display());
        file
    }

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
    /// Whether the delivery is to be believed, or answered as the sender wants it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.expected.accepted.is_some() || self.expected.answered.is_some()
    }
}

impl SentRequest {
    /// The bytes of the body.
    ///
    /// # Panics
    /// If there are two, or none.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        match (&self.body, &self.body_base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(base64)) => decode_base64(base64),
            _ => panic!("{} has either `body` or `body_base64`", self.url),
        }
    }
}

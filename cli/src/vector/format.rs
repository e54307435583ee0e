//! A file of vectors, as it is written. tests/vectors/README.md says what each field holds.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default, rename = "sender")]
    pub(super) _sender: Option<String>,
    #[serde(default)]
    pub(super) number_of_cases: Option<usize>,
    pub(super) groups: Vec<Group>,
    #[serde(default)]
    pub(super) published_event: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) source: ConfiguredSource,
    #[serde(default)]
    pub(super) key_set: Option<Value>,
    pub(super) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfiguredSource {
    pub(super) name: String,
    #[serde(default)]
    pub(super) secret: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    #[serde(default, rename = "comment")]
    pub(super) _comment: Option<String>,
    /// The case whose delivery came to the same source before.
    #[serde(default)]
    pub(super) after: Option<String>,
    pub(super) received_at: String,
    pub(super) request: SentRequest,
    #[serde(default)]
    pub(super) expected: Option<Expected>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentRequest {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) body_base64: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    #[serde(default)]
    pub(super) accepted: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    pub(super) event: Option<ExpectedEvent>,
    #[serde(default)]
    pub(super) repeat: bool,
    #[serde(default)]
    pub(super) answered: Option<ExpectedReply>,
    #[serde(default)]
    pub(super) unanswered: bool,
    #[serde(default)]
    pub(super) refused: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedReply {
    pub(super) status: u16,
    #[serde(rename = "type")]
    pub(super) media_type: String,
    #[serde(default)]
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedEvent {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) event_type: String,
}

//! What a source's secret says, as it is written.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::expect_form::{ExpectForm, Order};
use super::{Dedupe, Quarantine, SourceError};

/// The fields of the secret, none of them believed yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configuration {
    #[serde(default)]
    pub(super) provider: Option<String>,
    #[serde(default)]
    pub(super) scheme: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) public_keys: Vec<String>,
    #[serde(default)]
    pub(super) jwks_url: Option<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) account: Vec<String>,
    #[serde(default)]
    pub(super) token_header: Option<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) verify_token: Vec<String>,
    #[serde(default)]
    pub(super) public_url: Option<String>,
    #[serde(default)]
    pub(super) token_sha256: Vec<String>,
    #[serde(default)]
    pub(super) dedupe: Dedupe,
    #[serde(default)]
    pub(super) api_base_url: Option<String>,
    #[serde(default)]
    pub(super) api_family: Option<String>,
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) api_families: Vec<String>,
    #[serde(default)]
    pub(super) api_key: Option<String>,
    #[serde(default)]
    pub(super) archive: bool,
    #[serde(default)]
    pub(super) asset_hosts: Vec<String>,
    #[serde(default)]
    pub(super) confirm: bool,
    #[serde(default)]
    pub(super) expect: Option<ExpectForm>,
    #[serde(default)]
    pub(super) order: Order,
    #[serde(default)]
    pub(super) quarantine: Option<Quarantine>,
    #[serde(default)]
    pub(super) retries_differ: Option<bool>,
    #[serde(default)]
    pub(super) max_asset_bytes: Option<u64>,
}

impl Configuration {
    pub(super) fn parse(json: &str) -> Result<Configuration, SourceError> {
        serde_json::from_str(json).map_err(|error| SourceError::Malformed {
            line: error.line(),
            column: error.column(),
            category: match error.classify() {
                serde_json::error::Category::Data => "a field is missing, unknown or of the wrong type",
                serde_json::error::Category::Eof => "it ends too early",
                serde_json::error::Category::Io | serde_json::error::Category::Syntax => "it is not JSON",
            },
        })
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    })
}

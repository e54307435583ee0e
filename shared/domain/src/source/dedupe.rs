//! How repeats are told from new events.

use serde::Deserialize;

/// How repeats are told from new events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dedupe {
    /// By the provider's key: what a second body under the same key is depends on what the key names.
    #[default]
    Key,
    /// By the key and the body: for a sender that uses its ids again.
    Content,
    /// Not at all: every delivery is an event, a retry's too.
    Off,
}

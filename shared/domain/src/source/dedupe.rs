//! How repeats are told from new events.

use serde::Deserialize;

/// How repeats are told from new events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dedupe {
    /// By the provider's key: a second body under the same key is a duplicate.
    #[default]
    Key,
    /// By the key and the body: for a sender that uses its ids again.
    Content,
}

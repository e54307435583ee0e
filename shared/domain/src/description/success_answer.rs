//! What a sender takes for success.

use serde::Deserialize;

/// What an accepted delivery is answered with, of a sender that takes nothing else for success.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuccessAnswer {
    /// The status, 200 to 299.
    #[serde(default = "ok")]
    pub status: u16,
    /// The body, as plain text; empty if left out.
    #[serde(default)]
    pub text: String,
}

const fn ok() -> u16 {
    200
}

//! The options `expect` and `order`, as they are written.

use serde::Deserialize;

/// What becomes of progress that comes after the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// It is published like everything else.
    #[default]
    AsProcessed,
    /// It is not published once the end of its job has been.
    EndWins,
}

/// The option `expect`, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExpectForm {
    pub(super) within_seconds: u32,
    pub(super) give_up_seconds: u32,
    pub(super) poll_per_minute: u32,
    pub(super) from_events: bool,
}

impl Default for ExpectForm {
    fn default() -> ExpectForm {
        ExpectForm { within_seconds: 600, give_up_seconds: 24 * 60 * 60, poll_per_minute: 60, from_events: false }
    }
}

//! What a source says of jobs whose webhooks may be lost.

use serde::Deserialize;

use super::job_waits::JobWaits;
use super::options::{ApiAccess, OptionsError};
use crate::content::head::KeyRules;

/// How long jobs of a source are waited for, and how its sender is asked about one whose webhook does not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectOptions {
    /// How the sender's API is asked.
    pub access: ApiAccess,
    /// How long a job is waited for, where its expectation does not say.
    pub waits: JobWaits,
    /// How many questions a minute the sender's API takes.
    pub poll_per_minute: u32,
    /// Whether an event that tells of a job's beginning or progress is an expectation of its end.
    pub from_events: bool,
    /// How the id of an event is made that the sender's API tells of.
    pub key_rules: KeyRules,
}

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
    within_seconds: u32,
    give_up_seconds: u32,
    poll_per_minute: u32,
    from_events: bool,
}

/// A sweep releases no more.
const POLLS_PER_MINUTE_MAX: u32 = 1_000;

impl Default for ExpectForm {
    fn default() -> ExpectForm {
        ExpectForm { within_seconds: 600, give_up_seconds: 24 * 60 * 60, poll_per_minute: 60, from_events: false }
    }
}

impl ExpectForm {
    pub(super) fn read(&self, access: ApiAccess, key_rules: KeyRules) -> Result<ExpectOptions, OptionsError> {
        let waits = JobWaits { within_seconds: self.within_seconds, give_up_seconds: self.give_up_seconds };
        if !(1..=POLLS_PER_MINUTE_MAX).contains(&self.poll_per_minute) {
            return Err(OptionsError::PollsPerMinute);
        }
        Ok(ExpectOptions {
            access,
            waits: waits.check().map_err(OptionsError::Waits)?,
            poll_per_minute: self.poll_per_minute,
            from_events: self.from_events,
            key_rules,
        })
    }
}

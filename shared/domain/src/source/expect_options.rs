//! What a source says of jobs whose webhooks may be lost.

use super::api_access::ApiAccess;
use super::expect_form::ExpectForm;
use super::job_waits::JobWaits;
use super::options_error::OptionsError;
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

/// A sweep releases no more.
const POLLS_PER_MINUTE_MAX: u32 = 1_000;

impl ExpectOptions {
    pub(super) fn read(
        form: &ExpectForm,
        access: ApiAccess,
        key_rules: KeyRules,
    ) -> Result<ExpectOptions, OptionsError> {
        let waits = JobWaits { within_seconds: form.within_seconds, give_up_seconds: form.give_up_seconds };
        if !(1..=POLLS_PER_MINUTE_MAX).contains(&form.poll_per_minute) {
            return Err(OptionsError::PollsPerMinute);
        }
        Ok(ExpectOptions {
            access,
            waits: waits.check().map_err(OptionsError::Waits)?,
            poll_per_minute: form.poll_per_minute,
            from_events: form.from_events,
            key_rules,
        })
    }
}

//! How the jobs ended that were expected: by webhook, by an answer of the sender's API, late, or never.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::event::Origin;
use crate::ledger::job::{End, JobRecord, JobState};
use crate::text::string_enum::string_enum;

/// How an expected job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobEnding {
    /// Its webhook came in time.
    Webhook,
    /// Its webhook did not come in time, and the sender's API reported its end.
    Poll,
    /// Its webhook came after the job was given up.
    Late,
    /// Nobody reported its end, and it was given up.
    Never,
    /// It is still expected.
    Waiting,
}

string_enum!(JobEnding {
    Webhook => "webhook",
    Poll => "poll",
    Late => "late",
    Never => "never",
    Waiting => "waiting",
});

/// How many jobs ended how, and how long their webhooks took.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation {
    counts: BTreeMap<JobEnding, u64>,
    waits: Vec<Duration>,
}

impl JobEnding {
    /// How the job of a record ended.
    #[must_use]
    pub fn of(record: &JobRecord) -> JobEnding {
        let ends = [End::Completed, End::Failed].map(|end| record.end(end).map(|marker| marker.by));
        if ends.contains(&Some(Origin::Poll)) {
            return JobEnding::Poll;
        }
        match (ends.iter().any(Option::is_some), record.state) {
            (true, _) if record.expired_at.is_some() => JobEnding::Late,
            (true, _) => JobEnding::Webhook,
            (false, JobState::Waiting) => JobEnding::Waiting,
            (false, JobState::Ended | JobState::Expired) => JobEnding::Never,
        }
    }
}

impl Reconciliation {
    /// That of jobs, each with how it ended, and how long after its submission its webhook came, if one did.
    #[must_use]
    pub fn of(jobs: impl IntoIterator<Item = (JobEnding, Option<Duration>)>) -> Reconciliation {
        let mut reconciliation = Reconciliation::default();
        for (ending, wait) in jobs {
            *reconciliation.counts.entry(ending).or_default() += 1;
            reconciliation.waits.extend(wait);
        }
        reconciliation.waits.sort_unstable();
        reconciliation
    }

    /// How many jobs ended so.
    #[must_use]
    pub fn count(&self, ending: JobEnding) -> u64 {
        self.counts.get(&ending).copied().unwrap_or(0)
    }

    /// How many jobs there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How long webhooks took, the shortest first.
    #[must_use]
    pub fn waits(&self) -> &[Duration] {
        &self.waits
    }

    /// The shortest time within which so many per cent of the webhooks came; `None` if none did.
    #[must_use]
    pub fn percentile(&self, per_cent: u8) -> Option<Duration> {
        let rank = (self.waits.len() * usize::from(per_cent)).div_ceil(100);
        self.waits.get(rank.max(1) - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::event_type::Thing;
    use crate::expectation::Hint;
    use crate::ledger::job::{EndMarker, Job};
    use crate::provider::Provider;
    use crate::source::source_name::SourceName;
    use crate::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn record(state: JobState, completed: Option<Origin>, failed: Option<Origin>, is_expired: bool) -> JobRecord {
        let marker = |by| EndMarker { id: "a/1".to_owned(), by, is_signed: false, at: None };
        let source = SourceName::parse("a").unwrap();
        JobRecord {
            job: Job { source, provider: Provider::Csm, thing: Thing::Job, subject: "1".to_owned() },
            state,
            submitted_at: Some(NOW),
            hint: Hint::default(),
            sweeps: 0,
            give_up_at: None,
            expired_at: is_expired.then_some(NOW),
            completed: completed.map(marker),
            failed: failed.map(marker),
            expires_at_seconds: None,
        }
    }

    #[test]
    fn a_job_ends_in_one_of_these_ways() {
        use JobState::{Ended, Expired, Waiting};
        use Origin::{Poll, Replay, Webhook};
        let check = |state, completed, failed, is_expired, expected| {
            assert_eq!(JobEnding::of(&record(state, completed, failed, is_expired)), expected);
        };
        check(Waiting, None, None, false, JobEnding::Waiting);
        check(Ended, Some(Webhook), None, false, JobEnding::Webhook);
        check(Ended, None, Some(Replay), false, JobEnding::Webhook);
        check(Ended, None, Some(Poll), false, JobEnding::Poll);
        // The sender says two things, one of them by webhook.
        check(Ended, Some(Webhook), Some(Poll), false, JobEnding::Poll);
        check(Expired, None, None, true, JobEnding::Never);
        check(Ended, Some(Webhook), None, true, JobEnding::Late);
    }

    #[test]
    fn percentiles_are_waits_that_were_seen() {
        let check = |seconds: &[u64], expected: &str| {
            let jobs = seconds.iter().map(|seconds| (JobEnding::Webhook, Some(Duration::from_secs(*seconds))));
            let reconciliation = Reconciliation::of(jobs);
            let percentile = |per_cent| match reconciliation.percentile(per_cent) {
                Some(wait) => wait.as_secs().to_string(),
                None => "-".to_owned(),
            };
            assert_eq!([50, 90, 99, 100].map(percentile).join(" "), expected, "{seconds:?}");
        };
        check(&[], "- - - -");
        check(&[7], "7 7 7 7");
        check(&[4, 3, 2, 1], "2 4 4 4");
        check(&(1..=100).collect::<Vec<_>>(), "50 90 99 100");
    }

    #[test]
    fn jobs_without_a_webhook_have_no_wait() {
        let reconciliation = Reconciliation::of([(JobEnding::Poll, None), (JobEnding::Never, None)]);
        assert_eq!((reconciliation.total(), reconciliation.count(JobEnding::Poll)), (2, 1));
        assert_eq!((reconciliation.waits().len(), reconciliation.count(JobEnding::Webhook)), (0, 0));
    }
}

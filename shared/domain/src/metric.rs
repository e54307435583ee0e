//! What is measured: the names that log lines, alarms, dashboard and docs share.
//!
//! A field of a log line that has the name of a metric and holds a number **is** that metric: `platform::log` finds
//! them by these words and writes CloudWatch's block for them.

use crate::text::string_enum::string_enum;

/// Where CloudWatch keeps them.
pub const NAMESPACE: &str = "Landfall";

/// The field that tells whose a metric is: the function's name, which CloudFormation derives from the stack's, so that
/// two inboxes in one account stay apart.
pub const FUNCTION: &str = "function";

/// The field that tells why a delivery was refused.
pub const REFUSAL: &str = "refusal";

/// A metric. Counts of things that seldom happen are written only when they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Deliveries that were new, answered with 200.
    Accepted,
    /// Deliveries whose event was known, answered with 200.
    Duplicates,
    /// Those of them whose body was another one.
    DuplicateDiffers,
    /// Genuine deliveries that are no event, because the sender only asked for an answer, which it got with 200.
    Challenges,
    /// Deliveries that were not believed, answered with 401.
    Refused,
    /// Those of them that were for a source that exists.
    Unverified,
    /// Deliveries that were answered with 503: nothing was made durable.
    Unavailable,
    /// Accepted events whose message could not be sent; the sweep will.
    Deferred,
    /// Accepted events whose record could not be written; the message holds them.
    Unrecorded,
    /// Deliveries that were proven by another secret or token than their source's first.
    PreviousSecret,
    /// How long it took: a delivery's answer, an event's processing, a sweep.
    DurationMs,
    /// Events that were published and are done.
    Done,
    /// Attempts that failed and will be repeated.
    Retry,
    /// Messages that went back to the queue, hidden for a while.
    Hidden,
    /// Events that ended as failed.
    Failed,
    /// Messages that nobody can process, now in the dead-letter queue.
    DeadLetter,
    /// Failed events of which the sender's own API tells otherwise.
    Contradicted,
    /// Published events of a shape that nobody knows.
    Unrecognized,
    /// Which attempt at its event this was, from 1.
    Attempts,
    /// From the delivery's arrival to the end of this processing.
    AgeMs,
    /// Assets of a published event that have a copy.
    Archived,
    /// The bytes of these copies.
    ArchivedBytes,
    /// Assets of a published event of which no copy could be made.
    NotArchived,
    /// Jobs whose end is expected from now on.
    Expected,
    /// Ends of jobs that the sender's API told because their webhooks did not come in time.
    EndedByPoll,
    /// Webhooks that came after Landfall had asked for what they tell, or had given it up.
    Late,
    /// Jobs that were given up.
    Expired,
    /// Questions that could not be put, because the source is gone or no longer says how.
    Unaskable,
    /// From a job's submission to the webhook of its end.
    WaitMs,
    /// Runs of the sweep.
    SweepRuns,
    /// Those of them that left something undone.
    Incomplete,
    /// Overdue events that a sweep found.
    Overdue,
    /// Those that it sent to the queue again.
    Sent,
    /// Watched sources from which nothing has arrived for too long.
    Silent,
    /// Sources that had genuine deliveries and have only refusals by now.
    OnlyRefused,
}

string_enum!(Metric {
    Accepted => "accepted",
    Duplicates => "duplicates",
    DuplicateDiffers => "duplicate_differs",
    Challenges => "challenges",
    Refused => "refused",
    Unverified => "unverified",
    Unavailable => "unavailable",
    Deferred => "deferred",
    Unrecorded => "unrecorded",
    PreviousSecret => "previous_secret",
    DurationMs => "duration_ms",
    Done => "done",
    Retry => "retry",
    Hidden => "hidden",
    Failed => "failed",
    DeadLetter => "dead_letter",
    Contradicted => "contradicted",
    Unrecognized => "unrecognized",
    Attempts => "attempts",
    AgeMs => "age_ms",
    Archived => "archived",
    ArchivedBytes => "archived_bytes",
    NotArchived => "not_archived",
    Expected => "expected",
    EndedByPoll => "ended_by_poll",
    Late => "late",
    Expired => "expired",
    Unaskable => "unaskable",
    WaitMs => "wait_ms",
    SweepRuns => "sweep_runs",
    Incomplete => "incomplete",
    Overdue => "overdue",
    Sent => "sent",
    Silent => "silent",
    OnlyRefused => "only_refused",
});

impl Metric {
    /// CloudWatch's word for what it counts.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Metric::DurationMs | Metric::AgeMs | Metric::WaitMs => "Milliseconds",
            Metric::ArchivedBytes => "Bytes",
            Metric::Accepted
            | Metric::Duplicates
            | Metric::DuplicateDiffers
            | Metric::Challenges
            | Metric::Refused
            | Metric::Unverified
            | Metric::Unavailable
            | Metric::Deferred
            | Metric::Unrecorded
            | Metric::PreviousSecret
            | Metric::Done
            | Metric::Retry
            | Metric::Hidden
            | Metric::Failed
            | Metric::DeadLetter
            | Metric::Contradicted
            | Metric::Unrecognized
            | Metric::Expected
            | Metric::EndedByPoll
            | Metric::Late
            | Metric::Expired
            | Metric::Unaskable
            | Metric::Attempts
            | Metric::Archived
            | Metric::NotArchived
            | Metric::SweepRuns
            | Metric::Incomplete
            | Metric::Overdue
            | Metric::Sent
            | Metric::Silent
            | Metric::OnlyRefused => "Count",
        }
    }

    /// The sets of fields that it is split by. Each set of values is a metric that is billed, so all have one set, and
    /// only refusals a second: their reasons are few, and no stranger can add one.
    #[must_use]
    pub const fn dimensions(self) -> &'static [&'static [&'static str]] {
        match self {
            Metric::Refused => &[&[FUNCTION], &[FUNCTION, REFUSAL]],
            _ => &[&[FUNCTION]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_by_its_word() {
        for metric in Metric::ALL {
            assert_eq!(metric.as_str().parse(), Ok(metric));
        }
        let mut unique = Metric::ALL.to_vec();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), Metric::ALL.len());
    }
}

//! How a claim ends.

use crate::ledger::schedule::{ATTEMPTS_MAX, Schedule};
use crate::time::Timestamp;

/// The reason of a failed event begins with this word where the sender says that it is not true.
pub const CONTRADICTED: &str = "contradicted";

/// How the work on an event went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// All of it is done.
    Done,
    /// Some of it is done for good, and the rest can go on from there another time.
    Advanced {
        /// What is left, for the operator; holds no secret.
        reason: String,
    },
    /// It may go well another time.
    Retryable {
        /// What happened, for the operator; holds no secret.
        reason: String,
    },
    /// It will never go well by itself.
    Permanent {
        /// What happened, for the operator; holds no secret.
        reason: String,
    },
    /// The sender says that it is not true: somebody may have forged it.
    Contradicted {
        /// What the sender says; holds no secret.
        reason: String,
    },
}

/// What becomes of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// `done`, to be forgotten at this second.
    Done {
        /// Seconds since the epoch.
        expires_at_seconds: i64,
    },
    /// `received` once more, not to be claimed before this moment, at which it also comes due.
    Again {
        /// The moment.
        at: Timestamp,
        /// Why.
        reason: String,
        /// How many attempts the record counts from then on.
        attempts: u32,
    },
    /// `failed`, to be forgotten at this second.
    Failed {
        /// Now.
        at: Timestamp,
        /// Seconds since the epoch.
        expires_at_seconds: i64,
        /// Why.
        reason: String,
    },
}

/// Whether a claim that is the event's attempt number `attempts` may still be worked on. Claims beyond the last
/// attempt exist where functions died before they could settle; they only give up.
#[must_use]
pub const fn may_work(attempts: u32) -> bool {
    attempts <= ATTEMPTS_MAX
}

/// Decides what becomes of the record after attempt number `attempts`. `jitter` is drawn from 0 up to but without 1.
#[must_use]
pub fn settle(work: Work, attempts: u32, now: Timestamp, schedule: Schedule, jitter: f64) -> Settlement {
    let expires_at_seconds = schedule.expires_at_seconds(now);
    match work {
        Work::Done => Settlement::Done { expires_at_seconds },
        Work::Permanent { reason } => Settlement::Failed { at: now, expires_at_seconds, reason },
        Work::Contradicted { reason } => {
            Settlement::Failed { at: now, expires_at_seconds, reason: format!("{CONTRADICTED}: {reason}") }
        }
        Work::Retryable { reason } => match schedule.retry_at(now, attempts, jitter) {
            Some(at) => Settlement::Again { at, reason, attempts },
            None => Settlement::Failed { at: now, expires_at_seconds, reason },
        },
        // A long piece of work takes many rounds, of which none has failed: each gives its attempt back.
        Work::Advanced { reason } => {
            let attempts = attempts.min(ATTEMPTS_MAX).saturating_sub(1);
            match schedule.retry_at(now, attempts, jitter) {
                Some(at) => Settlement::Again { at, reason, attempts },
                None => Settlement::Failed { at: now, expires_at_seconds, reason },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::time::time_scale::TimeScale;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const EXPIRY: i64 = 1_700_000_000 + 30 * 24 * 60 * 60;

    fn check(work: Work, attempts: u32, expected: Settlement) {
        assert_eq!(settle(work, attempts, NOW, Schedule::at(TimeScale::REAL), 0.5), expected);
    }

    #[test]
    fn each_end_has_its_settlement() {
        let reason = || "because".to_owned();
        check(Work::Done, 1, Settlement::Done { expires_at_seconds: EXPIRY });
        check(Work::Done, 9, Settlement::Done { expires_at_seconds: EXPIRY });
        check(
            Work::Permanent { reason: reason() },
            1,
            Settlement::Failed { at: NOW, expires_at_seconds: EXPIRY, reason: reason() },
        );
        check(
            Work::Contradicted { reason: reason() },
            1,
            Settlement::Failed { at: NOW, expires_at_seconds: EXPIRY, reason: "contradicted: because".to_owned() },
        );
        let again = Settlement::Again { at: NOW + Duration::from_secs(30), reason: reason(), attempts: 1 };
        check(Work::Retryable { reason: reason() }, 1, again);
        check(
            Work::Retryable { reason: reason() },
            8,
            Settlement::Failed { at: NOW, expires_at_seconds: EXPIRY, reason: reason() },
        );
    }

    #[test]
    fn a_round_that_got_somewhere_gives_its_attempt_back() {
        let check = |attempts: u32, wait: u64, left: u32| {
            let again = Settlement::Again {
                at: NOW + Duration::from_secs(wait),
                reason: "more to do".to_owned(),
                attempts: left,
            };
            check(Work::Advanced { reason: "more to do".to_owned() }, attempts, again);
        };
        check(1, 30, 0);
        check(2, 30, 1);
        check(3, 120, 2);
        check(8, 43200, 7);
    }

    #[test]
    fn a_claim_beyond_the_last_attempt_only_gives_up() {
        assert!(may_work(8));
        assert!(!may_work(9));
    }
}

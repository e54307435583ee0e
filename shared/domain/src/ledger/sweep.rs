//! What the sweep does with an event that is overdue.

use crate::ledger::record::RecordState;
use crate::ledger::schedule::Schedule;
use crate::time::Timestamp;

/// An entry of the index: an event that was overdue when the index was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The event's id, as the index has it.
    pub id: String,
    /// When it came due.
    pub due_at: Timestamp,
    /// How often it was swept since it was last claimed.
    pub sweeps: u32,
}

impl Overdue {
    /// When it comes due next, if it is swept at `now`.
    #[must_use]
    pub fn next_due_at(&self, now: Timestamp, schedule: Schedule) -> Timestamp {
        schedule.due_after_sweep(now, self.sweeps.saturating_add(1))
    }
}

/// Whether the event may still be sent again, given its record. The index lags behind the table, and a processor may
/// have come in between: then it has moved `due_at` or holds a lease, and the event is in good hands.
#[must_use]
pub fn may_sweep(existing: &RecordState, overdue: &Overdue, now: Timestamp) -> bool {
    !existing.state.is_final()
        && existing.due_at == Some(overdue.due_at)
        && existing.lease_until.is_none_or(|until| until <= now)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::digest::Digest;
    use crate::ledger::record::State;
    use crate::time_scale::TimeScale;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn only_what_is_still_overdue_and_unclaimed_is_sent_again() {
        let due_at = NOW - SECOND;
        let overdue = Overdue { id: "test/1".to_owned(), due_at, sweeps: 0 };
        let check = |state, due_at, lease_until, expected| {
            let standing = RecordState {
                state,
                recorded_by: "delivery".to_owned(),
                body_sha256: Digest::of(b""),
                claimed_by: None,
                attempts: 0,
                lease_until,
                not_before: None,
                due_at,
                expires_at_seconds: None,
            };
            assert_eq!(may_sweep(&standing, &overdue, NOW), expected, "{state} {due_at:?} {lease_until:?}");
        };
        check(State::Received, Some(due_at), None, true);
        check(State::Processing, Some(due_at), Some(NOW), true);
        check(State::Processing, Some(due_at), Some(NOW + SECOND), false);
        check(State::Received, Some(due_at + SECOND), None, false);
        check(State::Done, None, None, false);
        check(State::Failed, Some(due_at), None, false);
    }

    #[test]
    fn each_sweep_waits_longer() {
        let overdue = |sweeps| Overdue { id: "test/1".to_owned(), due_at: NOW, sweeps };
        let schedule = Schedule::at(TimeScale::REAL);
        assert_eq!(overdue(0).next_due_at(NOW, schedule), NOW + 60 * SECOND);
        assert_eq!(overdue(1).next_due_at(NOW, schedule), NOW + 600 * SECOND);
        assert_eq!(overdue(u32::MAX).next_due_at(NOW, schedule), NOW + 21_600 * SECOND);
    }
}

//! What the sweep does with an event that is overdue.

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

/// A sweep's mark on an overdue event: from then on it is that sweep's to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepMark {
    /// The event, as the index shows it.
    pub overdue: Overdue,
    /// A fresh random token: it tells this mark from that of another sweep which runs at the same time.
    pub token: String,
    /// When it is made.
    pub now: Timestamp,
    /// When the event comes due again.
    pub next_due_at: Timestamp,
}

impl Overdue {
    /// The mark of a sweep at `now`.
    #[must_use]
    pub fn mark(self, token: String, now: Timestamp, schedule: Schedule) -> SweepMark {
        let next_due_at = schedule.due_after_sweep(now, self.sweeps.saturating_add(1));
        SweepMark { overdue: self, token, now, next_due_at }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::time::time_scale::TimeScale;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_sweep_waits_longer() {
        let next = |sweeps| {
            let overdue = Overdue { id: "test/1".to_owned(), due_at: NOW, sweeps };
            overdue.mark("token".to_owned(), NOW, Schedule::at(TimeScale::REAL)).next_due_at
        };
        assert_eq!(next(0), NOW + 60 * SECOND);
        assert_eq!(next(1), NOW + 600 * SECOND);
        assert_eq!(next(u32::MAX), NOW + 21_600 * SECOND);
    }
}

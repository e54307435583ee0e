//! The events that were accepted, and the sweep over those that are overdue.

// The waits of `domain::ledger::schedule`, written down again: the benches know nothing of Landfall's own.

/// A record comes due so long after it was made, and so long after each sweep of it.
const FIRST_DUE_SECONDS: u64 = 10 * 60;
const SWEEP_WAITS_SECONDS: [u64; 4] = [60, 10 * 60, 60 * 60, 6 * 60 * 60];

/// Unfinished events of one cohort that come due together.
#[derive(Debug)]
struct Due {
    at: u64,
    count: u64,
    sweeps: usize,
}

/// Events that were accepted in the same second.
#[derive(Debug)]
struct Cohort {
    accepted_at: u64,
    /// Events that only their messages have do not come due: no record of them stands.
    has_records: bool,
    unfinished: u64,
    due: Vec<Due>,
}

/// All accepted events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    cohorts: Vec<Cohort>,
    /// No cohort before this one has unfinished events.
    open_from: usize,
    unfinished: u64,
}

impl Events {
    /// Adds `count` events. Answers their cohort.
    pub(crate) fn accept(&mut self, second: u64, count: u64, has_records: bool) -> usize {
        let due = Vec::from_iter(has_records.then_some(Due { at: second + FIRST_DUE_SECONDS, count, sweeps: 0 }));
        self.cohorts.push(Cohort { accepted_at: second, has_records, unfinished: count, due });
        self.unfinished += count;
        self.cohorts.len() - 1
    }

    pub(crate) fn unfinished(&self) -> u64 {
        self.unfinished
    }

    pub(crate) fn unfinished_in(&self, cohort: usize) -> u64 {
        self.cohorts[cohort].unfinished
    }

    pub(crate) fn has_records(&self, cohort: usize) -> bool {
        self.cohorts[cohort].has_records
    }

    /// Settles `count` events of a cohort. Answers how old they are.
    pub(crate) fn finish(&mut self, cohort: usize, count: u64, second: u64) -> u64 {
        let cohort = &mut self.cohorts[cohort];
        cohort.unfinished -= count;
        self.unfinished -= count;
        let mut left = count;
        for due in &mut cohort.due {
            let gone = due.count.min(left);
            due.count -= gone;
            left -= gone;
        }
        cohort.due.retain(|due| due.count > 0);
        second - cohort.accepted_at
    }

    /// Sends up to `most` overdue events again, the oldest first, by `send(cohort, count)`. Answers how many.
    pub(crate) fn sweep(&mut self, second: u64, most: u64, mut send: impl FnMut(usize, u64)) -> u64 {
        while self.cohorts.get(self.open_from).is_some_and(|cohort| cohort.unfinished == 0) {
            self.open_from += 1;
        }
        let mut left = most;
        for (number, cohort) in self.cohorts.iter_mut().enumerate().skip(self.open_from) {
            let mut moved = Vec::new();
            for due in cohort.due.iter_mut().filter(|due| due.at <= second) {
                let count = due.count.min(left);
                if count == 0 {
                    break;
                }
                due.count -= count;
                left -= count;
                let wait = SWEEP_WAITS_SECONDS[due.sweeps.min(SWEEP_WAITS_SECONDS.len() - 1)];
                moved.push(Due { at: second + wait, count, sweeps: due.sweeps + 1 });
                send(number, count);
            }
            cohort.due.retain(|due| due.count > 0);
            cohort.due.extend(moved);
        }
        most - left
    }
}

/// How often an event can have been swept that was accepted so long ago.
#[cfg(test)]
pub(crate) fn sweeps_within(age_seconds: u64) -> u64 {
    let mut due = FIRST_DUE_SECONDS;
    let mut sweeps = 0;
    while due <= age_seconds {
        due += SWEEP_WAITS_SECONDS[(sweeps as usize).min(SWEEP_WAITS_SECONDS.len() - 1)];
        sweeps += 1;
    }
    sweeps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclaimed_event_is_swept_by_its_schedule() {
        let mut events = Events::default();
        events.accept(0, 1, true);
        let day = 24 * 3600;
        let swept: Vec<u64> = (0..day).step_by(60).filter(|second| events.sweep(*second, 10, |_, _| {}) > 0).collect();
        assert_eq!(swept, [600, 660, 1260, 4860, 26_460, 48_060, 69_660]);
        assert_eq!(sweeps_within(day), 7);
    }

    #[test]
    fn what_one_sweep_leaves_the_next_one_takes() {
        let mut events = Events::default();
        let cohort = events.accept(0, 10, true);
        assert_eq!(events.sweep(600, 4, |_, _| {}), 4);
        assert_eq!(events.sweep(601, 100, |_, _| {}), 6);
        assert_eq!(events.sweep(602, 100, |_, _| {}), 0);
        events.finish(cohort, 10, 603);
        assert_eq!(events.sweep(100_000, 100, |_, _| {}), 0);
    }

    #[test]
    fn what_has_no_record_is_not_swept() {
        let mut events = Events::default();
        events.accept(0, 10, false);
        assert_eq!(events.sweep(100_000, 100, |_, _| {}), 0);
    }
}

//! How fast a replay runs: as fast as it was asked to, and slower while its events wait before the consumers.

use std::time::Duration;

/// While more messages than these wait in the consumers' queue, the pace is halved at each look.
pub const READY_MAX: u64 = 10_000;

/// What one terminal comes to without a limit.
const UNLIMITED_PER_SECOND: u32 = 1_000;

/// The pace of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayPace {
    asked: u32,
    now: u32,
}

impl ReplayPace {
    /// The pace that was asked for; 0 sets no limit.
    #[must_use]
    pub const fn new(per_second: u32) -> ReplayPace {
        ReplayPace { asked: per_second, now: per_second }
    }

    /// How many events a second are replayed at most now; 0 sets no limit.
    #[must_use]
    pub const fn per_second(self) -> u32 {
        self.now
    }

    /// How long so many events take at this pace; no time without a limit.
    #[must_use]
    pub fn time_for(self, events: usize) -> Duration {
        match self.now {
            0 => Duration::ZERO,
            rate => Duration::from_secs(1).mul_f64(events as f64 / f64::from(rate)),
        }
    }

    /// Learns how many messages wait.
    pub fn see(&mut self, ready: u64) {
        let limit = |rate| if rate == 0 { UNLIMITED_PER_SECOND } else { rate };
        if ready > READY_MAX {
            self.now = (limit(self.now) / 2).max(1);
        } else if self.now != self.asked {
            let faster = self.now.saturating_mul(2);
            self.now = if faster >= limit(self.asked) { self.asked } else { faster };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: u32, looks: &[u64], expected: &[u32]) {
        let mut pace = ReplayPace::new(asked);
        let paces: Vec<u32> = looks
            .iter()
            .map(|ready| {
                pace.see(*ready);
                pace.per_second()
            })
            .collect();
        assert_eq!(paces, expected, "{asked}, {looks:?}");
    }

    #[test]
    fn it_halves_while_too_many_wait_and_comes_back() {
        check(50, &[0, 10_000], &[50, 50]);
        check(50, &[10_001, 20_000, 10_000, 0, 0], &[25, 12, 24, 48, 50]);
        check(2, &[10_001, 10_001, 10_001], &[1, 1, 1]);
        check(0, &[10_001, 10_001, 0, 0], &[500, 250, 500, 0]);
    }

    #[test]
    fn a_chunk_takes_as_long_as_its_share_of_a_second() {
        let check = |asked, events, millis| {
            assert_eq!(ReplayPace::new(asked).time_for(events), Duration::from_millis(millis), "{events} at {asked}");
        };
        check(50, 50, 1000);
        check(50, 10, 200);
        check(1000, 200, 200);
        check(0, 200, 0);
    }
}

//! A bound on how often something is done.

use std::time::Duration;

use crate::time::Timestamp;

/// Counts what is done within a window of time, and refuses what goes beyond.
#[derive(Debug)]
pub struct Ration {
    max: u32,
    window: Duration,
    window_began_at: Timestamp,
    taken: u32,
}

impl Ration {
    /// At most `max` in each `window`.
    #[must_use]
    pub const fn new(max: u32, window: Duration) -> Ration {
        Ration { max, window, window_began_at: Timestamp::from_millis(0), taken: 0 }
    }

    /// Takes one at `now`; `false` if none is left in this window.
    pub fn take(&mut self, now: Timestamp) -> bool {
        if self.window_began_at.until(now) >= self.window {
            (self.window_began_at, self.taken) = (now, 0);
        }
        let is_left = self.taken < self.max;
        self.taken += u32::from(is_left);
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_has_its_ration() {
        let start = Timestamp::from_millis(1_700_000_000_000);
        let mut ration = Ration::new(2, Duration::from_secs(1));
        let taken =
            [0, 999, 999, 1000, 1001, 1999, 2000].map(|millis| ration.take(start + Duration::from_millis(millis)));
        assert_eq!(taken, [true, true, false, true, true, false, true]);
    }
}

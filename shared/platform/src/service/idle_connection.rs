//! A connection that waits for its next request.

use std::time::Duration;

use domain::time::Timestamp;
use tokio::time::Instant;

use crate::clock;

/// A connection that waits for its next request, and since when.
#[derive(Debug)]
pub(super) struct IdleConnection<S> {
    pub(super) sender: S,
    pub(super) generation: u64,
    since: Moment,
}

impl<S> IdleConnection<S> {
    /// `sender`, idle from now on.
    pub(super) fn new(sender: S, generation: u64) -> IdleConnection<S> {
        IdleConnection { sender, generation, since: Moment::now() }
    }

    /// How long it has been idle.
    pub(super) fn age(&self) -> Duration {
        self.since.until(Moment::now())
    }
}

/// A point in time by both clocks: the monotonic one may stand still while Lambda has frozen the instance, the other may
/// be set back.
#[derive(Clone, Copy, Debug)]
struct Moment {
    monotonic: Instant,
    wall: Timestamp,
}

impl Moment {
    fn now() -> Moment {
        Moment { monotonic: Instant::now(), wall: clock::now() }
    }

    /// The longer of the two: to open a connection in vain takes milliseconds, to wait for one that is lost a time-out.
    fn until(self, later: Moment) -> Duration {
        let wall_millis = later.wall.as_millis().saturating_sub(self.wall.as_millis());
        let wall = Duration::from_millis(u64::try_from(wall_millis).unwrap_or_default());
        later.monotonic.saturating_duration_since(self.monotonic).max(wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_went_on_tells_the_age() {
        let since = Moment::now();
        let check = |monotonic_seconds, wall_seconds: i64, expected_seconds| {
            let later = Moment {
                monotonic: since.monotonic + Duration::from_secs(monotonic_seconds),
                wall: Timestamp::from_millis(since.wall.as_millis() + wall_seconds * 1000),
            };
            assert_eq!(since.until(later), Duration::from_secs(expected_seconds));
        };
        check(20, 20, 20);
        // Frozen, and the monotonic clock with it.
        check(0, 300, 300);
        // Somebody has set the wall clock back.
        check(20, -3600, 20);
        check(0, -3600, 0);
    }
}

//! The clock of the harness.
#![expect(clippy::disallowed_methods, reason = "this is the one place of the harness that reads the clock")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time, in milliseconds since the epoch.
///
/// # Panics
/// If the clock stands before the epoch.
#[must_use]
pub fn now_millis() -> i64 {
    let since = now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
    i64::try_from(since.as_millis()).expect("the clock stands before the year 292 million")
}

/// The time.
#[must_use]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A moment from which time is measured.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// How long ago that was.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

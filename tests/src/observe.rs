//! Waiting for what a distributed system does in its own time.

use std::fmt::Display;
use std::time::Duration;

use crate::clock::Stopwatch;

/// Far above what anything takes on a healthy stack: only a fault waits so long.
pub const BOUND: Duration = Duration::from_secs(90);

/// How often a condition is looked at: often enough that no test waits much longer than it must.
const INTERVAL: Duration = Duration::from_millis(100);

/// Looks until it sees what it waits for, and gives that. `look` answers `Err` with what it saw instead.
///
/// # Panics
/// After [`BOUND`], with the last thing seen: that is half of the diagnosis.
pub async fn until<T, S: Display>(what: &str, look: impl AsyncFnMut() -> Result<T, S>) -> T {
    until_within(BOUND, what, look).await
}

/// [`until`] with another bound, for what takes its time by design.
///
/// # Panics
/// After `bound`, with the last thing seen.
pub async fn until_within<T, S: Display>(
    bound: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, S>,
) -> T {
    let begun = Stopwatch::start();
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(seen) if begun.elapsed() > bound => panic!("waited {bound:?} for {what}; last seen: {seen}"),
            Err(_) => tokio::time::sleep(INTERVAL).await,
        }
    }
}

/// Looks until `holds`, for `bound` at most, and says whether it came to that.
pub async fn holds_within(bound: Duration, holds: impl Fn() -> bool) -> bool {
    let begun = Stopwatch::start();
    while !holds() {
        if begun.elapsed() > bound {
            return false;
        }
        tokio::time::sleep(INTERVAL).await;
    }
    true
}

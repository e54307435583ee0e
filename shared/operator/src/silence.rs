//! Which sources are watched, and for how long nothing has arrived from a source.

use std::time::Duration;

use domain::ledger::listing::query::{Index, Order, Query};
use domain::ledger::slot;
use domain::ledger::watch_list::WatchList;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::ledger::{Ledger, WriteOutcome};
use platform::service_error::ServiceError;

/// How many entries are read of each slot of a source at most: the newest.
const SLOT_ENTRIES: u32 = 1_000;
/// How many slots are read side by side.
const SLOTS_AT_ONCE: usize = 8;
/// How often a change is tried that others get ahead of.
const TRIES: u32 = 5;

/// Silence, as operators deal with it.
#[derive(Clone, Debug)]
pub struct Silence {
    ledger: Ledger,
}

/// What arrived from a source lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// From when on they were looked at: later than was asked for, where there are very many.
    pub since: Timestamp,
    /// When the newest event arrived.
    pub newest: Option<Timestamp>,
    /// The longest time in which nothing arrived between two events, or after the last one.
    pub longest_gap: Duration,
}

impl Silence {
    /// That of `ledger`.
    #[must_use]
    pub const fn new(ledger: Ledger) -> Silence {
        Silence { ledger }
    }

    /// The sources that are watched.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn watch_list(&self) -> Result<WatchList, ServiceError> {
        self.ledger.watch_list().await
    }

    /// Changes the sources that are watched.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused, or others change it all the time.
    pub async fn change(&self, change: impl Fn(WatchList) -> WatchList) -> Result<(), ServiceError> {
        const OPERATION: &str = "dynamodb:PutItem (watch list)";
        for _ in 0..TRIES {
            let list = change(self.ledger.watch_list().await?);
            if let WriteOutcome::Written(_) = self.ledger.write(OPERATION, &list.put()).await? {
                return Ok(());
            }
        }
        Err(ServiceError::retryable(OPERATION, "others change the list at the same time"))
    }

    /// Whether there is such a source, by the directory that the sweep writes.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn is_source(&self, source: &SourceName) -> Result<bool, ServiceError> {
        Ok(self.ledger.source_directory().await?.is_some_and(|directory| directory.contains(source)))
    }

    /// When the newest event of a source arrived; `None` if none is listed.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn newest_arrival(&self, source: &SourceName) -> Result<Option<Timestamp>, ServiceError> {
        self.ledger.newest_arrival(source).await
    }

    /// What arrived from a source from `since` to `now`.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn arrivals(
        &self,
        source: &SourceName,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Arrivals, ServiceError> {
        let reads = slot::all(source).map(|key| async move {
            let query = Query { index: Index::Arrived, key, from: since, to: now, order: Order::Descending };
            let page = self.ledger.entries(&query, SLOT_ENTRIES, None).await?;
            let times: Vec<Timestamp> = page.entries.into_iter().map(|entry| entry.at).collect();
            // What lies before the last one that was read is not known.
            let known_since = times.last().filter(|_| page.next.is_some()).copied().unwrap_or(since);
            Ok((times, known_since))
        });
        let parts: Vec<(Vec<Timestamp>, Timestamp)> =
            stream::iter(reads).buffer_unordered(SLOTS_AT_ONCE).try_collect().await?;
        let since = parts.iter().map(|(_, known_since)| *known_since).max().unwrap_or(since);
        let mut times: Vec<Timestamp> = parts.into_iter().flat_map(|(times, _)| times).collect();
        times.retain(|at| *at >= since);
        times.sort_unstable();
        Ok(Arrivals { since, newest: times.last().copied(), longest_gap: longest_gap(&times, now) })
    }
}

fn longest_gap(times: &[Timestamp], now: Timestamp) -> Duration {
    let ends = times.iter().skip(1).chain(std::iter::once(&now));
    times.iter().zip(ends).map(|(begin, end)| begin.until(*end)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_gap_may_be_the_last_one() {
        let check = |minutes: &[i64], expected_minutes: u64| {
            let at = |minute: &i64| Timestamp::from_millis(minute * 60_000);
            let times: Vec<Timestamp> = minutes.iter().map(at).collect();
            assert_eq!(longest_gap(&times, at(&100)), Duration::from_secs(expected_minutes * 60), "{minutes:?}");
        };
        check(&[], 0);
        check(&[90], 10);
        check(&[10, 70, 95], 60);
        check(&[10, 20, 30], 70);
    }
}

//! Which sources are watched, and for how long nothing has arrived from a source.

use std::time::Duration;

use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::source_directory::SourceDirectory;
use domain::ledger::watch_list::WatchList;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use platform::ledger::WriteOutcome;
use platform::service_error::ServiceError;

use crate::listing::Listing;

/// How many entries of a source are read at most: the newest.
const ENTRIES_MAX: usize = 16_000;
/// How often a change is tried again after another writer came first.
const TRIES: u32 = 5;

/// Silence, as operators deal with it.
#[derive(Clone, Debug)]
pub struct Silence {
    listing: Listing,
}

/// What arrived from a source lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceArrivals {
    /// From when on they were looked at: later than was asked for, where there are very many.
    pub since: Timestamp,
    /// When the newest event arrived.
    pub newest: Option<Timestamp>,
    /// The longest time in which nothing arrived between two events, or after the last one.
    pub longest_gap: Duration,
}

impl Silence {
    /// That of the ledger behind `listing`.
    #[must_use]
    pub const fn new(listing: Listing) -> Silence {
        Silence { listing }
    }

    /// The sources that are watched.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn watch_list(&self) -> Result<WatchList, ServiceError> {
        self.listing.ledger.watch_list().await
    }

    /// Changes the sources that are watched.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused, or others change it all the time.
    pub async fn change(&self, change: impl Fn(WatchList) -> WatchList) -> Result<(), ServiceError> {
        const OPERATION: &str = "dynamodb:PutItem (watch list)";
        for _ in 0..TRIES {
            let list = change(self.listing.ledger.watch_list().await?);
            if let WriteOutcome::Written(_) = self.listing.ledger.write(OPERATION, &list.put()).await? {
                return Ok(());
            }
        }
        Err(ServiceError::retryable(OPERATION, "others change the list at the same time"))
    }

    /// The directory of sources that the sweep writes; an empty one if it has not written it yet.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn directory(&self) -> Result<SourceDirectory, ServiceError> {
        Ok(self.listing.ledger.source_directory().await?.unwrap_or_default())
    }

    /// When the newest event of a source arrived; `None` if none is listed.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn newest_arrival(&self, source: &SourceName) -> Result<Option<Timestamp>, ServiceError> {
        self.listing.ledger.newest_arrival(source).await
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
    ) -> Result<SourceArrivals, ServiceError> {
        let filter = Filter { since: Some(since), ..Filter::of_source(source.clone(), View::Arrived) };
        let found = self.listing.arrivals(&filter, now, ENTRIES_MAX).await?;
        // The newest are the first.
        let times: Vec<Timestamp> = found.entries.iter().rev().map(|entry| entry.at).collect();
        // What lies before the earliest that was read is not known.
        let since = times.first().copied().filter(|_| !found.are_all).unwrap_or(since);
        Ok(SourceArrivals { since, newest: times.last().copied(), longest_gap: longest_gap(&times, now) })
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

//! When events arrived, by the index alone: for charts, which need no records.

use domain::ledger::listing::filter::Filter;
use domain::ledger::listing::query::Entry;
use domain::time::Timestamp;
use platform::service_error::ServiceError;

use super::Listing;

/// When events arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// What the index has of them, in the filter's order.
    pub entries: Vec<Entry>,
    /// Whether there are no more.
    pub are_all: bool,
}

impl Listing {
    /// When what `filter` finds arrived, or failed in the view of what failed: the first `max` at most, of about as many
    /// entries. Of the filter, the index knows sources, view, time, type and subject.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn arrivals(&self, filter: &Filter, now: Timestamp, max: usize) -> Result<Arrivals, ServiceError> {
        let found = self.entries(filter, now, None, max, max).await?;
        Ok(Arrivals { entries: found.entries, are_all: found.is_last })
    }
}

//! Which sources are watched, and when something arrived from them last.

use domain::ledger::listing::query::{Index, Order, Query};
use domain::ledger::slot;
use domain::ledger::watch_list::{WATCH_LIST_ID, WatchList};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Ledger;
use crate::service_error::ServiceError;

impl Ledger {
    /// Reads the watch list; an empty one if nobody has written it.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn watch_list(&self) -> Result<WatchList, ServiceError> {
        Ok(WatchList::of_item(self.item(WATCH_LIST_ID).await?.as_ref()))
    }

    /// When the newest event of a source arrived; `None` if none is listed.
    ///
    /// # Errors
    /// If the index could not be reached or refused.
    pub async fn newest_arrival(&self, source: &SourceName) -> Result<Option<Timestamp>, ServiceError> {
        let reads = slot::all(source).map(|key| async move {
            let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
            let query = Query { index: Index::Arrived, key, from, to, order: Order::Descending };
            let page = self.entries(&query, 1, None).await?;
            Ok(page.entries.first().map(|entry| entry.at))
        });
        let reads = stream::iter(reads).buffer_unordered(usize::from(slot::SLOTS));
        reads.try_fold(None, |newest, at| async move { Ok(newest.max(at)) }).await
    }
}

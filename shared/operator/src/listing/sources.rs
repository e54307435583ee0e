//! Which sources there are, and where the events about one thing are.

use domain::ledger::listing::filter::{Filter, View};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, stream};
use platform::service_error::ServiceError;

use super::{Listing, QUERIES_AT_ONCE};

impl Listing {
    /// All sources, by the directory that the sweep writes; `None` if it has not written it yet.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn sources(&self) -> Result<Option<Vec<SourceName>>, ServiceError> {
        Ok(self.ledger.source_directory().await?.map(|directory| directory.names()))
    }

    /// Where the events of these sources that are about `subject` are looked for. It reads one event of each source: what
    /// its sender reports on says whether they are all under one key.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn view_of_subject(&self, sources: &[SourceName], subject: String) -> Result<View, ServiceError> {
        // A list of them, so that the whole can be run on a task of its own.
        let looks: Vec<_> = sources.iter().map(|source| self.is_scattered(source)).collect();
        let mut looks = stream::iter(looks).buffer_unordered(QUERIES_AT_ONCE);
        while let Some(is_scattered) = looks.next().await {
            if is_scattered? {
                return Ok(View::ScatteredSubject(subject));
            }
        }
        Ok(View::Subject(subject))
    }

    async fn is_scattered(&self, source: &SourceName) -> Result<bool, ServiceError> {
        let filter = Filter::of_source(source.clone(), View::Arrived);
        for query in filter.queries(Timestamp::from_millis(i64::MAX), None) {
            let page = self.ledger.entries(&query, 1, None).await?;
            let records = self.records(&page.entries).await?;
            if let Some(row) = records.values().next() {
                // An operator's own description is in the source's secret, which is not read for this.
                return Ok(row.event.provider.description().is_none_or(|it| it.reports_own_things()));
            }
        }
        Ok(false)
    }
}

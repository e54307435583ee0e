//! Which sources there are, and where the events about one thing are.

use domain::event::event_id::EventId;
use domain::ledger::listing::filter::{Filter, View};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::service_error::ServiceError;

use crate::listing::{Listing, QUERIES_AT_ONCE};

/// Where the events about one thing are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectPlace {
    /// The list that has them.
    pub view: View,
    /// The ids that events have which end the thing, as far as they follow from its own.
    pub ends: Vec<EventId>,
}

impl Listing {
    /// All sources, by the directory that the sweep writes; `None` if it has not written it yet.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn sources(&self) -> Result<Option<Vec<SourceName>>, ServiceError> {
        Ok(self.ledger.source_directory().await?.map(|directory| directory.names()))
    }

    /// Where the events of these sources that are about `subject` are looked for. It reads one event of each source: the
    /// description of its sender says whether they are all under one key, and under which ids the ends are.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn place_of_subject(&self, sources: &[SourceName], subject: &str) -> Result<SubjectPlace, ServiceError> {
        // A list of them, so that the whole can be run on a task of its own.
        let looks: Vec<_> = sources.iter().map(|source| self.provider(source)).collect();
        let found: Vec<_> = stream::iter(looks).buffered(QUERIES_AT_ONCE).try_collect().await?;
        let (mut is_scattered, mut ends) = (false, Vec::new());
        for (source, provider) in sources.iter().zip(found) {
            match provider.map(Provider::description) {
                // It has no events.
                None => {}
                // An operator's own description is in the source's secret, which is not read for this.
                Some(None) => is_scattered = true,
                Some(Some(description)) => {
                    is_scattered |= description.reports_own_things();
                    let keys = description.end_keys(subject);
                    ends.extend(keys.iter().map(|key| EventId::new(source, key.iter().map(String::as_str))));
                }
            }
        }
        let subject = subject.to_owned();
        let view = if is_scattered { View::ScatteredSubject(subject) } else { View::Subject(subject) };
        Ok(SubjectPlace { view, ends })
    }

    /// The sender of a source's events, by one of them.
    async fn provider(&self, source: &SourceName) -> Result<Option<Provider>, ServiceError> {
        let filter = Filter::of_source(source.clone(), View::Arrived);
        for query in filter.queries(Timestamp::from_millis(i64::MAX), None) {
            let page = self.ledger.entries(&query, 1, None).await?;
            let records = self.records(page.entries.into_iter().map(|entry| entry.id).collect()).await?;
            if let Some(row) = records.values().next() {
                return Ok(Some(row.event.provider));
            }
        }
        Ok(None)
    }
}

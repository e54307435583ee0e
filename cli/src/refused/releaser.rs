//! Releasing stored deliveries of one source.

use std::future::ready;

use domain::receive::refused::places::Place;
use domain::receive::refused::release::{Release, ReleaseRefusal};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::verify::LateTime;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use operator::release::{ReleasedEvent, Releases};
use platform::clock;
use platform::refused::RefusedDeliveries;

use crate::error::{Error, Result};
use crate::refused::explanation::{Published, parsed};
use crate::refused::group::Found;
use crate::refused::stored_delivery::StoredDelivery;
use crate::refused::survey::Survey;
use crate::services::Services;
use crate::source_store::SourceStore;

/// How many deliveries are read or released side by side.
const AT_ONCE: usize = 8;

/// The events of a released delivery; or why it is not released.
pub(crate) type Outcome = std::result::Result<Vec<ReleasedEvent>, ReleaseRefusal>;

/// Releases stored deliveries of one source, by what its secret says now.
pub(crate) struct Releaser {
    source: Source,
    published: Published,
    late: LateTime,
    table: RefusedDeliveries,
    releases: Releases,
}

impl Releaser {
    /// For the deliveries of `source`. With [`LateTime::Allowed`] a signed time that was too long ago on arrival is allowed.
    ///
    /// # Errors
    /// If the source's secret cannot be read or used.
    pub(crate) async fn of(
        source: &SourceName,
        late: LateTime,
        services: &Services<'_>,
        store: &SourceStore,
    ) -> Result<Releaser> {
        let (table, releases) = (services.refused()?, services.releases()?);
        let source = parsed(source, &store.existing(source).await?)?;
        Ok(Releaser { published: Published::of(&source).await, source, late, table, releases })
    }

    /// What could not be tried, in a sentence.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.published.trouble.as_deref()
    }

    /// What would become of a delivery. Nothing is changed.
    pub(crate) fn judge(&self, stored: &StoredDelivery) -> std::result::Result<Release, ReleaseRefusal> {
        let StoredDelivery { refused, content, body, .. } = stored;
        refused.release(&self.source, content, body.as_deref(), &self.published.keys, (self.late, clock::now()))
    }

    /// Says which of `found` can be released. Nothing is changed.
    ///
    /// # Errors
    /// If a delivery could not be read.
    pub(crate) async fn survey(&self, found: Vec<Found>) -> Result<Survey> {
        let judge = |found: Found| async move {
            let judged = match found.1.released_at {
                Some(at) => Err(ReleaseRefusal::Released(at)),
                None => self.judge(&StoredDelivery::of(found.clone(), &self.table).await?),
            };
            Ok::<_, Error>((found, judged))
        };
        let judged = stream::iter(found.into_iter().map(judge)).buffered(AT_ONCE);
        judged.try_fold(Survey::default(), |survey, (found, judged)| ready(Ok(survey.with(found, judged)))).await
    }

    /// Records and sends the events of a delivery, and then notes that it is released. Where that ends half-way, a second time
    /// finds the records of the first.
    ///
    /// # Errors
    /// If ledger, queue or table could not be reached or refused.
    pub(crate) async fn release(&self, place: &Place, release: Release) -> Result<Vec<ReleasedEvent>> {
        let mut events = Vec::new();
        for event in release.events {
            events.push(self.releases.release(event).await?);
        }
        self.table.mark_released(place, clock::now()).await?;
        Ok(events)
    }

    /// Releases deliveries that a survey found to be genuine, begun in their order, and tells of each. They are judged once
    /// more: another operator may have released some meanwhile.
    ///
    /// # Errors
    /// As for [`Releaser::release`], and those of `tell`. Those that were released stay so; surveying anew goes on with the
    /// others.
    pub(crate) async fn release_all(
        &self,
        genuine: Vec<Found>,
        mut tell: impl FnMut(&Place, &Outcome) -> Result<()>,
    ) -> Result<()> {
        let release = |(place, _): Found| async move {
            let refused = self.table.delivery(&self.source.name, &place).await?;
            let Some(refused) = refused else { return Ok::<_, Error>(None) };
            let stored = StoredDelivery::of((place, refused), &self.table).await?;
            let outcome = match self.judge(&stored) {
                Ok(release) => Ok(self.release(&stored.place, release).await?),
                Err(refusal) => Err(refusal),
            };
            Ok(Some((stored.place, outcome)))
        };
        let mut released = stream::iter(genuine.into_iter().map(release)).buffered(AT_ONCE);
        while let Some(ended) = released.try_next().await? {
            // What has expired meanwhile is gone.
            if let Some((place, outcome)) = &ended {
                tell(place, outcome)?;
            }
        }
        Ok(())
    }
}

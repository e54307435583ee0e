//! Events of the past for a listener, read from the ledger and written as they were published.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::content::canonical::Canonical;
use domain::event::Event;
use domain::event::event_type::EventType;
use domain::expectation::job_expired;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use domain::provider::compiled_provider::CompiledProvider;
use domain::published::{PayloadPlacement, publish};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use operator::listing::{INDEX_LAG, Listing};
use tokio::time::MissedTickBehavior;

use crate::error::{Error, Result};
use crate::filter_options::FilterOptions;
use crate::live_view::LiveView;
use crate::local_event::LocalEvent;
use crate::local_handler::{AGAIN_AFTER, HandlerResult, LocalHandler};
use crate::page_reader::PageReader;
use crate::services::Services;
use crate::session::Session;
use crate::source_store::SourceStore;

/// So many are listed at once.
const PAGE_EVENTS: usize = 500;
/// A program on a developer's machine is not made for the events of hours at once.
const EVENTS_PER_SECOND: u32 = 100;
/// A listing leaves out what has just arrived. The clocks of functions differ by less than a second.
const LISTED_AFTER: Duration = INDEX_LAG.saturating_add(Duration::from_secs(1));

/// Events that were published before the listener had subscribed.
#[derive(Debug)]
pub struct Backfill {
    listing: Listing,
    sources: SourceStore,
    /// How the events of each source are read.
    senders: HashMap<SourceName, Arc<CompiledProvider>>,
}

impl Backfill {
    /// That of a stack.
    ///
    /// # Errors
    /// If the caller is not signed in, or there is no stack.
    pub async fn of(session: &Session) -> Result<Backfill> {
        let listing = Services::of(session).await?.listing()?;
        Ok(Backfill { listing, sources: SourceStore::of(session).await?, senders: HashMap::new() })
    }

    /// Lists what was published of these sources, or of all, since then: the oldest first. The caller has subscribed: what is
    /// not published by now comes by the subscription.
    ///
    /// # Errors
    /// If the ledger could not be read.
    pub async fn list(&self, sources: &[SourceName], since: Timestamp) -> Result<Vec<Row>> {
        // Nothing tells when the index is complete, so the time is waited for after which a listing counts on it.
        tokio::time::sleep(LISTED_AFTER).await;
        let options = FilterOptions { sources: sources.to_vec(), ..FilterOptions::default() };
        let sources = options.sources(&self.listing).await?;
        let filter = Filter { since: Some(since), ..Filter::of_sources(sources, View::Arrived) };
        let mut reader = PageReader::begin(self.listing.clone(), filter);
        let mut rows = Vec::new();
        while !reader.is_at_end() {
            rows.extend(reader.read(PAGE_EVENTS).await?);
        }
        rows.retain(|row| row.lifecycle.state == State::Done && !row.is_left_unpublished());
        rows.reverse();
        Ok(rows)
    }

    /// Has these events handled, one after the other; those that the handler does not take come again after the others.
    ///
    /// # Errors
    /// If the caller may not read them, or those of `report`, which is given each result.
    pub async fn hand_over(
        &mut self,
        mut rows: Vec<Row>,
        handler: &LocalHandler,
        is_asked_for: impl Fn(&LocalEvent) -> bool,
        mut report: impl FnMut(&LocalEvent, HandlerResult) -> Result<()>,
        view: &LiveView<'_>,
    ) -> Result<()> {
        let mut pace = tokio::time::interval(Duration::from_secs(1) / EVENTS_PER_SECOND);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !rows.is_empty() {
            let mut again = Vec::new();
            for part in rows.chunks(handler.events_at_once()) {
                let mut events = Vec::new();
                for row in part {
                    pace.tick().await;
                    match self.event(row).await {
                        Ok(event) => events.extend(event.filter(&is_asked_for).map(|event| (event, row))),
                        Err(error @ (Error::Denied { .. } | Error::SignIn(_))) => return Err(error),
                        Err(error) => view.words(&format!("{} is left out: {error}", row.event.id)),
                    }
                }
                let (events, rows): (Vec<LocalEvent>, Vec<&Row>) = events.into_iter().unzip();
                if events.is_empty() {
                    continue;
                }
                let results = handler.handle(&events).await;
                for ((event, row), result) in events.iter().zip(rows).zip(results) {
                    if !result.is_success {
                        again.push(row.clone());
                    }
                    report(event, result)?;
                }
            }
            rows = again;
            // A handler that fails is not to be called without end: as with live events, it has this time to recover.
            if !rows.is_empty() {
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
        Ok(())
    }

    /// The event, with its whole body, as it was published; `None` if its record has expired meanwhile. The copies of its
    /// assets and what the sender's API answered are not in the ledger, so they are missing.
    async fn event(&mut self, row: &Row) -> Result<Option<LocalEvent>> {
        let event = &row.event;
        let Some(body) = self.listing.body(&event.id).await? else { return Ok(None) };
        let canonical = match event.event_type {
            EventType::Expired(thing) => job_expired::canonical(thing, &body),
            EventType::Known(..) | EventType::Unrecognized => {
                let sender = self.sender(event).await?;
                Canonical::of(&sender, &event.headers, &body)
            }
        };
        let published = publish(event, &canonical, &body, PayloadPlacement::Whole);
        Ok(Some(LocalEvent::of_the_past(&published)))
    }

    /// The sender of an event. What an operator wrote of it stands in the source's secret.
    async fn sender(&mut self, event: &Event) -> Result<Arc<CompiledProvider>> {
        if let Some(sender) = event.provider.sender().or_else(|| self.senders.get(&event.source)) {
            return Ok(Arc::clone(sender));
        }
        let secret = self.sources.existing(&event.source).await?;
        let source = Source::parse(event.source.clone(), &secret)
            .map_err(|error| Error::Conflict(format!("the secret of the source {}: {error}", event.source)))?;
        self.senders.insert(event.source.clone(), Arc::clone(&source.sender));
        Ok(source.sender)
    }
}

/// What is one event, whether it comes by the subscription or from the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventKey {
    id: String,
    replay: u64,
}

/// Who has an event handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Who follows the subscription.
    Subscription,
    /// The backfill, and the handler has not taken it yet.
    Backfill,
    /// The backfill, and the handler has taken it.
    BackfillDone,
}

/// Who handles each event: the one that had it first.
#[derive(Debug, Default)]
pub struct Deduplicator(Mutex<HashMap<EventKey, Owner>>);

impl Deduplicator {
    /// The owner of an event; `owner` if it has none yet.
    pub fn owner(&self, key: EventKey, owner: Owner) -> Owner {
        *self.owners().entry(key).or_insert(owner)
    }

    /// The handler has taken an event from the ledger.
    pub fn finish(&self, key: EventKey) {
        self.owners().insert(key, Owner::BackfillDone);
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<EventKey, Owner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventKey {
    /// That of a published event.
    #[must_use]
    pub fn of(event: &LocalEvent) -> EventKey {
        let replay = event.json["landfallreplay"].as_u64().unwrap_or_default();
        EventKey { id: event.id().to_owned(), replay }
    }
}

#[cfg(test)]
mod tests {
    use super::{Deduplicator, EventKey, Owner};

    #[test]
    fn an_event_has_one_owner() {
        let (deduplicator, key) = (Deduplicator::default(), |replay| EventKey { id: "a/1".to_owned(), replay });
        assert_eq!(deduplicator.owner(key(0), Owner::Subscription), Owner::Subscription);
        assert_eq!(
            deduplicator.owner(key(0), Owner::Backfill),
            Owner::Subscription,
            "it came by the subscription first"
        );
        assert_eq!(deduplicator.owner(key(1), Owner::Backfill), Owner::Backfill, "a replay is another one");
        assert_eq!(deduplicator.owner(key(1), Owner::Subscription), Owner::Backfill);
        deduplicator.finish(key(1));
        assert_eq!(deduplicator.owner(key(1), Owner::Subscription), Owner::BackfillDone);
    }
}

//! Pages of events, single ones, counts, and what arrives.

pub mod arrivals;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::event::event_id::EventId;
use domain::ledger::attribute::Attribute;
use domain::ledger::item::Item;
use domain::ledger::listing::cursor::{Cursor, Position};
use domain::ledger::listing::filter::Filter;
use domain::ledger::listing::follow::Follow;
use domain::ledger::listing::merge::Merge;
use domain::ledger::listing::query::{Entry, Query};
use domain::ledger::listing::row::Row;
use domain::ledger::record::StoredBody;
use domain::ledger::value::Value;
use domain::time::Timestamp;
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::bodies::Bodies;
use platform::ledger::Ledger;
use platform::ledger::listing::EntryPage;
use platform::ledger::overdue::PageStart;
use platform::service_error::ServiceError;

/// An index may be so far behind its table: what arrived since is left to the next listing.
pub const INDEX_LAG: Duration = Duration::from_secs(2);
/// How many queries go side by side.
pub(crate) const QUERIES_AT_ONCE: usize = 16;
/// A query reads so many entries at first, at least and at most.
const PART_MIN: usize = 10;
const PART_MAX: usize = 1_000;
/// A page ends before it has read more entries than this, however few of them are shown.
const READ_MAX: usize = 10_000;
/// Where some records were not what is asked for, at least so many entries are looked at next ...
const ENTRIES_MIN: usize = 10;
/// ... and so many at most.
const ENTRIES_MAX: usize = 1_000;

/// How many bodies are read side by side.
const BODIES_AT_ONCE: usize = 16;

/// The listing of a ledger.
#[derive(Clone, Debug)]
pub struct Listing {
    pub(crate) ledger: Ledger,
    bodies: Bodies,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The events, in the filter's order.
    pub rows: Vec<Row>,
    /// Where the next page begins; absent if there is none. It may be there though no row is left.
    pub cursor: Option<Cursor>,
    /// How many entries of the index were looked at. Each 1,000 of them are about 23 read units.
    pub looked_at: usize,
    /// How many records were read for them, each half a unit for every 4 KiB.
    pub records: usize,
}

/// How many events there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// This many.
    Exactly(u64),
    /// Counting stopped here.
    AtLeast(u64),
}

/// Entries that are certain, in order.
struct Entries {
    entries: Vec<Entry>,
    is_last: bool,
    looked_at: usize,
    /// Where the listing goes on, if reading was given up before as many were found as were wanted.
    given_up_at: Option<Position>,
}

impl Listing {
    /// The listing of `ledger`, whose larger bodies are in `bodies`.
    #[must_use]
    pub const fn new(ledger: Ledger, bodies: Bodies) -> Listing {
        Listing { ledger, bodies }
    }

    /// The page of what `filter` asks for that begins at its beginning, with at most `limit` rows.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn first_page(&self, filter: Filter, now: Timestamp, limit: usize) -> Result<Page, ServiceError> {
        self.page(filter, now - INDEX_LAG, None, now, limit).await
    }

    /// The page that begins at `cursor`.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn next_page(&self, cursor: Cursor, now: Timestamp, limit: usize) -> Result<Page, ServiceError> {
        self.page(cursor.filter, cursor.top, Some(cursor.last), now, limit).await
    }

    async fn page(
        &self,
        filter: Filter,
        top: Timestamp,
        mut last: Option<Position>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Page, ServiceError> {
        let (mut rows, mut looked_at, mut read, mut shown) = (Vec::new(), 0, 0, HashSet::new());
        let mut wanted = limit;
        loop {
            let found = self.entries(&filter, top, last.clone(), wanted, READ_MAX.saturating_sub(looked_at)).await?;
            looked_at += found.looked_at;
            let mut records = self.shown(&filter, &found.entries, now).await?;
            let (count, missing_before) = (found.entries.len(), limit - rows.len());
            read += count;
            for (index, entry) in found.entries.into_iter().enumerate() {
                let row = records.remove(&entry.id);
                // An event that comes due another time meanwhile is met twice.
                rows.extend(row.filter(|row| shown.insert(row.event.id.clone())));
                last = Some(Position { at: entry.at, id: entry.id });
                if rows.len() == limit && (index + 1 < count || !found.is_last) {
                    let cursor = last.map(|last| Cursor { filter, top, last });
                    return Ok(Page { rows, cursor, looked_at, records: read });
                }
            }
            if found.is_last {
                return Ok(Page { rows, cursor: None, looked_at, records: read });
            }
            let missing = limit - rows.len();
            // As many again as were too few, or ever more while none is what is asked for.
            let next = if missing < missing_before { 2 * missing } else { 2 * wanted };
            wanted = next.clamp(ENTRIES_MIN, ENTRIES_MAX);
            last = found.given_up_at.or(last);
            if looked_at >= READ_MAX {
                let cursor = last.map(|last| Cursor { filter, top, last });
                return Ok(Page { rows, cursor, looked_at, records: read });
            }
        }
    }

    /// The event `id` as it stands; `None` if there is none, or if what stands there cannot be read.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn get(&self, id: &EventId) -> Result<Option<Row>, ServiceError> {
        Ok(self.ledger.item(id.as_str()).await?.and_then(|item| Row::of_item(&item).ok()))
    }

    /// Those of the events `ids` that there are.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn get_all(&self, ids: &[EventId]) -> Result<Vec<Row>, ServiceError> {
        Ok(self.records(ids.iter().map(EventId::to_string).collect()).await?.into_values().collect())
    }

    /// The body of the event `id`, from its record or from the bucket; `None` if there is no such event.
    ///
    /// # Errors
    /// If the ledger or the bucket could not be reached or refused, or the body is not the one that was recorded.
    pub async fn body(&self, id: &EventId) -> Result<Option<Vec<u8>>, ServiceError> {
        let Some(record) = self.ledger.record_of(id).await? else { return Ok(None) };
        Ok(Some(match record.body {
            StoredBody::Inline(bytes) => bytes,
            StoredBody::Referenced(reference) => self.bodies.get(&reference, record.event.body_sha256).await?,
        }))
    }

    /// Counts the entries that `filter` finds, by source, view and time alone; stops at `max` or a little beyond.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn count(&self, filter: &Filter, now: Timestamp, max: u64) -> Result<Count, ServiceError> {
        let mut total = 0;
        for query in filter.queries(now, None) {
            let mut start = None;
            loop {
                let (count, next) = self.ledger.count_entries(&query, start.as_ref()).await?;
                total += count;
                if total >= max {
                    return Ok(Count::AtLeast(total));
                }
                match next {
                    Some(next) => start = Some(next),
                    None => break,
                }
            }
        }
        Ok(Count::Exactly(total))
    }

    /// What has arrived since `follow` looked last, the earliest first.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused; `follow` then looks again from where it was.
    pub async fn look(&self, filter: &Filter, follow: &mut Follow, now: Timestamp) -> Result<Vec<Row>, ServiceError> {
        let filter = Filter { since: Some(follow.since()), until: None, ..filter.clone() };
        // Ingest's clock may be ahead.
        let found = self.entries(&filter, now + INDEX_LAG, None, usize::MAX, usize::MAX).await?;
        let mut next = follow.clone();
        let new = next.take(found.entries);
        let mut records = self.shown(&filter, &new, now).await?;
        *follow = next;
        Ok(new.iter().filter_map(|entry| records.remove(&entry.id)).collect())
    }

    /// Reads entries until `wanted` are certain, or about `max` were looked at.
    async fn entries(
        &self,
        filter: &Filter,
        top: Timestamp,
        after: Option<Position>,
        wanted: usize,
        max: usize,
    ) -> Result<Entries, ServiceError> {
        let queries = filter.queries(top, after.as_ref().map(|after| after.at));
        let mut part = (wanted.saturating_mul(2) / queries.len().max(1)).clamp(PART_MIN, PART_MAX);
        let mut merge = Merge::new(filter.order(), queries.len(), after);
        let mut starts: Vec<Option<PageStart>> = queries.iter().map(|_| None).collect();
        let mut looked_at = 0;
        loop {
            let missing = merge.missing(wanted);
            if missing.is_empty() {
                break;
            }
            if looked_at >= max
                && let Some((entries, position)) = merge.clone().certain()
            {
                return Ok(Entries { entries, is_last: false, looked_at, given_up_at: Some(position) });
            }
            let share = (max.saturating_sub(looked_at) / missing.len()).max(PART_MIN);
            let limit = u32::try_from(part.min(share)).expect("it is 1,000 at most");
            let reads = missing.into_iter().map(|number| {
                let start = starts[number].take();
                self.read(number, &queries[number], limit, start)
            });
            let pages: Vec<_> = stream::iter(reads).buffer_unordered(QUERIES_AT_ONCE).try_collect().await?;
            for (number, page) in pages {
                looked_at += page.entries.len();
                starts[number] = page.next;
                merge.add(number, page.entries, starts[number].is_some(), |entry| filter.admits(entry));
            }
            // Few entries are what is asked for: a larger part costs less for each.
            part = (2 * part).min(PART_MAX);
        }
        let is_last = merge.ends_within(wanted);
        Ok(Entries { entries: merge.first(wanted), is_last, looked_at, given_up_at: None })
    }

    async fn read(
        &self,
        number: usize,
        query: &Query,
        limit: u32,
        start: Option<PageStart>,
    ) -> Result<(usize, EntryPage), ServiceError> {
        Ok((number, self.ledger.entries(query, limit, start.as_ref()).await?))
    }

    /// The events of `entries` that the filter shows.
    async fn shown(
        &self,
        filter: &Filter,
        entries: &[Entry],
        now: Timestamp,
    ) -> Result<HashMap<String, Row>, ServiceError> {
        let mut rows = self.records(entries.iter().map(|entry| entry.id.clone()).collect()).await?;
        rows.retain(|_, row| filter.shows(row, now));
        let Some(pattern) = &filter.body else { return Ok(rows) };
        let bodies = rows.into_iter().map(|(id, row)| async move {
            let body = self.body(&row.event.id).await?;
            Ok::<_, ServiceError>(body.is_some_and(|body| pattern.is_in(&body)).then_some((id, row)))
        });
        let found: Vec<_> = stream::iter(bodies).buffer_unordered(BODIES_AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    pub(crate) async fn records(&self, mut ids: Vec<String>) -> Result<HashMap<String, Row>, ServiceError> {
        // DynamoDB refuses a batch that names an item twice.
        ids.sort_unstable();
        ids.dedup();
        let items = try_join_all(ids.chunks(100).map(|ids| self.ledger.items(ids))).await?;
        Ok(items.iter().flatten().filter_map(|item| Some((id_of(item)?, Row::of_item(item).ok()?))).collect())
    }
}

fn id_of(item: &Item<'_>) -> Option<String> {
    item.get(Attribute::Id).and_then(Value::as_text).map(str::to_owned)
}

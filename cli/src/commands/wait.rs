//! `landfall wait`.

use std::time::Duration;

use clap::Args;
use domain::event::event_id::EventId;
use domain::event::event_type::{EventType, Status};
use domain::ledger::listing::filter::Filter;
use domain::ledger::listing::follow::Follow;
use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use operator::listing::Listing;
use platform::clock;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::event_row::EventRow;
use crate::filter_options::FilterOptions;
use crate::id_argument::event_id;
use crate::moment::duration;
use crate::services::Services;

/// How often the ledger is read.
const EVERY: Duration = Duration::from_secs(1);
/// How many events about one thing are read at once.
const PAGE_EVENTS: usize = 100;
/// What came before the wait began counts if it is not older.
const BEFORE: Duration = Duration::from_secs(24 * 60 * 60);

/// The options of `landfall wait`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Wait until this event is published or given up
    #[arg(long, value_name = "ID", value_parser = event_id, required_unless_present = "subject")]
    id: Option<EventId>,
    /// Wait until the event is published or given up that ends this job or thing, by the sender's id of it; one of the last
    /// day counts
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    subject: Option<String>,
    /// With --subject: the source; several times for several, without it all
    #[arg(long = "source", value_name = "NAME", requires = "subject", value_parser = SourceName::parse)]
    sources: Vec<SourceName>,
    /// Wait at most this long
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    timeout: Duration,
}

/// Waits until an event has ended, and says by the exit code how.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let listing = Services::of(&context.session).await?.listing()?;
    let wait = async {
        match (&arguments.id, &arguments.subject) {
            (Some(id), _) => finished(&listing, id).await,
            (None, subject) => {
                let options = FilterOptions { sources: arguments.sources.clone(), ..FilterOptions::default() };
                let sources = options.sources(&listing).await?;
                let place = listing.place_of_subject(&sources, subject.as_deref().unwrap_or_default()).await?;
                end_of_thing(&listing, &place.ends, Filter::of_sources(sources, place.view)).await
            }
        }
    };
    let what = arguments.id.as_ref().map(EventId::as_str).or(arguments.subject.as_deref()).unwrap_or_default();
    let waited = context.interrupt.or(async { Ok(tokio::time::timeout(arguments.timeout, wait).await) }).await?;
    let row = match waited {
        None => return Err(Error::Interrupted("Nothing was changed: wait again.".into())),
        Some(Err(_)) => {
            let seconds = arguments.timeout.as_secs();
            return Err(Error::TimedOut(format!("{what} has not ended within {seconds} s")));
        }
        Some(Ok(row)) => row?,
    };
    let error = ending(&row);
    context.output.item(&EventRow::from(row))?;
    error.map_or(Ok(()), Err)
}

/// What is wrong with how it ended.
fn ending(row: &Row) -> Option<Error> {
    let id = &row.event.id;
    if row.lifecycle.state == State::Failed {
        let reason = row.last_error.as_deref().unwrap_or("no reason");
        return Some(Error::Failed(format!("the event {id} was given up: {reason}")));
    }
    match row.event.event_type {
        EventType::Expired(_) => Some(Error::Failed(format!(
            "the event {id} is published, and says that the job was given up: its end is not known"
        ))),
        EventType::Known(_, Status::Failed) => {
            Some(Error::Failed(format!("the event {id} is published, and says that the thing failed")))
        }
        EventType::Known(..) | EventType::Unrecognized => None,
    }
}

/// The event, once it is finished. One that does not exist may come.
async fn finished(listing: &Listing, id: &EventId) -> Result<Row> {
    loop {
        if let Some(row) = listing.get(id).await?
            && row.lifecycle.state.is_final()
        {
            return Ok(row);
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The event that ends a thing, once it is finished.
async fn end_of_thing(listing: &Listing, ends: &[EventId], filter: Filter) -> Result<Row> {
    let began_at = clock::now();
    let mut follow = Follow::from(began_at - BEFORE_FOLLOWING);
    let since = began_at - BEFORE;
    // Where its id says under which ids its end is, no list is read for it.
    let known = listing.get_all(ends).await?;
    let ends = known.iter().filter(|row| is_end(row) && row.event.received_at >= since);
    if let Some(end) = ends.max_by_key(|row| row.event.received_at) {
        return finished(listing, &end.event.id).await;
    }
    let since = Some(since);
    if let Some(end) = earlier_end(listing, Filter { since, ..filter.clone() }, began_at).await? {
        return finished(listing, &end.event.id).await;
    }
    loop {
        let rows = listing.look(&filter, &mut follow, clock::now()).await?;
        if let Some(end) = rows.iter().find(|row| is_end(row)) {
            return finished(listing, &end.event.id).await;
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Following begins so much before the wait did: a listing leaves out what arrived in the last two seconds.
const BEFORE_FOLLOWING: Duration = Duration::from_secs(10);

async fn earlier_end(listing: &Listing, filter: Filter, now: Timestamp) -> Result<Option<Row>> {
    let mut page = listing.first_page(filter, now, PAGE_EVENTS).await?;
    loop {
        if let Some(end) = page.rows.into_iter().find(is_end) {
            return Ok(Some(end));
        }
        let Some(cursor) = page.cursor else { return Ok(None) };
        page = listing.next_page(cursor, now, PAGE_EVENTS).await?;
    }
}

fn is_end(row: &Row) -> bool {
    match row.event.event_type {
        EventType::Known(_, status) => matches!(status, Status::Completed | Status::Failed | Status::Occurred),
        EventType::Expired(_) => true,
        EventType::Unrecognized => false,
    }
}

//! An event and, where that is asked for, its body, as files have it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::event::event_id::EventId;
use domain::ledger::listing::row::Row as Event;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use operator::listing::Listing;
use serde::Serialize;

use crate::error::Result;
use crate::event_row::EventRow;
use crate::output::Row;

/// How many bodies are read side by side.
const BODIES_AT_ONCE: usize = 16;

/// An event and its body.
#[derive(Debug, Serialize)]
pub struct ExportedEvent {
    #[serde(flatten)]
    event: EventRow,
    /// The body, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The body, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

impl Row for ExportedEvent {
    const COLUMNS: &'static [&'static str] = EventRow::COLUMNS;
}

/// Reads the events with these ids, the newest first; those without a record are missing.
///
/// # Errors
/// If the ledger could not be read.
pub async fn named(listing: &Listing, ids: &[EventId]) -> Result<Vec<Event>> {
    let mut events = listing.get_all(ids).await?;
    events.sort_by(|one, other| {
        let place = |event: &Event| (event.event.received_at, event.event.id.to_string());
        place(other).cmp(&place(one))
    });
    Ok(events)
}

/// These events in their order.
///
/// # Errors
/// If a body could not be read.
pub async fn exported(with_bodies: bool, listing: &Listing, events: Vec<Event>) -> Result<Vec<ExportedEvent>> {
    let events = events.into_iter().map(|event| export(with_bodies, listing, event));
    stream::iter(events).buffered(BODIES_AT_ONCE).try_collect().await
}

async fn export(with_body: bool, listing: &Listing, event: Event) -> Result<ExportedEvent> {
    let bytes = if with_body { listing.body(&event.event.id).await? } else { None };
    let (body, body_base64) = match bytes.map(String::from_utf8) {
        None => (None, None),
        Some(Ok(text)) => (Some(text), None),
        Some(Err(error)) => (None, Some(STANDARD.encode(error.as_bytes()))),
    };
    Ok(ExportedEvent { event: EventRow::from(event), body, body_base64 })
}

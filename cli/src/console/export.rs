//! A selection of events as a file to download: a JSON document a line, as `landfall events export` writes them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use domain::event::event_id::EventId;
use futures_util::stream;
use operator::listing::Listing;
use url::form_urlencoded;

use crate::console::state::Console;
use crate::console::view::View;
use crate::error::{Error, Result};
use crate::exported_event::{exported, named};
use crate::page_reader::PageReader;

/// How many are read at once.
const PAGE_EVENTS: usize = 500;

/// The file. A browser keeps no file whose answer says that something is wrong.
pub(crate) async fn export(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    match body(&console, &query.unwrap_or_default()).await {
        Ok(body) => {
            let name = "attachment; filename=\"events.ndjson\"";
            ([(CONTENT_TYPE, "application/x-ndjson"), (CONTENT_DISPOSITION, name)], body).into_response()
        }
        Err(error) => {
            console.note(&error);
            let status =
                if matches!(error, Error::Usage(_)) { StatusCode::BAD_REQUEST } else { StatusCode::BAD_GATEWAY };
            (status, format!("{error}\n")).into_response()
        }
    }
}

/// The events with these ids, or else those that the view finds. The first of them are read before anything is answered.
async fn body(console: &Console, query: &str) -> Result<Body> {
    let ids = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "id");
    let ids = ids.map(|(_, id)| EventId::parse(&id).map_err(|error| Error::Usage(format!("{id}: {error}"))));
    let ids = ids.collect::<Result<Vec<EventId>>>()?;
    let listing = console.services().await?.listing()?;
    if !ids.is_empty() {
        let rows = named(&listing, &ids).await?;
        return Ok(Body::from(lines(&exported(false, &listing, rows).await?)));
    }
    let view = View::parse(query).filter_alone();
    let filter = view.options()?.filter(&listing).await?;
    let mut reader = PageReader::begin(listing.clone(), filter);
    let first = page(&mut reader, &listing).await?;
    let rest = stream::unfold((reader, listing, Some(first)), |(mut reader, listing, known)| async move {
        let page = match known {
            Some(page) => Ok(page),
            None if reader.is_at_end() => return None,
            None => page(&mut reader, &listing).await,
        };
        Some((page, (reader, listing, None)))
    });
    Ok(Body::from_stream(rest))
}

async fn page(reader: &mut PageReader, listing: &Listing) -> Result<String> {
    let rows = reader.read(PAGE_EVENTS).await?;
    Ok(lines(&exported(false, listing, rows).await?))
}

fn lines(events: &[crate::exported_event::ExportedEvent]) -> String {
    let line = |event| serde_json::to_string(event).expect("a row has names as keys") + "\n";
    events.iter().map(line).collect()
}

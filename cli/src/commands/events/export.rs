//! `landfall events export`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use domain::ledger::listing::row::Row as Event;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use operator::listing::Listing;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::event_row::EventRow;
use crate::filter_options::FilterOptions;
use crate::output::Row;
use crate::page_reader::PageReader;
use crate::services::Services;

/// How many are written before the cursor is saved.
const PAGE_EVENTS: usize = 200;
/// How many bodies are read side by side.
const BODIES_AT_ONCE: usize = 16;

/// The options of `landfall events export`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    filter: FilterOptions,
    /// Write the bodies too
    #[arg(long)]
    bodies: bool,
    /// Go on where an earlier export stopped, which printed this
    #[arg(long, value_name = "TEXT", conflicts_with = "filter")]
    cursor: Option<String>,
    /// Keep the cursor in this file, and go on there if it exists; it is removed at the end
    #[arg(long, value_name = "FILE", conflicts_with = "cursor")]
    cursor_file: Option<PathBuf>,
}

/// An event and its body.
#[derive(Serialize)]
struct ExportedEvent {
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

/// Writes all events that the filter finds.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let listing = Services::of(&context.session).await?.listing()?;
    let stored = arguments.cursor_file.as_deref().map(read_cursor).transpose()?.flatten();
    let mut reader = match arguments.cursor.as_ref().or(stored.as_ref()) {
        Some(cursor) => PageReader::at(listing.clone(), cursor)?,
        None => PageReader::begin(listing.clone(), arguments.filter.filter(&listing).await?),
    };
    let result = context.interrupt.or(write(arguments, &listing, &mut reader, context)).await;
    let go_on = || match (&arguments.cursor_file, reader.cursor()) {
        (Some(_), _) => "Run the same command again to go on.".to_owned(),
        (None, Some(cursor)) => format!("Go on with --cursor {cursor}"),
        (None, None) => "Nothing was written.".to_owned(),
    };
    match result {
        Ok(Some(())) => Ok(()),
        Ok(None) => Err(Error::Interrupted(go_on())),
        Err(error) => {
            context.output.words(&go_on());
            Err(error)
        }
    }
}

async fn write(arguments: &Arguments, listing: &Listing, reader: &mut PageReader, context: &Context) -> Result<()> {
    while !reader.is_at_end() {
        let page = reader.read(PAGE_EVENTS).await?;
        let events = page.into_iter().map(|event| export(arguments.bodies, listing, event));
        let events: Vec<ExportedEvent> = stream::iter(events).buffered(BODIES_AT_ONCE).try_collect().await?;
        context.output.lines(&events)?;
        if let Some(file) = &arguments.cursor_file {
            write_cursor(file, reader.cursor().as_deref())?;
        }
    }
    Ok(())
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

fn read_cursor(file: &Path) -> Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(cursor) => Ok(Some(cursor)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::NotFound(format!("{}: {error}", file.display()))),
    }
}

/// The file has the old cursor or the new one, whenever this program dies.
fn write_cursor(file: &Path, cursor: Option<&str>) -> Result<()> {
    let written = match cursor {
        Some(cursor) => {
            let new = file.with_added_extension("new");
            fs::write(&new, cursor).and_then(|()| fs::rename(&new, file))
        }
        None => match fs::remove_file(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
    };
    written.map_err(|error| Error::Usage(format!("--cursor-file: {}: {error}", file.display())))
}

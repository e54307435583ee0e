//! `landfall events export`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::event::event_id::EventId;
use operator::listing::Listing;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exported_event::{exported, named};
use crate::filter_options::FilterOptions;
use crate::id_argument::event_id;
use crate::page_reader::PageReader;
use crate::services::Services;

/// How many are written before the cursor is saved.
const PAGE_EVENTS: usize = 200;

/// The options of `landfall events export`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The events' ids; without any, the filter says which
    #[arg(value_name = "ID", value_parser = event_id, conflicts_with_all = ["filter", "cursor", "cursor_file"])]
    ids: Vec<EventId>,
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

/// Writes all events that are named or that the filter finds.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let listing = Services::of(&context.session).await?.listing()?;
    if !arguments.ids.is_empty() {
        let rows = named(&listing, &arguments.ids).await?;
        if rows.len() < arguments.ids.len() {
            context.output.words(&format!("{} have no record any more.", arguments.ids.len() - rows.len()));
        }
        return context.output.lines(&exported(arguments.bodies, &listing, rows).await?);
    }
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
        context.output.lines(&exported(arguments.bodies, listing, page).await?)?;
        if let Some(file) = &arguments.cursor_file {
            write_cursor(file, reader.cursor().as_deref())?;
        }
    }
    Ok(())
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

//! `landfall events list`.

use clap::Args;

use crate::commands::events::tail;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::event_row::EventRow;
use crate::filter_options::FilterOptions;
use crate::options::Format;
use crate::page_reader::{ENTRIES_TOLD, PageReader};
use crate::services::Services;

/// With `--all`, so many are read at once.
const PAGE_EVENTS: usize = 500;

/// The options of `landfall events list`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    filter: FilterOptions,
    /// At most this many events
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// All that there are
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Go on where an earlier list ended, which printed this
    #[arg(long, value_name = "TEXT", conflicts_with = "filter")]
    cursor: Option<String>,
    /// Show events as they arrive, as landfall events tail does
    #[arg(long, conflicts_with_all = ["limit", "all", "cursor"])]
    follow: bool,
}

/// Lists events.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    if arguments.follow {
        return tail::run(&arguments.filter, context).await;
    }
    let listing = Services::of(&context.session).await?.listing()?;
    let mut reader = match &arguments.cursor {
        Some(cursor) => PageReader::at(listing, cursor)?,
        None => {
            let filter = arguments.filter.filter(&listing).await?;
            PageReader::begin(listing, filter)
        }
    };
    let limit = arguments.limit as usize;
    let (mut shown, mut rows, mut cost_told_at) = (0, Vec::new(), ENTRIES_TOLD);
    let is_interrupted = loop {
        let wanted = if arguments.all { PAGE_EVENTS } else { limit - shown };
        let Some(page) = context.interrupt.or(reader.read(wanted)).await? else { break true };
        shown += page.len();
        let page = page.into_iter().map(EventRow::from);
        match context.output.format() {
            Format::Ndjson => context.output.rows(&page.collect::<Vec<_>>())?,
            Format::Table | Format::Json => rows.extend(page),
        }
        if reader.entries() >= cost_told_at {
            context.output.words(&reader.cost());
            cost_told_at += reader.entries();
        }
        let is_enough = !arguments.all && (shown >= limit || reader.entries() >= ENTRIES_TOLD);
        if reader.is_at_end() || is_enough {
            break false;
        }
    };
    if context.output.format() != Format::Ndjson {
        context.output.rows(&rows)?;
    }
    let go_on = reader.cursor().map(|cursor| format!("There may be more: go on with --cursor {cursor}"));
    match (is_interrupted, go_on) {
        (true, go_on) => Err(Error::Interrupted(go_on.unwrap_or_else(|| "interrupted before the first page".into()))),
        (false, Some(go_on)) => {
            context.output.words(&go_on);
            Ok(())
        }
        (false, None) => Ok(()),
    }
}

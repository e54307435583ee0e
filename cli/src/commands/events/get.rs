//! `landfall events get`.

use std::fmt::Write as _;

use clap::Args;
use domain::ledger::listing::row;
use domain::time::Timestamp;
use operator::timeline::{Moment, TimeSpent, Timeline};
use platform::clock;
use platform::log_group::LogLine;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::event_row::EventRow;
use crate::id_argument::{IdArgument, missing};
use crate::options::Format;
use crate::output::Row;
use crate::services::Services;

/// The options of `landfall events get`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    id: IdArgument,
    /// Read the record alone, not the functions' logs
    #[arg(long)]
    no_logs: bool,
}

/// An event and its life.
#[derive(Serialize)]
struct EventLife {
    #[serde(flatten)]
    event: EventRow,
    timeline: Vec<TimelineRow>,
    total_ms: Option<u64>,
    worked_ms: Option<u64>,
    waited_ms: Option<u64>,
}

#[derive(Serialize)]
struct TimelineRow {
    at: String,
    after_ms: i64,
    step: &'static str,
    text: String,
}

impl Row for EventLife {
    const COLUMNS: &'static [&'static str] =
        &["id", "type", "subject", "state", "attempts", "verified_by", "origin", "replay", "last_error"];
}

/// Tells an event's life.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let services = Services::of(&context.session).await?;
    let id = &arguments.id.id;
    let row = services.listing()?.get(id).await?.ok_or_else(|| missing(id))?;
    let lines = if arguments.no_logs { Vec::new() } else { lines(&services, &row, context).await? };
    let timeline = Timeline::of(&row, &lines);
    let began_at = row.event.received_at;
    let life = EventLife {
        event: EventRow::from(row),
        timeline: timeline.moments.into_iter().map(|moment| TimelineRow::new(moment, began_at)).collect(),
        total_ms: timeline.spent.map(|spent| spent.total_ms),
        worked_ms: timeline.spent.map(|spent| spent.worked_ms),
        waited_ms: timeline.spent.map(|spent| spent.waited_ms),
    };
    context.output.item(&life)?;
    match context.output.format() {
        Format::Table if context.output.has_usual_fields() => {
            context.output.text(&text(&life.timeline, timeline.spent))
        }
        Format::Table | Format::Json | Format::Ndjson => Ok(()),
    }
}

/// The lines about the event. The record tells enough to go on without them.
async fn lines(services: &Services<'_>, row: &row::Row, context: &Context) -> Result<Vec<LogLine>> {
    let now = clock::now();
    let logs = services.logs(&["IngestLogGroup", "ProcessLogGroup"])?;
    Ok(match logs.of_event(row, now).await {
        Ok(lines) => {
            context.output.words(&format!("{} log lines", lines.len()));
            lines
        }
        Err(error) => {
            context.output.words(&format!("This is what the record alone tells: {}", Error::from(error)));
            Vec::new()
        }
    })
}

fn text(timeline: &[TimelineRow], spent: Option<TimeSpent>) -> String {
    let mut text = "\n".to_owned();
    for TimelineRow { at, after_ms, step, text: words } in timeline {
        let _ = writeln!(text, "{at} {:>12}  {step:<12} {words}", format!("{after_ms:+} ms"));
    }
    if let Some(TimeSpent { total_ms, worked_ms, waited_ms }) = spent {
        let _ = writeln!(text, "\n{total_ms} ms: {worked_ms} ms of work, {waited_ms} ms of waiting");
    }
    text
}

impl TimelineRow {
    fn new(Moment { at, step, text }: Moment, began_at: Timestamp) -> TimelineRow {
        TimelineRow { at: at.to_string(), after_ms: at.as_millis() - began_at.as_millis(), step: step.as_str(), text }
    }
}

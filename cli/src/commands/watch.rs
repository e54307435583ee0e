//! `landfall watch`.

use std::time::Duration;

use clap::Args;
use domain::ledger::watch_list::{SILENCE_ALLOWED, is_silent, suggested};
use domain::source::source_name::SourceName;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use operator::silence::Silence;
use platform::clock;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::moment::{duration, whole};
use crate::output::Row;
use crate::services::Services;

/// How far back the gaps between a source's events are looked at.
const LOOKED_BACK: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How many sources are looked at side by side.
const SOURCES_AT_ONCE: usize = 4;

/// The options of `landfall watch`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The source; without it, all that are watched are listed
    #[arg(value_name = "SOURCE", value_parser = SourceName::parse)]
    source: Option<SourceName>,
    /// Watch it: an alarm rings when nothing arrives for longer, from 5m to 30d
    #[arg(long, value_name = "TIME", value_parser = silence, requires = "source", conflicts_with = "remove")]
    after: Option<Duration>,
    /// Watch it no longer
    #[arg(long, requires = "source")]
    remove: bool,
}

/// A source that is watched.
#[derive(Serialize)]
struct WatchedSource {
    source: String,
    silent_after: String,
    newest_event_at: Option<String>,
    is_silent: bool,
    /// A source that was removed is not missed.
    exists: bool,
}

impl Row for WatchedSource {
    const COLUMNS: &'static [&'static str] = &["source", "silent_after", "newest_event_at", "is_silent", "exists"];
}

/// What is known of a source's silence.
#[derive(Serialize)]
struct SourceSilence {
    source: String,
    /// Null if it is not watched.
    silent_after: Option<String>,
    newest_event_at: Option<String>,
    /// The longest time without an event, in seconds, and since when it was looked for.
    longest_gap_seconds: Option<u64>,
    since: String,
    suggested_after: Option<String>,
}

impl Row for SourceSilence {
    const COLUMNS: &'static [&'static str] =
        &["source", "silent_after", "newest_event_at", "longest_gap_seconds", "since", "suggested_after"];
}

/// Watches a source, or shows what is watched.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let silence = Services::of(&context.session).await?.silence()?;
    let Some(source) = &arguments.source else { return list(&silence, context).await };
    match arguments.after {
        Some(after) => {
            existing(&silence, source).await?;
            silence.change(|list| list.with(source.clone(), after)).await?;
            context.output.words(&format!("An alarm rings when nothing arrives from {source} for {}.", whole(after)));
        }
        None if arguments.remove => {
            if silence.watch_list().await?.silent_after(source).is_none() {
                return Err(Error::NotFound(format!("{source} is not watched: landfall watch lists what is")));
            }
            silence.change(|list| list.without(source)).await?;
            context.output.words(&format!("{source} is not watched any more."));
            return Ok(());
        }
        None => existing(&silence, source).await?,
    }
    show(&silence, source, context).await
}

async fn existing(silence: &Silence, source: &SourceName) -> Result<()> {
    if silence.directory().await?.contains(source) {
        return Ok(());
    }
    Err(Error::NotFound(format!(
        "there is no source {source}: landfall source list has all. One made by hand is known after six minutes"
    )))
}

async fn show(silence: &Silence, source: &SourceName, context: &Context) -> Result<()> {
    let now = clock::now();
    let (list, arrivals) = (silence.watch_list().await?, silence.arrivals(source, now - LOOKED_BACK, now).await?);
    if arrivals.newest.is_none() {
        context.output.words(&format!(
            "No event of {source} arrived in the last 14 days. While none is listed, a watched source counts as silent."
        ));
    }
    let known = arrivals.newest.is_some();
    context.output.item(&SourceSilence {
        source: source.to_string(),
        silent_after: list.silent_after(source).map(whole),
        newest_event_at: arrivals.newest.map(|at| at.to_string()),
        longest_gap_seconds: known.then_some(arrivals.longest_gap.as_secs()),
        since: arrivals.since.to_string(),
        suggested_after: known.then(|| whole(suggested(arrivals.longest_gap))),
    })
}

async fn list(silence: &Silence, context: &Context) -> Result<()> {
    let now = clock::now();
    let (entries, directory) = (silence.watch_list().await?.entries(), silence.directory().await?);
    if entries.is_empty() {
        context.output.words(&format!(
            "No source is watched: watch one with {}.",
            context.session.command("watch SOURCE --after 6h")
        ));
    }
    let rows = entries.into_iter().map(async |(source, silent_after)| {
        let newest = silence.newest_arrival(&source).await?;
        let exists = directory.contains(&source);
        Ok::<_, Error>(WatchedSource {
            source: source.to_string(),
            silent_after: whole(silent_after),
            newest_event_at: newest.map(|at| at.to_string()),
            is_silent: exists && is_silent(newest, silent_after, now),
            exists,
        })
    });
    let rows: Vec<WatchedSource> = stream::iter(rows).buffered(SOURCES_AT_ONCE).try_collect().await?;
    context.output.rows(&rows)
}

fn silence(text: &str) -> std::result::Result<Duration, String> {
    let silence = duration(text)?;
    if SILENCE_ALLOWED.contains(&silence) { Ok(silence) } else { Err("give 5m to 30d".to_owned()) }
}

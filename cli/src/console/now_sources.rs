//! The sources on the screen Now: what needs a look first.

use std::cmp::Reverse;
use std::time::Duration;

use domain::ledger::listing::filter::{self, Filter};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use maud::{Markup, html};
use operator::listing::{Count, Listing};

use crate::console::pane::no_source;
use crate::console::state::Console;
use crate::console::view::View;
use crate::console::words::{ago, number};
use crate::error::Result;

/// So many sources are read.
const SOURCES_MAX: usize = 40;
/// How many are read side by side.
const AT_ONCE: usize = 4;
/// The time of a sparkline, and its bars of two minutes.
const WINDOW: Duration = Duration::from_secs(60 * 60);
const BARS: usize = 30;
/// So many arrivals and failures of a source are counted.
const COUNTED_MAX: usize = 1_000;

/// What the ledger tells of a source.
struct SourceRow {
    name: SourceName,
    latest: Option<Timestamp>,
    /// How many events arrived in each two minutes.
    bars: [u64; BARS],
    arrived: Count,
    failed: Count,
}

/// The table of the sources.
///
/// # Errors
/// If the ledger could not be read.
pub(crate) async fn sources(console: &Console, now: Timestamp) -> Result<Markup> {
    let listing = console.services().await?.listing()?;
    let names = listing.sources().await?.unwrap_or_default();
    let left_out = names.len().saturating_sub(SOURCES_MAX);
    let rows = names.into_iter().take(SOURCES_MAX).map(|name| row(&listing, name, now));
    let mut rows: Vec<SourceRow> = stream::iter(rows).buffered(AT_ONCE).try_collect().await?;
    rows.sort_by_key(|row| Reverse((value(row.failed), value(row.arrived), row.latest)));
    let most = rows.iter().flat_map(|row| row.bars).max().unwrap_or_default();
    if rows.is_empty() {
        return Ok(no_source());
    }
    Ok(html! {
        table.plain {
            thead { tr { th scope="col" { "Source" } th.number scope="col" { "Last event" } th scope="col" { "Last 60 min" } th.number scope="col" { "Events" } th.number scope="col" { "Failed" } } }
            tbody { @for row in &rows { (line(row, most, now)) } }
        }
        @if left_out > 0 { p.note { (left_out) " more sources are not shown." } }
    })
}

async fn row(listing: &Listing, name: SourceName, now: Timestamp) -> Result<SourceRow> {
    let of = |view| Filter::of_source(name.clone(), view);
    let hour = Filter { since: Some(now - WINDOW), ..of(filter::View::Arrived) };
    let failed = of(filter::View::Failed);
    let (arrivals, failed) =
        tokio::try_join!(listing.arrivals(&hour, now, COUNTED_MAX), listing.count(&failed, now, COUNTED_MAX as u64))?;
    let latest = match arrivals.entries.first() {
        Some(entry) => Some(entry.at),
        None => listing.arrivals(&of(filter::View::Arrived), now, 1).await?.entries.first().map(|entry| entry.at),
    };
    let mut bars = [0; BARS];
    let bar_millis = WINDOW.as_millis() / BARS as u128;
    for entry in &arrivals.entries {
        let place = usize::try_from(entry.at.until(now).as_millis() / bar_millis).unwrap_or(BARS).min(BARS - 1);
        bars[BARS - 1 - place] += 1;
    }
    let count = arrivals.entries.len() as u64;
    let arrived = if arrivals.are_all { Count::Exactly(count) } else { Count::AtLeast(count) };
    Ok(SourceRow { name, latest, bars, arrived, failed })
}

fn line(row: &SourceRow, most: u64, now: Timestamp) -> Markup {
    let name = row.name.as_str();
    let view = View::default().with("source", name);
    let of_source = View { is_live: true, ..view.clone() }.href();
    let words = |count: Count| match count {
        Count::Exactly(0) => "–".to_owned(),
        Count::Exactly(count) => number(count),
        Count::AtLeast(count) => format!("{}+", number(count)),
    };
    html! {
        tr {
            td { a.plain-link href=(of_source) { (name) } }
            td.number.second { @match row.latest { Some(at) => (ago(at, now)), None => "–" } }
            td {
                svg.spark viewBox="0 0 120 16" width="120" height="16" preserveAspectRatio="none" role="img" aria-label=(format!("{} events in 60 minutes", words(row.arrived))) {
                    rect.base x="0" y="15" width="120" height="1" {}
                    @for (place, events) in row.bars.iter().enumerate() {
                        @if *events > 0 {
                            @let height = (events * 14 / most.max(1)).max(2);
                            rect x=(place * 4) y=(15 - height) width="3" height=(height) {}
                        }
                    }
                }
            }
            td.number { (words(row.arrived)) }
            td.number {
                @if value(row.failed) > 0 { a.failed href=(view.with("state", "failed").href()) { (words(row.failed)) } } @else { span.second { "–" } }
            }
        }
    }
}

const fn value(count: Count) -> u64 {
    match count {
        Count::Exactly(count) | Count::AtLeast(count) => count,
    }
}

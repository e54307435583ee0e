//! The screen Now: what needs a person, the last hour, the sources, and what is unfinished.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use domain::ledger::listing::filter::{self, Filter};
use domain::ledger::listing::row::Row;
use domain::time::Timestamp;
use maud::{Markup, html};
use platform::clock;
use serde_json::Value;

use crate::alarms::{Alarm, AlarmState, alarms};
use crate::console::icons::Mark;
use crate::console::list::short_type;
use crate::console::now_sources::sources;
use crate::console::pane::{all_in_time, empty, in_time, trouble};
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::event_href;
use crate::console::words::{middle_cut, moment, number, span};
use crate::error::Result;
use crate::stack_status::{Figure, of_functions, of_ledger, of_queues};

/// The page reads its data again after so many seconds.
const EVERY_SECONDS: u32 = 30;
/// The time that the figures are of.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Unfinished events that are shown.
const UNFINISHED_MAX: usize = 6;

/// The screen.
pub(crate) async fn now(State(console): State<Arc<Console>>) -> Response {
    let now = clock::now();
    let session = &console.session;
    let (alarms, functions, queues, ledger, sources, unfinished) = tokio::join!(
        in_time(alarms(session)),
        in_time(of_functions(session, WINDOW, now)),
        in_time(of_queues(session, now)),
        in_time(of_ledger(session, now)),
        all_in_time(sources(&console, now)),
        in_time(unfinished(&console, now)),
    );
    let stack = session.stack_name();
    let page = Page {
        title: "Now".to_owned(),
        screen: Screen::Now,
        command: "landfall status".to_owned(),
        read_at: now,
        filter_bar: None,
        body: html! {
            div.now {
                @match alarms {
                    Ok(alarms) => (alarm_list(&alarms, stack, ledger.as_ref().ok().map(Vec::as_slice), now)),
                    Err(error) => { h1 { "Now" } (trouble(&error, &console)) }
                }
                section aria-labelledby="figures-title" {
                    h2 #figures-title { "Last 60 minutes" }
                    @for error in [functions.as_ref().err(), queues.as_ref().err(), ledger.as_ref().err()].into_iter().flatten() { (trouble(error, &console)) }
                    (figures(&functions.unwrap_or_default(), &queues.unwrap_or_default(), &ledger.unwrap_or_default()))
                }
                div.wide-and-narrow {
                    section aria-labelledby="sources-title" {
                        h2 #sources-title { "Sources" span.second { "what needs a look first" } }
                        @match sources { Ok(sources) => (sources), Err(error) => (trouble(&error, &console)) }
                    }
                    section aria-labelledby="unfinished-title" {
                        h2 #unfinished-title { "Unfinished" span.second { "next first" } a.more href="/events?view=unfinished" { "All" } }
                        @match unfinished { Ok(rows) => (unfinished_list(&rows, now)), Err(error) => (trouble(&error, &console)) }
                    }
                }
            }
        },
        every_seconds: EVERY_SECONDS,
    };
    page.respond(&console)
}

async fn unfinished(console: &Console, now: Timestamp) -> Result<Vec<Row>> {
    let listing = console.services().await?.listing()?;
    let sources = listing.sources().await?.unwrap_or_default();
    let page = listing.first_page(Filter::of_sources(sources, filter::View::Unfinished), now, UNFINISHED_MAX).await?;
    Ok(page.rows)
}

fn alarm_list(alarms: &[Alarm], stack: &str, ledger: Option<&[Figure]>, now: Timestamp) -> Markup {
    let ringing: Vec<&Alarm> = alarms.iter().filter(|alarm| alarm.state == AlarmState::Ringing).collect();
    let quiet = alarms.len() - ringing.len();
    let unfinished = ledger.and_then(|figures| value(figures, "ledger", "unfinished")).map(number);
    html! {
        header.heading {
            h1 { @match ringing.len() { 0 => "All is well", 1 => "1 alarm", count => { (count) " alarms" } } }
            @if let Some(unfinished) = unfinished {
                p.second { "Every delivery that was answered with 200 is safe: " (unfinished) " of them are unfinished in the ledger." }
            }
            span.second.end { (quiet) " quiet alarms" }
        }
        @if !ringing.is_empty() {
            ul.alarms {
                @for alarm in ringing {
                    @let name = alarm.template_name(stack);
                    li {
                        (Mark::Failed.draw())
                        span.second { "Alarm" }
                        b { (alarm.description.split('.').next().unwrap_or(name)) }
                        span.second { (name) }
                        @if let Some(since) = alarm.since.as_deref().and_then(Timestamp::parse_rfc3339) { span.second.end { "since " (moment(since, now)) } }
                        @if let Some((href, words)) = link_of(name) { a href=(href) { (words) " ›" } }
                    }
                }
            }
        }
    }
}

/// The view that shows what an alarm is about.
fn link_of(alarm: &str) -> Option<(&'static str, &'static str)> {
    let name = alarm.trim_end_matches("Alarm");
    Some(match name {
        "Failed" | "Contradicted" => ("/events?state=failed&since=1h", "Show the events"),
        "OldestMessage" | "Overdue" => ("/events?view=unfinished", "Show what waits"),
        "Unrecognized" => ("/events?type=landfall.unrecognized&since=1h", "Show the events"),
        "Refused" | "Unverified" | "OnlyRefused" => ("/refused", "Show what was refused"),
        _ => return None,
    })
}

/// Six figures, in the order of an event's way.
fn figures(functions: &[Figure], queues: &[Figure], ledger: &[Figure]) -> Markup {
    let text =
        |figures: &[Figure], part: &str, name: &str| value(figures, part, name).map_or_else(|| "–".to_owned(), number);
    let ingest = |name| text(functions, "ingest", name);
    let process = |name| text(functions, "process", name);
    let oldest = value(queues, "consumer queue", "oldest_seconds").filter(|seconds| *seconds > 0);
    let oldest = oldest.map(|seconds| format!(", oldest {}", span(Duration::from_secs(seconds)))).unwrap_or_default();
    let dead = [value(queues, "dead-letter queue", "waiting"), value(queues, "consumer dead-letter queue", "waiting")];
    let dead = dead.into_iter().flatten().reduce(|one, other| one + other).map_or_else(|| "–".to_owned(), number);
    let shown = [
        ("Accepted", ingest("accepted"), format!("{} duplicates", ingest("duplicates"))),
        ("Refused", ingest("refused"), format!("{} answered 503", ingest("unavailable"))),
        (
            "Unfinished now",
            text(ledger, "ledger", "unfinished"),
            format!("{} overdue", text(ledger, "ledger", "overdue")),
        ),
        ("Published", process("done"), format!("{} attempts failed", process("retry"))),
        (
            "Waiting to be read",
            text(queues, "consumer queue", "waiting"),
            format!("{} being read{oldest}", text(queues, "consumer queue", "in_flight")),
        ),
        ("Dead letters", dead, format!("{} events failed, in the ledger", text(ledger, "ledger", "failed"))),
    ];
    html! {
        dl.figures { @for (name, value, more) in shown { div { dt { (name) } dd { b { (value) } } dd.second { (more) } } } }
    }
}

fn value(figures: &[Figure], part: &str, name: &str) -> Option<u64> {
    figures.iter().find(|figure| figure.part == part && figure.figure == name).and_then(|figure| match &figure.value {
        Value::Number(number) => number.as_u64(),
        _ => None,
    })
}

fn unfinished_list(rows: &[Row], now: Timestamp) -> Markup {
    if rows.is_empty() {
        return empty("Nothing is unfinished", &html! { p { "Every accepted event is published, or given up." } });
    }
    html! {
        ul.two-lines {
            @for row in rows {
                @let id = row.event.id.as_str();
                li {
                    a href=(event_href(id)) {
                        (Mark::of(row).draw())
                        code { bdi { (middle_cut(row.event.subject.as_deref().unwrap_or(id), 28)) } }
                        span.end { @match row.lifecycle.due_at { Some(due_at) if due_at > now => { "at " (moment(due_at, now)) }, _ => "now" } }
                        span.second { (row.event.source) " · " (short_type(&row.event.event_type.to_string())) }
                        span.second.end { "attempt " (row.lifecycle.attempts) }
                    }
                }
            }
        }
    }
}

//! The screen Sources: all of them, and one with its latest events.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::listing::filter::{self, Filter};
use domain::ledger::listing::row::Row;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use maud::{Markup, html};
use operator::listing::Count;
use platform::clock;

use crate::console::icons::Mark;
use crate::console::list::table;
use crate::console::pane::{empty, in_time, trouble};
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::View;
use crate::console::words::{moment, number, time};
use crate::error::{Error, Result};
use crate::source_store::{ListedSource, SourceStore};

/// The page reads its data again after so many seconds.
const EVERY_SECONDS: u32 = 30;
/// The latest events of a source.
const LATEST: usize = 10;
/// So many events of a source are counted.
const COUNTED_MAX: u64 = 1_000;
/// The time that is counted.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the ledger tells of a source.
struct OneSource {
    name: SourceName,
    url: String,
    latest: Vec<Row>,
    arrived: Count,
    failed: Count,
}

/// The screen with the source that the URL names, or else the first.
pub(crate) async fn sources(State(console): State<Arc<Console>>, named: Option<Path<String>>) -> Response {
    let now = clock::now();
    let listed = async { SourceStore::of(&console.session).await?.list().await };
    let (listed, directory) = tokio::join!(in_time(listed), in_time(directory(&console)));
    let names = names(&directory, &listed);
    let name = named.map(|Path(name)| name).or_else(|| names.first().map(ToString::to_string));
    // What one of the lists lacks may be in the one that cannot be read.
    let are_all = directory.is_ok() && listed.is_ok();
    let one = match name.as_deref().map(SourceName::parse) {
        Some(Ok(name)) if are_all && !names.contains(&&name) => {
            Some(Err(Error::NotFound(format!("there is no source {name}"))))
        }
        Some(Ok(name)) => Some(in_time(read(&console, name, now)).await),
        Some(Err(error)) => Some(Err(Error::NotFound(format!("this names no source: {error}")))),
        None => None,
    };
    let status = if matches!(one, Some(Err(Error::NotFound(_)))) { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let secret = |name: &SourceName| listed.as_ref().ok()?.iter().find(|listed| listed.name == *name);
    let page = Page {
        title: name.clone().unwrap_or_else(|| "Sources".to_owned()),
        screen: Screen::Sources,
        command: match &one {
            Some(Ok(one)) => format!("landfall events list --source {}", one.name),
            _ => "landfall source list".to_owned(),
        },
        read_at: now,
        filter_bar: None,
        body: html! {
            h1.visually-hidden { "Sources" }
            div.list-and-one {
                nav.side aria-label="Sources" {
                    h2 { "Sources " span.second { (names.len()) } }
                    @for error in [listed.as_ref().err(), directory.as_ref().err()].into_iter().flatten() { (trouble(error, &console)) }
                    ul.two-lines { @for source in &names {
                        li { a href=(format!("/sources/{source}")) aria-current=[(name.as_deref() == Some(source.as_str())).then_some("true")] {
                            (Mark::Arrived.draw())
                            b { (source) }
                            span.end {}
                            span.second { @match secret(source).and_then(|listed| listed.changed_at) { Some(at) => { "secret changed " (moment(at, now)) }, None => "in the directory of the ledger" } }
                        } }
                    } }
                }
                section.one aria-label="Source" {
                    @match &one {
                        Some(Ok(one)) => (detail(one, secret(&one.name), now)),
                        Some(Err(error)) => (trouble(error, &console)),
                        None => (empty("There is no source yet", &html! { p { "Add one:" } pre { code { "landfall source add" } } })),
                    }
                }
            }
        },
        every_seconds: EVERY_SECONDS,
    };
    page.respond_with(status, &console)
}

/// Those of the directory, and those of the secrets: each may lack what is new.
fn names<'a>(directory: &'a Result<Vec<SourceName>>, listed: &'a Result<Vec<ListedSource>>) -> Vec<&'a SourceName> {
    let mut names: Vec<&SourceName> =
        directory.iter().flatten().chain(listed.iter().flatten().map(|source| &source.name)).collect();
    names.sort_by_key(|name| name.as_str());
    names.dedup();
    names
}

async fn directory(console: &Console) -> Result<Vec<SourceName>> {
    Ok(console.services().await?.listing()?.sources().await?.unwrap_or_default())
}

async fn read(console: &Console, name: SourceName, now: Timestamp) -> Result<OneSource> {
    let listing = console.services().await?.listing()?;
    let url = console.session.stack().await?.hook_url(name.as_str())?;
    let of = |view| Filter::of_source(name.clone(), view);
    let day = Filter { since: Some(now - DAY), ..of(filter::View::Arrived) };
    let failed = of(filter::View::Failed);
    let (page, arrived, failed) = tokio::try_join!(
        listing.first_page(of(filter::View::Arrived), now, LATEST),
        listing.count(&day, now, COUNTED_MAX),
        listing.count(&failed, now, COUNTED_MAX),
    )?;
    Ok(OneSource { name, url, latest: page.rows, arrived, failed })
}

fn detail(source: &OneSource, secret: Option<&ListedSource>, now: Timestamp) -> Markup {
    let name = source.name.as_str();
    let view = View::default().with("source", name);
    let latest = source.latest.first();
    let words = |count: Count| match count {
        Count::Exactly(count) => number(count),
        Count::AtLeast(count) => format!("{} or more", number(count)),
    };
    let commands = [
        ("Test it with a real delivery", format!("landfall source test {name}")),
        ("Add a new secret beside the old one", format!("landfall source rotate {name}")),
        ("See which secret is in use", format!("landfall source show {name}")),
    ];
    html! {
        header.heading {
            h2 { (Mark::Arrived.draw()) (name) @if let Some(row) = latest { span.second { (row.event.provider) ", verified by " (row.event.verified_by.as_str()) } } }
            p.actions { a.button href=(View { is_live: true, ..view.clone() }.href()) { "Show its events" } }
        }
        dl.figures.four {
            div { dt { "Last event" } dd { b { @match latest { Some(row) => (time(row.event.received_at, now)), None => "–" } } } }
            div { dt { "Events in 24 h" } dd { b { (words(source.arrived)) } } }
            div { dt { "Failed" } dd { @if source.failed == Count::Exactly(0) { b { "–" } } @else { a.failed href=(view.with("state", "failed").href()) { b { (words(source.failed)) } } } } }
            div { dt { "Secret changed" } dd { b { @match secret.and_then(|listed| listed.changed_at) { Some(at) => (time(at, now)), None => "–" } } } }
        }
        section.panel {
            h3 { "Where its sender posts to" }
            pre #hook { code { (source.url) } }
            p.second { "A source with a token has it behind this URL. Of a token only its digest is stored, so it cannot be shown." }
        }
        section {
            h3 { "Latest events" }
            @if source.latest.is_empty() {
                p.second { "No delivery has come yet. Send a recorded one:" }
                pre { code { "landfall source test " (name) } }
            } @else { (table(&source.latest, &View::default(), false, now)) }
        }
        section {
            h3 { "On the command line" }
            dl.commands { @for (what, command) in &commands { div { dt { (what) } dd { code { (command) } } } } }
        }
    }
}

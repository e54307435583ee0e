//! The screen Events: the filter, the list, and one event beside it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse as _, Response};
use domain::event::event_id::EventId;
use domain::ledger::listing::cursor::Cursor;
use domain::ledger::listing::filter::{self, Filter};
use domain::ledger::listing::query::Entry;
use domain::ledger::record::State as EventState;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use maud::{Markup, html};
use operator::listing::Page as Rows;
use platform::clock;
use url::form_urlencoded;

use crate::console::event::peek;
use crate::console::filter_bar::{facets, filter_bar};
use crate::console::list::{nothing, selection_bar, table};
use crate::console::pane::{no_source, trouble};
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::{View, event_href, searched_event};
use crate::console::words::{count, moment, number, span};
use crate::error::{Error, Result};

/// Rows of a page.
const PAGE_ROWS: usize = 50;
/// The bars of the histogram.
const BARS: usize = 96;
/// So many arrivals, and so many failures, are read for it at most: about 230 read units each.
const ARRIVALS_MAX: usize = 10_000;
/// Its time where the filter sets none.
const RANGE: Duration = Duration::from_secs(24 * 60 * 60);

/// What the list shows.
struct Found {
    sources: Vec<SourceName>,
    rows: Rows,
    read_at: Timestamp,
    is_live: bool,
}

/// The screen.
pub(crate) async fn events(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    if let Some(id) = searched_event(&query) {
        return see_other(&event_href(id.as_str()));
    }
    let view = View::parse(&query);
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "q") {
        return see_other(&view.href());
    }
    let (found, pane) = tokio::join!(find(&console, &view), pane_of(&console, &view));
    let now = clock::now();
    let is_live = found.as_ref().is_ok_and(|found| found.is_live);
    let (status, read_at, list, facets) = match found {
        Ok(found) => (StatusCode::OK, found.read_at, list(&found, &view), facets(&found.sources, &view)),
        Err(Error::NotFound(_)) => (StatusCode::OK, now, no_source(), facets(&[], &view)),
        Err(error @ Error::Usage(_)) => (StatusCode::BAD_REQUEST, now, trouble(&error, &console), facets(&[], &view)),
        Err(error) => (StatusCode::OK, now, trouble(&error, &console), facets(&[], &view)),
    };
    let page = Page {
        title: "Events".to_owned(),
        screen: Screen::Events,
        command: view.command(),
        read_at,
        filter_bar: Some(filter_bar(&view, is_live)),
        body: html! {
            h1.visually-hidden { "Events" }
            div.columns {
                aside.facets aria-label="Filter" { (facets) }
                section.list aria-label="List" { (list) }
                aside.peek #peek data-peek="/events/peek" aria-label="Selected event" hidden[pane.is_none()] { @if let Some(pane) = pane { (pane) } }
            }
        },
        every_seconds: 0,
    };
    page.respond_with(status, &console)
}

/// The pane of one event, for the page's script.
pub(crate) async fn pane(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = View::parse(&query.unwrap_or_default());
    let pane = pane_of(&console, &view).await.unwrap_or_else(|| html! {});
    Html(pane.into_string()).into_response()
}

/// The histogram, for the page's script: rows come first.
pub(crate) async fn histogram(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = View::parse(&query.unwrap_or_default());
    let markup = match chart(&console, &view).await {
        Ok(markup) => markup,
        Err(error) => trouble(&error, &console),
    };
    Html(markup.into_string()).into_response()
}

/// How many events a view finds, for the page's script: as many as a page has are counted.
pub(crate) async fn matches(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = View { is_live: false, ..View::parse(&query.unwrap_or_default()) };
    let words =
        find(&console, &view).await.map(|found| match (found.rows.rows.len() as u64, found.rows.cursor.is_some()) {
            (0, false) => "none matches".to_owned(),
            (0, true) => "none among the latest matches".to_owned(),
            (rows, false) => format!("{} would match", count(rows, "event")),
            (rows, true) => format!("{} or more would match", count(rows, "event")),
        });
    Html(words.unwrap_or_else(|error| trouble(&error, &console).into_string())).into_response()
}

async fn find(console: &Console, view: &View) -> Result<Found> {
    let options = view.options()?;
    let listing = console.services().await?.listing()?;
    let now = clock::now();
    let (filter, sources) = tokio::join!(options.filter(&listing), async { listing.sources().await });
    let filter = filter?;
    let is_live = view.is_live && view.before.is_none() && is_followed(&filter);
    let rows = match &view.before {
        Some(cursor) => {
            let cursor = Cursor::decode(cursor).map_err(|error| Error::Usage(format!("the page: {error}")))?;
            listing.next_page(cursor, now, PAGE_ROWS).await?
        }
        None => listing.first_page(filter, now, PAGE_ROWS).await?,
    };
    Ok(Found { sources: sources?.unwrap_or_default(), rows, read_at: now, is_live })
}

/// Whether what arrives can belong to it. What is unfinished stands by when it comes due.
pub(crate) fn is_followed(filter: &Filter) -> bool {
    filter.until.is_none() && filter.view != filter::View::Unfinished
}

async fn pane_of(console: &Console, view: &View) -> Option<Markup> {
    let id = view.selected.as_deref()?;
    Some(match EventId::parse(id) {
        Ok(id) => match peek(console, &id).await {
            Ok(pane) => pane,
            Err(error) => trouble(&error, console),
        },
        Err(error) => trouble(&Error::Usage(format!("{id}: {error}")), console),
    })
}

fn list(found: &Found, view: &View) -> Markup {
    let rows = &found.rows.rows;
    let next = found.rows.cursor.as_ref().map(|cursor| View {
        before: Some(cursor.encode()),
        selected: None,
        is_live: false,
        ..view.clone()
    });
    let live = found.is_live.then(|| format!("/events/live?{}&from={}", view.query(), found.read_at.as_millis()));
    html! {
        div.histogram data-load=(format!("/events/histogram?{}", view.query())) aria-busy="true" {}
        div.behind role="status" #newer hidden {
            button.newer type="button" { span #newer-count {} kbd { "." } }
        }
        div.scroll #scroll data-live=[live] tabindex="0" {
            (table(rows, view, true, found.read_at))
            @if rows.is_empty() { div #nothing { (nothing(view, found.rows.cursor.is_some())) } }
            @if let Some(next) = next {
                p.more { a.button rel="next" href=(next.href()) { "Older events" } span.second { (number(found.rows.looked_at as u64)) " entries were read for this page" } }
            }
        }
        (selection_bar(view))
    }
}

async fn chart(console: &Console, view: &View) -> Result<Markup> {
    let options = view.options()?;
    let listing = console.services().await?.listing()?;
    let now = clock::now();
    let filter = options.filter(&listing).await?;
    if !is_counted(&filter) {
        return Ok(html! {});
    }
    let since = filter.since.unwrap_or(now - RANGE);
    let until = filter.until.unwrap_or(now);
    let arrived = Filter { since: Some(since), ..filter };
    let failed = async {
        // What failed is listed neither by its subject nor with its type.
        if arrived.event_type.is_some()
            || matches!(arrived.view, filter::View::Subject(_) | filter::View::ScatteredSubject(_))
        {
            return Ok(None);
        }
        let failed = Filter { view: filter::View::Failed, ..arrived.clone() };
        listing.arrivals(&failed, now, ARRIVALS_MAX).await.map(|failed| Some(failed.entries))
    };
    let (arrived, failed) = tokio::try_join!(listing.arrivals(&arrived, now, ARRIVALS_MAX), failed)?;
    let (all, bad) = (bars(&arrived.entries, since, until), bars(failed.as_deref().unwrap_or_default(), since, until));
    let most = all.iter().chain(&bad).copied().max().unwrap_or_default();
    let of_bar = Duration::from_millis(since.until(until).as_millis() as u64 / BARS as u64);
    let total =
        format!("{}{}", count(arrived.entries.len() as u64, "event"), if arrived.are_all { "" } else { " or more" });
    let failed = failed.map(|failed| number(failed.len() as u64));
    let and_failed = failed.as_ref().map(|failed| format!(" and {failed} failed")).unwrap_or_default();
    let sentence = format!("{total}{and_failed} since {}", moment(since, now));
    Ok(html! {
        div.caption {
            span { b { (total) } " since " (moment(since, now)) }
            span.second {
                @if let Some(failed) = failed { span.key.failed {} (failed) " failed · " }
                @if most > 0 { "most: " (most) " in " (span(of_bar)) }
            }
        }
        svg.bars viewBox="0 0 960 56" preserveAspectRatio="none" role="img" aria-label=(sentence) data-from=(since.as_millis()) data-to=(until.as_millis()) {
            @for (place, (all, bad)) in all.iter().zip(&bad).enumerate() {
                (bar(place, *all, most, "all")) (bar(place, *bad, most, "bad"))
            }
        }
        div.axis.second {
            @for part in [0_u32, 1, 2, 3] { span { (moment(since + since.until(until) * part / 4, now)) } }
            span { (moment(until, now)) }
        }
        div hidden {
            @for (facet, count) in facet_counts(&arrived.entries) { data data-facet=(facet) value=(count) { (number(count)) } }
        }
    })
}

/// Whether the index tells all that the filter asks for: only then is what it finds also how many there are.
fn is_counted(filter: &Filter) -> bool {
    let has_state = match filter.view {
        filter::View::Unfinished => return false,
        filter::View::Failed if filter.event_type.is_some() => return false,
        filter::View::Failed => filter.state.is_some_and(|state| state != EventState::Failed),
        _ => filter.state.is_some(),
    };
    !has_state && filter.provider.is_none() && filter.verified_by.is_none() && filter.body.is_none()
}

fn bars(entries: &[Entry], since: Timestamp, until: Timestamp) -> Vec<u64> {
    let whole = since.until(until).as_millis().max(1);
    let mut bars = vec![0; BARS];
    for entry in entries {
        let place = since.until(entry.at).as_millis() * BARS as u128 / whole;
        bars[usize::try_from(place).unwrap_or(BARS).min(BARS - 1)] += 1;
    }
    bars
}

/// How many events have which source and type, for the values beside the list.
fn facet_counts(entries: &[Entry]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        let source = entry.id.split('/').next().unwrap_or_default();
        *counts.entry(format!("source={source}")).or_default() += 1;
        if let Some(event_type) = &entry.event_type {
            *counts.entry(format!("type={event_type}")).or_default() += 1;
        }
    }
    counts
}

fn bar(place: usize, events: u64, most: u64, class: &str) -> Markup {
    // The least is seen, too.
    let height = if events == 0 { 0 } else { (events * 54 / most.max(1)).max(3) };
    html! { @if height > 0 { rect class=(class) x=(place * 10 + 1) y=(56 - height) width="8" height=(height) {} } }
}

fn see_other(place: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, place.to_owned())]).into_response()
}

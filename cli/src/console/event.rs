//! One event: beside the list, and as a page.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use domain::event::VerifiedBy;
use domain::event::event_id::EventId;
use domain::event::event_type::{EventType, Thing};
use domain::ledger::job::JobId;
use domain::ledger::listing::row::Row;
use domain::time::Timestamp;
use maud::{Markup, html};
use operator::jobs::ExpectedJob;
use operator::timeline::{Moment, Step, TimeSpent, Timeline};
use platform::clock;
use platform::log_group::LogLine;

use crate::console::body_text::body_text;
use crate::console::event_tabs::{Tab, shown_tab, tabs};
use crate::console::icons::Mark;
use crate::console::job::{job_href, outcome};
use crate::console::list::{short_type, took};
use crate::console::pane::trouble;
use crate::console::replay_actions::form_of_event;
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::{View, encoded, event_href};
use crate::console::words::{size, span, time};
use crate::console::{asking, assets};
use crate::error::{Error, Result};
use crate::id_argument::missing;
use crate::shell_word::shell_word;

/// The pane of an event beside the list: what its record and its body tell.
///
/// # Errors
/// If there is no such event, or the ledger could not be read.
pub(crate) async fn peek(console: &Console, id: &EventId) -> Result<Markup> {
    let listing = console.services().await?.listing()?;
    // The record tells its life also where the body cannot be read.
    let (row, body) = tokio::join!(listing.get(id), listing.body(id));
    let row = row?.ok_or_else(|| missing(id))?;
    let job = expected_job(console, &row).await?;
    let body = body.map(Option::unwrap_or_default).map_err(Error::from);
    let now = clock::now();
    let href = event_href(id.as_str());
    Ok(html! {
        header {
            h2 { (Mark::of(&row).draw()) span { (short_type(&row.event.event_type.to_string())) } span.second { (row.event.source) } }
            span.second { (row.lifecycle.state.as_str()) }
            button.quiet #close type="button" aria-label="Close" { "✕" }
        }
        (identity(id))
        dl.facts { (facts(&row, job.as_ref(), now)) }
        section.life { (life(&Timeline::of(&row, &[]), now)) }
        section.body {
            @match &body {
                Ok(body) => {
                    h3 { "Body" span.second { (size(body.len() as u64)) } }
                    (body_text(body, false, &format!("{href}?all=1")))
                }
                Err(error) => { h3 { "Body" } (trouble(error, console)) }
            }
        }
        p.actions {
            (ask_button(&row))
            (replay_button(&row))
            a.button.primary href=(href) { "Open" kbd { "⏎" } }
        }
    })
}

/// The page of an event.
pub(crate) async fn event(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let now = clock::now();
    let shown = match EventId::parse(&id) {
        Ok(id) => page(&console, &id, query.as_deref().unwrap_or_default(), now).await,
        Err(error) => Err(Error::NotFound(format!("{id}: {error}"))),
    };
    let (status, body) = match shown {
        Ok(body) => (StatusCode::OK, body),
        Err(error @ Error::NotFound(_)) => (StatusCode::NOT_FOUND, trouble(&error, &console)),
        Err(error) => (StatusCode::OK, trouble(&error, &console)),
    };
    let page = Page {
        title: id.clone(),
        screen: Screen::Events,
        command: format!("landfall events get {}", shell_word(&id)),
        read_at: now,
        filter_bar: None,
        body,
        every_seconds: 0,
    };
    page.respond_with(status, &console)
}

/// The life of an event by the functions' lines, for the page's script: the logs answer later than the ledger.
pub(crate) async fn life_of(State(console): State<Arc<Console>>, Path(id): Path<String>) -> Response {
    let markup = match lines(&console, &id).await {
        Ok((row, lines)) => {
            let timeline = Timeline::of(&row, &lines);
            let now = clock::now();
            html! {
                @if let Some(spent) = timeline.spent { (time_spent(spent)) }
                (life(&timeline, now))
                p.second { "From the record and " (lines.len()) " log lines." }
            }
        }
        Err(error) => trouble(&error, &console),
    };
    Html(markup.into_string()).into_response()
}

async fn lines(console: &Console, id: &str) -> Result<(Row, Vec<LogLine>)> {
    let id = EventId::parse(id).map_err(|error| Error::NotFound(format!("{id}: {error}")))?;
    let services = console.services().await?;
    let row = services.listing()?.get(&id).await?.ok_or_else(|| missing(&id))?;
    let lines = services.logs(&["IngestLogGroup", "ProcessLogGroup"])?.of_event(&row, clock::now()).await?;
    Ok((row, lines))
}

async fn page(console: &Console, id: &EventId, query: &str, now: Timestamp) -> Result<Markup> {
    let listing = console.services().await?.listing()?;
    let (row, body) = tokio::join!(listing.get(id), listing.body(id));
    let row = row?.ok_or_else(|| missing(id))?;
    let job = expected_job(console, &row).await?;
    let body = body.map(Option::unwrap_or_default).map_err(Error::from);
    let href = event_href(id.as_str());
    let tab = Tab::of_query(query);
    let assets = match &body {
        Ok(body) => assets::assets(console, &row, body, now).await,
        Err(_) => html! {},
    };
    let shown = match &body {
        Ok(body) => shown_tab(tab, &row, body, query, &href),
        Err(error) if matches!(tab, Tab::Body | Tab::Published) => trouble(error, console),
        Err(_) => shown_tab(tab, &row, &[], query, &href),
    };
    Ok(html! {
        article.event {
            header.heading {
                div {
                    p.crumbs { a href="/events?live=1" { "Events" } " / " }
                    h1 { (Mark::of(&row).draw()) span { (short_type(&row.event.event_type.to_string())) } }
                    span.second { "from " (row.event.source) }
                    span.second { (row.lifecycle.state.as_str()) }
                    span.end { (ask_button(&row)) (replay_button(&row)) }
                }
                (identity(id))
                dl.row { (facts(&row, job.as_ref(), now)) }
            }
            div.halves {
                section.life aria-label="Life" {
                    h2 { "Its life" }
                    div data-load=(format!("/life/{}", encoded(id.as_str()))) aria-busy="true" { (life(&Timeline::of(&row, &[]), now)) }
                }
                div.content {
                    (assets)
                    (tabs(tab, &href, body.as_ref().map(Vec::len).ok()))
                    section.tab #tab role="tabpanel" aria-label=(tab.name()) { (shown) }
                }
            }
        }
    })
}

fn replay_button(row: &Row) -> Markup {
    html! { button.button type="button" disabled[!row.lifecycle.state.is_final()] data-form=(form_of_event(&row.event.id)) data-command=(format!("landfall replay {}", shell_word(row.event.id.as_str()))) { "Replay…" kbd { "r" } } }
}

/// Asks the sender about the job that the event tells of.
fn ask_button(row: &Row) -> Markup {
    let event = &row.event;
    let (Some(subject), EventType::Known(thing, _) | EventType::Expired(thing)) = (&event.subject, event.event_type)
    else {
        return html! {};
    };
    let has_api = event
        .provider
        .sender()
        .is_some_and(|sender| sender.description().polls.iter().any(|poll| poll.unprompted.is_some()));
    if thing == Thing::Event || !has_api {
        html! {}
    } else {
        asking::button(&event.source, thing, subject)
    }
}

fn identity(id: &EventId) -> Markup {
    html! {
        p.id { code #event-id { bdi { (id) } } button.quiet type="button" data-copy="#event-id" aria-label="Copy the id" { (Mark::Copy.draw()) } }
    }
}

/// The job that the event tells of, if somebody expected its end.
async fn expected_job(console: &Console, row: &Row) -> Result<Option<ExpectedJob>> {
    let event = &row.event;
    let (Some(subject), EventType::Known(thing, _) | EventType::Expired(thing)) = (&event.subject, &event.event_type)
    else {
        return Ok(None);
    };
    let id = JobId::of(&event.source, *thing, subject);
    let job = console.services().await?.jobs()?.job(&id, clock::now()).await?;
    Ok(job.filter(|job| job.record.submitted_at.is_some()))
}

/// What the record says, in the order in which one asks.
fn facts(row: &Row, job: Option<&ExpectedJob>, now: Timestamp) -> Markup {
    let event = &row.event;
    let verified = match (event.verified_by, row.lifecycle.verified_by) {
        (VerifiedBy::Confirmed, came) if came != VerifiedBy::Confirmed => {
            format!("confirmed (came by {})", came.as_str())
        }
        (by, _) => by.as_str().to_owned(),
    };
    html! {
        @if let Some(subject) = &event.subject {
            div { dt { "Job" } dd.mono { a href=(View::default().with("subject", subject).with("source", event.source.as_str()).href()) { bdi { (subject) } } } }
        }
        @if let Some(job) = job {
            div { dt { "Expected" } dd { a.counterpart href=(job_href(job)) { (outcome(job, now).0) } } }
        }
        div { dt { "Arrived" } dd { (time(event.received_at, now)) } }
        div { dt { "Sender" } dd { (event.provider) } }
        div { dt { "Verified by" } dd { (verified) } }
        div { dt { "Attempts" } dd { (row.lifecycle.attempts) } }
        div { dt { "Replayed" } dd { @match event.replay { 0 => "never", 1 => "once", times => { (times) " times" } } } }
        @if let Some(took) = took(row) { div { dt { "Ended after" } dd { (took) } } }
        @if let Some(error) = &row.last_error { div.whole { dt { "Latest error" } dd.failed { (error) } } }
    }
}

fn life(timeline: &Timeline, now: Timestamp) -> Markup {
    html! {
        ol.moments {
            @for Moment { at, step, text } in &timeline.moments {
                @let (mark, title) = title_of(*step);
                li { span.mono { (time(*at, now)) } (mark.draw()) div { b { (title) } span.second { (text) } } }
            }
        }
    }
}

const fn title_of(step: Step) -> (Mark, &'static str) {
    match step {
        Step::Arrived => (Mark::Arrived, "Delivered and accepted"),
        Step::Duplicate => (Mark::Duplicate, "Delivered again: known already"),
        Step::NotAccepted => (Mark::Refused, "Delivered and not accepted"),
        Step::Passed => (Mark::Received, "A message without an attempt"),
        Step::Retry => (Mark::Waiting, "An attempt failed; another one follows"),
        Step::Published => (Mark::Published, "Published"),
        Step::Failed => (Mark::Failed, "Given up"),
        Step::Replayed => (Mark::Replayed, "Replayed"),
        Step::Due => (Mark::Waiting, "Tried next"),
    }
}

/// One bar, its parts in words beside it.
fn time_spent(TimeSpent { total_ms, worked_ms, waited_ms }: TimeSpent) -> Markup {
    let spent = |millis| span(std::time::Duration::from_millis(millis));
    let worked = worked_ms * 1000 / total_ms.max(1);
    html! {
        div.spent {
            h3 { "Where the time went" span.second { (spent(total_ms)) } }
            svg.share viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" {
                rect.waited x="0" y="0" width="1000" height="8" {}
                rect.worked x="0" y="0" width=(worked) height="8" {}
            }
            p.second { span.key.worked {} "attempts " (spent(worked_ms)) " " span.key.waited {} "waiting " (spent(waited_ms)) }
        }
    }
}

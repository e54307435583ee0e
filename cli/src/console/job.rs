//! One expected job: its row, and beside the list what happened of it.

use domain::event::Origin;
use domain::event::event_type::{EventType, Status};
use domain::ledger::job::{End, JobId};
use domain::ledger::listing::filter::Filter;
use domain::ledger::listing::row::Row;
use domain::ledger::reconciliation::JobEnding;
use domain::ledger::record::State;
use domain::time::Timestamp;
use maud::{Markup, html};
use operator::jobs::ExpectedJob;
use platform::clock;

use crate::console::asking;
use crate::console::icons::Mark;
use crate::console::jobs_view::JobsView;
use crate::console::list::short_type;
use crate::console::state::Console;
use crate::console::view::{View, event_href};
use crate::console::words::{count, span, time};
use crate::error::{Error, Result};

/// Events of a job that are shown.
const EVENTS_MAX: usize = 50;

/// The mark of a job.
pub(crate) fn mark(job: &ExpectedJob) -> Mark {
    match job.ending {
        JobEnding::Waiting if job.record.sweeps > 0 => Mark::Waiting,
        JobEnding::Waiting => Mark::Processing,
        JobEnding::Never => Mark::Failed,
        JobEnding::Webhook | JobEnding::Poll | JobEnding::Late if ended_badly(job) => Mark::Failed,
        JobEnding::Webhook | JobEnding::Poll | JobEnding::Late => Mark::Done,
    }
}

/// Whether its sender says that it failed.
fn ended_badly(job: &ExpectedJob) -> bool {
    job.record.end(End::Failed).is_some() && job.record.end(End::Completed).is_none()
}

/// How it ended, what more there is to say in a few words, and the class of the first.
pub(crate) fn outcome(job: &ExpectedJob, now: Timestamp) -> (&'static str, String, Option<&'static str>) {
    let record = &job.record;
    let after = |at: Option<Timestamp>| {
        record.submitted_at.zip(at).map(|(submitted, at)| span(submitted.until(at))).unwrap_or_default()
    };
    let asked = match record.sweeps {
        1 => "asked once".to_owned(),
        times => format!("asked {times} times"),
    };
    let (word, class) = match job.ending {
        JobEnding::Waiting if record.sweeps > 0 => return ("late", asked, Some("waiting")),
        JobEnding::Waiting => return ("running", format!("for {}", after(Some(now))), None),
        JobEnding::Never => return ("never", format!("given up after {}", after(record.expired_at)), Some("failed")),
        JobEnding::Poll => ("by poll", None),
        JobEnding::Late => ("late webhook", Some("waiting")),
        JobEnding::Webhook => ("by webhook", None),
    };
    let took = after(job.ended_at);
    if ended_badly(job) { ("ended badly", format!("{word}, {took}"), Some("failed")) } else { (word, took, class) }
}

/// When a job ended, was given up, or is looked at.
fn ends_at(job: &ExpectedJob, now: Timestamp) -> Timestamp {
    job.ended_at.or(job.record.expired_at).unwrap_or(now)
}

/// Where an instant is between two others, in per cent.
fn place(at: Timestamp, from: Timestamp, to: Timestamp) -> u64 {
    let whole = from.until(to).as_millis().max(1);
    u64::try_from(from.until(at).as_millis().min(whole) * 100 / whole).unwrap_or(100)
}

/// Its line on the axis that all rows share.
pub(crate) fn line_in_time(job: &ExpectedJob, begins_at: Timestamp, now: Timestamp) -> Markup {
    let from = place(job.record.submitted_at.unwrap_or(begins_at), begins_at, now);
    let to = place(ends_at(job, now), begins_at, now);
    html! {
        svg class={ "lane" @if mark(job) == Mark::Waiting { " late" } } aria-hidden="true" height="16" {
            line x1=(per_cent(from)) x2=(per_cent(from)) y1="4" y2="12" {}
            line x1=(per_cent(from)) x2=(per_cent(to)) y1="8" y2="8" {}
            (end_shape(job, to))
        }
    }
}

fn per_cent(place: u64) -> String {
    format!("{place}%")
}

/// How it ended, as a shape at this place of a lane.
fn end_shape(job: &ExpectedJob, place: u64) -> Markup {
    html! {
        svg.shape x=(per_cent(place)) overflow="visible" {
            @match job.ending {
                JobEnding::Waiting => {},
                _ if mark(job) == Mark::Failed => rect.failed x="-4" y="4" width="8" height="8" rx="2" {},
                JobEnding::Poll => path.done d="M0 3.500 4.500 8 0 12.500-4.500 8z" {},
                JobEnding::Late => circle.waiting cx="0" cy="8" r="4" {},
                JobEnding::Webhook | JobEnding::Never => circle.done cx="0" cy="8" r="4" {},
            }
        }
    }
}

/// The pane of a job beside the list.
///
/// # Errors
/// If nobody expected it, or the ledger could not be read.
pub(crate) async fn job_pane(console: &Console, id: &JobId) -> Result<Markup> {
    let now = clock::now();
    let services = console.services().await?;
    let job = services.jobs()?.job(id, now).await?;
    let job = job.ok_or_else(|| Error::NotFound("nobody expects this job, or its record's time is over".into()))?;
    let (listing, of) = (services.listing()?, &job.record.job);
    let place = listing.place_of_subject(std::slice::from_ref(&of.source), &of.subject).await?;
    let filter = Filter::of_source(of.source.clone(), place.view);
    let mut rows = listing.first_page(filter, now, EVENTS_MAX).await?.rows;
    rows.reverse();
    let events = View::default().with("source", of.source.as_str()).with("subject", &of.subject);
    let record = &job.record;
    Ok(html! {
        header {
            h2 { (mark(&job).draw()) code { bdi { (of.subject) } } span.second { (of.source) } }
            button.quiet #close type="button" aria-label="Close" { "✕" }
        }
        p.verdict { (verdict(&job, now)) }
        dl.facts {
            @for (name, at) in [("Submitted", record.submitted_at), ("Ended", job.ended_at), ("Given up", record.expired_at)] {
                @if let Some(at) = at { div { dt { (name) } dd { (time(at, now)) } } }
            }
            @if job.ending == JobEnding::Waiting { @if let Some(at) = record.give_up_at { div { dt { "Given up" } dd { (time(at, now)) } } } }
            @if let Some(end) = &job.end { div { dt { "Its end" } dd { a.counterpart href=(event_href(&end.id)) { "the event" } } } }
            div { dt { "Sender" } dd { (of.provider) } }
            div { dt { "Thing" } dd { (of.thing.as_str()) } }
            div { dt { "Asked" } dd { @match record.sweeps { 0 => "never", 1 => "once", times => { (times) " times" } } } }
        }
        section.lanes { (lanes(&job, &rows, now)) }
        section { h3 { "What happened" } (moments(&job, &rows, now)) }
        p.actions { (asking::button(&of.source, of.thing, &of.subject)) a.button.primary href=(events.href()) { "Show its events" kbd { "⏎" } } }
    })
}

/// The URL that shows a job among those of its source.
pub(crate) fn job_href(job: &ExpectedJob) -> String {
    let of = &job.record.job;
    let view = JobsView::default().with_source(of.source.as_str()).with_since("30d");
    JobsView { selected: Some(of.id().to_string()), ..view }.href()
}

/// What became of it, in two sentences.
fn verdict(job: &ExpectedJob, now: Timestamp) -> String {
    let record = &job.record;
    let after = record.submitted_at.map(|submitted| span(submitted.until(ends_at(job, now)))).unwrap_or_default();
    let (provider, asked) = (record.job.provider, count(u64::from(record.sweeps), "time"));
    let how = if ended_badly(job) { "ended badly" } else { "ended well" };
    match job.ending {
        JobEnding::Webhook => format!("It {how}, {after} after it was submitted. Its webhook came."),
        JobEnding::Poll => format!(
            "It {how}, {after} after it was submitted. No webhook came in time, so Landfall asked {provider} and published its answer."
        ),
        JobEnding::Late => {
            format!("It {how}. Its webhook came {after} after the submission, when the job had been given up.")
        }
        JobEnding::Never => {
            format!("Nobody reported its end, though {provider} was asked {asked}. It was given up after {after}.")
        }
        JobEnding::Waiting if record.sweeps > 0 => {
            format!(
                "It was submitted {after} ago and its webhook is late. {provider} was asked {asked} and reports no end."
            )
        }
        JobEnding::Waiting => format!("It was submitted {after} ago. Its webhook is not due yet."),
    }
}

/// Three lanes on one axis: the job, what its sender delivered or answered, and what was published.
fn lanes(job: &ExpectedJob, rows: &[Row], now: Timestamp) -> Markup {
    let begins_at = rows.iter().map(|row| row.event.received_at).chain(job.record.submitted_at).min().unwrap_or(now);
    let latest = rows.iter().map(|row| row.event.received_at).max().unwrap_or(begins_at);
    let ends_at = latest.max(ends_at(job, now));
    let dots = |is_shown: &dyn Fn(&Row) -> bool, class: &dyn Fn(&Row) -> &'static str| {
        html! {
            @for row in rows.iter().filter(|row| is_shown(row)) {
                circle class=(class(row)) cx=(per_cent(place(row.event.received_at, begins_at, ends_at))) cy="8" r="4" {}
            }
        }
    };
    let of_status = |row: &Row| match row.event.event_type {
        EventType::Known(_, Status::Completed) => "done",
        EventType::Known(_, Status::Failed) | EventType::Expired(_) => "failed",
        EventType::Known(..) | EventType::Unrecognized => "progress",
    };
    let lane = |name: &str, content: Markup| html! { span.second { (name) } svg.lane aria-hidden="true" height="16" { (content) } };
    html! {
        (lane("Expected", html! {
            @let (from, to) = (place(job.record.submitted_at.unwrap_or(begins_at), begins_at, ends_at), place(self::ends_at(job, now), begins_at, ends_at));
            line x1=(per_cent(from)) x2=(per_cent(to)) y1="8" y2="8" {}
            (end_shape(job, to))
        }))
        (lane("Webhooks", dots(&|row| row.event.origin != Origin::Poll, &of_status)))
        (lane("Landfall asks", dots(&|row| row.event.origin == Origin::Poll, &of_status)))
        (lane("Published", dots(&|row| row.lifecycle.state == State::Done, &of_status)))
        span {}
        span.axis.second { span { (time(begins_at, now)) } span { (time(ends_at, now)) } }
    }
}

/// What happened, the earliest first.
fn moments(job: &ExpectedJob, rows: &[Row], now: Timestamp) -> Markup {
    let record = &job.record;
    let mut moments: Vec<(Timestamp, Markup)> = rows
        .iter()
        .map(|row| {
            let by_poll = row.event.origin == Origin::Poll;
            let mark = if by_poll { Mark::Published } else { Mark::Arrived };
            let how = if by_poll { "the sender's answer" } else { "by webhook" };
            let markup = html! {
                (mark.draw())
                div {
                    a href=(event_href(row.event.id.as_str())) { (short_type(&row.event.event_type.to_string())) }
                    span.second { (how) ", " (row.lifecycle.state.as_str()) }
                }
            };
            (row.event.received_at, markup)
        })
        .collect();
    let said =
        |mark: Mark, text: &str, more: String| html! { (mark.draw()) div { span { (text) } span.second { (more) } } };
    moments.extend(record.submitted_at.map(|at| {
        let until = record.give_up_at.map(|give_up| format!("given up after {}", span(at.until(give_up))));
        (at, said(Mark::Received, "Submitted, an end is expected", until.unwrap_or_default()))
    }));
    moments.extend(record.expired_at.map(|at| (at, said(Mark::Failed, "Given up", String::new()))));
    moments.sort_by_key(|(at, _)| *at);
    html! { ol.moments { @for (at, markup) in moments { li { span.mono { (time(at, now)) } (markup) } } } }
}

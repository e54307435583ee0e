//! The screen Replays: the jobs, and one of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::replay::Replayability;
use domain::ledger::replay_job::{ReplayJob, ReplayJobId, ReplayJobState};
use domain::time::Timestamp;
use maud::{Markup, html};
use operator::replay::show::{ReplayReport, ReplayResult};
use platform::clock;

use crate::console::icons::Mark;
use crate::console::pane::{empty, in_time, trouble};
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::event_href;
use crate::console::words::{count, number, time};
use crate::error::{Error, Result};

/// A job that runs is read again after so many seconds.
const RUNNING_SECONDS: u32 = 2;
/// And others.
const EVERY_SECONDS: u32 = 30;
/// The results of a larger job are not read: each hundred of its events are a call ...
const RESULTS_MAX: u32 = 20_000;
/// ... which is made again every few seconds while it runs.
const RUNNING_RESULTS_MAX: u32 = 2_000;
/// Failures that are shown.
const FAILURES_MAX: usize = 100;

/// The screen with the job that the URL names, or else the latest.
pub(crate) async fn replays(State(console): State<Arc<Console>>, named: Option<Path<String>>) -> Response {
    let now = clock::now();
    let jobs = in_time(jobs(&console)).await;
    let shown = match (&named, &jobs) {
        (Some(Path(name)), _) => ReplayJobId::parse(name).ok(),
        (None, Ok(jobs)) => jobs.first().map(|job| job.id.clone()),
        (None, Err(_)) => None,
    };
    let report = match &shown {
        Some(id) => Some(in_time(report(&console, id, jobs.as_deref().unwrap_or_default())).await),
        None if named.is_some() => Some(Err(Error::NotFound("this names no replay job".into()))),
        None => None,
    };
    let is_running = matches!(&report, Some(Ok((job, _))) if job.state == ReplayJobState::Running);
    let status = if matches!(report, Some(Err(Error::NotFound(_)))) { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = Page {
        title: "Replays".to_owned(),
        screen: Screen::Replays,
        command: shown.as_ref().map_or("landfall replay list".to_owned(), |id| format!("landfall replay show {id}")),
        read_at: now,
        filter_bar: None,
        body: html! {
            h1.visually-hidden { "Replays" }
            div.list-and-one {
                nav.side aria-label="Replay jobs" {
                    h2 { "Replays" }
                    @match &jobs {
                        Ok(jobs) => (side(jobs, shown.as_ref(), now)),
                        Err(error) => (trouble(error, &console)),
                    }
                }
                section.one aria-label="Replay job" {
                    @match &report {
                        Some(Ok((job, report))) => (detail(job, report.as_ref(), console.failure_of(&job.id), now)),
                        Some(Err(error)) => (trouble(error, &console)),
                        None => (empty("No replay in the last 30 days", &html! {
                            p { "Choose events, by a filter or one by one, and press Replay." }
                            p { a.button href="/events?state=failed" { "Show what failed" } }
                        })),
                    }
                }
            }
        },
        every_seconds: if is_running { RUNNING_SECONDS } else { EVERY_SECONDS },
    };
    page.respond_with(status, &console)
}

async fn jobs(console: &Console) -> Result<Vec<ReplayJob>> {
    Ok(console.services().await?.replays()?.jobs().await?)
}

/// The job, and how its events stand if they are not too many.
async fn report(console: &Console, id: &ReplayJobId, jobs: &[ReplayJob]) -> Result<(ReplayJob, Option<ReplayReport>)> {
    let replays = console.services().await?.replays()?;
    let job = match jobs.iter().find(|job| job.id == *id) {
        Some(job) => job.clone(),
        None => replays.job(id).await?,
    };
    if job.count > results_max(&job) {
        return Ok((job, None));
    }
    let report = replays.show(id).await?;
    Ok((report.job.clone(), Some(report)))
}

const fn results_max(job: &ReplayJob) -> u32 {
    match job.state {
        ReplayJobState::Running => RUNNING_RESULTS_MAX,
        _ => RESULTS_MAX,
    }
}

fn side(jobs: &[ReplayJob], shown: Option<&ReplayJobId>, now: Timestamp) -> Markup {
    html! {
        ul.two-lines {
            @for job in jobs {
                li { a href=(format!("/replays/{}", job.id)) aria-current=[(Some(&job.id) == shown).then_some("true")] {
                    (mark(job.state).draw())
                    code { (job.id) }
                    span.end.second { (time(job.frozen_at(), now)) }
                    span.second { (job.state.as_str()) ", " (count(u64::from(job.count), "event")) }
                } }
            }
        }
        p.note { "A job is listed for 30 days." }
    }
}

const fn mark(state: ReplayJobState) -> Mark {
    match state {
        ReplayJobState::Freezing | ReplayJobState::Frozen => Mark::Received,
        ReplayJobState::Running => Mark::Processing,
        ReplayJobState::Paused => Mark::Waiting,
        ReplayJobState::Done => Mark::Done,
        ReplayJobState::Cancelled => Mark::Refused,
    }
}

/// How many events of a job stand how, in the order of the bar.
fn parts(report: &ReplayReport) -> [(&'static str, &'static str, Mark, u64); 5] {
    let of = |wanted: &dyn Fn(&ReplayResult) -> bool| -> u64 {
        report.results.iter().filter(|(result, _)| wanted(result)).map(|(_, count)| count).sum()
    };
    let is_left_out = |result: &ReplayResult| match result {
        ReplayResult::Not(Replayability::Replayable | Replayability::Mine | Replayability::Busy) => false,
        ReplayResult::Not(Replayability::Gone | Replayability::BodyGone | Replayability::Contradicted) => true,
        ReplayResult::Done | ReplayResult::Failed | ReplayResult::Waiting => false,
    };
    [
        ("published", "done", Mark::Done, of(&|result| *result == ReplayResult::Done)),
        ("failed again", "failed", Mark::Failed, of(&|result| *result == ReplayResult::Failed)),
        ("unfinished", "waiting", Mark::Waiting, of(&|result| *result == ReplayResult::Waiting)),
        ("left out", "refused", Mark::Refused, of(&is_left_out)),
        ("to go", "rest", Mark::Received, of(&|result| matches!(result, ReplayResult::Not(_)) && !is_left_out(result))),
    ]
}

fn detail(job: &ReplayJob, report: Option<&ReplayReport>, failure: Option<String>, now: Timestamp) -> Markup {
    let pace = match job.rate_per_second {
        0 => "without a limit".to_owned(),
        rate => format!("at most {rate} a second"),
    };
    html! {
        header.heading {
            h2 { (mark(job.state).draw()) code { (job.id) } span.second { (job.state.as_str()) } }
            p.actions { (actions(job)) }
        }
        p.second {
            (count(u64::from(job.count), "event")) ", " (pace) ", frozen " (time(job.frozen_at(), now)) " by " (job.by)
            @if let Some((runner, _)) = &job.runner { "; run by " (runner) }
        }
        @if let Some(failure) = failure {
            p.failed role="alert" { (Mark::Failed.draw()) " It stopped, and can go on: " (failure) }
        }
        @match report {
            Some(report) => (results(job, report)),
            None => p.note { "The job has more than " (number(u64::from(results_max(job)))) " events: landfall replay show reads them all." },
        }
        section.panel {
            h3 { "What it replays" }
            pre { code { (pretty(&job.filter)) } }
            p.second { "The ids were written down when the job was frozen: what arrives or changes later does not join. Each consumer gets an event with the same id and a " code { "landfallreplay" } " that is one higher." }
        }
    }
}

fn results(job: &ReplayJob, report: &ReplayReport) -> Markup {
    let parts = parts(report);
    let whole = u64::from(job.count).max(1);
    let ends: Vec<u64> = parts
        .iter()
        .scan(0, |end, (_, _, _, count)| {
            *end += count;
            Some(*end)
        })
        .collect();
    let sentence = parts.iter().map(|(name, _, _, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ");
    html! {
        svg.share.tall viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label=(sentence) {
            @for ((_, class, _, count), end) in parts.iter().zip(&ends) {
                @if *count > 0 { rect class=(class) x=((end - count) * 1000 / whole) y="0" width=((count * 1000 / whole).max(2)) height="12" {} }
            }
        }
        dl.counts {
            @for (name, _, mark, count) in &parts {
                @if *count > 0 || *name == "published" { div { dt { (mark.draw()) (name) } dd { b { (number(*count)) } } } }
            }
        }
        @if !report.failed.is_empty() {
            h3 { "Failed again" }
            table.plain {
                thead { tr { th scope="col" { "Event" } th scope="col" { "Reason" } } }
                tbody { @for (id, reason) in report.failed.iter().take(FAILURES_MAX) {
                    tr { td.mono { a href=(event_href(id.as_str())) { (id) } } td.failed { (reason) } }
                } }
            }
            @if report.failed.len() > FAILURES_MAX { p.note { (report.failed.len() - FAILURES_MAX) " more are in landfall replay show." } }
        }
    }
}

/// What can be done with the job as it stands.
fn actions(job: &ReplayJob) -> Markup {
    let button = |action: &str, title: &str, question: &str, class: &str| {
        let url = format!("/replays/{}/{action}", job.id);
        let command = format!(
            "landfall replay {} {}",
            if action == "run" && job.state == ReplayJobState::Paused { "resume" } else { action },
            job.id
        );
        html! { button class=(class) type="button" data-ask=(question) data-post=(url) data-command=(command) data-title=(title) { (title) } }
    };
    let events = count(u64::from(job.count), "event");
    let cancel = button(
        "cancel",
        "Cancel the job",
        "It cannot go on later. Events that were replayed stay so.",
        "button danger",
    );
    match job.state {
        ReplayJobState::Frozen => {
            html! { (button("run", &format!("Replay {events}"), "All consumers get them again.", "button primary")) (cancel) }
        }
        ReplayJobState::Paused => {
            html! { (button("run", "Go on", "It goes on where it was, in this console.", "button primary")) (cancel) }
        }
        ReplayJobState::Running => html! {
            (button("pause", "Pause", "It stops within a second, and can go on.", "button"))
            (button("run", "Take over", "Where its runner has ended, this console goes on with it.", "button"))
            (cancel)
        },
        ReplayJobState::Done => button(
            "run",
            "Run again",
            "Events that were busy are replayed now; no event is replayed twice by one job.",
            "button",
        ),
        ReplayJobState::Freezing => cancel,
        ReplayJobState::Cancelled => html! {},
    }
}

fn pretty(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    match value.as_object().is_some_and(serde_json::Map::is_empty) {
        true => "events that were named by their ids".to_owned(),
        false => serde_json::to_string_pretty(&value).expect("it was JSON before"),
    }
}

//! The screen Jobs: how expected jobs ended, by source, each with its line in time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use domain::ledger::reconciliation::{JobEnding, Reconciliation};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use maud::{Markup, html};
use operator::jobs::{ExpectedJob, LatestJobs};
use platform::clock;

use crate::console::job::{job_pane, line_in_time, mark, outcome};
use crate::console::jobs_view::{JobsView, filter_bar};
use crate::console::pane::{all_in_time, empty, no_source, trouble};
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::View;
use crate::console::words::{count, middle_cut, moment, number, span};
use crate::error::{Error, Result};
use crate::services::EXPECT_QUEUE_URL;

/// So many jobs of each source are read, the latest.
const JOBS_MAX: usize = 200;
/// How many sources are read side by side.
const SOURCES_AT_ONCE: usize = 4;
/// The page reads its data again after so many seconds, unless somebody has selected a job.
const EVERY_SECONDS: u32 = 10;
/// A longer id loses its middle.
const ID_CHARACTERS: usize = 34;

/// What the screen shows.
struct Found {
    /// By source, those that the view asks for and others.
    sources: BTreeMap<String, LatestJobs>,
    takes_expectations: bool,
}

/// The screen.
pub(crate) async fn jobs(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = JobsView::parse(&query.unwrap_or_default());
    let now = clock::now();
    let (found, pane) = tokio::join!(all_in_time(find(&console, &view, now)), pane_of(&console, &view));
    let (status, list, facets) = match &found {
        Ok(found) => (StatusCode::OK, list(found, &view, now), facets(found, &view)),
        Err(Error::NotFound(_)) => (StatusCode::OK, no_source(), html! {}),
        Err(error @ Error::Usage(_)) => (StatusCode::BAD_REQUEST, trouble(error, &console), html! {}),
        Err(error) => (StatusCode::OK, trouble(error, &console), html! {}),
    };
    let page = Page {
        title: "Jobs".to_owned(),
        screen: Screen::Jobs,
        command: view.command(),
        read_at: now,
        filter_bar: Some(filter_bar(&view)),
        body: html! {
            h1.visually-hidden { "Jobs" }
            div.columns.jobs {
                aside.facets aria-label="Filter" { details.all open { summary { "Filter" } (facets) } }
                section.list aria-label="List" { (list) }
                aside.peek #peek data-peek="/jobs/peek" aria-label="Selected job" hidden[pane.is_none()] { @if let Some(pane) = pane { (pane) } }
            }
        },
        every_seconds: EVERY_SECONDS,
    };
    page.respond_with(status, &console)
}

/// The pane of one job, for the page's script.
pub(crate) async fn pane(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = JobsView::parse(&query.unwrap_or_default());
    Html(pane_of(&console, &view).await.unwrap_or_else(|| html! {}).into_string()).into_response()
}

async fn pane_of(console: &Console, view: &JobsView) -> Option<Markup> {
    let shown = match view.selected_job() {
        Ok(None) => return None,
        Ok(Some(id)) => job_pane(console, &id).await,
        Err(error) => Err(error),
    };
    Some(shown.unwrap_or_else(|error| trouble(&error, console)))
}

/// The jobs of all sources: the values beside the list say how many each would show.
async fn find(console: &Console, view: &JobsView, now: Timestamp) -> Result<Found> {
    let (since, named) = (view.begins_at()?, view.source_name()?);
    let services = console.services().await?;
    let directory = services.listing()?.sources().await?;
    let Some(mut sources) = directory.or(named.clone().map(|name| vec![name])) else {
        return Err(Error::NotFound("no source is known yet".into()));
    };
    sources.extend(named.filter(|name| !sources.contains(name)));
    let jobs = services.jobs()?;
    let of_source = async |name: SourceName| {
        let latest = jobs.latest(&name, since, now, JOBS_MAX).await?;
        Ok::<_, Error>((name.to_string(), latest))
    };
    let reads: Vec<_> = sources.into_iter().map(of_source).collect();
    let sources = stream::iter(reads).buffer_unordered(SOURCES_AT_ONCE).try_collect().await?;
    let takes_expectations = console.session.stack().await?.output(EXPECT_QUEUE_URL).is_ok();
    Ok(Found { sources, takes_expectations })
}

impl Found {
    /// The jobs of those sources that the view asks for.
    fn of_sources<'a>(&'a self, view: &'a JobsView) -> impl Iterator<Item = (&'a String, &'a LatestJobs)> {
        self.sources.iter().filter(|(name, _)| view.source.as_ref().is_none_or(|source| source == *name))
    }
}

fn list(found: &Found, view: &JobsView, now: Timestamp) -> Markup {
    let jobs = found.of_sources(view).flat_map(|(_, latest)| &latest.jobs);
    let mut jobs: Vec<&ExpectedJob> =
        jobs.filter(|job| view.ended_by.is_none_or(|ending| ending == job.ending)).collect();
    // What is late first, then what runs, then what ended.
    jobs.sort_by_key(|job| {
        let rank = match job.ending {
            JobEnding::Waiting if job.record.sweeps > 0 => 0,
            JobEnding::Waiting => 1,
            JobEnding::Webhook | JobEnding::Poll | JobEnding::Late | JobEnding::Never => 2,
        };
        (rank, Reverse(job.ended_at.or(job.record.expired_at).or(job.record.submitted_at)))
    });
    let begins_at = jobs.iter().filter_map(|job| job.record.submitted_at).min().unwrap_or(now);
    let cut = found.of_sources(view).any(|(_, latest)| !latest.are_all);
    html! {
        @if found.of_sources(view).any(|(_, latest)| !latest.jobs.is_empty()) { (by_source(found, view)) }
        div.scroll #scroll tabindex="0" {
            @if jobs.is_empty() { (nothing(found, view)) } @else {
                table.events role="grid" aria-label="Jobs" {
                    thead { tr {
                        th.state scope="col" { span.visually-hidden { "State" } }
                        th scope="col" { "Job" }
                        th.in-time scope="col" { span { (moment(begins_at, now)) } span { "now" } }
                        th.number scope="col" { "End" }
                    } }
                    tbody #rows { @for job in jobs { (row(job, view, begins_at, now)) } }
                }
            }
            @if cut { p.more { span.second { "Of each source the latest " (JOBS_MAX) " jobs are shown. A shorter time shows all of it." } } }
        }
    }
}

fn row(job: &ExpectedJob, view: &JobsView, begins_at: Timestamp, now: Timestamp) -> Markup {
    let of = &job.record.job;
    let id = of.id().to_string();
    let is_shown = view.selected.as_ref() == Some(&id);
    let events = View::default().with("source", of.source.as_str()).with("subject", &of.subject).href();
    let href = JobsView { selected: Some(id.clone()), ..view.clone() }.href();
    let (word, more, class) = outcome(job, now);
    html! {
        tr data-id=(id) data-open=(events) aria-current=[is_shown.then_some("true")] tabindex=(if is_shown { "0" } else { "-1" }) {
            td.state { (mark(job).named(job.ending.as_str())) }
            td.job { a href=(href) tabindex="-1" title=(of.subject) { code { bdi { (middle_cut(&of.subject, ID_CHARACTERS)) } } } span.second { (of.source) } }
            td.in-time { (line_in_time(job, begins_at, now)) }
            td.number.job { span class=[class] { (word) } span.second { (more) } }
        }
    }
}

/// How the jobs of each source ended, and how long their webhooks took.
fn by_source(found: &Found, view: &JobsView) -> Markup {
    html! {
        section.by-source aria-label="How they ended, by source" {
            table.plain {
                thead { tr {
                    th scope="col" { "Source" }
                    th scope="col" { "How they ended" }
                    @for ending in JobEnding::ALL { th.number scope="col" { (ending.as_str()) } }
                    th.number scope="col" { "Webhook after" }
                } }
                tbody {
                    @for (name, latest) in found.of_sources(view).filter(|(_, latest)| !latest.jobs.is_empty()) {
                        @let reconciliation = Reconciliation::of(latest.jobs.iter().map(|job| (job.ending, job.wait)));
                        tr {
                            td { a.plain-link href=(view.with_source(name).href()) { (name) } }
                            td { (shares(&reconciliation)) }
                            @for ending in JobEnding::ALL {
                                td.number { @match reconciliation.count(ending) {
                                    0 => span.second { "–" },
                                    jobs => a.plain-link href=(JobsView { source: Some(name.clone()), ended_by: Some(ending), selected: None, ..view.clone() }.href()) { (number(jobs)) },
                                } }
                            }
                            td.number.second { @match (reconciliation.percentile(50), reconciliation.percentile(99)) {
                                (Some(half), Some(most)) => { (span(half)) ", p99 " (span(most)) },
                                _ => "–",
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// The class that colours an ending; its word stands beside it.
const fn class(ending: JobEnding) -> &'static str {
    match ending {
        JobEnding::Webhook => "done",
        JobEnding::Poll => "asked",
        JobEnding::Late => "waiting",
        JobEnding::Never => "failed",
        JobEnding::Waiting => "rest",
    }
}

/// A bar with a part for each ending.
fn shares(reconciliation: &Reconciliation) -> Markup {
    let total = reconciliation.total().max(1);
    let words = JobEnding::ALL.map(|ending| format!("{} {}", reconciliation.count(ending), ending.as_str())).join(", ");
    let mut begins = 0;
    html! {
        svg.share viewBox="0 0 1000 8" preserveAspectRatio="none" role="img" aria-label=(words) {
            @for ending in JobEnding::ALL {
                @let width = reconciliation.count(ending) * 1000 / total;
                @if width > 0 { rect class=(class(ending)) x=(begins) y="0" width=(width) height="8" {} }
                @let () = begins += width;
            }
        }
    }
}

fn facets(found: &Found, view: &JobsView) -> Markup {
    let mut endings: BTreeMap<JobEnding, u64> = BTreeMap::new();
    for job in found.of_sources(view).flat_map(|(_, latest)| &latest.jobs) {
        *endings.entry(job.ending).or_default() += 1;
    }
    let of_source = |latest: &LatestJobs| {
        let jobs = latest.jobs.iter().filter(|job| view.ended_by.is_none_or(|ending| ending == job.ending)).count();
        format!("{}{}", number(jobs as u64), if latest.are_all { "" } else { "+" })
    };
    html! {
        section.facet { h2 { "Source" } ul { @for (name, latest) in &found.sources {
            (choice(&view.with_source(name), view.source.as_ref() == Some(name), &html! { span.label title=(name) { (name) } }, &of_source(latest)))
        } } }
        section.facet { h2 { "Ended by" } ul { @for ending in JobEnding::ALL {
            (choice(&view.with_ending(ending), view.ended_by == Some(ending), &html! { span class={ "swatch " (class(ending)) } {} (ending.as_str()) }, &number(endings.get(&ending).copied().unwrap_or(0))))
        } } }
    }
}

fn choice(view: &JobsView, is_chosen: bool, label: &Markup, jobs: &str) -> Markup {
    html! { li { a href=(view.href()) aria-current=[is_chosen.then_some("true")] { span.box aria-hidden="true" {} (label) span.count { (jobs) } } } }
}

/// What the filter takes away, or what to do for a first job.
fn nothing(found: &Found, view: &JobsView) -> Markup {
    let all: usize = found.sources.values().map(|latest| latest.jobs.len()).sum();
    if all > 0 {
        let without = JobsView::default().with_since(view.since());
        return empty(
            "No job matches this filter",
            &html! { p { "Of all sources there are " (count(all as u64, "job")) "." } p { a.button href=(without.href()) { "Show all jobs" } } },
        );
    }
    empty(
        "No job was expected in this time",
        &html! {
            p { "An application says which jobs it has submitted. If a job's webhook does not come, Landfall asks its sender how it ended." }
            @if found.takes_expectations { pre { code { "landfall expect SOURCE JOB" } } } @else {
                p { "The stack takes no expectations yet:" }
                pre { code { "landfall deploy --parameter Expectations=on" } }
            }
        },
    )
}

//! The screen Refused: what was refused by source and cause, and one of it with what to do.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ledger::listing::filter::{self, Filter};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use maud::{Markup, html};
use platform::clock;

use crate::console::icons::Mark;
use crate::console::pane::{all_in_time, empty, in_time, trouble};
use crate::console::refused_time::when_it_began;
use crate::console::refused_view::{RefusedView, filter_bar};
use crate::console::refused_words::{Step, cause, deliveries, meaning, sender, steps, steps_without};
use crate::console::release_run::ReleaseRun;
use crate::console::shell::{Page, Screen};
use crate::console::state::Console;
use crate::console::view::encoded;
use crate::console::words::{moment, number, time};
use crate::error::{Error, Result};
use crate::refused::group::{Group, groups};
use crate::refused::refused_id::id_text;
use crate::services::REFUSED_TABLE;
use crate::source_store::{ListedSource, SourceStore};

/// The page reads its data again after so many seconds: with the checks of the latest, which read secrets.
const EVERY_SECONDS: u32 = 60;

/// What is stored.
enum Found {
    /// The stack has no table for it.
    Off,
    /// By source and cause, what goes on first, then the latest.
    On(Vec<Group>),
}

/// What is shown beside the list.
enum Shown<'a> {
    Group(&'a Group),
    /// Of what the URL names nothing is stored.
    Unstored(Option<SourceName>, Refusal),
    Nothing,
}

/// The screen.
pub(crate) async fn refused(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = RefusedView::parse(&query.unwrap_or_default());
    let now = clock::now();
    let listed = in_time(async { SourceStore::of(&console.session).await?.list().await });
    let (found, listed) = tokio::join!(all_in_time(find(&console, &view, now)), listed);
    let shown = found.as_ref().map_or(Shown::Nothing, |found| shown(found, &view));
    let provider = match &shown {
        Shown::Group(Group { source, .. }) | Shown::Unstored(Some(source), _) => provider(&console, source, now).await,
        Shown::Unstored(None, _) | Shown::Nothing => None,
    };
    let status = if matches!(found, Err(Error::Usage(_))) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let run = console.release_run();
    let has_table = !matches!(found, Ok(Found::Off));
    let one = match (&found, &shown) {
        (Err(error), _) => trouble(error, &console),
        (_, Shown::Group(group)) => {
            let run = run.as_ref().filter(|run| run.is_of(&group.source, group.refusal));
            detail(group, &view, &listed, provider, run, &console, now)
        }
        (_, Shown::Unstored(source, refusal)) => unstored(source.as_ref(), *refusal, provider, has_table),
        (Ok(Found::Off), Shown::Nothing) => off(),
        (Ok(Found::On(_)), Shown::Nothing) => empty(
            "Nothing that is stored was refused in this time",
            &html! { p { "Stored is what sources with the option " code { "quarantine" } " refuse. Others are in the log, beside here." } },
        ),
    };
    let page = Page {
        title: "Refused".to_owned(),
        screen: Screen::Refused,
        command: match &shown {
            Shown::Group(group) => format!("landfall refused explain {}", id_text(&group.latest.0)),
            Shown::Unstored(..) | Shown::Nothing => view.command(),
        },
        read_at: now,
        filter_bar: Some(filter_bar(&view)),
        body: html! {
            h1.visually-hidden { "Refused" }
            div.list-and-one {
                nav.side aria-label="Refused deliveries" {
                    @if let Ok(Found::On(groups)) = &found { (side(groups, &shown, &view, now)) }
                    div data-load=(format!("/refused/unstored?{}", view.query())) aria-busy="true" {}
                    p.note { "Nothing of a refused delivery is trusted: it is in no ledger, queue or event, and nothing that it names was fetched." }
                }
                section.one aria-label="What was refused" { (one) }
            }
        },
        every_seconds: EVERY_SECONDS,
    };
    page.respond_with(status, &console)
}

/// What is stored of all sources.
async fn find(console: &Console, view: &RefusedView, now: Timestamp) -> Result<Found> {
    let since = view.begins_at()?;
    view.source_name()?;
    if console.session.stack().await?.output(REFUSED_TABLE).is_err() {
        return Ok(Found::Off);
    }
    let services = console.services().await?;
    let found = services.refused()?.stored(|_| true, None, since).await?;
    let mut groups = groups(found, &services.ledger()?).await?;
    groups.sort_by_key(|group| (!group.goes_on(now), Reverse(group.latest_at())));
    Ok(Found::On(groups))
}

/// What the URL names, or else the first.
fn shown<'a>(found: &'a Found, view: &RefusedView) -> Shown<'a> {
    let groups = match found {
        Found::Off => [].as_slice(),
        Found::On(groups) => groups,
    };
    let is_named = |group: &&Group| {
        view.source.as_ref().is_none_or(|source| source == group.source.as_str())
            && view.cause.is_none_or(|cause| cause == group.refusal)
    };
    match (groups.iter().find(is_named), view.cause) {
        (Some(group), _) => Shown::Group(group),
        (None, Some(cause)) => Shown::Unstored(view.source_name().ok().flatten(), cause),
        (None, None) => Shown::Nothing,
    }
}

/// Who delivers to a source, as its newest event says.
async fn provider(console: &Console, source: &SourceName, now: Timestamp) -> Option<Provider> {
    let listing = console.services().await.ok()?.listing().ok()?;
    let newest = Filter::of_source(source.clone(), filter::View::Arrived);
    let newest = in_time(async { Ok(listing.first_page(newest, now, 1).await?) });
    Some(newest.await.ok()?.rows.first()?.event.provider)
}

fn side(groups: &[Group], shown: &Shown<'_>, view: &RefusedView, now: Timestamp) -> Markup {
    html! {
        h2 { "Stored " span.second { (groups.len()) } }
        ul.two-lines { @for group in groups {
            @let goes_on = group.goes_on(now);
            @let is_shown = matches!(shown, Shown::Group(shown) if std::ptr::eq(*shown, group));
            li { a href=(view.of(Some(group.source.as_str()), group.refusal).href()) aria-current=[is_shown.then_some("true")] {
                (if goes_on { Mark::Refused } else { Mark::Over }.draw())
                b { (cause(group.refusal)) }
                span.end { (number(group.count() as u64)) }
                span.second { (group.source) }
                span.second.end { @if goes_on { span.refused { "goes on" } } @else { (moment(group.latest_at(), now)) } }
            } }
        } }
    }
}

fn detail(
    group: &Group,
    view: &RefusedView,
    listed: &Result<Vec<ListedSource>>,
    provider: Option<Provider>,
    run: Option<&ReleaseRun>,
    console: &Console,
    now: Timestamp,
) -> Markup {
    let (sender, latest) = (sender(provider), id_text(&group.latest.0));
    let of = RefusedView { since: None, ..view.of(Some(group.source.as_str()), group.refusal) };
    let bodies = group.stored().map(|(_, refused)| refused.body_sha256.to_string());
    let bodies = bodies.collect::<std::collections::BTreeSet<_>>().len();
    let released = group.stored().filter(|(_, refused)| refused.released_at.is_some()).count();
    let changed = listed.as_ref().map(|listed| {
        let of_source = listed.iter().find(|listed| listed.name == group.source);
        of_source.and_then(|listed| listed.changed_at)
    });
    html! {
        header.heading {
            h2 { (Mark::Refused.draw()) (group.source) ": " (cause(group.refusal)) }
            p.actions {
                button.button.primary type="button" disabled[released == group.count() || run.is_some_and(ReleaseRun::is_running)]
                    data-form=(format!("/refused/release?{}", of.query()))
                    data-command=(format!("landfall refused release --source {} --cause {}", group.source, group.refusal)) { "Release…" kbd { "r" } }
            }
        }
        p {
            b { (meaning(group.refusal, sender)) } " "
            (deliveries(group.count())) " with " @if bodies == 1 { "one body" } @else { (number(bodies as u64)) " bodies" } " are stored of this time"
            @if released > 0 { ", " (number(released as u64)) " of them released" } "."
        }
        @if let Some(run) = run { div data-load=[run.is_running().then(|| format!("/refused/run?{}", of.query()))] { (run.panel()) } }
        div.wide-and-narrow {
            section aria-labelledby="checks-title" {
                h3 #checks-title { "How the latest was checked" span.second { " " (time(group.latest_at(), now)) } }
                div data-load=(format!("/refused/checks?delivery={}", encoded(&latest))) aria-busy="true" {}
            }
            section aria-labelledby="began-title" {
                h3 #began-title { "When it began" }
                (when_it_began(group, changed.as_ref().ok().copied().flatten(), now))
                @if let Err(error) = changed { (trouble(error, console)) }
            }
        }
        (numbered(&steps(group.refusal, &group.source, sender, &latest)))
        section aria-labelledby="stored-title" {
            h3 #stored-title { "Stored deliveries" span.second { " what they say is not verified" } }
            div data-load=(format!("/refused/stored?{}", view.of(Some(group.source.as_str()), group.refusal).query())) aria-busy="true" {}
        }
    }
}

fn unstored(source: Option<&SourceName>, refusal: Refusal, provider: Option<Provider>, has_table: bool) -> Markup {
    html! {
        header.heading { h2 { (Mark::Refused.draw()) @match source { Some(source) => (source), None => "unknown names" } ": " (cause(refusal)) } }
        p { b { (meaning(refusal, sender(provider))) } " Nothing of it is stored." }
        @if refusal == Refusal::UnknownSource {
            section aria-labelledby="names-title" {
                h3 #names-title { "The commonest names" span.second { " in the last hour" } }
                div data-load="/refused/names" aria-busy="true" {}
            }
        }
        (numbered(&steps_without(refusal, source, provider, has_table)))
    }
}

fn off() -> Markup {
    empty(
        "The stack stores no refused deliveries",
        &html! {
            p { "Most senders never deliver again what was refused. The parameter adds a table of its own, in which nothing is verified:" }
            pre { code { "landfall deploy --parameter Quarantine=on" } }
            p { "Then add the option to the secret of each source that shall have it:" }
            pre { code { r#""quarantine": {"per_minute": 30, "hours": 72}"# } }
            p.second { "docs/refused.md says what is stored, and what never is." }
        },
    )
}

fn numbered(steps: &[Step]) -> Markup {
    html! {
        section aria-label="What to do" {
            ol.steps { @for (number, step) in steps.iter().enumerate() {
                li {
                    span.step aria-hidden="true" { (number + 1) }
                    div { b { (step.what) } p.second { (step.why) } }
                    @if let Some(command) = &step.command { code { (command) } }
                }
            } }
        }
    }
}

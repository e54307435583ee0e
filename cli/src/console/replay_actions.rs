//! What the console changes: replay jobs are frozen, run, paused and cancelled. Each asks first, with the count.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use domain::event::event_id::EventId;
use domain::ledger::replay_job::ReplayJobId;
use maud::{Markup, html};
use operator::replay::ReplayError;
use platform::random;
use url::form_urlencoded;

use crate::console::pane::{dialog, not_done};
use crate::console::state::Console;
use crate::console::view::{View, encoded};
use crate::console::words::{count, number, span};
use crate::error::{Error, Result};
use crate::events_argument::{EventsArgument, dollars};
use crate::shell_word::shell_word;

/// Paces to choose from, in events a second; 0 is no limit.
const PACES: [u32; 4] = [5, 50, 200, 0];
/// So many events can be chosen one by one.
pub(crate) const IDS_MAX: usize = 200;

/// What is to be replayed.
struct Choice {
    view: View,
    events: EventsArgument,
}

/// The form: what would be replayed, and how.
pub(crate) async fn form(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    dialog(ask(&console, &query.unwrap_or_default()).await, &console)
}

/// Freezes a job of what was chosen, and runs it.
pub(crate) async fn start(State(console): State<Arc<Console>>, body: String) -> Response {
    match freeze(&console, &body).await {
        Ok(id) => {
            run_in_background(&console, &id);
            see(&id)
        }
        Err(error) => not_done(&error, &console),
    }
}

/// Runs, pauses or cancels a job.
pub(crate) async fn change(
    State(console): State<Arc<Console>>,
    Path((job, action)): Path<(String, String)>,
) -> Response {
    match act(&console, &job, &action).await {
        Ok(id) => see(&id),
        Err(error) => not_done(&error, &console),
    }
}

/// Pauses what this console runs, so that another program can go on at once.
pub(crate) async fn pause_all(console: &Console) -> Result<()> {
    let running = console.running();
    if running.is_empty() {
        return Ok(());
    }
    let replays = console.services().await?.replays()?;
    let mut paused = Ok(());
    for id in running {
        match replays.pause(&id).await {
            // A job that has ended meanwhile needs no pause.
            Ok(()) | Err(ReplayError::State { .. }) => {}
            Err(error) => paused = paused.and(Err(error.into())),
        }
    }
    paused
}

async fn ask(console: &Console, query: &str) -> Result<Markup> {
    let choice = Choice::parse(query)?;
    choice.events.check()?;
    let replays = console.services().await?.replays()?;
    let survey = choice.events.survey(&replays).await?;
    let left_out = [
        (survey.contradicted, "whose sender says that they are not true"),
        (survey.unpublished, "that were never published, since another event took their place"),
        (survey.unfinished, "that are not finished"),
        (survey.missing, "that have no record any more"),
    ];
    let events = count(survey.replayed, "event");
    let seconds = survey.replayed.div_ceil(u64::from(choice.events.rate.max(1)));
    Ok(html! {
        form data-post="/replays" {
            h2 #ask-title { "Replay " (events) "?" }
            p { "All consumers get them again, with the same id and a " code { "landfallreplay" } " that is one higher. Filters of subscriptions apply as they are now." }
            @for (count, what) in left_out { @if count > 0 { p.second { (number(count)) " are left out " (what) "." } } }
            @for id in &choice.events.ids { input type="hidden" name="id" value=(id); }
            @for (name, value) in choice.view.fields() { input type="hidden" name=(name) value=(value); }
            fieldset {
                legend { "Pace" }
                @for pace in PACES {
                    label { input type="radio" name="rate" value=(pace) checked[pace == choice.events.rate]; " " @if pace == 0 { "no limit" } @else { (pace) "/s" } }
                }
            }
            p.second { "It takes " (span(std::time::Duration::from_secs(seconds))) " or longer, and costs about $" (format!("{:.5}", dollars(survey.replayed))) ". It runs while this console runs; paused, any terminal can go on with it." }
            h3 { "The same on the command line" }
            pre { code { (choice.command()) } }
            p.actions {
                button.button.primary type="submit" disabled[survey.replayed == 0] { "Replay " (events) }
                button.button type="button" data-close="" { "Leave it" }
            }
        }
    })
}

async fn freeze(console: &Console, body: &str) -> Result<ReplayJobId> {
    let choice = Choice::parse(body)?;
    choice.events.check()?;
    let replays = console.services().await?.replays()?;
    let (job, _) = choice.events.freeze(&replays, console.caller.clone()).await?;
    Ok(job.id)
}

async fn act(console: &Arc<Console>, job: &str, action: &str) -> Result<ReplayJobId> {
    let id = ReplayJobId::parse(job).map_err(|error| Error::NotFound(error.to_string()))?;
    let replays = console.services().await?.replays()?;
    match action {
        "run" => {
            replays.job(&id).await?;
            run_in_background(console, &id);
        }
        "pause" => replays.pause(&id).await?,
        "cancel" => replays.cancel(&id).await?,
        other => return Err(Error::NotFound(format!("there is no {other} of a job"))),
    }
    Ok(id)
}

/// Runs a job beside the pages, which read from the ledger how far it is.
fn run_in_background(console: &Arc<Console>, id: &ReplayJobId) {
    let (console, id) = (Arc::clone(console), id.clone());
    if !console.begin_run(&id) {
        return;
    }
    tokio::spawn(async move {
        let runner = format!("{} in the console {}", console.caller, random::token());
        let run = async {
            let replays = console.services().await?.replays()?;
            Ok::<_, Error>(replays.run(&id, &runner, |_| {}).await?)
        };
        let error = run.await.err().map(|error| error.to_string());
        console.end_run(&id, error);
    });
}

fn see(id: &ReplayJobId) -> Response {
    (StatusCode::CREATED, [(LOCATION, format!("/replays/{id}"))]).into_response()
}

impl Choice {
    fn parse(form: &str) -> Result<Choice> {
        let mut events = EventsArgument { ids: Vec::new(), filter: Default::default(), rate: 50, contradicted: false };
        for (name, value) in form_urlencoded::parse(form.as_bytes()) {
            match &*name {
                "id" => {
                    events.ids.push(EventId::parse(&value).map_err(|error| Error::Usage(format!("{value}: {error}")))?)
                }
                "rate" => events.rate = value.parse().map_err(|_| Error::Usage(format!("{value} is no pace")))?,
                _ => {}
            }
        }
        if events.ids.len() > IDS_MAX {
            return Err(Error::Usage(format!("at most {IDS_MAX} events are chosen one by one: use a filter")));
        }
        let view = if events.ids.is_empty() { View { is_live: false, ..View::parse(form) } } else { View::default() };
        events.filter = view.options()?;
        Ok(Choice { view, events })
    }

    fn command(&self) -> String {
        let ids = self.events.ids.iter().map(|id| shell_word(id.as_str()));
        let chosen =
            if self.events.ids.is_empty() { self.view.filter_words() } else { ids.collect::<Vec<_>>().join(" ") };
        format!("landfall replay {chosen} --rate {}", self.events.rate)
    }
}

/// The URL of the form for a view.
pub(crate) fn form_href(view: &View) -> String {
    let view = view.clone().filter_alone();
    format!("/replays/new?{}", view.query())
}

/// The command that replays what a view shows.
pub(crate) fn filter_command(view: &View) -> String {
    format!("landfall replay {}", view.filter_words())
}

/// The URL of the form for one event.
pub(crate) fn form_of_event(id: &EventId) -> String {
    format!("/replays/new?id={}", encoded(id.as_str()))
}

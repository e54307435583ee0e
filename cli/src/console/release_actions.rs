//! Releasing stored deliveries: asked first, with the count, and then done beside the pages.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse as _, Response};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{LateTime, Refusal};
use maud::{Markup, html};

use crate::console::pane::{all_in_time, dialog, not_done};
use crate::console::refused_view::RefusedView;
use crate::console::refused_words::{cause, deliveries};
use crate::console::state::Console;
use crate::console::words::number;
use crate::error::{Error, Result};
use crate::refused::releaser::Releaser;
use crate::refused::survey::Survey;
use crate::source_store::SourceStore;

/// What is to be released.
#[derive(Clone, Debug)]
struct Choice {
    source: SourceName,
    refusal: Refusal,
}

/// The form: how many would be released, and which not.
pub(crate) async fn form(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    dialog(all_in_time(ask(&console, &query.unwrap_or_default())).await, &console)
}

/// How the release of a source and cause stands, for the page's script.
pub(crate) async fn run(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let run = Choice::parse(&query.unwrap_or_default())
        .ok()
        .and_then(|Choice { source, refusal }| console.release_run().filter(|run| run.is_of(&source, refusal)));
    Html(run.map(|run| run.panel()).unwrap_or_default().into_string()).into_response()
}

/// Releases what was chosen.
pub(crate) async fn start(State(console): State<Arc<Console>>, body: String) -> Response {
    match begin(&console, &body) {
        Ok(location) => (StatusCode::CREATED, [(LOCATION, location)]).into_response(),
        Err(error) => not_done(&error, &console),
    }
}

async fn ask(console: &Console, query: &str) -> Result<Markup> {
    let choice = Choice::parse(query)?;
    let (_, survey) = choice.survey(console).await?;
    let Survey { genuine, forgotten, released, refused } = &survey;
    let deliveries = deliveries(genuine.len());
    Ok(html! {
        form data-post="/refused/release" {
            h2 #ask-title { "Release " (deliveries) " of " (choice.source) "?" }
            p { "Refused as: " (cause(choice.refusal)) ". Each is verified anew with what the source's secret says now, as of its arrival. It becomes the event that it would have become then, once; all consumers get it." }
            @if choice.refusal == Refusal::TimestampLate {
                p { b { "Their time is waived." } " A stranger may have caught such a delivery and sent it again. What was accepted in the last 30 days is a duplicate." }
            }
            @if *forgotten > 0 { p.waiting { (number(*forgotten as u64)) " were made more than 30 days ago: what was accepted then, Landfall has forgotten, and it becomes an event once more." } }
            @if *released > 0 { p.second { (number(*released as u64)) " were released before." } }
            @for (reason, count) in refused { p.second { (number(*count as u64)) " stay: " (reason) "." } }
            input type="hidden" name="source" value=(choice.source);
            input type="hidden" name="cause" value=(choice.refusal);
            h3 { "The same on the command line" }
            pre { code { (choice.command()) } }
            p.actions {
                button.button.primary type="submit" disabled[genuine.is_empty()] { "Release " (deliveries) }
                button.button type="button" data-close="" { "Leave it" }
            }
        }
    })
}

/// Begins a release beside the pages, and says where it is shown.
fn begin(console: &Arc<Console>, body: &str) -> Result<String> {
    let choice = Choice::parse(body)?;
    if !console.begin_release(&choice.source, choice.refusal) {
        return Err(Error::Conflict("this console releases something already: wait for its end".into()));
    }
    let location = RefusedView::default().of(Some(choice.source.as_str()), choice.refusal).href();
    let console = Arc::clone(console);
    tokio::spawn(async move {
        let end = choice.release(&console).await.map_err(|error| error.to_string());
        console.change_release(|run| run.end(end));
    });
    Ok(location)
}

impl Choice {
    fn parse(form: &str) -> Result<Choice> {
        let view = RefusedView::parse(form);
        let missing = || Error::Usage("a release needs a source and a cause".into());
        Ok(Choice { source: view.source_name()?.ok_or_else(missing)?, refusal: view.cause.ok_or_else(missing)? })
    }

    /// Of what proves itself and is late, nothing is released unless its time is waived.
    const fn late(&self) -> LateTime {
        match self.refusal {
            Refusal::TimestampLate => LateTime::Allowed,
            _ => LateTime::Refused,
        }
    }

    fn command(&self) -> String {
        let waive = if self.late() == LateTime::Allowed { " --waive-time" } else { "" };
        format!("landfall refused release --source {} --cause {}{waive}", self.source, self.refusal)
    }

    async fn survey(&self, console: &Console) -> Result<(Releaser, Survey)> {
        let services = console.services().await?;
        let store = SourceStore::of(&console.session).await?;
        let releaser = Releaser::of(&self.source, self.late(), &services, &store).await?;
        let is_wanted = |name: &SourceName| *name == self.source;
        let found = services.refused()?.stored(is_wanted, Some(self.refusal), Timestamp::from_millis(0)).await?;
        let survey = releaser.survey(found).await?;
        Ok((releaser, survey))
    }

    async fn release(&self, console: &Console) -> Result<()> {
        let (releaser, survey) = self.survey(console).await?;
        console.change_release(|run| run.begin(survey.genuine.len()));
        let tell = |_: &_, outcome: &_| {
            console.change_release(|run| run.add(outcome));
            Ok(())
        };
        releaser.release_all(survey.genuine, tell).await
    }
}

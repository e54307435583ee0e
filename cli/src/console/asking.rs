//! Asking a job's sender how it stands: the answer is shown, and nothing is published.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::event::event_type::Thing;
use domain::source::source_name::SourceName;
use maud::{Markup, html};
use url::form_urlencoded;

use crate::console::body_text::body_text;
use crate::console::pane::{dialog, in_time};
use crate::console::state::Console;
use crate::console::view::encoded;
use crate::error::{Error, Result};
use crate::sender_answer::ask;
use crate::shell_word::shell_word;

/// The answer, for the page's script.
pub(crate) async fn answer(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    dialog(in_time(shown(&console, query.as_deref().unwrap_or_default())).await, &console)
}

/// The button that asks about a job.
pub(crate) fn button(source: &SourceName, thing: Thing, job: &str) -> Markup {
    let [source_part, job_part] = [source.as_str(), job].map(encoded);
    let href = format!("/ask?source={source_part}&thing={thing}&job={job_part}");
    html! { button.button type="button" data-form=(href) data-command=(command(source, thing, job)) { "Ask now…" kbd { "a" } } }
}

fn command(source: &SourceName, thing: Thing, job: &str) -> String {
    let thing = if thing == Thing::Job { String::new() } else { format!(" --thing {thing}") };
    format!("landfall expect ask {source} {}{thing}", shell_word(job))
}

async fn shown(console: &Console, query: &str) -> Result<Markup> {
    let fields: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
    let field = |name: &str| fields.get(name).map(AsRef::as_ref).unwrap_or_default();
    let source = SourceName::parse(field("source")).map_err(|error| Error::Usage(error.to_string()))?;
    let thing = field("thing").parse().map_err(|_| Error::Usage("this is no thing that has an end".into()))?;
    let job = field("job");
    let answer = ask(&console.session, &source, thing, job).await?;
    Ok(html! {
        article.asked {
            h2 { "The sender's answer" }
            p { (answer.verdict) }
            p.second { "Its API answered " (answer.status) " just now. Nothing of this is recorded or published." }
            div.answer { (body_text(answer.body.as_bytes(), true, "")) }
            h3 { "The same on the command line" }
            pre { code { (command(&source, thing, job)) } }
            p.actions { button.button type="button" data-close="" autofocus { "Close" } }
        }
    })
}

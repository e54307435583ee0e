//! Parts of the screen Refused that read the source's secret, and come after the page: the checks of a delivery, and what the
//! stored deliveries say. No secret, and nothing that would make a signature right, is in them.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::explain::Step;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use maud::{Markup, html};
use platform::clock;
use url::form_urlencoded;

use crate::console::icons::Mark;
use crate::console::list::short_type;
use crate::console::pane::{all_in_time, in_time, trouble};
use crate::console::refused_view::RefusedView;
use crate::console::state::Console;
use crate::console::words::{middle_cut, number, size, time};
use crate::error::{Error, Result};
use crate::refused::explanation::{explanation, parsed};
use crate::refused::refused_id::{id_text, refused_id};
use crate::refused::stored_delivery::StoredDelivery;
use crate::source_store::SourceStore;

/// So many deliveries are shown, the latest.
const SHOWN_MAX: usize = 20;
/// How many are read side by side.
const AT_ONCE: usize = 8;
/// A longer id loses its middle.
const ID_CHARACTERS: usize = 36;

/// How a delivery was checked.
pub(crate) async fn checks(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "delivery").map(|(_, id)| id);
    respond(all_in_time(explain(&console, &named.unwrap_or_default())).await, &console)
}

/// The latest deliveries of a source and cause.
pub(crate) async fn stored(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    respond(in_time(list(&console, &RefusedView::parse(&query.unwrap_or_default()))).await, &console)
}

fn respond(part: Result<Markup>, console: &Console) -> Response {
    Html(part.unwrap_or_else(|error| trouble(&error, console)).into_string()).into_response()
}

async fn explain(console: &Console, named: &str) -> Result<Markup> {
    let id = refused_id(named).map_err(Error::NotFound)?;
    let services = console.services().await?;
    let store = SourceStore::of(&console.session).await?;
    let stored = StoredDelivery::named(&id, &services.refused()?).await?;
    let (explanation, untried) = explanation(&stored, &services, &store).await?;
    Ok(html! {
        ul.checks { @for Step { is_right, text } in &explanation.steps {
            li { (if *is_right { Mark::Done } else { Mark::Wrong }.named(if *is_right { "right" } else { "wrong" })) span { (with_code(text)) } }
        } }
        @if !explanation.causes.is_empty() {
            h3 { "Which mistake it is" }
            ul.causes { @for cause in &explanation.causes { li { (with_code(cause)) } } }
        }
        @if let Some(untried) = untried { p.second { (untried) } }
    })
}

async fn list(console: &Console, view: &RefusedView) -> Result<Markup> {
    let source = view.source_name()?.ok_or_else(|| Error::Usage("no source is named".into()))?;
    let now = clock::now();
    let table = console.services().await?.refused()?;
    let mut found = table.stored(|name| *name == source, view.cause, view.begins_at()?).await?;
    let all = found.len();
    found.reverse();
    found.truncate(SHOWN_MAX);
    let reads: Vec<_> = found.into_iter().map(|found| StoredDelivery::of(found, &table)).collect();
    let shown: Vec<StoredDelivery> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    let sender = source_of(console, source).await;
    Ok(html! {
        table.plain {
            thead { tr {
                th scope="col" { "Arrived" } th scope="col" { "Says it is" } th scope="col" { "Of" }
                th.number scope="col" { "Size" } th scope="col" { "Released" } th scope="col" { "Name" }
            } }
            tbody { @for delivery in &shown { (row(delivery, sender.as_ref().ok(), now)) } }
        }
        @if all > SHOWN_MAX { p.note { "Of " (number(all as u64)) " the latest " (SHOWN_MAX) " are shown." } }
        @if sender.is_err() { p.note { "What they say is read by the rules of the source, which are in its secret." } }
    })
}

/// The source by what its secret says, which says how its bodies are read.
async fn source_of(console: &Console, name: SourceName) -> Result<Source> {
    parsed(&name, &SourceStore::of(&console.session).await?.existing(&name).await?)
}

fn row(delivery: &StoredDelivery, source: Option<&Source>, now: Timestamp) -> Markup {
    let StoredDelivery { place, refused, content, body } = delivery;
    let head = source.zip(body.as_deref()).map(|(source, body)| source.sender.head(&content.headers, body));
    let event_type = head.as_ref().map(|head| head.event_type.to_string());
    let subject = head.and_then(|head| head.subject);
    html! {
        tr {
            td.mono { (time(refused.received_at, now)) }
            td { @match &event_type { Some(event_type) => (short_type(event_type)), None => span.second { "–" } } }
            td.mono { @match &subject { Some(subject) => span title=(subject) { bdi { (middle_cut(subject, ID_CHARACTERS)) } }, None => span.second { "–" } } }
            td.number { (size(refused.body_bytes as u64)) @if body.is_none() { span.second { ", not stored" } } }
            td { @match refused.released_at { Some(at) => (time(at, now)), None => span.second { "–" } } }
            td.mono { (id_text(place)) }
        }
    }
}

/// A sentence whose words in backticks are code.
fn with_code(text: &str) -> Markup {
    html! { @for (number, part) in text.split('`').enumerate() { @if number % 2 == 1 { code { bdi { (part) } } } @else { (part) } } }
}

//! The number beside the screen's name: what needs a person, on every page.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use domain::receive::refused::{ONLY_REFUSALS_AFTER, goes_on};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use maud::html;
use platform::clock;

use crate::console::state::Console;
use crate::error::Result;
use crate::services::REFUSED_TABLE;

/// More are not counted.
const SHOWN_MAX: usize = 999;

/// How many deliveries were refused lately by sources that go on refusing; nothing if there is none. What it cannot find out,
/// the screen itself says.
pub(crate) async fn badge(State(console): State<Arc<Console>>) -> Response {
    let refused = count(&console, clock::now()).await.unwrap_or(0);
    let text = if refused > SHOWN_MAX { format!("{SHOWN_MAX}+") } else { refused.to_string() };
    let markup = html! { @if refused > 0 { span.badge.refused { (text) span.visually-hidden { " go on" } } } };
    Html(markup.into_string()).into_response()
}

async fn count(console: &Console, now: Timestamp) -> Result<usize> {
    if console.session.stack().await?.output(REFUSED_TABLE).is_err() {
        return Ok(0);
    }
    let services = console.services().await?;
    let mut sources: HashMap<SourceName, (usize, Timestamp)> = HashMap::new();
    for refusal in services.refused()?.recent(now - ONLY_REFUSALS_AFTER).await? {
        let (count, latest) = sources.entry(refusal.source).or_insert((0, refusal.received_at));
        *count += 1;
        *latest = refusal.received_at.max(*latest);
    }
    let ledger = services.ledger()?;
    let mut refused = 0;
    for (source, (count, latest)) in sources {
        if goes_on(ledger.newest_arrival(&source).await?, latest, now) {
            refused += count;
        }
    }
    Ok(refused)
}

//! What was refused and is not stored: of sources that do not ask for it, and of names that no source has. The log tells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use domain::receive::refused::goes_on;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use maud::{Markup, html};
use platform::clock;
use serde_json::Value;

use crate::console::icons::Mark;
use crate::console::pane::trouble;
use crate::console::refused_view::RefusedView;
use crate::console::refused_words::cause;
use crate::console::state::Console;
use crate::console::words::{moment, number, time};
use crate::error::{Error, Result};

/// So far back the log is read.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Under a flood, reading the log would take long.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// What stands in the line of each refused delivery.
const TERM: &str = "refusal";
/// Names that no source has, of which so many are shown.
const NAMES_MAX: usize = 10;

/// How often something was refused, and when it was last.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    count: u64,
    latest: Option<Timestamp>,
}

impl Tally {
    fn add(&mut self, at: Timestamp) {
        self.count += 1;
        self.latest = self.latest.max(Some(at));
    }
}

/// What the log tells of the last hour.
#[derive(Debug, Default)]
struct Unstored {
    /// By source and cause; unknown names are one.
    groups: BTreeMap<(Option<String>, &'static str), (Refusal, Tally)>,
    /// By names that no source has.
    names: BTreeMap<String, Tally>,
}

/// The part of the list that comes from the log.
pub(crate) async fn unstored(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let view = RefusedView::parse(&query.unwrap_or_default());
    let now = clock::now();
    let markup = html! {
        h2 { "Not stored " span.second { "last hour" } }
        @match read(&console, now).await {
            Ok(unstored) if unstored.groups.is_empty() => p.note { "Nothing." },
            Ok(unstored) => ul.two-lines { @for ((source, _), (refusal, tally)) in &unstored.groups { (row(source.as_deref(), *refusal, *tally, &view, now)) } },
            Err(error) => (trouble(&error, &console)),
        }
    };
    Html(markup.into_string()).into_response()
}

/// The commonest names that no source has.
pub(crate) async fn names(State(console): State<Arc<Console>>) -> Response {
    let now = clock::now();
    let markup = match read(&console, now).await {
        Ok(unstored) if unstored.names.is_empty() => html! { p.second { "None in the last hour." } },
        Ok(unstored) => {
            let mut names: Vec<(&String, &Tally)> = unstored.names.iter().collect();
            names.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count));
            html! {
                table.plain {
                    thead { tr { th scope="col" { "Name in the URL" } th.number scope="col" { "Refused" } th.number scope="col" { "Latest" } } }
                    tbody { @for (name, tally) in names.into_iter().take(NAMES_MAX) { tr {
                        td.mono { bdi { (name) } }
                        td.number { (number(tally.count)) }
                        td.number.second { @if let Some(at) = tally.latest { (time(at, now)) } }
                    } } }
                }
            }
        }
        Err(error) => trouble(&error, &console),
    };
    Html(markup.into_string()).into_response()
}

fn row(source: Option<&str>, refusal: Refusal, tally: Tally, view: &RefusedView, now: Timestamp) -> Markup {
    let of = view.of(source, refusal);
    let is_shown = of.source == view.source && of.cause == view.cause;
    // Who scans for names goes on for ever: that needs nobody.
    let goes_on = source.is_some() && tally.latest.is_some_and(|latest| goes_on(None, latest, now));
    html! {
        li { a href=(of.href()) aria-current=[is_shown.then_some("true")] {
            (if goes_on { Mark::Refused } else { Mark::Over }.draw())
            b { (cause(refusal)) }
            span.end { (number(tally.count)) }
            span.second { bdi { (source.unwrap_or("unknown names")) } }
            span.second.end { @if let Some(at) = tally.latest { (moment(at, now)) } }
        } }
    }
}

async fn read(console: &Console, now: Timestamp) -> Result<Unstored> {
    let logs = console.services().await?.logs(&["IngestLogGroup"])?;
    let lines = tokio::time::timeout(READ_WITHIN, logs.lines(now - WINDOW, now, Some(TERM))).await;
    let lines = lines.map_err(|_| {
        Error::Conflict("So much was refused in the last hour that reading the log takes too long. landfall tail --function ingest shows it as it comes".into())
    })??;
    let mut unstored = Unstored::default();
    for line in lines {
        if let Ok(json) = serde_json::from_str::<Value>(&line.text) {
            unstored.add(&json, line.at);
        }
    }
    Ok(unstored)
}

impl Unstored {
    /// Takes in a line of ingest's log, if it is about a refused delivery that is not stored.
    fn add(&mut self, line: &Value, at: Timestamp) {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        let Ok(refusal) = text("refusal").parse::<Refusal>() else { return };
        if line["quarantined"] == true {
            return;
        }
        let name = text("source");
        let source = SourceName::parse(name).ok().filter(|_| refusal != Refusal::UnknownSource);
        if refusal == Refusal::UnknownSource {
            self.names.entry(name.to_owned()).or_default().add(at);
        }
        let key = (source.map(|source| source.to_string()), refusal.as_str());
        self.groups.entry(key).or_insert((refusal, Tally::default())).1.add(at);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_told_by_source_and_cause_and_unknown_names_together() {
        let mut unstored = Unstored::default();
        for (second, line) in [
            json!({"refusal": "token_wrong", "source": "csm-prod", "outcome": "refused"}),
            json!({"refusal": "token_wrong", "source": "csm-prod", "quarantined": false}),
            json!({"refusal": "token_wrong", "source": "csm-prod", "quarantined": true}),
            json!({"refusal": "unknown_source", "source": "wp-login.php"}),
            json!({"refusal": "unknown_source", "source": "csm-prodd"}),
            json!({"refusal": "unknown_source", "source": "csm-prodd"}),
            json!({"refusal": "perhaps", "source": "csm-prod"}),
            json!({"outcome": "accepted", "source": "csm-prod"}),
        ]
        .iter()
        .enumerate()
        {
            unstored.add(line, Timestamp::from_millis(i64::try_from(second).unwrap()));
        }
        let told: Vec<String> = unstored
            .groups
            .iter()
            .map(|((source, cause), (_, tally))| format!("{source:?} {cause} {} {:?}", tally.count, tally.latest))
            .collect();
        let at = |millis| Some(Timestamp::from_millis(millis));
        assert_eq!(
            told,
            [format!("None unknown_source 3 {:?}", at(5)), format!("{:?} token_wrong 2 {:?}", Some("csm-prod"), at(1))]
        );
        let names: Vec<(&str, u64)> = unstored.names.iter().map(|(name, tally)| (name.as_str(), tally.count)).collect();
        assert_eq!(names, [("csm-prodd", 2), ("wp-login.php", 1)]);
    }
}

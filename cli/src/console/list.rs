//! The rows of a list of events.

use std::time::Duration;

use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use domain::time::Timestamp;
use maud::{Markup, html};

use crate::console::icons::Mark;
use crate::console::pane::empty;
use crate::console::replay_actions::{IDS_MAX, filter_command, form_href};
use crate::console::view::{View, event_href};
use crate::console::words::{middle_cut, moment, span, time};

/// A longer id loses its middle.
const ID_CHARACTERS: usize = 26;

/// The table of `rows` under `view`. What arrives later is put on top of it by the page's script, which also selects rows.
pub(crate) fn table(rows: &[Row], view: &View, are_selectable: bool, now: Timestamp) -> Markup {
    html! {
        table.events role="grid" aria-label="Events" aria-rowcount="-1" aria-multiselectable=[are_selectable.then_some("true")] {
            thead {
                tr {
                    th.state scope="col" { span.visually-hidden { "State" } }
                    th scope="col" { "Arrived" }
                    th scope="col" { "Source" }
                    th scope="col" { "Type" }
                    th scope="col" { "Job" }
                    th.wide scope="col" { "Verified by" }
                    th.number.wide scope="col" { "Attempts" }
                    th.number scope="col" { "Took, or next" }
                }
            }
            tbody #rows { @for row in rows { (line(row, view, now)) } }
        }
    }
}

/// What can be done with the events that are selected. It stands below the list, so that no row moves as it comes.
pub(crate) fn selection_bar(view: &View) -> Markup {
    html! {
        div.selection #selection role="group" aria-label="Selected events" data-most=(IDS_MAX) data-filter-form=(form_href(view))
            data-filter-command=(filter_command(view)) data-filter-export=(export_href(view)) data-filter-export-command=(export_command(view)) hidden {
            b #selection-count {}
            span.end {}
            button.button #replay-selection type="button" { "Replay…" kbd { "r" } }
            a.button #export-selection download="events.ndjson" href=(export_href(view)) { "Export" kbd { "e" } }
            button.button #copy-ids type="button" { "Copy ids" kbd { "c" } }
            button.quiet #clear type="button" { "Clear" kbd { "Esc" } }
        }
    }
}

/// The file of all that a view finds.
fn export_href(view: &View) -> String {
    format!("/events/export?{}", view.clone().filter_alone().query())
}

/// The command that writes the same.
fn export_command(view: &View) -> String {
    let filter = view.filter_words();
    let parts = ["landfall events export", &filter, "> events.ndjson"];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What each part of the filter takes away, or what to do for a first event.
pub(crate) fn nothing(view: &View, has_more: bool) -> Markup {
    if has_more {
        return empty("None among these entries", &html! { p { "There are more to look through." } });
    }
    if view.fields().is_empty() {
        return empty(
            "No delivery has come yet",
            &html! {
                p { "Send a recorded delivery to a source: it shows here within two seconds." }
                pre { code { "landfall trigger replicate prediction-succeeded-one --source replicate-prod" } }
                p.second { "landfall trigger --list names all recorded deliveries." }
            },
        );
    }
    let title = format!("No event matches {}", if view.fields().len() == 1 { "this filter" } else { "these filters" });
    empty(
        &title,
        &html! {
            p { "Without one of them:" }
            ul.without {
                @for (name, value) in view.fields() {
                    @let without = view.with(name, "");
                    li {
                        a.chip href=(without.href()) { span.name { (name) } " " (value) span aria-hidden="true" { " ✕" } }
                        span.second data-load=(format!("/events/matches?{}", without.query())) aria-busy="true" {}
                    }
                }
            }
        },
    )
}

/// One row of the table.
pub(crate) fn line(row: &Row, view: &View, now: Timestamp) -> Markup {
    let id = row.event.id.as_str();
    let is_shown = view.selected.as_deref() == Some(id);
    let subject = row.event.subject.as_deref().unwrap_or("–");
    let shown = View { selected: Some(id.to_owned()), ..view.clone() };
    html! {
        tr data-id=(id) data-open=(event_href(id)) data-final=[row.lifecycle.state.is_final().then_some("1")]
            aria-selected="false" aria-current=[is_shown.then_some("true")] tabindex=(if is_shown { "0" } else { "-1" }) {
            td.state { label.pick { input type="checkbox" tabindex="-1" autocomplete="off" aria-label={ "Select " (id) }; } (Mark::of(row).named(row.lifecycle.state.as_str())) }
            td.mono { a href=(shown.href()) tabindex="-1" { (time(row.event.received_at, now)) } }
            td { (row.event.source) }
            td { (short_type(&row.event.event_type.to_string())) }
            td.mono.second title=(subject) { bdi { (middle_cut(subject, ID_CHARACTERS)) } }
            td.second.wide { (row.event.verified_by.as_str()) }
            td.number.second.wide { (row.lifecycle.attempts) }
            (end(row, now))
        }
    }
}

/// What matters of it: how long it took, when it is tried next, or why it failed.
fn end(row: &Row, now: Timestamp) -> Markup {
    let attempts = row.lifecycle.attempts;
    match (row.lifecycle.state, row.finished_at()) {
        (State::Done, Some(_)) => html! {
            td.number.second title="from its arrival to its end, to the second" { (took(row).unwrap_or_default()) }
        },
        (State::Failed, _) if row.lifecycle.is_contradicted => html! { td.number.failed { "contradicted" } },
        (State::Failed, _) => html! { td.number.failed title=[row.last_error.as_deref()] { "attempt " (attempts) } },
        (State::Processing, _) => html! { td.number.processing { "attempt " (attempts) } },
        (State::Received, _) if attempts == 0 => html! { td.number.waiting { "received" } },
        (State::Received | State::Done, _) => match row.lifecycle.due_at {
            Some(due_at) => {
                html! { td.number.waiting title=[row.last_error.as_deref()] { "at " (moment(due_at, now)) } }
            }
            None => html! { td.number.second { "–" } },
        },
    }
}

/// How long it took from its arrival, or its latest replay, to its end: the record tells that to the second.
pub(crate) fn took(row: &Row) -> Option<String> {
    let began_at = row.replayed_at.unwrap_or(row.event.received_at);
    let seconds = began_at.until(row.finished_at()?).as_secs().max(1);
    Some(span(Duration::from_secs(seconds)))
}

/// A type without what all types begin with.
pub(crate) fn short_type(event_type: &str) -> &str {
    event_type.strip_prefix("landfall.").unwrap_or(event_type)
}

//! The filter of the events: its bar, and the values to choose from.

use domain::event::VerifiedBy;
use domain::ledger::record::State;
use domain::source::source_name::SourceName;
use maud::{Markup, html};

use crate::console::icons::Mark;
use crate::console::list::short_type;
use crate::console::replay_actions::{filter_command, form_href};
use crate::console::view::View;

/// Lists that have a name of their own, each with its fields.
pub(crate) const VIEWS: [(&str, &[(&str, &str)]); 4] = [
    ("All events", &[]),
    ("Failed", &[("state", "failed")]),
    ("Unfinished, next first", &[("view", "unfinished")]),
    ("Not understood", &[("type", "landfall.unrecognized")]),
];
const RANGES: [(&str, &str); 5] = [
    ("", "Any time"),
    ("15m", "Last 15 minutes"),
    ("1h", "Last hour"),
    ("24h", "Last 24 hours"),
    ("7d", "Last 7 days"),
];
/// The types that senders of the catalogue report most; others are asked for as `type:…`.
const TYPES: [&str; 8] = [
    "landfall.job.completed",
    "landfall.job.failed",
    "landfall.job.progress",
    "landfall.job.created",
    "landfall.training.completed",
    "landfall.workflow.completed",
    "landfall.event.occurred",
    "landfall.unrecognized",
];

/// The bar above the list. `is_live` says whether the list shows what arrives.
pub(crate) fn filter_bar(view: &View, is_live: bool) -> Markup {
    let since = view.value("since").unwrap_or_default();
    let range = RANGES.iter().find(|(value, _)| *value == since).map_or(since, |(_, name)| name);
    let is_named = |fields: &[(&str, &str)]| {
        fields.len() == view.fields().iter().filter(|(name, _)| *name != "since").count()
            && fields.iter().all(|(name, value)| view.value(name) == Some(value))
    };
    let named = VIEWS.iter().find(|(_, fields)| is_named(fields)).map_or("Your own", |(name, _)| name);
    html! {
        div.filter {
            details.menu {
                summary.button { span.name { "View" } " " b { (named) } }
                ul { @for (name, fields) in VIEWS { li { a href=(preset(fields).href()) { (name) } } } }
            }
            form.query action="/events" role="search" aria-label="Filter" {
                (Mark::Search.draw())
                @if is_range(&("since", since.to_owned())) && !since.is_empty() { input type="hidden" name="since" value=(since); }
                @for (name, value) in view.fields().iter().filter(|field| !is_range(field)) {
                    input type="hidden" name=(name) value=(value);
                    span.chip {
                        span.name { (name) } " " bdi { (short_type(value)) }
                        a href=(view.with(name, "").href()) aria-label=(format!("Remove {name}")) { "✕" }
                    }
                }
                @if view.is_live { input type="hidden" name="live" value="1"; }
                input #query type="text" name="q" placeholder="Event or job id, or field:value" aria-label="Add to the filter" autocomplete="off" spellcheck="false";
                kbd { "/" }
            }
            details.menu.right {
                summary.button { (range) }
                ul { @for (value, name) in RANGES { li { a href=(view.with("since", value).href()) { (name) } } } }
            }
            button.button type="button" disabled[view.fields().is_empty()] data-form=(form_href(view)) data-command=(filter_command(view)) { "Replay…" }
            a.button.live href=(View { is_live: !is_live, before: None, ..view.clone() }.href())
                aria-pressed=(is_live) role="button" { span.dot {} "Live" kbd { "l" } }
        }
    }
}

/// Whether the menu of ranges shows it.
fn is_range((name, value): &(&str, String)) -> bool {
    *name == "since" && RANGES.iter().any(|(known, _)| known == value)
}

/// The view of these fields, live.
pub(crate) fn preset(fields: &[(&str, &str)]) -> View {
    let live = View { is_live: true, ..View::default() };
    fields.iter().fold(live, |view, (name, value)| view.with(name, value))
}

/// The values beside the list.
pub(crate) fn facets(sources: &[SourceName], view: &View) -> Markup {
    let asked = view.sources();
    let mut names: Vec<&str> = sources.iter().map(SourceName::as_str).collect();
    names.extend(asked.iter().filter(|name| !sources.iter().any(|known| known.as_str() == **name)));
    let states = [State::Done, State::Received, State::Processing, State::Failed];
    let of_sources = names.iter().map(|name| Choice {
        label: html! { span.label title=(name) { (name) } },
        facet: format!("source={name}"),
        is_chosen: asked.contains(name),
        view: view.with_source(name),
    });
    let of = |field, value: &str, label| Choice::of(view, field, value, label);
    html! {
        details.all open {
            summary { "Filter" }
            (group("Source", of_sources))
            (group("State", states.iter().map(|state| {
                of("state", state.as_str(), html! { (mark(*state).draw()) (state.as_str()) })
            })))
            (group("Type", TYPES.iter().map(|name| of("type", name, html! { span.label title=(name) { (short_type(name)) } }))))
            (group("Verified by", VerifiedBy::ALL.iter().map(|by| of("verified_by", by.as_str(), html! { (by.as_str()) }))))
        }
    }
}

const fn mark(state: State) -> Mark {
    match state {
        State::Done => Mark::Done,
        State::Received => Mark::Received,
        State::Processing => Mark::Processing,
        State::Failed => Mark::Failed,
    }
}

/// A value to choose.
struct Choice {
    label: Markup,
    /// By what the histogram names its count.
    facet: String,
    is_chosen: bool,
    /// The view with it, or without it if it is chosen.
    view: View,
}

impl Choice {
    /// One of a field that has one value at most.
    fn of(view: &View, field: &str, value: &str, label: Markup) -> Choice {
        let is_chosen = view.value(field) == Some(value);
        let view = view.with(field, if is_chosen { "" } else { value });
        Choice { label, facet: format!("{field}={value}"), is_chosen, view }
    }
}

fn group(title: &str, choices: impl Iterator<Item = Choice>) -> Markup {
    html! {
        section.facet {
            h2 { (title) }
            ul {
                @for Choice { label, facet, is_chosen, view } in choices {
                    li { a href=(view.href()) data-facet=(facet) aria-current=[is_chosen.then_some("true")] {
                        span.box aria-hidden="true" {} (label) span.count {}
                    } }
                }
            }
        }
    }
}

//! The palette: events and jobs by their ids, what the page can do, and where to go.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use domain::event::event_id::EventId;
use domain::ledger::listing::row::Row;
use domain::source::source_name::SourceName;
use maud::{Markup, html};
use platform::clock;
use url::form_urlencoded;

use crate::console::filter_bar::{VIEWS, preset};
use crate::console::icons::Mark;
use crate::console::list::short_type;
use crate::console::shell::Screen;
use crate::console::state::Console;
use crate::console::view::{View, event_href};
use crate::console::words::middle_cut;
use crate::error::Result;
use crate::filter_options::FilterOptions;

/// So many events are found at most.
const FOUND_MAX: usize = 5;
/// A shorter text finds no event: every letter that is typed would read the ledger.
const SEARCHED_CHARACTERS_MIN: usize = 3;
/// A longer id loses its middle.
const ID_CHARACTERS: usize = 40;

/// What keys do: the name, the key, and the part of the page without which it does nothing.
const ACTIONS: [(&str, &str, &str); 10] = [
    ("Replay…", "r", "#selection:not([hidden]), #peek [data-form], .event [data-form], .filter [data-form]:enabled"),
    ("Release what was refused…", "r", ".one [data-form^='/refused/release']:enabled"),
    ("Select all that match", "X", "#selection"),
    ("Show what is newer", ".", "#newer:not([hidden])"),
    ("Live", "l", ".live"),
    ("Edit the filter", "/", "#query"),
    ("Copy the command of this view", "C", "#command"),
    ("Copy the link to this view", "L", "#command"),
    ("UTC or local time", "u", "#zone"),
    ("Keys", "?", "#keys"),
];

/// The choices for a text, for the page's script.
pub(crate) async fn choices(State(console): State<Arc<Console>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let text =
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "q").map(|(_, text)| text.into_owned());
    let text = text.unwrap_or_default().trim().to_owned();
    let sources = sources(&console).await.unwrap_or_default();
    let found = find(&console, &text, &sources).await;
    let is_meant = |name: &str| name.to_lowercase().contains(&text.to_lowercase());
    let views = VIEWS.iter().filter(|(name, _)| is_meant(name));
    let markup = html! {
        @match &found {
            Ok(rows) => (group("Found in the ledger", &html! { @for row in rows { (event(row)) } })),
            Err(error) => {
                @let () = console.note(error);
                (group("Found in the ledger", &html! { (choice(&Mark::Failed.draw(), "Not looked up", &error.to_string(), Act::Go("/events?live=1"))) }))
            }
        }
        (group("On this page", &html! {
            @for (name, key, needs) in ACTIONS.iter().filter(|(name, ..)| is_meant(name)) {
                (choice(&html! {}, name, "", Act::Press { key, needs }))
            }
        }))
        (group("Go to", &html! {
            @for screen in Screen::ALL.iter().filter(|screen| is_meant(screen.name())) {
                (choice(&html! {}, screen.name(), "", Act::Visit { href: screen.href(), key: screen.key() }))
            }
            @for (name, fields) in views { (choice(&html! {}, name, "view of the events", Act::Go(&preset(fields).href()))) }
            @for name in sources.iter().map(SourceName::as_str).filter(|name| is_meant(name)) {
                (choice(&html! {}, name, "source", Act::Go(&format!("/sources/{name}"))))
            }
        }))
        @if !text.is_empty() {
            @let href = View::parse(&form_urlencoded::Serializer::new(String::new()).append_pair("q", &text).finish()).href();
            (group("Search", &choice(&Mark::Search.draw(), "Events by this filter", &text, Act::Go(&href))))
        }
    };
    Html(markup.into_string()).into_response()
}

/// What becomes of a choice.
enum Act<'a> {
    /// This page is opened.
    Go(&'a str),
    /// This screen is opened, as by its key after `g`.
    Visit { href: &'a str, key: &'a str },
    /// What this key does, where the page has what it needs.
    Press { key: &'a str, needs: &'a str },
}

fn group(title: &str, choices: &Markup) -> Markup {
    html! {
        div role="group" aria-label=(title) {
            div.title aria-hidden="true" { (title) }
            (choices)
        }
    }
}

fn choice(mark: &Markup, name: &str, more: &str, act: Act<'_>) -> Markup {
    let text = html! { (mark) bdi.name { (name) } span.second { bdi { (more) } } };
    html! {
        @match act {
            Act::Go(href) => a role="option" tabindex="-1" aria-selected="false" href=(href) { (text) },
            Act::Visit { href, key } => a role="option" tabindex="-1" aria-selected="false" href=(href) { (text) span.end { kbd { "g" } " " kbd { (key) } } },
            Act::Press { key, needs } => div role="option" aria-selected="false" data-act=(key) data-needs=(needs) { (text) span.end { kbd { (key) } } },
        }
    }
}

fn event(row: &Row) -> Markup {
    let id = row.event.id.as_str();
    let what = format!("{}, {}", short_type(&row.event.event_type.to_string()), row.lifecycle.state.as_str());
    choice(&Mark::of(row).draw(), &middle_cut(id, ID_CHARACTERS), &what, Act::Go(&event_href(id)))
}

/// The event of this id, or the latest events of the job of this id, among those of these sources.
async fn find(console: &Console, text: &str, sources: &[SourceName]) -> Result<Vec<Row>> {
    if text.chars().count() < SEARCHED_CHARACTERS_MIN || text.contains(char::is_whitespace) {
        return Ok(Vec::new());
    }
    let listing = console.services().await?.listing()?;
    if let Ok(id) = EventId::parse(text)
        && let Some(row) = listing.get(&id).await?
    {
        return Ok(vec![row]);
    }
    let options = View::default().with("subject", text).options()?;
    let filter = FilterOptions { sources: sources.to_vec(), ..options }.filter(&listing).await?;
    Ok(listing.first_page(filter, clock::now(), FOUND_MAX).await?.rows)
}

async fn sources(console: &Console) -> Result<Vec<SourceName>> {
    Ok(console.services().await?.listing()?.sources().await?.unwrap_or_default())
}

//! What an event is made of, a tab each.

use domain::content::canonical::Canonical;
use domain::event::VerifiedBy;
use domain::ledger::listing::row::Row;
use domain::published::{PayloadPlacement, publish};
use maud::{Markup, html};
use url::form_urlencoded;

use crate::console::body_text::{body_text, lines};
use crate::console::words::size;
use crate::event_row::EventRow;

/// A tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// What the sender sent.
    Body,
    /// What is published of it.
    Published,
    /// The headers that are recorded.
    Headers,
    /// The record.
    Record,
}

impl Tab {
    const ALL: [Tab; 4] = [Tab::Body, Tab::Published, Tab::Headers, Tab::Record];

    /// That of a URL.
    pub(crate) fn of_query(query: &str) -> Tab {
        let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "tab");
        let named = named.and_then(|(_, value)| Tab::ALL.into_iter().find(|tab| tab.word() == value));
        named.unwrap_or(Tab::Body)
    }

    /// Its title.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Tab::Body => "Body",
            Tab::Published => "CloudEvent",
            Tab::Headers => "Headers",
            Tab::Record => "Record",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Tab::Body => "body",
            Tab::Published => "event",
            Tab::Headers => "headers",
            Tab::Record => "record",
        }
    }
}

/// The titles of all tabs.
pub(crate) fn tabs(shown: Tab, href: &str, body_bytes: Option<usize>) -> Markup {
    html! {
        div.tabs {
            div role="tablist" aria-label="Parts of the event" {
                @for tab in Tab::ALL {
                    a role="tab" href=(format!("{href}?tab={}", tab.word())) aria-selected=(tab == shown) aria-controls="tab" { (tab.name()) }
                }
            }
            @if let Some(bytes) = body_bytes { span.second { (size(bytes as u64)) } }
        }
    }
}

/// What a tab shows.
pub(crate) fn shown_tab(tab: Tab, row: &Row, body: &[u8], query: &str, href: &str) -> Markup {
    let is_whole = form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "all" && value == "1");
    let more = format!("{href}?tab={}&all=1", tab.word());
    match tab {
        Tab::Body => body_text(body, is_whole, &more),
        Tab::Published => published(row, body, is_whole, &more),
        Tab::Headers => html! {
            table.plain { thead { tr { th scope="col" { "Header" } th scope="col" { "Value" } } }
                tbody { @for (name, value) in &row.event.headers { tr { td.mono { (name) } td.mono { bdi { (value) } } } } }
            }
            @if row.event.headers.is_empty() { p.note { "No header of the delivery is recorded." } }
            p.note { "Headers that hold a signature or a token are not recorded." }
        },
        Tab::Record => {
            let record = EventRow::from(row.clone());
            lines(&serde_json::to_string_pretty(&record).expect("a row has names as keys"))
        }
    }
}

/// What consumers are sent, written anew from the record.
fn published(row: &Row, body: &[u8], is_whole: bool, more: &str) -> Markup {
    let why_not = |why: &str| html! { p.note { (why) } };
    if row.event.verified_by == VerifiedBy::Confirmed || row.event.must_confirm {
        return why_not(
            "The sender's API confirms this event, and its answer is published. The record does not have it.",
        );
    }
    let Some(sender) = row.event.provider.sender() else {
        return why_not(
            "The description of this sender is in the secret of its source, which the console does not read.",
        );
    };
    let canonical = Canonical::of(sender, &row.event.headers, body);
    let published = publish(&row.event, &canonical, body, PayloadPlacement::Whole);
    html! {
        p.note { "Written anew from the record: what refers to copies of assets is left out. With these attributes for filters:" }
        p.chips { @for (name, value) in &published.attributes { span.chip { span.name { (name) } " " (value) } } }
        (body_text(published.json.as_bytes(), is_whole, more))
    }
}

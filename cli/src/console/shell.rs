//! What all pages have around them: the bar of screens, the bar of the command, and the keys.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use domain::time::Timestamp;
use maud::{DOCTYPE, Markup, html};

use crate::console::icons::Mark;
use crate::console::state::Console;
use crate::console::words::moment;

/// A screen of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// What needs a person now.
    Now,
    /// The list of events, and one of them.
    Events,
    /// How expected jobs ended.
    Jobs,
    /// What was refused.
    Refused,
    /// The replay jobs.
    Replays,
    /// The configured senders.
    Sources,
    /// Who gets events.
    Consumers,
}

impl Screen {
    /// In the order of the bar.
    pub(crate) const ALL: [Screen; 7] = [
        Screen::Now,
        Screen::Events,
        Screen::Jobs,
        Screen::Refused,
        Screen::Replays,
        Screen::Sources,
        Screen::Consumers,
    ];

    /// What the bar calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Screen::Now => "Now",
            Screen::Events => "Events",
            Screen::Jobs => "Jobs",
            Screen::Refused => "Refused",
            Screen::Replays => "Replays",
            Screen::Sources => "Sources",
            Screen::Consumers => "Consumers",
        }
    }

    /// Its URL.
    pub(crate) const fn href(self) -> &'static str {
        match self {
            Screen::Now => "/now",
            Screen::Events => "/events?live=1",
            Screen::Jobs => "/jobs",
            Screen::Refused => "/refused",
            Screen::Replays => "/replays",
            Screen::Sources => "/sources",
            Screen::Consumers => "/consumers",
        }
    }

    /// The letter that leads to it, after `g`.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Screen::Now => "n",
            Screen::Events => "e",
            Screen::Jobs => "j",
            Screen::Refused => "r",
            Screen::Replays => "p",
            Screen::Sources => "s",
            Screen::Consumers => "c",
        }
    }
}

/// A page.
pub(crate) struct Page {
    /// What the browser calls it.
    pub(crate) title: String,
    /// The screen that it belongs to.
    pub(crate) screen: Screen,
    /// The command that shows the same.
    pub(crate) command: String,
    /// When its data was read.
    pub(crate) read_at: Timestamp,
    /// The bar of a list's filter, if it has one.
    pub(crate) filter_bar: Option<Markup>,
    /// What is between the bars.
    pub(crate) body: Markup,
    /// How often the page reads its data again, in seconds; 0 for never.
    pub(crate) every_seconds: u32,
}

impl Page {
    /// The page as an answer.
    pub(crate) fn respond(self, console: &Console) -> Response {
        self.respond_with(StatusCode::OK, console)
    }

    /// The same with another status.
    pub(crate) fn respond_with(self, status: StatusCode, console: &Console) -> Response {
        let options = console.session.options();
        let (stack, region) = match &options.local {
            Some(_) => ("local stack", ""),
            None => (options.stack_name(), console.region.as_str()),
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Landfall" }
                    link rel="stylesheet" href="/style.css";
                    link rel="icon" href="/icon.svg" type="image/svg+xml";
                    script src="/script.js" defer {}
                }
                body data-every=(self.every_seconds) {
                    a.skip href="#main" { "Skip to the content" }
                    header.top {
                        a.brand href="/now" { (Mark::Landfall.draw()) "Landfall" }
                        span.stack { code { (stack) } @if !region.is_empty() { " " (region) } }
                        nav.screens aria-label="Screens" {
                            @for screen in Screen::ALL {
                                a href=(screen.href()) data-go=(screen.key()) aria-current=[(screen == self.screen).then_some("page")] {
                                    (screen.name())
                                    @if screen == Screen::Refused { span data-load="/refused/badge" data-aside="" {} }
                                }
                            }
                        }
                        form.jump role="search" action="/events" {
                            (Mark::Search.draw())
                            input #jump type="search" name="q" placeholder="Event or job id" aria-label="Search an event or a job by its id" autocomplete="off" spellcheck="false";
                            kbd { "⌘K" }
                        }
                        button.quiet #zone type="button" title="Times in UTC or in local time" { "UTC" }
                        button.quiet #help type="button" aria-label="Keys" aria-haspopup="dialog" { "?" }
                    }
                    @if let Some(bar) = &self.filter_bar { (bar) }
                    main #main tabindex="0" { (self.body) }
                    footer.command {
                        span.dollar aria-hidden="true" { "$" }
                        code #command { (self.command) }
                        button.quiet data-copy="#command" type="button" aria-label="Copy the command" { (Mark::Copy.draw()) kbd { "C" } }
                        span.age #age { "Read at " time datetime=(self.read_at) { (moment(self.read_at, self.read_at)) } }
                    }
                    p.visually-hidden #said role="status" {}
                    (keys())
                    (palette())
                    dialog #ask aria-label="Question" {}
                }
            }
        };
        (status, Html(page.into_string())).into_response()
    }
}

/// What keys do, and the keys.
type KeyRow = (&'static str, &'static [&'static str]);

/// The field of the palette; what it finds comes from the server.
fn palette() -> Markup {
    html! {
        dialog #palette aria-label="Search, go or do" {
            div.field {
                (Mark::Search.draw())
                input #palette-query type="text" role="combobox" aria-label="Any id, name or action" aria-expanded="true" aria-controls="choices"
                    aria-autocomplete="list" placeholder="Any id, name or action" autocomplete="off" spellcheck="false";
                kbd { "Esc" }
            }
            div #choices role="listbox" aria-label="Choices" {}
        }
    }
}

/// The keys, as a dialog.
fn keys() -> Markup {
    const GROUPS: [(&str, &[KeyRow]); 3] = [
        (
            "Anywhere",
            &[
                ("Search, go or do", &["⌘K", ":"]),
                ("Go to a screen", &["g", "n e j r p s c"]),
                ("Copy the command of this view", &["C"]),
                ("Copy the link to this view", &["L"]),
                ("UTC or local time", &["u"]),
                ("These keys", &["?"]),
            ],
        ),
        (
            "In a list",
            &[
                ("Down, up", &["j", "k"]),
                ("First, last", &["g g", "G"]),
                ("Open; close or back", &["⏎", "Esc"]),
                ("Select; all that match", &["x", "X"]),
                ("Show what is newer", &["."]),
                ("Live", &["l"]),
                ("Edit the filter", &["/"]),
                ("Choose a time: earlier, later", &["[", "]"]),
                ("Narrow, widen it; show it", &["{", "}", "⏎"]),
            ],
        ),
        (
            "With an event",
            &[
                ("Body, event, headers, record", &["1 – 4"]),
                ("Replay; release what was refused", &["r"]),
                ("Ask its sender now", &["a"]),
                ("Its job, or the event that ended it", &["o"]),
                ("Copy the ids of the selection; export it", &["c", "e"]),
            ],
        ),
    ];
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            div.groups {
                @for (group, keys) in GROUPS {
                    section {
                        h3 { (group) }
                        dl { @for (meaning, keys) in keys { div { dt { (meaning) } dd { @for key in *keys { kbd { (key) } } } } } }
                    }
                }
            }
            label.switch { input #letters type="checkbox" checked; " Single letters act" }
            form method="dialog" { button.button { "Close" } }
        }
    }
}

//! Marks: each state has a shape of its own, since colour never speaks alone.

use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use maud::{Markup, PreEscaped, html};

/// A mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It ended well, or a point is as it should be.
    Done,
    /// Nobody works on it, and nothing has gone wrong.
    Received,
    /// A later attempt is planned.
    Waiting,
    /// Somebody works on it.
    Processing,
    /// It ended badly.
    Failed,
    /// Its sender says that it is not true.
    Contradicted,
    /// A delivery was refused, or something was left out.
    Refused,
    /// It was refused, and that is over.
    Over,
    /// A point is not as it should be.
    Wrong,
    /// It arrived.
    Arrived,
    /// It arrived once more.
    Duplicate,
    /// It was published.
    Published,
    /// It was asked for once more.
    Replayed,
    /// The caller may not see it.
    Locked,
    /// The mark of the program.
    Landfall,
    /// A search.
    Search,
    /// A copy of a text.
    Copy,
}

impl Mark {
    /// That of an event.
    pub(crate) fn of(row: &Row) -> Mark {
        match row.lifecycle.state {
            State::Done => Mark::Done,
            State::Processing => Mark::Processing,
            State::Failed if row.lifecycle.is_contradicted => Mark::Contradicted,
            State::Failed => Mark::Failed,
            State::Received if row.lifecycle.attempts > 0 => Mark::Waiting,
            State::Received => Mark::Received,
        }
    }

    /// The class of its colour.
    const fn class(self) -> &'static str {
        match self {
            Mark::Done => "mark done",
            Mark::Received | Mark::Waiting => "mark waiting",
            Mark::Processing => "mark processing",
            Mark::Failed | Mark::Contradicted => "mark failed",
            Mark::Refused | Mark::Wrong => "mark refused",
            Mark::Landfall => "mark accent",
            Mark::Over
            | Mark::Arrived
            | Mark::Duplicate
            | Mark::Published
            | Mark::Replayed
            | Mark::Locked
            | Mark::Search
            | Mark::Copy => "mark",
        }
    }

    const fn shape(self) -> &'static str {
        match self {
            Mark::Done => r#"<path d="M3 8.5 6.5 12 13 4.5"/>"#,
            Mark::Received => r#"<circle cx="8" cy="8" r="5"/>"#,
            Mark::Waiting => r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>"#,
            Mark::Processing => r#"<circle cx="8" cy="8" r="5.5"/><path class="fill" d="M8 2.5a5.5 5.5 0 0 1 0 11z"/>"#,
            Mark::Failed => {
                r#"<rect class="fill" x="2" y="2" width="12" height="12" rx="2.5"/><path class="on" d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6"/>"#
            }
            Mark::Contradicted => {
                r#"<rect class="fill" x="2" y="2" width="12" height="12" rx="2.5"/><path class="on" d="M5 6.5h6m-6 3h6m-1.5-5-3 7"/>"#
            }
            Mark::Refused | Mark::Over => r#"<circle cx="8" cy="8" r="5.5"/><path d="m4.2 11.8 7.6-7.6"/>"#,
            Mark::Wrong => r#"<path d="m4 4 8 8m0-8-8 8"/>"#,
            Mark::Arrived => r#"<path d="M8 2v8m-3.5-3L8 10.5 11.5 7M2.5 13.5h11"/>"#,
            Mark::Duplicate => {
                r#"<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M3 10.5v-7a1 1 0 0 1 1-1h7"/>"#
            }
            Mark::Published => r#"<path d="M2.5 8h10m-4-4 4 4-4 4"/>"#,
            Mark::Replayed => r#"<path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3.2H10"/>"#,
            Mark::Locked => {
                r#"<rect x="3.5" y="7" width="9" height="6.5" rx="1.5"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>"#
            }
            Mark::Landfall => {
                r#"<path d="M8 1.5v8m-3-3 3 3 3-3M1.5 11c2 2.6 4.2 2.6 6.5.4 2.300 2.2 4.500 2.2 6.5-.4"/>"#
            }
            Mark::Search => r#"<circle cx="7" cy="7" r="4.5"/><path d="m10.500 10.500 3.500 3.500"/>"#,
            Mark::Copy => {
                r#"<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M3 10.5v-7a1 1 0 0 1 1-1h7"/>"#
            }
        }
    }

    /// The mark beside the words that say the same.
    pub(crate) fn draw(self) -> Markup {
        html! { svg class=(self.class()) viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" { (PreEscaped(self.shape())) } }
    }

    /// The mark where no words stand beside it.
    pub(crate) fn named(self, name: &str) -> Markup {
        html! {
            svg class=(self.class()) viewBox="0 0 16 16" width="16" height="16" role="img" aria-label=(name) {
                title { (name) }
                (PreEscaped(self.shape()))
            }
        }
    }
}

//! The table.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Row, Table};

use crate::outcome::Outcome;
use crate::script::How;

/// No line is longer, also where the output goes into a file.
const WIDTH_MAX: u16 = 118;
/// The most of a sender's own id that is shown.
const SUBJECT_MAX_CHARS: usize = 27;

/// The table of `outcomes`, in colour on a terminal only.
pub(crate) fn of(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    let terminal_width = table.width().unwrap_or(WIDTH_MAX);
    table.set_width(terminal_width.min(WIDTH_MAX));
    let head = ["sender", "delivery", "answer", "ledger", "consumer received"];
    table.set_header(head.map(|text| Cell::new(text).add_attribute(Attribute::Bold)));
    for of_sender in outcomes.chunk_by(|one, other| one.sender == other.sender) {
        if !table.is_empty() {
            table.add_row([""; 5]);
        }
        for (number, outcome) in of_sender.iter().enumerate() {
            table.add_row(row(outcome, if number == 0 { &outcome.sender } else { "" }));
        }
    }
    table
}

fn row(outcome: &Outcome, sender: &str) -> Row {
    let color = match (outcome.is_as_it_must_be(), outcome.how) {
        (false, _) => Color::Red,
        (true, How::First(_) | How::Changed { .. }) => Color::Green,
        (true, How::Again) => Color::Cyan,
        (true, How::Forged(_)) => Color::Yellow,
    };
    let received = match shortened(&outcome.subject) {
        subject if subject.is_empty() => outcome.received.clone(),
        subject => format!("{}\n{subject}", outcome.received),
    };
    Row::from([
        Cell::new(sender).add_attribute(Attribute::Bold),
        Cell::new(outcome.delivery),
        Cell::new(&outcome.answer).fg(color),
        Cell::new(&outcome.ledger).fg(color),
        Cell::new(received).fg(color),
    ])
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SUBJECT_MAX_CHARS {
        return text.to_owned();
    }
    text.chars().take(SUBJECT_MAX_CHARS - 1).chain(['…']).collect()
}

//! The table.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Row, Table};

use crate::tally::{Outcome, told};

/// The table of `outcomes`, in colour on a terminal only.
pub(crate) fn of(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    let head = [
        "operation",
        "fault",
        "hits",
        "sent",
        "answers",
        "slowest",
        "acknowledged",
        "published",
        "repeated",
        "lost",
        "stuck",
    ];
    table.set_header(head.map(|text| Cell::new(text).add_attribute(Attribute::Bold)));
    for of_operation in outcomes.chunk_by(|one, other| one.operation == other.operation) {
        for (number, outcome) in of_operation.iter().enumerate() {
            table.add_row(row(outcome, if number == 0 { &outcome.operation } else { "" }));
        }
    }
    table
}

fn row(outcome: &Outcome, operation: &str) -> Row {
    let color = if outcome.is_as_it_must_be() { Color::Green } else { Color::Red };
    let count = |count: usize| Cell::new(count).set_alignment(CellAlignment::Right);
    Row::from([
        Cell::new(operation).add_attribute(Attribute::Bold),
        Cell::new(&outcome.fault),
        count(outcome.hits as usize),
        count(outcome.sent),
        Cell::new(told(&outcome.answers)),
        Cell::new(format!("{:.1} s", outcome.slowest.as_secs_f64())).set_alignment(CellAlignment::Right),
        count(outcome.acknowledged),
        count(outcome.published),
        count(outcome.repeated),
        count(outcome.lost).fg(color),
        count(outcome.stuck).fg(color),
    ])
}

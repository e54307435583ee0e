//! What came of the deliveries.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table};

/// What came of those that stood alike when the update came.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) crossing: String,
    pub(crate) standing: String,
    pub(crate) sent: usize,
    /// How many were not acknowledged at first.
    pub(crate) asked_again: usize,
    pub(crate) acknowledged: usize,
    /// How many were published when the update was over, and the processor still held back.
    pub(crate) before: usize,
    /// How many were published in the end ...
    pub(crate) published: usize,
    /// ... and how often they came once more than that.
    pub(crate) repeated: usize,
    pub(crate) lost: usize,
    pub(crate) stuck: usize,
    /// How many were not known as duplicates when their sender sent them again.
    pub(crate) taken_for_new: usize,
    /// How many events came under ids that no delivery has.
    pub(crate) strange: usize,
}

impl Outcome {
    fn is_as_it_must_be(&self) -> bool {
        self.acknowledged == self.sent && self.lost + self.stuck + self.taken_for_new + self.strange == 0
    }
}

/// The table of `outcomes`, in colour on a terminal only.
pub(crate) fn table(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    let head = [
        "update",
        "event",
        "sent",
        "sent twice",
        "acknowledged",
        "published before",
        "after",
        "repeated",
        "lost",
        "stuck",
        "taken for new",
        "other ids",
    ];
    table.set_header(head.map(|text| Cell::new(text).add_attribute(Attribute::Bold)));
    for crossing in outcomes.chunk_by(|one, other| one.crossing == other.crossing) {
        for (number, outcome) in crossing.iter().enumerate() {
            let color = if outcome.is_as_it_must_be() { Color::Green } else { Color::Red };
            let count = |count: usize| Cell::new(count).set_alignment(CellAlignment::Right);
            table.add_row([
                Cell::new(if number == 0 { &outcome.crossing } else { "" }).add_attribute(Attribute::Bold),
                Cell::new(&outcome.standing),
                count(outcome.sent),
                count(outcome.asked_again),
                count(outcome.acknowledged),
                count(outcome.before),
                count(outcome.published),
                count(outcome.repeated),
                count(outcome.lost).fg(color),
                count(outcome.stuck).fg(color),
                count(outcome.taken_for_new).fg(color),
                count(outcome.strange).fg(color),
            ]);
        }
    }
    table
}

/// The figures in the last line, after what must not be, and whether the promise was kept.
pub(crate) fn verdict(outcomes: &[Outcome]) -> (String, bool) {
    let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum::<usize>();
    let wrong = outcomes.iter().filter(|outcome| !outcome.is_as_it_must_be());
    let wrong: String =
        wrong.map(|outcome| format!("NOT AS IT MUST BE: {}, {}\n", outcome.crossing, outcome.standing)).collect();
    let is_kept = !outcomes.is_empty() && wrong.is_empty();
    let line = format!(
        "{wrong}{} events over the update, {} acknowledged, {} lost, {} stuck",
        sum(|outcome| outcome.sent),
        sum(|outcome| outcome.acknowledged),
        sum(|outcome| outcome.lost),
        sum(|outcome| outcome.stuck)
    );
    (line, is_kept)
}

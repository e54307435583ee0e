//! What came of it all.

use std::fmt::Write as _;
use std::path::PathBuf;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use expect_test::expect_file;

use crate::access::Access;
use crate::semantics::Comparison;
use crate::siblings::Refusals;
use crate::survey::{Seen, Survey};

/// Calls that chance could leave out, and with them a permission that is needed under load alone.
const MUST_BE_CALLED: [(&str, &str); 2] = [("Process", "sns:Publish"), ("Process", "sns:PublishBatch")];

/// What a person has agreed to.
fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/permissions")).join(name)
}

/// Everything that was seen.
pub(crate) struct Report {
    pub(crate) survey: Survey,
    pub(crate) with_key: Survey,
    pub(crate) by_default: Survey,
    pub(crate) seen: Vec<Seen>,
    pub(crate) needless_by_default: Vec<String>,
    pub(crate) siblings: Refusals,
    pub(crate) forgeries: Refusals,
    pub(crate) compared: Vec<Comparison>,
}

impl Report {
    /// What was taken away, and how it showed.
    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(["function", "without", "shows on", "as when"]);
        for of_function in self.seen.chunk_by(|one, other| one.function == other.function) {
            for (number, seen) in of_function.iter().enumerate() {
                let function = if number == 0 { seen.function } else { "" };
                let shown = format!("{} of {} paths", seen.changed.len(), seen.asked_by);
                table.add_row([
                    function,
                    &seen.what,
                    &shown,
                    &seen.alike.iter().copied().collect::<Vec<_>>().join(";\n"),
                ]);
            }
        }
        table
    }

    /// The figures, and everything that is not as it must be.
    pub(crate) fn verdict(&self) -> String {
        let mut text = String::new();
        for access in self.missing() {
            let _ = writeln!(text, "MISSING: {access}");
        }
        for (function, call) in self.uncalled() {
            let _ = writeln!(text, "NOT PLAYED: {function} did not call {call}");
        }
        for seen in self.needless() {
            let _ = writeln!(text, "NEEDLESS: nothing is different for {} without {}", seen.function, seen.what);
        }
        for needless in &self.needless_by_default {
            let _ = writeln!(text, "NEEDLESS: by default nothing is different for {needless}");
        }
        for difference in self.differences_by_default() {
            let _ = writeln!(text, "DIFFERENT by default: {difference}");
        }
        for seen in &self.seen {
            for objection in &seen.objections {
                let _ = writeln!(text, "NOT AS SAID: {} without {}: {objection}", seen.function, seen.what);
            }
        }
        for granted in self.siblings.granted.iter().chain(&self.forgeries.granted) {
            let _ = writeln!(text, "NOT REFUSED: {granted}");
        }
        for difference in self.compared.iter().flat_map(|compared| &compared.differences) {
            let _ = writeln!(text, "DIFFERENT: {difference}");
        }
        for difference in self.differences_with_key() {
            let _ = writeln!(text, "DIFFERENT with a customer's key: {difference}");
        }
        let shown = self.seen.iter().filter(|seen| !seen.changed.is_empty()).count();
        let _ = writeln!(
            text,
            "{} paths; {} missing, {} needless, {shown} of {} removals shown",
            self.survey.outcomes.len(),
            self.missing().len(),
            self.needless().len() + self.needless_by_default.len(),
            self.seen.len(),
        );
        for (refusals, what) in [(&self.siblings, "siblings denied"), (&self.forgeries, "forged calls refused")] {
            let _ = writeln!(text, "{} of {} {what}", refusals.calls - refusals.granted.len(), refusals.calls);
        }
        for compared in &self.compared {
            let same = compared.paths - compared.differences.len();
            let _ = writeln!(text, "{}: the same on {same} of {} paths", compared.name, compared.paths);
        }
        text.trim_end().to_owned()
    }

    /// Whether all is as it must be.
    pub(crate) fn holds(&self) -> bool {
        self.missing().is_empty()
            && self.uncalled().is_empty()
            && self.needless().is_empty()
            && self.needless_by_default.is_empty()
            && self.differences_by_default().is_empty()
            && self.siblings.granted.is_empty()
            && self.forgeries.granted.is_empty()
            && self.seen.iter().all(|seen| seen.objections.is_empty())
            && self.compared.iter().all(|compared| compared.differences.is_empty())
            && self.differences_with_key().is_empty()
    }

    /// Compares what was seen with what a person has read and agreed to.
    pub(crate) fn check_what_was_seen(&self) {
        let mut paths = String::new();
        for ((function, name), outcome) in &self.survey.outcomes {
            let _ = writeln!(paths, "{function}: {name}: {}", outcome.told);
        }
        expect_file![file("paths.txt")].assert_eq(&paths);
        let mut removals = String::new();
        for seen in &self.seen {
            let _ = writeln!(removals, "{} without {}", seen.function, seen.what);
            for (path, told) in &seen.changed {
                let _ = writeln!(removals, "    {path}: {told}");
            }
        }
        expect_file![file("removals.txt")].assert_eq(&removals);
    }

    fn missing(&self) -> Vec<String> {
        let all = self.survey.missing.iter().chain(&self.with_key.missing).chain(&self.by_default.missing);
        let told = |access: &Access| {
            let under =
                if access.keys.is_empty() { String::new() } else { format!(" under {}", access.keys.join(" ")) };
            format!("{} lacks {} on {}{under}", access.function, access.action, access.resource)
        };
        all.map(told).collect()
    }

    fn uncalled(&self) -> Vec<(&str, &str)> {
        let is_called = |(function, call): &(&str, &str)| {
            self.survey.calls.iter().any(|(by, called)| by == function && called == call)
        };
        MUST_BE_CALLED.into_iter().filter(|it| !is_called(it)).collect()
    }

    fn needless(&self) -> Vec<&Seen> {
        self.seen.iter().filter(|seen| seen.changed.is_empty()).collect()
    }

    /// What comes to something else where nothing is expected and nothing refused is stored. Each survey has sources of its
    /// own, which the directory lists, so the words are compared.
    fn differences_by_default(&self) -> Vec<String> {
        let differs = self.by_default.outcomes.iter().filter(|(path, it)| it.told != self.survey.outcomes[path].told);
        differs.map(|(path, outcome)| format!("{}: {}: {}", path.0, path.1, outcome.told)).collect()
    }

    fn differences_with_key(&self) -> Vec<String> {
        // Of what Lambda sees, traces are seen there too.
        let compared = self.with_key.outcomes.iter().filter(|(path, _)| path.1 != "seen by Lambda");
        compared
            .filter_map(|(path, outcome)| {
                let difference = outcome.difference_from(&self.survey.outcomes[path])?;
                Some(format!("{}: {}: {difference}", path.0, path.1))
            })
            .collect()
    }
}

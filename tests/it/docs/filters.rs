//! The filters of log lines in the docs ask for what lines have.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use testdata::log_line;

use super::commands::calls;
use super::pages::all;

#[test]
fn filters_ask_for_fields_that_lines_have() {
    let lines = log_line::all().into_values();
    let fields = lines.flat_map(|line| serde_json::from_str::<Map<String, Value>>(&line).expect("a line is JSON"));
    // The last is in the lines that Lambda itself writes.
    let fields: BTreeSet<String> = fields.map(|(name, _)| name).chain(["type".to_owned()]).collect();
    let mut count = 0;
    for page in all() {
        for call in calls(&page) {
            let Some(at) = call.iter().position(|argument| argument == "--filter-pattern") else { continue };
            for name in call[at + 1].split("$.").skip(1).filter_map(|rest| rest.split(' ').next()) {
                assert!(fields.contains(name), "{}: no line has the field {name}", page.path);
                count += 1;
            }
        }
    }
    assert!(count > 10, "only {count} fields were found");
}

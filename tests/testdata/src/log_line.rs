//! The log lines in `tests/log_lines`: those that the unit tests of a function write, in one file a function.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::value::RawValue;

use crate::{in_repository, read, stems};

/// Tests run side by side, and each rewrites one line of a file.
static REWRITE: Mutex<()> = Mutex::new(());

/// The lines of all functions, each by the function's name and its own: `sweep-complete`.
#[must_use]
pub fn all() -> BTreeMap<String, String> {
    let functions = stems(&in_repository("tests/log_lines"), ".json");
    let lines = functions.iter().flat_map(|function| {
        of(function).into_iter().map(move |(name, line)| (format!("{function}-{name}"), line.get().to_owned()))
    });
    lines.collect()
}

/// Compares `line` with the one that has this name, byte for byte. `UPDATE_EXPECT=1` rewrites it instead.
///
/// # Panics
/// If they differ, or no line has this name.
#[expect(clippy::disallowed_methods, reason = "the switch of expect-test, which rewrites whole files only")]
pub fn check(function: &str, name: &str, line: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let _guard = REWRITE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = of(function);
        lines.insert(name.to_owned(), RawValue::from_string(line.to_owned()).expect("a log line is JSON"));
        let rows: Vec<String> = lines.iter().map(|(name, line)| format!("\"{name}\": {line}")).collect();
        fs::write(file(function), format!("{{\n{}\n}}\n", rows.join(",\n"))).expect("the file can be written");
        return;
    }
    let expected = of(function).remove(name);
    let expected =
        expected.unwrap_or_else(|| panic!("{} has no line {name}: UPDATE_EXPECT=1", file(function).display()));
    assert_eq!(line, expected.get(), "{name}: UPDATE_EXPECT=1 rewrites it");
}

fn of(function: &str) -> BTreeMap<String, Box<RawValue>> {
    let file = file(function);
    serde_json::from_str(&read(&file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn file(function: &str) -> PathBuf {
    in_repository("tests/log_lines").join(function).with_extension("json")
}

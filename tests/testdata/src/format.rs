//! The samples of `tests/formats`: what each version of Landfall wrote.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::{in_repository, read};

/// The versions, the newest last.
#[must_use]
pub fn versions() -> Vec<u32> {
    (1..).take_while(|version| folder(*version).exists()).collect()
}

/// The folder of a version.
#[must_use]
pub fn folder(version: u32) -> PathBuf {
    in_repository("tests/formats").join(version.to_string())
}

/// The messages of a version, or the events that it published: `kind` is `message` or `published`. Each is one line, and is
/// named by what its event's id ends in.
///
/// # Panics
/// If there are none, or one is not as it should be.
#[must_use]
pub fn samples(version: u32, kind: &str) -> BTreeMap<String, String> {
    let path = folder(version).join(format!("{kind}.jsonl"));
    let text = read(&path);
    let samples: BTreeMap<String, String> = text
        .lines()
        .map(|line| {
            let sample: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let id = sample["id"].as_str().expect("a sample has an id");
            (id.rsplit('/').next().unwrap_or_default().to_owned(), line.to_owned())
        })
        .collect();
    assert_eq!(samples.len(), text.lines().count(), "{} has a name twice", path.display());
    samples
}

/// The records of a version, by their names, in DynamoDB's JSON.
///
/// # Panics
/// If there are none, or the file is not as it should be.
#[must_use]
pub fn records(version: u32) -> Map<String, Value> {
    object(version, "record.json")
}

/// The schema of what a version's readers demand of a `message`, a `record` or a `published` event.
///
/// # Panics
/// If there is none, or the file is not as it should be.
#[must_use]
pub fn schema(version: u32, kind: &str) -> Value {
    object(version, "schemas.json")
        .remove(kind)
        .unwrap_or_else(|| panic!("version {version} has no schema of a {kind}"))
}

fn object(version: u32, file: &str) -> Map<String, Value> {
    let path = folder(version).join(file);
    serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

//! The secrets of sources that the docs make are such that Landfall takes them.

use domain::source::source_name::SourceName;
use domain::source::{Source, own_description};

use serde_json::Value;

use super::pages::all;

/// What only the secret of a source has, beside its sender.
const CREDENTIALS: [&str; 4] = ["secrets", "public_keys", "token_sha256", "account"];

#[test]
fn the_secrets_of_sources_are_taken_without_a_warning() {
    let mut count = 0;
    // The pages of the senders are made of the catalogue, and say themselves what is not known.
    for page in all().into_iter().filter(|page| !page.path.starts_with("docs/providers/")) {
        for block in page.blocks("json") {
            let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(block) else { continue };
            let is_source = ["provider", "scheme"].iter().any(|name| fields.contains_key(*name));
            if !is_source || !CREDENTIALS.iter().any(|name| fields.contains_key(*name)) {
                continue;
            }
            let name = SourceName::parse("of-the-docs").expect("it is a name");
            let source = Source::parse(name, block).unwrap_or_else(|error| panic!("{}: {error}", page.path));
            // What is not known of a sender is a warning too, whatever the secret holds.
            let warnings = source.own_warnings();
            assert!(warnings.is_empty(), "{}: {warnings:?}", page.path);
            count += 1;
        }
    }
    assert!(count > 1, "only {count} secrets were found");
}

#[test]
fn the_descriptions_of_senders_are_taken() {
    let mut count = 0;
    for page in all().into_iter().filter(|page| page.path.starts_with("docs/")) {
        for block in page.blocks("toml") {
            let written = toml::from_str(block).unwrap_or_else(|error| panic!("{}: {error}", page.path));
            own_description(written).unwrap_or_else(|error| panic!("{}: {error}", page.path));
            count += 1;
        }
    }
    assert!(count > 1, "only {count} descriptions were found");
}

#[test]
fn every_snippet_of_json_is_json() {
    for page in all() {
        for block in page.blocks("json") {
            let text = if block.trim_start().starts_with('"') { format!("{{{block}}}") } else { block.to_owned() };
            let parsed = serde_json::from_str::<Value>(&text);
            assert!(parsed.is_ok(), "{}: {parsed:?} in {block}", page.path);
        }
    }
}

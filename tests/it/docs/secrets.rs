//! The secrets of sources that the docs make are such that Landfall takes them.

use domain::source::Source;
use domain::source::source_name::SourceName;

use super::commands::calls;
use super::pages::all;

#[test]
fn the_secrets_of_sources_are_taken_without_a_warning() {
    let mut count = 0;
    for page in all() {
        for call in calls(&page).iter().filter(|call| call.get(2).is_some_and(|it| it == "create-secret")) {
            let option = |name: &str| &call[call.iter().position(|it| it == name).expect("it is given") + 1];
            if let Some((_, name)) = option("--name").split_once("/source/") {
                let name = SourceName::parse(name).unwrap_or_else(|error| panic!("{}: {error}", page.path));
                let source = Source::parse(name, option("--secret-string"));
                let source = source.unwrap_or_else(|error| panic!("{}: {error}", page.path));
                // What is not known of a sender is a warning too, whatever the secret holds.
                let warnings = source.own_warnings();
                assert!(warnings.is_empty(), "{}: {warnings:?}", page.path);
                count += 1;
            }
        }
    }
    assert!(count > 1, "only {count} secrets were found");
}

#[test]
fn every_snippet_of_json_is_json() {
    for page in all() {
        for block in page.blocks("json") {
            let text = if block.trim_start().starts_with('"') { format!("{{{block}}}") } else { block.to_owned() };
            let parsed = serde_json::from_str::<serde_json::Value>(&text);
            assert!(parsed.is_ok(), "{}: {parsed:?} in {block}", page.path);
        }
    }
}

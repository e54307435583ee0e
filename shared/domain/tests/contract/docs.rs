//! `docs/events.md` names all that the schema has, and the snippet of `docs/consumers.md` is part of the template that is
//! checked.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::schema::Schema;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)).expect(file)
}

/// The names under every `properties` of a schema.
fn properties(schema: &Value, names: &mut BTreeSet<String>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        names.extend(properties.keys().cloned());
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|value| properties(value, names)),
        Value::Array(items) => items.iter().for_each(|value| properties(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_documentation_names_every_field_and_every_word() {
    let docs = read("docs/events.md");
    let schema = Schema::load("published-event").text;
    let mut names = BTreeSet::new();
    properties(&schema, &mut names);
    assert!(names.contains("landfallreplay") && names.contains("correlation_id"), "{names:?}");
    let data = &schema["$defs"]["data"]["properties"];
    for list in [&schema["properties"]["type"], &data["status"], &data["media"], &data["origin"]] {
        names.extend(list["enum"].as_array().expect("words").iter().filter_map(Value::as_str).map(str::to_owned));
    }
    // In code, alone or as the last part of a path.
    let quoted = |name: &str| docs.contains(&format!("`{name}`")) || docs.contains(&format!(".{name}`"));
    let missing: Vec<&String> = names.iter().filter(|name| !quoted(name)).collect();
    assert!(missing.is_empty(), "docs/events.md says nothing of {missing:?}");
}

#[test]
fn the_snippet_is_part_of_the_template() {
    let docs = read("docs/consumers.md");
    let snippet = docs.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a snippet");
    assert!(read("examples/consumers/template.yaml").contains(snippet), "{snippet}");
}

#[test]
fn the_event_of_the_readme_is_valid() {
    let readme = read("README.md");
    let mut blocks = readme.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let block = blocks.find(|block| block.contains("specversion")).expect("an event");
    let event: Value = serde_json::from_str(block).expect("it is JSON");
    assert_eq!(Schema::load("published-event").faults(&event), Vec::<String>::new());
}

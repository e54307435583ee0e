//! Each alarm has a section in the runbook, with commands that exist.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::event::event_id::EventId;
use domain::ledger::due_shard;
use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::ledger::Record;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::run;

use crate::alarms::alarms;

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).to_owned()
}

fn runbook() -> String {
    fs::read_to_string(root().join("docs/runbook.md")).expect("the runbook is part of the project")
}

/// The sections of the alarms, by the anchors that their headings get.
fn sections() -> BTreeMap<String, String> {
    let page = runbook();
    let (_, alarms) = page.split_once("\n## Alarms\n").expect("a part on alarms");
    let sections = alarms.split("\n### ").skip(1).map(|section| {
        let heading = section.lines().next().unwrap_or_default();
        (heading.to_lowercase().replace(' ', "-"), section.to_owned())
    });
    sections.collect()
}

#[test]
fn every_alarm_names_its_section_and_every_section_its_alarm() {
    let mut sections = sections();
    let mut named = BTreeMap::new();
    for (name, alarm) in alarms() {
        let description = alarm["AlarmDescription"].as_str().expect("a text");
        let (_, anchor) = description.split_once("/docs/runbook.md#").unwrap_or_else(|| panic!("{name} names no page"));
        let section = sections.get(anchor).unwrap_or_else(|| panic!("{name}: there is no section {anchor}"));
        assert!(section.contains(&format!("`{name}`")), "{anchor} does not speak of {name}");
        named.insert(anchor.to_owned(), ());
    }
    sections.retain(|anchor, _| !named.contains_key(anchor));
    assert!(sections.is_empty(), "no alarm leads to {:?}", sections.keys());
}

#[test]
fn every_section_says_what_it_means_what_to_look_at_and_what_to_do() {
    for (anchor, section) in sections() {
        for part in ["**Means.**", "**Look at** ", "**Do.**", "```sh\n"] {
            assert!(section.contains(part), "{anchor} has no {part}");
        }
    }
}

#[test]
fn what_the_runbook_names_is_in_the_template() {
    let page = runbook();
    assert!(outputs_exist(&page) > 20, "few outputs were found");
}

/// Holds the outputs and log groups that the commands of `page` name against the template, and counts them.
pub(crate) fn outputs_exist(page: &str) -> usize {
    let template = &*crate::template::TEMPLATE;
    let named = page
        .split("$(output ")
        .skip(1)
        .map(|rest| rest.split(|it: char| !it.is_alphanumeric()).next().unwrap_or_default());
    let groups = page
        .split("lines ")
        .skip(1)
        .map(|rest| rest.split(' ').next().unwrap_or_default())
        .filter(|it| it.ends_with("LogGroup"));
    let mut count = 0;
    for output in named.chain(groups).filter(|name| !name.is_empty()) {
        assert_ne!(template["Outputs"][output], Value::Null, "the stack has no output {output}");
        count += 1;
    }
    count
}

/// The arguments of the one `aws` command in `block`, as the shell makes them, by their options.
fn arguments(block: &str) -> BTreeMap<String, String> {
    let stubs = "output() { echo \"{$1}\"; }\naws() { printf '%s\\n' \"$@\"; }\n";
    let ran = Command::new("bash").args(["-euc", &format!("{stubs}{block}")]).output().expect("there is a shell");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let words: Vec<String> = String::from_utf8_lossy(&ran.stdout).lines().map(str::to_owned).collect();
    let pairs = words.windows(2).filter_map(|pair| Some((pair[0].strip_prefix("--")?.to_owned(), pair[1].clone())));
    pairs.collect()
}

#[test]
fn a_failed_event_is_replayed_as_the_runbook_says() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let mut failed = Record::received(&source, &recorded("glossi/job-complete").body)
            .with("state", "failed")
            .with("last_error", "sns:Publish: timed out")
            .with("claimed_by", "the-last-of-eight")
            .with_number("attempts", 8)
            .with_number("expires_at", now_millis() / 1000 + 3600);
        failed.0.retain(|name, _| !name.starts_with("due_"));
        world.put_record(&failed).await;

        let page = runbook();
        let block = page.split("```sh\n").find(|block| block.contains("update-item")).expect("it has the command");
        let block = block.split("```").next().unwrap_or_default();
        let block = block.replace("csm-prod/SESSION_1/complete/2025-09-01T07%3A26%3A51.484Z", failed.id());
        let arguments = arguments(&block);
        assert_eq!(arguments["table-name"], "{LedgerTable}");
        let parsed = |name: &str| serde_json::from_str::<Value>(&arguments[name]).expect("it is JSON");
        let request = json!({
            "TableName": world.stack.ledger_table,
            "Key": parsed("key"),
            "ConditionExpression": arguments["condition-expression"],
            "UpdateExpression": arguments["update-expression"],
            "ExpressionAttributeNames": parsed("expression-attribute-names"),
            "ExpressionAttributeValues": parsed("expression-attribute-values"),
        });
        let headers =
            [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.UpdateItem")];
        let answer = world.aws.call("dynamodb", "POST", "/", &headers, request.to_string().into()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let replayed = world.record(failed.id()).await.expect("it was changed");
        let id = EventId::parse(failed.id()).expect("the record has an id");
        assert_eq!(replayed.text("due_shard"), due_shard::of(&id));
        assert_ne!(replayed.text("claimed_by"), failed.text("claimed_by"), "nobody settles it late");

        world.sweep().await;
        let event = world.event(&source, failed.id()).await;
        assert_eq!((&event.json["landfallreplay"], event.text("/data/origin")), (&json!(1), "replay"));
        let finished = world.finished(failed.id()).await;
        expect!["done after 1 attempt"].assert_eq(&finished.told());
    });
}

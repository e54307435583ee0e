//! Each alarm has a section in the runbook, with commands that exist.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::world::run;

use crate::alarms::alarms;
use crate::cli_events::tool;
use crate::listing::failed;

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

/// The arguments of the one `landfall` command in `block`, as the shell makes them.
fn arguments(block: &str) -> Vec<String> {
    let stub = "landfall() { printf '%s\\n' \"$@\"; }\n";
    let ran = Command::new("bash").args(["-euc", &format!("{stub}{block}")]).output().expect("there is a shell");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn a_failed_event_is_replayed_as_the_runbook_says() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let failed = failed(&source, 0, "sns:Publish: timed out");
        world.put_record(&failed).await;
        let page = runbook();
        let block =
            page.split("```sh\n").find(|block| block.contains("landfall replay \"$EVENT_ID\"")).expect("it has it");
        let block = block.split("```").next().unwrap_or_default();
        let block = block.replace("csm-prod/SESSION_1/complete/2025-09-01T07%3A26%3A51.484Z", failed.id());
        let arguments = arguments(&block);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--yes"]).collect();
        let run = tool(world, &arguments).await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        let event = world.event(&source, failed.id()).await;
        assert_eq!((&event.json["landfallreplay"], event.text("/data/origin")), (&json!(1), "replay"));
        let finished = world.finished(failed.id()).await;
        expect!["done after 1 attempt"].assert_eq(&finished.told());
    });
}

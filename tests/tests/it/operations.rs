//! What `docs/operations.md` tells to run, to set and to read exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::runbook::{commands_exist, outputs_exist};
use crate::template::TEMPLATE;

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).to_owned()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/operations.md")).expect("the page is part of the project")
}

/// The anchors that the headings of a page get.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter_map(|line| line.strip_prefix('#'));
    let kept = |it: &char| it.is_alphanumeric() || matches!(it, ' ' | '-');
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>())
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

#[test]
fn its_commands_exist() {
    assert!(commands_exist(&page()) > 12, "few commands were found");
    assert!(outputs_exist(&page()) > 7, "few outputs were found");
}

#[test]
fn its_links_lead_somewhere() {
    let page = page();
    let links: Vec<&str> = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap_or_default()).collect();
    assert!(links.len() > 8, "only {} links were found", links.len());
    for link in links {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let path = root().join("docs").join(file);
        let target = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(anchor.is_empty() || anchors(&target).contains(anchor), "{file} has no section {anchor}");
    }
}

/// Words in code that look like a name of the template, with a value or without, and `make` with a target.
#[test]
fn what_it_names_is_in_the_template_and_the_makefile() {
    let page = page();
    let words: Vec<&str> = page.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    let makefile = fs::read_to_string(root().join("Makefile")).expect("the Makefile");
    let (mut names, mut targets) = (0, 0);
    for word in words {
        let name = word.split('=').next().unwrap_or_default();
        if name.starts_with(|it: char| it.is_ascii_uppercase()) && name.contains(|it: char| it.is_ascii_lowercase()) {
            let known = ["Parameters", "Resources"].iter().any(|part| TEMPLATE[part][name] != Value::Null);
            assert!(known, "the template has no {name}");
            names += 1;
        }
        if let Some(target) = word.strip_prefix("make ") {
            assert!(makefile.contains(&format!("\n{target}:")), "there is no make {target}");
            targets += 1;
        }
    }
    assert!(names > 12 && targets > 1, "only {names} names and {targets} targets were found");
}

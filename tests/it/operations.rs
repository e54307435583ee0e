//! What `docs/operate.md` tells to run, to set and to read exists.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::runbook::outputs_exist;
use crate::template::TEMPLATE;

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).to_owned()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/operate.md")).expect("the page is part of the project")
}

#[test]
fn the_outputs_that_it_reads_exist() {
    assert!(outputs_exist(&page()) > 7, "few outputs were found");
}

/// Words in code that look like a name of the template, with a value or without.
#[test]
fn what_it_names_is_in_the_template() {
    let page = page();
    let words: Vec<&str> = page.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    let mut names = 0;
    for word in words {
        let name = word.split('=').next().unwrap_or_default();
        if name.starts_with(|it: char| it.is_ascii_uppercase()) && name.contains(|it: char| it.is_ascii_lowercase()) {
            let known = ["Parameters", "Resources"].iter().any(|part| TEMPLATE[part][name] != Value::Null);
            assert!(known, "the template has no {name}");
            names += 1;
        }
    }
    assert!(names > 12, "only {names} names were found");
}

/// The first line of a title in the picture, which breaks lines, has so many bytes or the whole title.
const LINE_LEAST: usize = 20;

#[test]
fn the_dashboard_that_it_draws_is_the_template_s() {
    let body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"].to_string();
    let titles: Vec<&str> =
        body.split(r#"\"title\": \""#).skip(1).filter_map(|rest| rest.split(r#"\""#).next()).collect();
    assert!(titles.len() > 12, "only {} titles were found", titles.len());
    let page = page();
    let (_, picture) = page.split_once("```text\n┌").expect("the picture");
    let picture: Vec<&str> = picture.split("```").next().unwrap_or_default().split(['│', '─']).collect();
    for title in titles {
        let mut cells = picture.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let is_drawn = cells.any(|cell| title.starts_with(cell) && cell.len() >= title.len().min(LINE_LEAST));
        assert!(is_drawn, "the dashboard has {title}, the picture has not");
    }
}

//! The rules of ARCHITECTURE.md about who may depend on whom, held against what cargo says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::module_graph::ModuleGraph;

/// The crates whose modules may form no circle, by their roots.
const CRATES: [&str; 7] = [
    "shared/domain/src/lib.rs",
    "shared/operator/src/lib.rs",
    "shared/platform/src/lib.rs",
    "functions/ingest/src/main.rs",
    "functions/process/src/main.rs",
    "functions/sweep/src/main.rs",
    "cli/src/lib.rs",
];

/// The direct dependencies of every package of the workspace, without those of its tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs, since it runs this test");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    let name = |value: &Value| value["name"].as_str().expect("it has a name").to_owned();
    let normal = |package: &Value| {
        let dependencies = package["dependencies"].as_array().expect("a list").iter();
        dependencies.filter(|dependency| dependency["kind"].is_null()).map(name).collect()
    };
    packages.iter().map(|package| (name(package), normal(package))).collect()
}

fn check(package: &str, ours: &[&str]) {
    let all = dependencies();
    let found: Vec<&str> = all[package].iter().filter(|name| all.contains_key(*name)).map(String::as_str).collect();
    assert_eq!(found, ours, "what {package} uses of this workspace");
}

#[test]
fn functions_and_the_tool_use_platform_and_domain_and_never_each_other() {
    for function in ["ingest", "process", "sweep"] {
        check(function, &["domain", "platform"]);
    }
    check("landfall", &["domain", "operator", "platform", "vectors"]);
    check("platform", &["domain"]);
    // No function does what operators do: none of them lists it above.
    check("operator", &["domain", "platform"]);
    check("domain", &[]);
    check("promises", &["domain"]);
}

#[test]
fn the_tests_see_the_system_from_outside() {
    check("tests", &["consumer", "domain", "testdata"]);
}

/// Whoever copies it gets no more than what is published.
#[test]
fn the_example_of_a_consumer_knows_nothing_of_the_inbox() {
    check("consumer", &[]);
}

#[test]
fn the_benchmark_and_the_programs_of_make_use_nothing_of_it() {
    check("benches", &["testdata"]);
    check("testdata", &["vectors"]);
    check("vectors", &[]);
    check("xtask", &[]);
}

#[test]
fn the_domain_knows_neither_io_nor_aws() {
    let outside = |name: &String| {
        ["tokio", "futures", "hyper", "reqwest", "getrandom", "rand", "lambda", "aws"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let found: Vec<String> = dependencies()["domain"].iter().filter(|name| outside(name)).cloned().collect();
    assert!(found.is_empty(), "the domain depends on {found:?}");
}

/// The tool calls services that nothing else calls.
#[test]
fn of_the_inbox_only_the_platform_and_the_tool_know_the_sdk() {
    for (package, dependencies) in dependencies() {
        if !["benches", "consumer", "landfall", "platform", "tests"].contains(&package.as_str()) {
            let found: Vec<&String> = dependencies.iter().filter(|name| name.starts_with("aws-")).collect();
            assert!(found.is_empty(), "{package} depends on {found:?}");
        }
    }
}

/// Of two modules, one is below the other: whoever reads the lower one need not know the upper one.
#[test]
fn modules_of_a_crate_form_no_circle() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let circles: Vec<String> = CRATES
        .iter()
        .flat_map(|root| {
            let name = root.split("/src").next().expect("there is a first part");
            let circles = ModuleGraph::read(&repository.join(root)).circles();
            circles.into_iter().map(move |circle| format!("{name}: {circle}"))
        })
        .collect();
    assert!(circles.is_empty(), "these import each other:\n{}", circles.join("\n"));
}

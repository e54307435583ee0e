//! What must hold before a merge.

use crate::error::Result;
use crate::functions::Profile;
use crate::project::{Project, path_after};
use crate::tools::{CHECKOV, DENY, SAM, check_node, install_node_modules};
use crate::{consumers, fuzz, stack, vectors};

const TEMPLATES: [&str; 3] = ["template.yaml", "deploy/templates/cloudfront.yaml", "examples/consumers/template.yaml"];

/// Where the linter for prose is, with its rules.
const PROSE: &str = "deploy/requirements/prose";
/// What people read, as patterns from the root.
const TEXTS: [&str; 10] = [
    "*.md",
    "docs/*.md",
    "docs/providers/*.md",
    "docs/tutorials/*.md",
    "shared/domain/providers/README.md",
    "benches/*.md",
    "examples/*/README.md",
    "tests/*/README.md",
    "template.yaml",
    "deploy/templates/*.yaml",
];

/// Format, prose, templates, licences, lints, docs, a little fuzzing, consumers, vectors, tests, applications.
pub(crate) fn check(project: &Project, profile: Profile) -> Result<()> {
    project.say("format");
    project.run(&mut project.cargo(&["fmt", "--all", "--check"]))?;
    project.run(&mut project.cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;

    prose(project)?;
    templates(project)?;

    let deny = DENY.install(project)?.join("cargo-deny");
    project.say("licences and sources of the dependencies");
    let rules = ["check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    project.run(project.command(deny).args(rules))?;

    project.say("lints");
    project.run(&mut project.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    project.say("docs");
    let mut doc = project.cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    project.run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;

    fuzz::check(project)?;
    consumers::check(project)?;
    vectors::check(project)?;
    stack::test(project, profile)?;
    stack::test_tool(project, profile)?;
    stack::apps(project, profile, None)?;
    project.say("all holds");
    Ok(())
}

/// Words and phrases that readers stumble over.
fn prose(project: &Project) -> Result<()> {
    check_node(project)?;
    let folder = project.path(PROSE);
    install_node_modules(project, &folder, None)?;
    project.say("prose");
    let mut textlint = project.command(folder.join("node_modules/.bin/textlint"));
    // It finds its configuration and its rules in the folder that it runs in.
    textlint.current_dir(&folder).args(TEXTS.map(|text| format!("../../../{text}")));
    project.run(&mut textlint)
}

fn templates(project: &Project) -> Result<()> {
    SAM.install(project)?;
    CHECKOV.install(project)?;
    project.say("templates");
    let bin = SAM.bin(project);
    let mut sam = project.command(bin.join("sam"));
    sam.args(["validate", "--lint"]).env("PATH", path_after(&bin));
    project.run(sam.env("AWS_DEFAULT_REGION", "us-east-1").env("SAM_CLI_TELEMETRY", "0"))?;
    project.run(project.command(bin.join("cfn-lint")).args(TEMPLATES))?;
    // Its rules came with it, so it needs no network. What it is told to skip says why, where it is.
    // As a module, since the first line of its script cannot name an interpreter in a folder with a space.
    let mut checkov = project.command(CHECKOV.bin(project).join("python"));
    checkov.args([
        "-m",
        "checkov.main",
        "--framework",
        "cloudformation",
        "--skip-download",
        "--compact",
        "--quiet",
        "--file",
    ]);
    project.run(checkov.args(TEMPLATES))
}

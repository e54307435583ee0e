//! What it takes and what it costs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Context as _, Error, Result};
use crate::functions::{self, Architecture};
use crate::project::Project;
use crate::tools::{BENCH, check_node, install_node_modules, is_newer};

/// Verifying by each description beside a path written by hand; fails if one takes over 1.3 times as long.
pub(crate) fn verify(project: &Project) -> Result<()> {
    project.say("verifying 2 KiB by each description");
    project.run(&mut project.cargo(&["bench", "--quiet", "-p", "domain", "--bench", "verify"]))
}

/// Everything beside what people would write instead.
pub(crate) fn bench(project: &Project, rounds: u32, quick: bool, publish: bool) -> Result<()> {
    verify(project)?;
    functions::build(project, Architecture::here())?;
    install_contenders(project)?;
    let (mut bench, mut large_bodies) = (built(project, "bench")?, built(project, "large-bodies")?);
    project.say("the benchmark");
    bench.args(["--rounds", &rounds.to_string()]).args(quick.then_some("--quick"));
    project.run(bench.args(publish.then_some("--publish")))?;
    project.say("large bodies on little memory");
    project.run(large_bodies.args(quick.then_some("--quick")).args(publish.then_some("--publish")))
}

/// Dollars per million events.
pub(crate) fn cost(project: &Project, publish: bool) -> Result<()> {
    functions::build(project, Architecture::here())?;
    project.run(built(project, "cost")?.args(publish.then_some("--publish")))
}

/// What ingest takes in instructions.
pub(crate) fn instructions(project: &Project) -> Result<()> {
    if project.output(project.command("valgrind").arg("--version")).is_err() {
        return Err(Error::Precondition(
            "valgrind is missing: apt-get install valgrind, or as it is called here".into(),
        ));
    }
    functions::build(project, Architecture::here())?;
    project.run(&mut project.cargo(&["run", "--quiet", "-p", "benches", "--bin", "instructions"]))
}

/// Simulates load against AWS's limits.
pub(crate) fn scaling(project: &Project, seed: u64, publish: bool) -> Result<()> {
    let mut cargo = project.cargo(&["run", "--quiet", "-p", "benches", "--bin", "scaling", "--"]);
    project.run(cargo.args(["--seed", &seed.to_string()]).args(publish.then_some("--publish")))
}

/// Explores the protocol within larger bounds than the tests do.
pub(crate) fn model(project: &Project) -> Result<()> {
    let mut cargo = project.cargo(&["test", "-p", "domain", "--test", "model", "--", "--nocapture"]);
    project.run(cargo.env("MODEL", "large").env("CARGO_PROFILE_TEST_OPT_LEVEL", "2"))
}

fn built(project: &Project, name: &str) -> Result<Command> {
    project.say("building the benchmark");
    project.run(&mut project.cargo(&["build", "--release", "-p", "benches"]))?;
    Ok(project.command(project.target.join("release").join(name)))
}

/// The loop of Lambda's own Node runtime is compiled here: with a C++ compiler, and cmake from the environment.
fn install_contenders(project: &Project) -> Result<()> {
    check_node(project)?;
    if project.root.to_string_lossy().contains(char::is_whitespace) {
        return Err(Error::Precondition(
            "aws-lambda-ric builds curl, which cannot be built below a folder with a space in its name: move this one"
                .to_owned(),
        ));
    }
    BENCH.install(project)?;
    let folder = project.path("benches/contenders/node");
    install_node_modules(project, &folder, Some(&BENCH.bin(project)))?;
    let bundle = folder.join("dist/powertools.cjs");
    let sources = [folder.join("node_modules/installed")].into_iter().chain(modules(&folder)?);
    if sources.into_iter().all(|source| is_newer(&bundle, &source)) {
        return Ok(());
    }
    project.say("bundling the Node contenders");
    project.run(project.command("npm").args(["run", "--silent", "bundle"]).current_dir(folder))
}

fn modules(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).context(folder.display())?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.context(folder.display())?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "mjs"));
    Ok(paths)
}

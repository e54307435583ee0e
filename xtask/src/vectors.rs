//! The conformance vectors.

use std::fs;

use crate::error::{Context as _, Result};
use crate::project::Project;
use crate::tools::{VECTORS, remove};

/// Senders that are in no catalogue.
const ADDED: &str = "shared/domain/tests/vectors/added";

/// Writes them anew, after a recipe has changed.
pub(crate) fn write(project: &Project) -> Result<()> {
    VECTORS.install(project)?;
    project.run(project.command(VECTORS.bin(project).join("python")).args(["-B", "tests/vectors/generate", "--write"]))
}

/// The vectors in Rust, in Python, by the senders' own libraries, and with a sender added to the catalogue.
pub(crate) fn check(project: &Project) -> Result<()> {
    VECTORS.install(project)?;
    let python = |arguments: &[&str]| {
        project.run(project.command(VECTORS.bin(project).join("python")).arg("-B").args(arguments))
    };
    project.say("the vectors are what the recipes make");
    python(&["tests/vectors/generate"])?;
    project.say("the receiver in Python");
    python(&["tests/vectors/check.py"])?;
    python(&["tests/vectors/check.py", ADDED, ADDED])?;
    project.say("the senders' own libraries");
    python(&["tests/vectors/oracles.py"])?;
    project.say("Landfall");
    // Of the whole workspace, as the other tests: another selection of packages compiles what it depends on again.
    let landfall = ["test", "--quiet", "--workspace", "--test", "vectors"];
    project.run(project.cargo(&landfall).args(["--", "--nocapture", "--test-threads", "1"]))?;
    check_added(project)
}

fn check_added(project: &Project) -> Result<()> {
    project.say("building Landfall with a sender added to the catalogue");
    let place = project.target.join("vectors");
    let (providers, vectors) = (place.join("providers"), place.join("vectors"));
    remove(&providers)?;
    remove(&vectors)?;
    fs::create_dir_all(&place).context(place.display())?;
    let copy = |from: &str, to| project.run(project.command("cp").arg("-r").arg(project.path(from)).arg(to));
    copy("shared/domain/providers", &providers)?;
    copy("tests/vectors", &vectors)?;
    let added = project.path(ADDED);
    for entry in fs::read_dir(&added).context(added.display())? {
        let path = entry.context(added.display())?.path();
        let is_vectors = path.extension().is_some_and(|extension| extension == "json");
        let to = if is_vectors { &vectors } else { &providers };
        project.run(project.command("cp").arg(&path).arg(to))?;
    }
    // In a folder of its own, so that the next build of this one finds all that it had.
    let mut cargo = project.cargo(&["test", "--quiet", "-p", "domain", "--test", "vectors"]);
    cargo.env("LANDFALL_PROVIDERS", providers).env("LANDFALL_VECTORS", vectors);
    project.run(cargo.env("CARGO_TARGET_DIR", place.join("target")))
}

/// Writes `docs/providers` anew, after a description has changed.
pub(crate) fn write_provider_pages(project: &Project) -> Result<()> {
    let mut cargo = project.cargo(&["test", "--quiet", "-p", "domain", "--test", "provider_pages"]);
    project.run(cargo.env("UPDATE_EXPECT", "1"))
}

//! What a release states of its binaries: what they are made of, and that anybody can make the same.

use std::fs;
use std::path::Path;

use crate::error::{Context as _, Error, Result};
use crate::functions::{Architecture, FUNCTIONS, cargo_lambda};
use crate::project::{Project, path_after};
use crate::tools::{CYCLONEDX, SAM, remove};

/// The name that each list has first, beside the `Cargo.toml` that it belongs to: the tool can only write there.
const WRITTEN: &str = "landfall-sbom.json";
/// Two places, whose paths have not the same length.
const PLACES: [&str; 2] = ["here", "another/and/longer/place"];

/// Lists what each function is made of, as CycloneDX: `target/sbom/{name}.cdx.json`.
pub(crate) fn sbom(project: &Project, architecture: Architecture) -> Result<()> {
    let tool = CYCLONEDX.install(project)?;
    let folder = project.target.join("sbom");
    fs::create_dir_all(&folder).context(folder.display())?;
    // With the time of the commit, the same commit has the same list.
    let time = project.output(project.command("git").args(["log", "-1", "--format=%ct"]))?;
    let mut cargo = project.cargo(&["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]);
    cargo.args(["--no-build-deps", "--override-filename", WRITTEN.trim_end_matches(".json")]);
    cargo.args(["--target", architecture.triple()]).env("PATH", path_after(&tool)).env("SOURCE_DATE_EPOCH", time);
    let listed = project.run(&mut cargo).and_then(|()| {
        FUNCTIONS.iter().try_for_each(|name| {
            let to = folder.join(format!("{name}.cdx.json"));
            println!("{}", to.display());
            fs::rename(project.path("functions").join(name).join(WRITTEN), &to).context(to.display())
        })
    });
    let tidied =
        project.run(project.command("git").args(["clean", "--force", "--quiet", "-x", "--", &format!("*{WRITTEN}")]));
    listed.and(tidied)
}

/// Builds the functions twice, in two places, from nothing; both must be the same.
pub(crate) fn reproduce(project: &Project, architecture: Architecture) -> Result<()> {
    SAM.install(project)?;
    let folder = project.target.join("reproduce");
    remove(&folder)?;
    let tracked = project.output(project.command("git").args(["ls-files", "-z"]))?;
    let mut digests = Vec::new();
    for place in PLACES {
        let place = folder.join(place);
        project.say(&format!("building the functions in {}", place.display()));
        for file in tracked.split_terminator('\0') {
            copy(&project.path(file), &place.join(file))?;
        }
        let target = place.join("target");
        let mut build = cargo_lambda(project, architecture);
        project.run(build.current_dir(&place).env("CARGO_TARGET_DIR", &target))?;
        let mut sha256sum = project.command("sha256sum");
        sha256sum.args(FUNCTIONS.map(|name| format!("{name}/bootstrap"))).current_dir(target.join("lambda"));
        digests.push(project.output(&mut sha256sum)?);
    }
    println!("{}\n{}", project.output(project.command("rustc").arg("--version"))?, digests[0]);
    if digests[0] != digests[1] {
        return Err(Error::Precondition(format!("the second place has others:\n{}", digests[1])));
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().expect("it is below the place");
    fs::create_dir_all(folder).context(folder.display())?;
    fs::copy(from, to).map(drop).context(from.display())
}

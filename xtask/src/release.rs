//! What a release states of its binaries: what they are made of, and that anybody can make the same.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Context as _, Error, Result};
use crate::functions::Architecture;
use crate::project::{Project, path_after};
use crate::tarball::{RELEASED, Release};
use crate::tools::{CYCLONEDX, remove};

/// The name that each list has first, beside the `Cargo.toml` that it belongs to: the tool can only write there.
const WRITTEN: &str = "landfall-sbom.json";
/// Two places, whose paths have not the same length.
const PLACES: [&str; 2] = ["here", "another/and/longer/place"];

/// Lists what each function and the tool are made of, as CycloneDX: `{name}.cdx.json` in the folder that it gives.
pub(crate) fn sbom(project: &Project, architecture: Architecture) -> Result<PathBuf> {
    let tool = CYCLONEDX.install(project)?;
    let folder = project.target.join("sbom");
    fs::create_dir_all(&folder).context(folder.display())?;
    // With the time of the commit, the same commit has the same list.
    let time = project.output(project.command("git").args(["log", "-1", "--format=%ct"])).map_err(|_| {
        Error::Precondition("a release names the commit that it is made of: clone the repository with git".to_owned())
    })?;
    let mut cargo = project.cargo(&["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]);
    cargo.args(["--no-build-deps", "--override-filename", WRITTEN.trim_end_matches(".json")]);
    cargo.args(["--target", architecture.triple()]).env("PATH", path_after(&tool)).env("SOURCE_DATE_EPOCH", time);
    let listed = project.run(&mut cargo).and_then(|()| {
        RELEASED.iter().try_for_each(|(name, package)| {
            let (from, to) = (project.path(package).join(WRITTEN), folder.join(format!("{name}.cdx.json")));
            let text = fs::read_to_string(&from).context(from.display())?;
            // Where the sources are concerns nobody, and would make each machine's list another one.
            fs::write(&to, text.replace(&project.root.display().to_string(), "/landfall")).context(to.display())
        })
    });
    let tidied =
        project.run(project.command("git").args(["clean", "--force", "--quiet", "-x", "--", &format!("*{WRITTEN}")]));
    listed.and(tidied).map(|()| folder)
}

/// Makes the release twice, in two places, from nothing; both must be the same.
pub(crate) fn reproduce(project: &Project, architecture: Architecture) -> Result<()> {
    let folder = project.target.join("reproduce");
    remove(&folder)?;
    let tracked = project.output(project.command("git").args(["ls-files", "-z"]))?;
    let mut digests = Vec::new();
    for place in PLACES {
        let place = folder.join(place);
        project.say(&format!("making the release in {}", place.display()));
        for file in tracked.split_terminator('\0') {
            copy(&project.path(file), &place.join(file))?;
        }
        let release = Release { project, architecture, sources: &place, target: place.join("target") };
        let archive = release.make()?;
        let mut sha256sum = project.command("sha256sum");
        sha256sum.arg(archive.file_name().expect("it is a file")).current_dir(place.join("target"));
        let releases = place.join("target/releases");
        let sums = project
            .command("find")
            .args(["-name", "SHA256SUMS", "-exec", "cat", "{}", ";"])
            .current_dir(releases)
            .output();
        let sums = String::from_utf8_lossy(&sums.context("find")?.stdout).into_owned();
        digests.push(format!("{}\n{sums}", project.output(&mut sha256sum)?));
    }
    println!("{}", digests[0]);
    if digests[0] != digests[1] {
        return Err(Error::Precondition(format!("the second place has another one:\n{}", digests[1])));
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().expect("it is below the place");
    fs::create_dir_all(folder).context(folder.display())?;
    fs::copy(from, to).map(drop).context(from.display())
}

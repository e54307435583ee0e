//! The update of a stack of the previous release, and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::error::{Context as _, Error, Result};
use crate::functions::{FUNCTIONS, Profile};
use crate::project::Project;
use crate::stack::{self, Built};

/// The release to begin with, if the shell names none: a tag or a commit.
pub(crate) fn previous(project: &Project, named: Option<String>) -> Result<String> {
    let name = match named {
        Some(name) => name,
        None => last_release(project)?,
    };
    let is_here = ["cat-file", "-e", &format!("{name}^{{commit}}")];
    let found = project.command("git").args(is_here).stderr(Stdio::null()).status().context("git")?;
    if !found.success() {
        return Err(Error::Precondition(format!(
            "the previous release, {name}, is not in this clone: git fetch --unshallow --tags"
        )));
    }
    Ok(name)
}

/// The last release before this commit or, while there is none, what a file names.
fn last_release(project: &Project) -> Result<String> {
    let mut describe = project.command("git");
    describe.args(["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^"]).stderr(Stdio::null());
    let described = describe.output().context("git")?;
    if described.status.success() {
        return Ok(String::from_utf8_lossy(&described.stdout).trim().to_owned());
    }
    let file = project.path("tests/previous-release");
    let text = fs::read_to_string(&file).context(file.display())?;
    let names = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    Ok(names.trim().to_owned())
}

/// Updates a stack of the previous release in the midst of work, and goes back. `named` is a commit of this clone, or a
/// folder with that release's sources.
pub(crate) fn upgrade(project: &Project, profile: Profile, named: Option<String>) -> Result<()> {
    let sources = match named.as_deref().map(Path::new).filter(|path| path.is_dir()) {
        Some(folder) => std::path::absolute(folder).context(folder.display())?,
        None => unpacked(project, &previous(project, named)?)?,
    };
    let functions = build_previous(project, &sources)?;
    let built = Built::make(project, profile, &["stack", "upgrade"])?;
    project.say("the upgrade");
    let mut upgrade = stack::program(project, "upgrade");
    upgrade.arg("--previous").arg(&sources).arg("--previous-functions").arg(functions);
    built.tell(project, &mut upgrade);
    stack::run_with_its_stack(project, "upgrade-stack", &mut upgrade)
}

/// The sources of a release of this clone.
fn unpacked(project: &Project, release: &str) -> Result<PathBuf> {
    let commit = format!("{release}^{{commit}}");
    let commit = project.output(project.command("git").args(["rev-parse", "--verify", "--quiet", &commit]))?;
    let folder = project.target.join("previous").join(&commit);
    if !folder.exists() {
        let part = folder.with_extension("part");
        crate::tools::remove(&part)?;
        fs::create_dir_all(&part).context(part.display())?;
        let archive = part.with_extension("tar");
        project.run(project.command("git").args(["archive", "--output"]).arg(&archive).arg(&commit))?;
        project.run(project.command("tar").arg("-xf").arg(&archive).arg("-C").arg(&part))?;
        crate::tools::remove(&archive)?;
        fs::rename(&part, &folder).context(folder.display())?;
    }
    Ok(folder)
}

/// Builds the functions of the previous release as tests are, and gives the folder with them. Both releases build in one
/// folder, so that what they have in common is compiled once; their binaries have the same names, so these are moved.
fn build_previous(project: &Project, sources: &Path) -> Result<PathBuf> {
    project.say("building the previous release");
    let mut cargo = project.cargo(&["build", "--workspace"]);
    cargo.args(FUNCTIONS.iter().flat_map(|name| ["--bin", name]));
    project.run(cargo.current_dir(sources).env("CARGO_TARGET_DIR", &project.target))?;
    let functions = project.target.join("previous/functions");
    fs::create_dir_all(&functions).context(functions.display())?;
    for name in FUNCTIONS {
        let from = project.target.join("debug").join(name);
        fs::rename(&from, functions.join(name)).context(from.display())?;
    }
    Ok(functions)
}

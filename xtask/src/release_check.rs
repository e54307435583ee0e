//! Whether a release does what it is for, where nothing else of this project is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Context as _, Error, Result};
use crate::functions::{Architecture, Profile};
use crate::project::Project;
use crate::stack::{Built, RunningStack};
use crate::tarball;
use crate::tools::remove;

const TOOL_BYTES_MAX: u64 = 40_000_000;
const HELP_MAX: Duration = Duration::from_millis(20);
/// The fastest of so many counts: what else runs here is not the tool's fault.
const HELP_RUNS: usize = 20;

/// Makes a release, unpacks it, and deploys from it to a local stack.
pub(crate) fn check(project: &Project, architecture: Architecture) -> Result<()> {
    let archive = tarball::release(project, architecture)?;
    let folder = unpack(project, &archive)?;
    project.say("the release, unpacked");
    project.run(project.command("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(&folder))?;
    let tool = folder.join("landfall");
    let bytes = fs::metadata(&tool).context(tool.display())?.len();
    let help = (0..HELP_RUNS).map(|_| help(project, &tool)).collect::<Result<Vec<_>>>()?;
    let help = help.into_iter().min().expect("it ran");
    println!("landfall: {bytes} bytes (at most {TOOL_BYTES_MAX}), --help in {help:?} (at most {HELP_MAX:?})");
    if bytes > TOOL_BYTES_MAX || help > HELP_MAX {
        return Err(Error::Precondition("the tool has become too large or too slow".to_owned()));
    }
    if architecture != Architecture::here() {
        println!("not deployed: this machine does not run the functions");
        return Ok(());
    }
    deploy(project, &folder)
}

/// Installs the tool from its sources, into a folder of its own.
pub(crate) fn check_install(project: &Project) -> Result<()> {
    project.say("cargo install");
    let root = project.target.join("installed");
    remove(&root)?;
    let mut cargo = project.cargo(&["install", "--locked", "--debug", "--path", "cli", "--root"]);
    project.run(cargo.arg(&root))?;
    project.run(project.command(root.join("bin/landfall")).arg("--version").current_dir("/"))
}

fn unpack(project: &Project, archive: &Path) -> Result<PathBuf> {
    let place = project.target.join("unpacked");
    remove(&place)?;
    fs::create_dir_all(&place).context(place.display())?;
    project.run(project.command("tar").arg("-xf").arg(archive).arg("-C").arg(&place))?;
    let name = archive.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".tar.gz"));
    Ok(place.join(name.expect("a release has a name")))
}

#[expect(clippy::disallowed_methods, reason = "how long it takes is the question")]
fn help(project: &Project, tool: &Path) -> Result<Duration> {
    let began = Instant::now();
    project.output(project.command(tool).arg("--help"))?;
    Ok(began.elapsed())
}

/// Deploys a second inbox to the emulator, with no other program to be found, and from no checkout.
fn deploy(project: &Project, folder: &Path) -> Result<()> {
    let built = Built::make(project, Profile::Release, &["stack"])?;
    let stack = RunningStack::start(project, "release-check-stack", &built)?;
    let text = fs::read_to_string(stack.file()).context("the stack's file")?;
    let endpoint = text.split('"').skip_while(|word| *word != "endpoint").nth(2).unwrap_or_default();
    project.say("landfall deploy, from the release");
    let mut landfall = project.command(folder.join("landfall"));
    landfall.args(["deploy", "--yes", "--region", "us-east-1", "--stack", "landfall-released"]).current_dir("/");
    landfall.env_clear().env("AWS_ENDPOINT_URL", endpoint).env("AWS_EC2_METADATA_DISABLED", "true");
    project.run(landfall.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test"))
}

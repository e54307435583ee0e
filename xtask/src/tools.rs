//! What is installed here, at which versions. Python's packages are pinned in `deploy/requirements`, Node's in the lock
//! files beside their `package.json`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use crate::error::{Context as _, Error, Result};
use crate::project::Project;

/// A Python environment, `.venv-{name}`, with what `deploy/requirements/{name}.txt` lists.
pub(crate) struct Environment(&'static str);

/// What `make bench` compares with.
pub(crate) const BENCH: Environment = Environment("bench");
/// The rules for templates.
pub(crate) const CHECKOV: Environment = Environment("checkov");
/// The emulator of AWS.
pub(crate) const MINISTACK: Environment = Environment("ministack");
/// An AWS that verifies signatures and evaluates policies.
pub(crate) const MOTO: Environment = Environment("moto");
/// SAM, with what it builds the functions with.
pub(crate) const SAM: Environment = Environment("sam");
/// What the recipes of the vectors sign with.
pub(crate) const VECTORS: Environment = Environment("vectors");

/// A tool of cargo's, in `target/tools`.
pub(crate) struct CargoTool {
    name: &'static str,
    version: &'static str,
}

/// Reads the licences and sources of the dependencies.
pub(crate) const DENY: CargoTool = CargoTool { name: "cargo-deny", version: "0.20.2" };
/// Lists what a binary is made of.
pub(crate) const CYCLONEDX: CargoTool = CargoTool { name: "cargo-cyclonedx", version: "0.5.9" };
/// Drives the fuzzer.
pub(crate) const FUZZ: CargoTool = CargoTool { name: "cargo-fuzz", version: "0.13.2" };

const PYTHON_IS_NEW: &str =
    "import sys; sys.exit(sys.version_info < (3, 10) and 'Python 3.10 or newer is needed: PYTHON=...')";
const NODE_MAJOR_MIN: u32 = 20;

/// The oldest Python that everything here runs with.
pub(crate) fn check_python(project: &Project) -> Result<()> {
    project.run(project.command(&project.python).args(["-c", PYTHON_IS_NEW]))
}

/// The oldest Node that everything here runs with.
pub(crate) fn check_node(project: &Project) -> Result<()> {
    let found = project.output(project.command("node").arg("--version")).unwrap_or_default();
    let major = found.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= NODE_MAJOR_MIN) {
        return Ok(());
    }
    let found = if found.is_empty() { "none" } else { &found };
    Err(Error::Precondition(format!("Node {NODE_MAJOR_MIN} or newer is needed, with npm; found: {found}")))
}

/// Installs environments while `meanwhile` runs: the network is waited for by the one, the processor by the other.
pub(crate) fn install_beside<T>(
    project: &Project,
    environments: &[Environment],
    meanwhile: impl FnOnce() -> Result<T>,
) -> Result<T> {
    thread::scope(|scope| {
        let install = |environment: &Environment| environment.install_quietly(project);
        let installing: Vec<_> = environments.iter().map(|it| scope.spawn(move || install(it))).collect();
        let done = meanwhile();
        for thread in installing {
            thread.join().expect("installing does not panic")?;
        }
        done
    })
}

impl Environment {
    /// The folder of the environment.
    pub(crate) fn folder(&self, project: &Project) -> PathBuf {
        project.path(format!(".venv-{}", self.0))
    }

    /// The folder of its programs.
    pub(crate) fn bin(&self, project: &Project) -> PathBuf {
        self.folder(project).join("bin")
    }

    /// Installs it, if it is not there or has changed.
    pub(crate) fn install(&self, project: &Project) -> Result<()> {
        self.install_with(project, None)
    }

    /// The same, with what pip says in a file.
    fn install_quietly(&self, project: &Project) -> Result<()> {
        fs::create_dir_all(&project.target).context(project.target.display())?;
        self.install_with(project, Some(&project.target.join(format!("install-{}.log", self.0))))
    }

    fn install_with(&self, project: &Project, log: Option<&Path>) -> Result<()> {
        let requirements = project.path(format!("deploy/requirements/{}.txt", self.0));
        let (folder, stamp) = (self.folder(project), self.folder(project).join("installed"));
        if is_newer(&stamp, &requirements) {
            return Ok(());
        }
        let log_is = log.map(|log| format!("; see {}", log.display())).unwrap_or_default();
        project.say(&format!("installing {} into .venv-{} (a minute or two{log_is})", self.0, self.0));
        check_python(project)?;
        remove(&folder)?;
        project.run(project.command(&project.python).args(["-m", "venv"]).arg(&folder))?;
        let mut pip = project.command(self.bin(project).join("pip"));
        pip.args(["install", "--disable-pip-version-check", "--progress-bar", "off", "-r"]).arg(&requirements);
        if let Some(log) = log {
            let file = File::create(log).context(log.display())?;
            pip.stderr(file.try_clone().context(log.display())?).stdout(file);
        }
        project.run(&mut pip)?;
        touch(&stamp)
    }
}

impl CargoTool {
    /// The folder with the tool, which is installed if it is not there.
    pub(crate) fn install(&self, project: &Project) -> Result<PathBuf> {
        let CargoTool { name, version } = self;
        let root = project.target.join("tools").join(format!("{name}-{version}"));
        let bin = root.join("bin");
        if !bin.join(name).exists() {
            project.say(&format!("installing {name} {version} (up to two minutes)"));
            // It runs for a second: the time to optimise it would be lost.
            let mut cargo = project.cargo(&["install", "--locked", "--version", version, "--root"]);
            cargo.arg(&root).arg(name).envs([
                ("CARGO_PROFILE_RELEASE_LTO", "off"),
                ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
                ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ]);
            project.run(&mut cargo)?;
        }
        Ok(bin)
    }
}

/// Installs what the package in `folder` needs, if it is not there or has changed.
pub(crate) fn install_node_modules(project: &Project, folder: &Path, path: Option<&Path>) -> Result<()> {
    let stamp = folder.join("node_modules/installed");
    if is_newer(&stamp, &folder.join("package-lock.json")) {
        return Ok(());
    }
    project.say(&format!("installing what {} needs", folder.strip_prefix(&project.root).unwrap_or(folder).display()));
    let mut npm = project.command("npm");
    npm.current_dir(folder).args(["ci", "--no-audit", "--no-fund"]).stdin(Stdio::null());
    if let Some(path) = path {
        npm.env("PATH", crate::project::path_after(path));
    }
    project.run(&mut npm)?;
    touch(&stamp)
}

/// Whether `made` is there and was made after `source` last changed.
pub(crate) fn is_newer(made: &Path, source: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified());
    changed(made).is_ok_and(|made| changed(source).is_ok_and(|source| made >= source))
}

/// Removes a file, or a folder with all that is in it. None there is fine too.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
    let removed = if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.context(path.display())
}

fn touch(stamp: &Path) -> Result<()> {
    File::create(stamp).map(drop).context(stamp.display())
}

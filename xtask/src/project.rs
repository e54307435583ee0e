//! The checkout: where everything is, and how commands are run in it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::clock::Clock;
use crate::error::{Context as _, Error, Result};

/// What `cargo run` adds to the environment of this program. Builds must not see it: the build script of `ring` reads
/// these names, so cargo would compile it, and all that uses it, anew each time.
const OF_CARGO_RUN: [&str; 3] = ["CARGO_BIN_", "CARGO_MANIFEST_", "CARGO_PKG_"];

/// The checkout that this program was built from.
pub(crate) struct Project {
    /// Its root.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// The Python that environments are made with.
    pub(crate) python: String,
    /// How long it has taken so far.
    pub(crate) clock: Clock,
}

impl Project {
    /// One that is nowhere.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Project {
        let root = PathBuf::from("/a project");
        Project { target: root.join("target"), root, python: "python3".to_owned(), clock: Clock::new(None) }
    }

    /// A path below the root.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A command that runs at the root.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        #[expect(
            clippy::disallowed_methods,
            reason = "what children inherit is decided here, for all variables at once"
        )]
        for (name, _) in env::vars_os() {
            if OF_CARGO_RUN.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Cargo, with these arguments.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = self.command("cargo");
        cargo.args(arguments);
        cargo
    }

    /// Builds programs of the workspace as tests are. It is always the whole workspace and one small test, since another
    /// selection has other features of what all depend on, and compiles the AWS SDK again.
    pub(crate) fn build(&self, programs: &[&str]) -> Result<()> {
        let mut cargo = self.cargo(&["build", "--workspace", "--test", "memory"]);
        self.run(cargo.args(programs.iter().flat_map(|name| ["--bin", name])))
    }

    /// Announces a step: what it is, and how long this has been going on.
    pub(crate) fn say(&self, step: &str) {
        self.clock.begin(step);
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        let status = command.status().context(command.get_program().display())?;
        if status.success() { Ok(()) } else { Err(Error::Command { command: written(command), status }) }
    }

    /// What a command prints; what it says on the other channel is shown.
    pub(crate) fn output(&self, command: &mut Command) -> Result<String> {
        let output = command.stderr(Stdio::inherit()).output().context(command.get_program().display())?;
        if !output.status.success() {
            return Err(Error::Command { command: written(command), status: output.status });
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Where cargo has what it downloads.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "cargo finds it so")]
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = named.or_else(|| Some(env::home_dir()?.join(".cargo")));
    home.ok_or_else(|| Error::Precondition("neither CARGO_HOME nor HOME is set".to_owned()))
}

/// The search path with `folder` before all others.
pub(crate) fn path_after(folder: &Path) -> OsString {
    let mut path = OsString::from(folder);
    #[expect(clippy::disallowed_methods, reason = "what is installed here stands before what the shell has")]
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}

fn written(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

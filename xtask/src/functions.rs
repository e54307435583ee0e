//! The three functions, built.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use crate::error::Result;
use crate::project::{Project, path_after};
use crate::tools::{Environment, SAM, install_beside};

/// The functions, by the names of their binaries.
pub(crate) const FUNCTIONS: [&str; 3] = ["ingest", "process", "sweep"];

/// How the functions of a local stack are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// As tests are, with the same dependencies: compiled once, in a few minutes.
    Local,
    /// As for Lambda: what is deployed is what is tested. It takes far longer.
    Release,
}

/// Builds the functions as `profile` says, and `programs` that drive them, while `environments` are installed; gives the
/// folder with the functions.
pub(crate) fn build_beside(
    project: &Project,
    profile: Profile,
    programs: &[&str],
    environments: &[Environment],
) -> Result<PathBuf> {
    install_beside(project, environments, || match profile {
        Profile::Local => {
            project.say("building the functions, and what drives them");
            project.build(&[programs, &FUNCTIONS].concat())
        }
        Profile::Release => {
            project.say("building what drives the functions");
            project.build(programs)
        }
    })?;
    Ok(project.target.join(match profile {
        Profile::Local => "debug",
        Profile::Release => {
            build(project, Architecture::here())?;
            "lambda"
        }
    }))
}

/// The processor that Lambda runs the functions on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    /// AWS's name, too.
    #[value(name = "x86_64")]
    X86_64,
    /// Graviton.
    Arm64,
}

impl Architecture {
    /// That of this machine.
    pub(crate) const fn here() -> Architecture {
        if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 }
    }

    /// The compiler's name for it.
    pub(crate) fn triple(self) -> &'static str {
        match self {
            Architecture::X86_64 => "x86_64-unknown-linux-gnu",
            Architecture::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "arm64",
        })
    }
}

/// Builds `target/lambda/{name}/bootstrap`, as Lambda runs them.
pub(crate) fn build(project: &Project, architecture: Architecture) -> Result<()> {
    SAM.install(project)?;
    project.say(&format!("building the functions for {architecture} on Lambda (minutes, if anything has changed)"));
    project.run(&mut build_for_lambda(project, architecture))
}

/// The build. All three in one go, so that they share what they depend on.
pub(crate) fn build_for_lambda(project: &Project, architecture: Architecture) -> Command {
    let mut cargo = project.cargo(&["lambda", "build", "--release"]);
    cargo.args(FUNCTIONS.iter().flat_map(|name| ["--bin", name]));
    if architecture == Architecture::Arm64 {
        cargo.arg("--arm64");
    }
    // cargo-lambda and zig are found there.
    cargo.env("PATH", path_after(&SAM.bin(project)));
    cargo
}

#[cfg(test)]
mod tests {
    use super::{Architecture, build_for_lambda};
    use crate::project::Project;

    fn check(architecture: Architecture, expected: &str) {
        let project = Project::for_tests();
        let command = build_for_lambda(&project, architecture);
        let arguments: Vec<&str> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        assert_eq!(arguments.join(" "), expected);
    }

    /// Anything else would be deployed without the optimisations that were measured.
    #[test]
    fn functions_are_built_for_lambda_with_all_optimisations() {
        check(Architecture::X86_64, "lambda build --release --bin ingest --bin process --bin sweep");
        check(Architecture::Arm64, "lambda build --release --bin ingest --bin process --bin sweep --arm64");
    }
}

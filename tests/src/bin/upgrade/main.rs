//! The promise over an update: a stack of the previous release, with work in every state of being unfinished, becomes one
//! of this version, and the other way round; a table shows that whatever was acknowledged came through.
//!
//! It starts a stack of its own, and exits with a failure if anything was lost, is stuck, came under another id, or was
//! taken for new although it was known.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod crossing;
mod outcome;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tests::stack::{Options, Result, Stack};
use tests::world::run_on;

use crate::crossing::{Transition, Version};

/// The promise over an update: previous release -> this version -> previous release, with deliveries all the while.
#[derive(Parser)]
struct Arguments {
    /// The previous release: its sources
    #[arg(long, value_name = "DIR")]
    previous: PathBuf,
    /// Its functions, built for this machine
    #[arg(long, value_name = "DIR")]
    previous_functions: PathBuf,
    /// Those of this version (default: those of `make build`, as for Lambda)
    #[arg(long, value_name = "DIR")]
    functions: Option<PathBuf>,
    /// What the stack writes goes here
    #[arg(long, default_value = "target/upgrade-stack")]
    dir: PathBuf,
}

fn main() -> ExitCode {
    prove(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("upgrade: {error}");
        ExitCode::FAILURE
    })
}

fn prove(arguments: &Arguments) -> Result<ExitCode> {
    let options = Options {
        project: Some(arguments.previous.canonicalize()?),
        functions: Some(arguments.previous_functions.clone()),
        ..Options::default()
    };
    // One that was left behind would be of either version.
    Stack::down(&arguments.dir)?;
    let stack = Stack::up(&arguments.dir, &options)?;
    let exit = run_on(stack, async |world| {
        let previous = Version { name: "previous release", options };
        let options = Options { functions: arguments.functions.clone(), ..Options::default() };
        let this = Version { name: "this version", options };
        let mut outcomes = Vec::new();
        for (from, to) in [(&previous, &this), (&this, &previous)] {
            match (Transition { world, directory: &arguments.dir, from, to }).play().await {
                Ok(played) => outcomes.extend(played),
                Err(error) => {
                    eprintln!("upgrade: from {} to {}: {error}", from.name, to.name);
                    return ExitCode::FAILURE;
                }
            }
        }
        world.close();
        println!("\n{}\n", outcome::table(&outcomes));
        let (verdict, is_kept) = outcome::verdict(&outcomes);
        println!("{verdict}");
        if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    });
    Stack::down(&arguments.dir)?;
    Ok(exit)
}

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

use tests::stack::{Error, Options, Result, Stack};
use tests::world::run_on;

use crate::crossing::{Crossing, Version};

const HELP: &str = "\
The promise over an update: previous release -> this version -> previous release, with deliveries all the while.

usage: upgrade --previous FOLDER --previous-functions FOLDER [--functions FOLDER] [--dir DIRECTORY]

--previous            the previous release: its sources
--previous-functions  its functions, built for this machine
--functions           those of this version (default: SAM builds them, as for Lambda)
--dir                 what the stack writes goes here (default: target/upgrade-stack)
";

struct Arguments {
    previous: PathBuf,
    previous_functions: PathBuf,
    functions: Option<PathBuf>,
    directory: PathBuf,
}

fn main() -> ExitCode {
    let proven = parse(std::env::args().skip(1)).and_then(|arguments| match arguments {
        Some(arguments) => prove(&arguments),
        None => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
    });
    proven.unwrap_or_else(|error| {
        eprintln!("upgrade: {error}");
        ExitCode::FAILURE
    })
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>> {
    let (mut previous, mut previous_functions, mut functions) = (None, None, None);
    let mut directory = PathBuf::from("target/upgrade-stack");
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| Error::from(format!("{argument} needs a value")));
        match argument.as_str() {
            "--previous" => previous = Some(PathBuf::from(value()?).canonicalize()?),
            "--previous-functions" => previous_functions = Some(PathBuf::from(value()?)),
            "--functions" => functions = Some(PathBuf::from(value()?)),
            "--dir" => directory = PathBuf::from(value()?),
            "--help" | "-h" => return Ok(None),
            other => return Err(Error::from(format!("{other} is unknown: see `upgrade --help`"))),
        }
    }
    let given = |folder: Option<PathBuf>, name| {
        folder.ok_or_else(|| Error::from(format!("{name} is missing: see `upgrade --help`")))
    };
    let previous = given(previous, "--previous")?;
    let previous_functions = given(previous_functions, "--previous-functions")?;
    Ok(Some(Arguments { previous, previous_functions, functions, directory }))
}

fn prove(arguments: &Arguments) -> Result<ExitCode> {
    let options = Options {
        project: Some(arguments.previous.clone()),
        functions: Some(arguments.previous_functions.clone()),
        ..Options::default()
    };
    // One that was left behind would be of either version.
    Stack::down(&arguments.directory)?;
    let stack = Stack::up(&arguments.directory, &options)?;
    let exit = run_on(stack, async |world| {
        let previous = Version { name: "previous release", options };
        let options = Options { functions: arguments.functions.clone(), ..Options::default() };
        let this = Version { name: "this version", options };
        let mut outcomes = Vec::new();
        for (from, to) in [(&previous, &this), (&this, &previous)] {
            match (Crossing { world, directory: &arguments.directory, from, to }).play().await {
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
    Stack::down(&arguments.directory)?;
    Ok(exit)
}

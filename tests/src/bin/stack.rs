//! `stack up` and `stack down`: the local stack, on the loopback interface only.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use tests::stack::{Error, Options, Result, Stack};

const HELP: &str = "\
The local stack: template.yaml, deployed by SAM into MiniStack on the loopback interface.

usage: stack up [--dir DIRECTORY] [--port PORT] [--functions FOLDER]
       stack down [--dir DIRECTORY]

up      starts a stack, or brings the one that runs up to date; DIRECTORY/stack.json then says where its parts are
down    stops it

--dir        what the stack writes goes here (default: target/local)
--port       the emulator's port (default: a free one)
--functions  the functions, built for this machine (default: SAM builds them, as for Lambda)
";

enum Command {
    Up { directory: PathBuf, options: Options },
    Down { directory: PathBuf },
    Help,
}

fn main() -> ExitCode {
    let result = parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Up { directory, options } => Stack::up(&directory, &options).map(drop),
        Command::Down { directory } => Stack::down(&directory),
        Command::Help => {
            print!("{HELP}");
            Ok(())
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stack: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command> {
    let verb = arguments.next();
    let mut directory = PathBuf::from("target/local");
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| Error::from(format!("{argument} needs a value")));
        match argument.as_str() {
            "--dir" => directory = PathBuf::from(value()?),
            "--port" => {
                let text = value()?;
                options.port = Some(text.parse().map_err(|_| Error::from(format!("{text} is not a port")))?);
            }
            "--functions" => options.functions = Some(PathBuf::from(value()?)),
            "--help" | "-h" => return Ok(Command::Help),
            other => return Err(Error::from(format!("{other} is unknown: see `stack --help`"))),
        }
    }
    match verb.as_deref() {
        Some("up") => Ok(Command::Up { directory, options }),
        Some("down") if options.port.is_none() && options.functions.is_none() => Ok(Command::Down { directory }),
        Some("--help" | "-h" | "help") => Ok(Command::Help),
        Some(other) if other != "down" => Err(Error::from(format!("{other} is unknown: see `stack --help`"))),
        Some(_) => Err(Error::from("down takes only --dir: the directory says which stack it is")),
        None => Err(Error::from("up or down? See `stack --help`")),
    }
}

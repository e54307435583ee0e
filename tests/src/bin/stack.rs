//! `stack up` and `stack down`: the local stack, on the loopback interface only.
#![expect(clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tests::stack::{Options, Stack};

/// The local stack: template.yaml, deployed by `landfall deploy` into MiniStack on the loopback interface.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts a stack, or brings the one that runs up to date; DIR/stack.json then says where its parts are
    Up {
        /// What the stack writes goes here
        #[arg(long, default_value = "target/local")]
        dir: PathBuf,
        /// The emulator's port (default: a free one)
        #[arg(long)]
        port: Option<u16>,
        /// The functions, built for this machine (default: those of `make build`, as for Lambda)
        #[arg(long, value_name = "DIR")]
        functions: Option<PathBuf>,
    },
    /// Stops a stack
    Down {
        /// Which one: where it writes
        #[arg(long, default_value = "target/local")]
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Up { dir, port, functions } => {
            Stack::up(&dir, &Options { port, functions, ..Options::default() }).map(drop)
        }
        Command::Down { dir } => Stack::down(&dir),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stack: {error}");
            ExitCode::FAILURE
        }
    }
}

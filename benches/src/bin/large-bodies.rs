//! `large-bodies`: what becomes of large bodies on little memory while S3 takes long.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::process::ExitCode;

use benches::Result;
use benches::large_bodies::PART;
use benches::publish::publish;
use benches::scenario::Testbed;
use clap::Parser;

/// What becomes of large bodies on little memory while S3 takes long.
#[derive(Parser)]
struct Arguments {
    /// Writes the table into benches/performance.md
    #[arg(long)]
    publish: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("large-bodies: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Arguments { publish: is_published } = Arguments::parse();
    let text = Testbed::here()?.large_bodies()?;
    println!("{text}");
    if is_published { publish(PART, &text) } else { Ok(()) }
}

//! `large-bodies`: what becomes of large bodies on little memory while S3 takes long.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::process::ExitCode;

use benches::Result;
use benches::large_bodies::PART;
use benches::publish::publish;
use benches::scenario::Testbed;
use benches::share::Share;
use clap::Parser;

/// What becomes of large bodies on little memory while S3 takes long.
#[derive(Parser)]
struct Arguments {
    /// The worst case only
    #[arg(long)]
    quick: bool,
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
    let Arguments { quick, publish: is_published } = Arguments::parse();
    // As the benchmark itself does without its figures by memory.
    if let Err(error) = Share::of_memory(128) {
        println!("large bodies are left out: {error}");
        return Ok(());
    }
    let text = Testbed::here()?.large_bodies(quick)?;
    println!("{text}");
    if is_published { publish(PART, &text) } else { Ok(()) }
}

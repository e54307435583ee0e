//! `instructions`: how many instructions ingest takes, which no busy machine changes.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::process::ExitCode;

use benches::Result;
use benches::report::table;
use benches::scenario::{Testbed, Transport};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let testbed = Testbed::here()?;
    let mut rows = Vec::new();
    for (name, transport, body_bytes) in [
        ("2 KiB", Transport::Plain, 2 * 1024),
        ("2 KiB, TLS", Transport::Tls, 2 * 1024),
        ("20 KiB", Transport::Plain, 20 * 1024),
    ] {
        let counted = testbed.instructions(transport, body_bytes)?;
        let counts = [counted.init, counted.first, counted.later].map(|count| format!("{:.3}", count as f64 / 1e6));
        rows.push([name.to_owned()].into_iter().chain(counts).collect());
    }
    println!("{}", table(&["million instructions", "init", "first event", "later event"], rows.into_iter()));
    println!("where they go: callgrind_annotate {}", testbed.directory.join("callgrind-*.out").display());
    Ok(())
}

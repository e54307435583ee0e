//! `bench`: all contenders side by side; see benches/performance.md for what is measured and how.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use benches::contender::Contender;
use benches::measure::{Plan, measure};
use benches::publish::publish;
use benches::scenario::Testbed;
use benches::{Result, machine};
use clap::Parser;

/// Landfall's functions beside what people would write instead.
#[derive(Parser)]
struct Arguments {
    /// Each figure is the median of so many rounds, in which the contenders take turns
    #[arg(long, default_value_t = Plan::default().rounds)]
    rounds: usize,
    /// Where the figures go, as JSON (default: target/bench/results.json)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A tenth of the events, the small bodies only: shows that everything works, its figures are worth little
    #[arg(long)]
    quick: bool,
    /// Writes the figures into benches/performance.md, and its pictures beside it
    #[arg(long)]
    publish: bool,
    /// Contenders: landfall, floor, python, python-powertools, node, node-powertools
    #[arg(long, value_delimiter = ',', value_parser = contender)]
    only: Vec<Contender>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Arguments { rounds, out, quick, publish: is_published, only } = Arguments::parse();
    let testbed = Testbed::here()?;
    let out = out.unwrap_or_else(|| testbed.directory.join("results.json"));
    let mut plan = Plan { rounds, is_quick: quick, ..Plan::default() };
    if !only.is_empty() {
        plan.contenders = only;
    }
    let results = measure(&testbed, &plan, machine::describe())?;
    print!("{results}");
    fs::write(&out, serde_json::to_string_pretty(&results)?)?;
    if is_published {
        publish("figures", &results.to_string())?;
        for (name, plot) in results.plots() {
            fs::write(format!("benches/performance-{name}.svg"), plot.svg()?)?;
        }
    }
    println!("\nall figures: {}", out.display());
    Ok(())
}

fn contender(name: &str) -> std::result::Result<Contender, String> {
    let found = Contender::ALL.into_iter().find(|contender| serde_json::json!(contender) == name);
    found.ok_or_else(|| format!("{name} is no contender"))
}

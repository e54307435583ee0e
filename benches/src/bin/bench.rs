//! `bench`: all contenders side by side; see docs/performance.md for what is measured and how.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use benches::contender::Contender;
use benches::measure::{Plan, measure};
use benches::publish::publish;
use benches::scenario::Workshop;
use benches::{Result, machine};

const HELP: &str = "\
Landfall's functions beside what people would write instead.

usage: bench [--rounds NUMBER] [--out FILE] [--quick] [--publish] [--only CONTENDER,...]

--rounds   each figure is the median of so many rounds (5), in which the contenders take turns
--out      where the figures go, as JSON (target/bench/results.json)
--quick    a tenth of the events, the small bodies only: shows that everything works, its figures are worth little
--only     contenders: landfall, floor, python, python-powertools, node, node-powertools
";

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
    let mut plan = Plan::default();
    let mut is_published = false;
    let workshop = Workshop::here()?;
    let mut out = workshop.directory.join("results.json");
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--rounds" => plan.rounds = value()?.parse()?,
            "--out" => out = PathBuf::from(value()?),
            "--publish" => is_published = true,
            "--quick" => plan.is_quick = true,
            "--only" => {
                let text = value()?;
                plan.contenders = text.split(',').map(contender).collect::<Result<_>>()?;
            }
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(format!("{other} is unknown: see `bench --help`").into()),
        }
    }
    let results = measure(&workshop, &plan, machine::describe())?;
    print!("{results}");
    fs::write(&out, serde_json::to_string_pretty(&results)?)?;
    if is_published {
        publish("figures", &results.to_string())?;
        for (name, plot) in results.plots() {
            fs::write(format!("docs/performance-{name}.svg"), plot.svg())?;
        }
    }
    println!("\nall figures: {}", out.display());
    Ok(())
}

fn contender(name: &str) -> Result<Contender> {
    let found = Contender::ALL.into_iter().find(|contender| serde_json::json!(contender) == name);
    found.ok_or_else(|| format!("{name} is no contender: see `bench --help`").into())
}

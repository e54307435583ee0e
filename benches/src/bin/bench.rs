//! `bench`: all contenders side by side; see docs/performance.md for what is measured and how.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]
#![expect(clippy::disallowed_methods, reason = "its own settings, and the times of its progress")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benches::contender::{Contender, Places};
use benches::measure::{Plan, measure};
use benches::scenario::Workshop;
use benches::tls::Authority;
use benches::{Result, machine};

const HELP: &str = "\
Landfall's functions beside what people would write instead.

usage: bench [--rounds NUMBER] [--out FILE] [--quick] [--only CONTENDER,...]

--rounds  each figure is the median of so many rounds (5), in which the contenders take turns
--out     where the figures go, as JSON (target/bench/results.json)
--quick   a tenth of the events, the small bodies only: shows that everything works, its figures are worth little
--only    contenders: landfall, floor, python, python-powertools, node, node-powertools
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
    let target = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let directory = target.join("bench");
    let mut out = directory.join("results.json");
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--rounds" => plan.rounds = value()?.parse()?,
            "--out" => out = PathBuf::from(value()?),
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
    fs::create_dir_all(&directory)?;
    let workshop = Workshop {
        places: Places {
            floor: absolute(&target.join("release/floor"))?,
            contenders: absolute(Path::new("benches/contenders"))?,
            python: absolute(Path::new(".venv-bench"))?,
            target: absolute(&target)?,
        },
        authority: Authority::make(&directory)?,
        directory,
    };
    let results = measure(&workshop, &plan, machine::describe())?;
    print!("{results}");
    fs::write(&out, serde_json::to_string_pretty(&results)?)?;
    println!("\nall figures: {}", out.display());
    Ok(())
}

fn contender(name: &str) -> Result<Contender> {
    let found = Contender::ALL.into_iter().find(|contender| serde_json::json!(contender) == name);
    found.ok_or_else(|| format!("{name} is no contender: see `bench --help`").into())
}

fn absolute(path: &Path) -> Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}

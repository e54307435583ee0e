//! The promise under fault: every operation of the three functions meets every fault, deliveries are sent all the while,
//! and a table shows that whatever was acknowledged came through.
//!
//! It starts a stack of its own whose functions reach the services through a proxy that fails on demand, and exits with
//! a failure if anything was lost, is stuck, or was answered as it must not be.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod case;
mod copies;
mod hanging;
mod matrix;
mod overload;
mod poison;
mod table;
mod tally;
mod way;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use tests::proxy::Proxy;
use tests::stack::{Error, Options, Result, Stack};
use tests::watch::Sweeping;
use tests::world::{World, run_on};

use crate::case::Case;
use crate::tally::Tally;

const HELP: &str = "\
The promise under fault: every operation of the functions x every fault, storms of random ones, poison and overload.

usage: faults [--dir DIRECTORY] [--functions FOLDER] [--only TEXT] [--seed NUMBER]

--dir        what the stack writes goes here (default: target/fault-stack)
--functions  the functions, built for this machine (default: SAM builds them, as for Lambda)
--only       only cases whose operation and fault, as the table names them, contain TEXT
--seed       of the storms (default: 1)
";

/// So many instances of the processor at once: with slow services each batch takes its time.
const PROCESSORS: u32 = 10;
/// A received message comes back after this long, so that a processor that was killed is not waited for longer.
const VISIBILITY_SECONDS: u32 = 20;

struct Arguments {
    directory: PathBuf,
    functions: Option<PathBuf>,
    only: String,
    seed: u64,
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => prove(&arguments).unwrap_or_else(|error| {
            eprintln!("faults: {error}");
            ExitCode::FAILURE
        }),
        Ok(None) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("faults: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>> {
    let directory = PathBuf::from("target/fault-stack");
    let mut parsed = Arguments { directory, functions: None, only: String::new(), seed: 1 };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| Error::from(format!("{argument} needs a value")));
        match argument.as_str() {
            "--dir" => parsed.directory = PathBuf::from(value()?),
            "--functions" => parsed.functions = Some(PathBuf::from(value()?)),
            "--only" => parsed.only = value()?,
            "--seed" => parsed.seed = value()?.parse().map_err(|_| Error::from("--seed takes a number"))?,
            "--help" | "-h" => return Ok(None),
            other => return Err(Error::from(format!("{other} is unknown: see `faults --help`"))),
        }
    }
    Ok(Some(parsed))
}

fn prove(arguments: &Arguments) -> Result<ExitCode> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let functions_endpoint = Some(format!("http://{}", listener.local_addr()?));
    let options = Options { functions_endpoint, functions: arguments.functions.clone(), ..Options::default() };
    // One that was left behind has functions that look for a proxy which is no more.
    Stack::down(&arguments.directory)?;
    let stack = Stack::up(&arguments.directory, &options)?;
    let exit = run_on(stack, async |world| {
        let proxy = Proxy::start(listener, world.stack.address());
        world.hide_received_messages_for(VISIBILITY_SECONDS).await;
        world.limit_processors(PROCESSORS).await;
        let sweeping = Sweeping::start(world);
        let tally = measure(world, &proxy, arguments).await;
        drop(sweeping);
        world.close();
        println!("\n{}", tally.verdict());
        if tally.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    });
    Stack::down(&arguments.directory)?;
    Ok(exit)
}

async fn measure(world: &'static World, proxy: &Proxy, arguments: &Arguments) -> Tally {
    let wanted = |case: &Case| format!("{} {}", case.operation, case.fault).contains(&arguments.only);
    let cases: Vec<Case> = matrix::cases(&world.stack, arguments.seed).into_iter().filter(wanted).collect();
    println!("\n{} cases; the sweep runs each second", cases.len());
    let mut outcomes = case::play(world, proxy, cases).await;
    if arguments.only.is_empty() {
        println!("\none store at a time does not answer");
        outcomes.extend(hanging::play(world, proxy).await);
        println!("\npoison: events that always fail");
        outcomes.extend(poison::play(world, proxy).await);
    }
    println!("\n{}\n", table::of(&outcomes));
    if arguments.only.is_empty() {
        outcomes.push(overload::play(world, proxy).await);
    }
    Tally::of(&outcomes)
}

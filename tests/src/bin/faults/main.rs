//! The promise under fault: every operation of the three functions meets every fault, deliveries are sent all the while,
//! and a table shows that whatever was acknowledged came through.
//!
//! It starts a stack of its own whose functions reach the services through a proxy that fails on demand, and exits with
//! a failure if anything was lost, is stuck, or was answered as it must not be.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod batches;
mod case;
mod copies;
mod hanging;
mod jobs;
mod matrix;
mod overload;
mod poison;
mod table;
mod tally;
mod way;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tests::proxy::Proxy;
use tests::stack::Result;
use tests::watch::SweepLoop;
use tests::world::{World, run_behind_proxy};

use crate::case::Case;
use crate::tally::Tally;

/// The promise under fault: every operation of the functions x every fault, storms of random ones, poison and overload.
#[derive(Parser)]
struct Arguments {
    /// What the stack writes goes here
    #[arg(long, default_value = "target/fault-stack")]
    dir: PathBuf,
    /// The functions, built for this machine (default: those of `make build`, as for Lambda)
    #[arg(long, value_name = "DIR")]
    functions: Option<PathBuf>,
    /// Only cases whose operation and fault, as the table names them, contain this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Of the storms
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// So many instances of the processor at once: with slow services each batch takes its time.
const PROCESSORS: u32 = 10;
/// A received message comes back after this long, so that a processor that was killed is not waited for longer.
const VISIBILITY_SECONDS: u32 = 20;

fn main() -> ExitCode {
    prove(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("faults: {error}");
        ExitCode::FAILURE
    })
}

fn prove(arguments: &Arguments) -> Result<ExitCode> {
    run_behind_proxy(&arguments.dir, arguments.functions.clone(), async |world, listener| {
        let proxy = Proxy::start(listener, world.stack.address());
        world.hide_received_messages_for(VISIBILITY_SECONDS).await;
        world.limit_processors(PROCESSORS).await;
        let sweeping = SweepLoop::start(world);
        let tally = measure(world, &proxy, arguments).await;
        drop(sweeping);
        println!("\n{}", tally.verdict());
        if tally.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}

async fn measure(world: &'static World, proxy: &Proxy, arguments: &Arguments) -> Tally {
    let wanted = |case: &Case| format!("{} {}", case.operation, case.fault).contains(&arguments.only);
    let cases: Vec<Case> = matrix::cases(&world.stack, arguments.seed).into_iter().filter(wanted).collect();
    println!("\n{} cases; the sweep runs each second", cases.len());
    let mut outcomes = case::play(world, proxy, cases).await;
    println!("\ndeliveries that list several events");
    outcomes.extend(batches::play(world, proxy, &arguments.only).await);
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

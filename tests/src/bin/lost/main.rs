//! The promise about webhooks that do not come: senders lose, delay and repeat them, their APIs fail for a while, and the
//! functions are killed at random; each job's end is published under one id all the same.
//!
//! It starts a stack of its own whose functions reach the services through a proxy that kills them, and exits with a
//! failure if an end is not published, is published under two ids, or if the senders' APIs are asked too often.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

mod figures;
mod job;
mod outcome;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tests::proxy::Proxy;
use tests::stack::Result;
use tests::world::run_behind_proxy;

/// Jobs whose webhooks are lost, late or sent twice, an outage of the senders' APIs, and functions that are killed.
#[derive(Parser)]
struct Arguments {
    /// What the stack writes goes here
    #[arg(long, default_value = "target/lost-stack")]
    dir: PathBuf,
    /// The functions, built for this machine (default: those of `make build`, as for Lambda)
    #[arg(long, value_name = "DIR")]
    functions: Option<PathBuf>,
    /// How many jobs are submitted
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(40..))]
    jobs: u32,
    /// Of what the senders do and of the deaths
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// So many instances of the processor work on events at once.
const PROCESSORS: u32 = 4;
/// A message whose processor was killed comes back after this long, ...
const VISIBILITY_SECONDS: u32 = 20;
/// ... and its event's lease lapses soon after the time that a processor has, of which no step begins in the last 20 seconds.
const TIMEOUT_SECONDS: u32 = 40;

fn main() -> ExitCode {
    prove(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("lost: {error}");
        ExitCode::FAILURE
    })
}

fn prove(arguments: &Arguments) -> Result<ExitCode> {
    run_behind_proxy(&arguments.dir, arguments.functions.clone(), async |world, listener| {
        let proxy = Proxy::start(listener, world.stack.address());
        world.hide_received_messages_for(VISIBILITY_SECONDS).await;
        world.limit_processors(PROCESSORS).await;
        world.set_timeout(&world.stack.process_function, TIMEOUT_SECONDS).await;
        let outcome = run::play(world, &proxy, arguments.jobs, arguments.seed).await;
        println!("\n{}\n\n{}", outcome.table(), outcome.verdict());
        if outcome.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}

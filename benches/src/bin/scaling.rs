//! `scaling`: what AWS's limits make of 1, 100, 1,000 and 10,000 deliveries a second; see benches/scale.md.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks on the terminal")]

use std::fs;
use std::process::ExitCode;

use benches::Result;
use benches::publish::publish_in;
use benches::scaling::{Outcome, Second, World, report, simulate};
use clap::Parser;

const PAGE: &str = "benches/scale.md";

/// A simulation of Landfall under load.
#[derive(Parser)]
struct Arguments {
    /// Where the random numbers begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes the table into benches/scale.md, and its pictures beside it
    #[arg(long)]
    publish: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scaling: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Arguments { seed, publish: is_published } = Arguments::parse();
    let simulated = |worlds: Vec<World>| -> Vec<(World, Outcome)> {
        worlds.into_iter().map(|world| World { seed, ..world }).map(|world| (world.clone(), simulate(&world))).collect()
    };
    let rates = [1.0, 100.0, 1000.0, 10_000.0];
    let as_deployed = simulated(rates.map(World::as_deployed).to_vec());
    let others = simulated(vec![
        World::raised(1000.0),
        World::raised(10_000.0),
        World { name: "1000/s, raised, 5 s a batch".to_owned(), batch_seconds: 5.0, ..World::raised(1000.0) },
        World { name: "100/s, 20 reserved".to_owned(), reserved_concurrency: 20, ..World::as_deployed(100.0) },
        World { name: "100/s, 2 h stopped".to_owned(), stopped: 600..7800, ..World::as_deployed(100.0) },
        World { name: "1000/s, raised, 2 h stopped".to_owned(), stopped: 600..7800, ..World::raised(1000.0) },
    ]);
    let all: Vec<(World, Outcome)> = as_deployed.iter().chain(&others).cloned().collect();
    let text = format!(
        "{}\nOne hour of load with bursts of three times the rate; seed {seed}. `left for later` and `swept` count messages.",
        report::text(&all)
    );
    println!("{text}");
    if is_published {
        publish_in(PAGE, "simulation", &text)?;
        let messages: fn(&Second) -> u64 = |second| second.messages;
        let instances: fn(&Second) -> u64 = |second| second.ingest_instances + second.process_instances;
        for (name, title, hours, runs, figure) in [
            ("backlog", "Messages on the queue, the most of each five minutes", 2, &as_deployed, messages),
            ("concurrency", "Instances of ingest and process at work", 2, &as_deployed, instances),
            ("settings", "Messages on the queue, by settings", 4, &others, messages),
        ] {
            fs::write(format!("benches/scaling-{name}.svg"), report::plot(title, hours, runs, figure).svg()?)?;
        }
    }
    Ok(())
}

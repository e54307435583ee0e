//! The demo: four senders deliver as the real ones do, others pretend to be them, and a table shows what came of it.
//!
//! It drives the stack that `STACK_FILE` names and exits with a failure if anything is not as it must be.
#![expect(clippy::print_stdout, reason = "a demo speaks on the terminal")]

mod act;
mod outcome;
mod script;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use tests::clock::Stopwatch;
use tests::world::{World, run};

use crate::act::{Scene, perform};
use crate::outcome::Outcome;
use crate::script::SCRIPT;

fn main() -> ExitCode {
    run(async |world| {
        let begun = Stopwatch::start();
        println!("\nLandfall at {}", world.stack.function_url);
        println!("setting up four sources, each with a secret or a token of its own");
        let mut scenes = Vec::new();
        for (provider, steps) in SCRIPT {
            scenes.push(Scene { source: world.source(provider).await, steps });
        }
        let outcomes = play(world, &scenes).await;
        println!("\n{}\n", table::of(&outcomes));
        conclude(&outcomes, begun.elapsed())
    })
}

async fn play(world: &World, scenes: &[Scene]) -> Vec<Outcome> {
    let mut answered = Vec::new();
    for scene in scenes {
        println!("\n{} delivers to {}", scene.source.provider, scene.shown_url());
        for step in scene.steps {
            let performed = perform(world, &scene.source, step).await;
            println!("    {:<36} {:>4} ms  {}", step.says, performed.took.as_millis(), performed.answer.told());
            answered.push((scene, performed));
        }
    }
    println!("\nwaiting until everything is processed and has reached the consumer's queue");
    let mut outcomes = Vec::new();
    for (scene, performed) in answered {
        outcomes.push(Outcome::of(world, scene, performed).await);
    }
    outcomes
}

/// Says in words whether the promise was kept.
fn conclude(outcomes: &[Outcome], took: Duration) -> ExitCode {
    let wrong: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.is_as_it_must_be()).collect();
    let count = |answer: &str| outcomes.iter().filter(|outcome| outcome.answer.starts_with(answer)).count();
    let (accepted, duplicates, refused) = (count("200 accepted"), count("200 duplicate"), count("401"));
    println!(
        "{} requests in {:.1} s: {accepted} accepted and published once, {duplicates} repeats recognized, {refused} forgeries refused",
        outcomes.len(),
        took.as_secs_f64(),
    );
    if wrong.is_empty() {
        println!("every webhook landed, once");
        return ExitCode::SUCCESS;
    }
    for outcome in wrong {
        println!("NOT AS IT MUST BE: {} {}: {}", outcome.sender, outcome.delivery, outcome.complaint());
    }
    ExitCode::FAILURE
}

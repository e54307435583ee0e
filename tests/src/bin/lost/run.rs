//! The run: jobs are submitted at a steady pace, the senders' APIs fail in the midst, and functions are killed all the
//! while.

use std::sync::Arc;
use std::time::Duration;

use tests::clock::Stopwatch;
use tests::observe::holds_within;
use tests::proxy::{ActiveFault, Fault, Proxy, Storm};
use tests::simulator::{Condition, Simulator};
use tests::source::Source;
use tests::watch::{self, SweepLoop};
use tests::world::World;
use tokio::task::JoinSet;

use crate::job::{Job, LOST_PERCENT, Plan, Sender, plans};
use crate::outcome::{Deaths, Outcome};

/// How often a job is submitted.
const SUBMIT_EACH: Duration = Duration::from_millis(150);
/// Half of the jobs with lost webhooks have been asked about within this time from the last submission.
const HALF_ASKED_WITHIN: Duration = Duration::from_secs(120);
/// How long the senders' APIs fail.
const OUTAGE: Duration = Duration::from_secs(15);
/// How each sender's API fails, in their order.
const OUTAGES: [Condition; 4] = [Condition::Limited, Condition::Broken, Condition::Broken, Condition::Broken];
/// How many calls in a hundred a function does not survive.
const PROCESS_DEATHS_PERCENT: u8 = 3;
const SWEEP_DEATHS_PERCENT: u8 = 5;
/// How often is looked whether all is over.
const LOOK: Duration = Duration::from_secs(5);
/// If nothing has changed for so long, what is left waits for a later sweep or question; those waits grow, up to hours.
const PATIENCE: Duration = Duration::from_secs(40);
/// If nothing has changed for so long, nothing will.
const QUIET: Duration = Duration::from_secs(150);

/// Plays so many jobs, and says what came of them.
pub(crate) async fn play(world: &'static World, proxy: &Proxy, count: u32, seed: u64) -> Outcome {
    let mut senders = Vec::new();
    for provider in Simulator::PLAYED {
        let simulator = Simulator::start(provider);
        let source = simulator.expects(Source::new(provider));
        senders.push(Sender { source: world.set_up(source).await, simulator });
    }
    let senders = Arc::new(senders);
    let storms = Storms::begin(world, proxy, &senders, seed);
    let sweeping = SweepLoop::start(world);
    let begun = Stopwatch::start();
    let plans = plans(count as usize, senders.len(), seed);
    println!("\n{count} jobs of {} senders, one each {} ms, seed {seed}", senders.len(), SUBMIT_EACH.as_millis());
    let half = count as usize * LOST_PERCENT / 200;
    let outage = fail_for_a_while(Arc::clone(&senders), half, SUBMIT_EACH * count + HALF_ASKED_WITHIN, begun);
    let outage = tokio::spawn(outage);
    let jobs = submit(world, &senders, plans, begun).await;
    outage.await.expect("an outage ends");
    let mut outcome = await_end(world, &senders, jobs, begun).await;
    drop(sweeping);
    outcome.deaths = storms.deaths();
    outcome
}

/// What kills the functions.
struct Storms {
    process: ActiveFault,
    sweep: ActiveFault,
}

impl Storms {
    fn begin(world: &World, proxy: &Proxy, senders: &[Sender], seed: u64) -> Storms {
        let storm = |function: &String, about: Vec<String>, percent| {
            proxy.let_rage(Storm {
                seed,
                function: Some(function.clone()),
                about,
                percent,
                faults: vec![Fault::KilledBefore, Fault::KilledAfter],
                calls: u32::MAX,
            })
        };
        let sources = senders.iter().map(|sender| sender.source.name.clone()).collect();
        Storms {
            process: storm(&world.stack.process_function, sources, PROCESS_DEATHS_PERCENT),
            // Between the calls that have senders asked, and over them. It reads the index far more often.
            sweep: storm(&world.stack.sweep_function, vec!["@job/".to_owned()], SWEEP_DEATHS_PERCENT),
        }
    }

    fn deaths(&self) -> Deaths {
        Deaths { process: self.process.hits(), sweep: self.sweep.hits() }
    }
}

/// Lets the senders' APIs fail, when they have answered so many questions, or else after `begin_within`.
async fn fail_for_a_while(senders: Arc<Vec<Sender>>, answered: usize, begin_within: Duration, begun: Stopwatch) {
    let say = |what: &str| println!("[{:>4.0} s] {what}", begun.elapsed().as_secs_f64());
    let look_ups = || senders.iter().map(|sender| sender.simulator.look_ups().len()).sum::<usize>();
    holds_within(begin_within, || look_ups() >= answered).await;
    say(&format!("the senders' APIs fail, after {} answers", look_ups()));
    for (sender, condition) in senders.iter().zip(OUTAGES) {
        sender.simulator.set_condition(condition);
    }
    tokio::time::sleep(OUTAGE).await;
    say("the senders' APIs answer again");
    senders.iter().for_each(|sender| sender.simulator.set_condition(Condition::Up));
}

async fn submit(world: &'static World, senders: &Arc<Vec<Sender>>, plans: Vec<Plan>, begun: Stopwatch) -> Vec<Job> {
    let (count, mut ticks, mut playing) = (plans.len(), tokio::time::interval(SUBMIT_EACH), JoinSet::new());
    for (number, plan) in plans.into_iter().enumerate() {
        ticks.tick().await;
        let senders = Arc::clone(senders);
        playing.spawn(async move {
            let sender = plan.sender;
            plan.play(world, &senders[sender]).await
        });
        if (number + 1) % 100 == 0 || number + 1 == count {
            println!("[{:>4.0} s] {} of {count} jobs are submitted", begun.elapsed().as_secs_f64(), number + 1);
        }
    }
    playing.join_all().await
}

/// Waits until each job's end is published and nothing is under way, or until nothing changes any more.
async fn await_end(world: &World, senders: &[Sender], jobs: Vec<Job>, begun: Stopwatch) -> Outcome {
    let (mut changed, mut hurried, mut seen) = (Stopwatch::start(), Stopwatch::start(), None);
    loop {
        let outcome = Outcome::of(world, senders, &jobs).await;
        let progress = outcome.progress();
        println!("[{:>4.0} s] {progress}", begun.elapsed().as_secs_f64());
        if outcome.is_complete() {
            return outcome;
        }
        if seen.as_ref() != Some(&progress) {
            changed = Stopwatch::start();
            seen = Some(progress);
        }
        if changed.elapsed() > PATIENCE && hurried.elapsed() > PATIENCE {
            for sender in senders {
                for record in world.records(&sender.source).await {
                    watch::hurry(world, &record).await;
                }
            }
            hurried = Stopwatch::start();
        }
        if changed.elapsed() > QUIET {
            println!("nothing has changed for {} s: the rest does not come", QUIET.as_secs());
            return outcome;
        }
        tokio::time::sleep(LOOK).await;
    }
}

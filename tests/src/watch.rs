//! Waiting for the end of everything, as a command does: a person watches.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on the terminal")]

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde::Deserialize;
use tokio::task::JoinHandle;

use crate::clock::{Stopwatch, now_millis};
use crate::ledger::Record;
use crate::world::World;

/// What must come of a delivery that was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An event with this id reaches the consumer.
    Published {
        /// The event's.
        id: String,
    },
    /// A message with this in it goes to the dead letters, for a person to look at.
    DeadLettered {
        /// A text that is found nowhere else.
        mark: String,
    },
}

/// How often is looked.
const LOOK: Duration = Duration::from_secs(2);
/// If nothing has changed for so long, nothing will: a lapsed lease takes a minute, all other waits less.
const QUIET: Duration = Duration::from_secs(150);
/// If nothing has changed for so long, what is left waits for a later attempt; the waits grow up to a day.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often a waiting person hears of it.
const WORD: Duration = Duration::from_secs(10);
/// How often the sweep runs here, where a minute lasts six seconds.
const SWEEP_EACH: Duration = Duration::from_secs(1);

/// Waits until all that is `expected` has come and no record is unfinished, or until nothing changes any more. The clock
/// is turned on for what waits for a later attempt.
pub async fn until_quiet(world: &World, expected: &[&Expected]) {
    let (begun, mut changed, mut spoken) = (Stopwatch::start(), Stopwatch::start(), Stopwatch::start());
    let mut hurried = Stopwatch::start();
    let mut seen = None;
    loop {
        let published = published(world);
        let come = expected.iter().filter(|expected| expected.times(world, &published) > 0).count();
        let left = world.unfinished().await;
        let unfinished = left.len();
        if come == expected.len() && unfinished == 0 {
            say(begun, come, expected.len(), unfinished);
            return;
        }
        if seen.replace((come, unfinished)) != Some((come, unfinished)) {
            changed = Stopwatch::start();
        }
        if changed.elapsed() > PATIENCE && hurried.elapsed() > PATIENCE {
            for id in &left {
                if let Some(record) = world.record(id).await {
                    hurry(world, &record).await;
                }
            }
            hurried = Stopwatch::start();
        }
        if changed.elapsed() > QUIET {
            say(begun, come, expected.len(), unfinished);
            println!("nothing has changed for {} s: the rest does not come", QUIET.as_secs());
            return;
        }
        if spoken.elapsed() > WORD {
            say(begun, come, expected.len(), unfinished);
            spoken = Stopwatch::start();
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Turns the clock on for a record that waits for a later attempt, a later sweep or a later question: one that is swept again
/// and again without being claimed, as happens when functions die between marking and sending, waits for hours. A lease is
/// left to lapse by itself. Then the event may still be due much later: a claim leaves a due time that is.
pub async fn hurry(world: &World, record: &Record) {
    if ["received", "waiting"].contains(&record.text("state")) || has_lapsed(record) {
        println!("turning the clock on for {}", described(record));
        world.hurry(record).await;
    }
}

/// Whether nobody holds the claim any more that it has.
fn has_lapsed(record: &Record) -> bool {
    record.text("state") == "processing" && record.number("lease_until").is_none_or(|until| until < now_millis())
}

/// How the records of those of `expected` stand that are among the `unfinished`, if any are.
pub async fn standing(
    world: &World,
    expected: impl Iterator<Item = &Expected>,
    unfinished: &BTreeSet<String>,
) -> Option<String> {
    let mut standing = Vec::new();
    for expected in expected {
        if let Expected::Published { id } = expected
            && expected.is_unfinished(unfinished)
            && let Some(record) = world.record(id).await
        {
            standing.push(described(&record));
        }
    }
    (!standing.is_empty()).then(|| standing.join("; "))
}

/// How a record stands, for the reader of a log.
fn described(record: &Record) -> String {
    let number = |name: &str| record.number(name).unwrap_or(0);
    format!(
        "{}: {} since attempt {}, swept {} times, due in {} ms; {}",
        record.id(),
        record.text("state"),
        number("attempts"),
        number("sweeps"),
        number("due_at") - now_millis(),
        record.text("last_error"),
    )
}

fn say(begun: Stopwatch, come: usize, expected: usize, unfinished: usize) {
    println!(
        "[{:>4.0} s] {come} of {expected} acknowledged deliveries have come through, {unfinished} records are unfinished",
        begun.elapsed().as_secs_f64()
    );
}

/// How often each event has reached the consumer.
#[must_use]
pub fn published(world: &World) -> HashMap<String, usize> {
    /// All that is read of an event: there are many, and this is asked again and again.
    #[derive(Deserialize)]
    struct Event {
        id: String,
    }
    let mut published = HashMap::new();
    for message in world.consumer.all(|_| true) {
        if let Ok(Event { id }) = serde_json::from_str(&message.body) {
            *published.entry(id).or_default() += 1;
        }
    }
    published
}

impl Expected {
    /// How often it has come.
    #[must_use]
    pub fn times(&self, world: &World, published: &HashMap<String, usize>) -> usize {
        match self {
            Expected::Published { id } => published.get(id).copied().unwrap_or(0),
            Expected::DeadLettered { mark } => world.dead_letters.all(|letter| letter.body.contains(mark)).len(),
        }
    }

    /// Whether its record is among the `unfinished`.
    #[must_use]
    pub fn is_unfinished(&self, unfinished: &BTreeSet<String>) -> bool {
        match self {
            Expected::Published { id } => unfinished.contains(id),
            Expected::DeadLettered { .. } => false,
        }
    }
}

/// The sweep, called again and again until this is dropped.
#[derive(Debug)]
pub struct SweepLoop(JoinHandle<()>);

impl SweepLoop {
    /// Starts it.
    #[must_use]
    pub fn start(world: &'static World) -> SweepLoop {
        SweepLoop(tokio::spawn(async move {
            loop {
                // It is killed now and then; the next run is the retry.
                let _ = world.try_sweep().await;
                tokio::time::sleep(SWEEP_EACH).await;
            }
        }))
    }
}

impl Drop for SweepLoop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

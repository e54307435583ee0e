//! The run of a world.

use std::collections::BTreeMap;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use rand_distr::{Distribution as _, Poisson};

use super::events::Events;
use super::fleet::{Fleet, instances_for, requests_for};
use super::on_demand::OnDemand;
use super::queue::{MessageBatch, Pollers, Queue};
use super::world::{BATCH, REQUESTS_PER_CONCURRENCY, World};

/// The sweep runs so often, works for so long, with so many workers.
const SWEEP_EVERY_SECONDS: u64 = 60;
const SWEEP_WORKS_SECONDS: f64 = 45.0;
const SWEEP_WORKERS: f64 = 16.0;

/// What happened in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Deliveries.
    pub arrived: u64,
    /// Those answered with 200.
    pub answered: u64,
    /// Those that Lambda refused with 429.
    pub refused: u64,
    /// Answered ones whose record DynamoDB refused, so that only their message holds them.
    pub in_message_only: u64,
    /// Instances of ingest at work.
    pub ingest_instances: u64,
    /// Instances of process at work.
    pub process_instances: u64,
    /// Instances of both that had to start.
    pub cold_starts: u64,
    /// Events processed to the end.
    pub finished: u64,
    /// Messages that the processor left on the queue, because DynamoDB refused.
    pub kept: u64,
    /// Messages of events that were finished already.
    pub stale: u64,
    /// Messages that the sweep sent.
    pub swept: u64,
    /// Messages on the queue at the end of the second.
    pub messages: u64,
    /// Accepted events that are not finished at the end of the second.
    pub unfinished: u64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Each second until nothing was left to do.
    pub seconds: Vec<Second>,
    /// How old finished events were, in seconds, and how many.
    pub ages: Vec<(u64, u64)>,
}

/// Runs a world. The same world has the same outcome.
#[must_use]
pub fn simulate(world: &World) -> Outcome {
    let mut run = Run::new(world);
    let mut seconds = Vec::new();
    for second in 0..world.end_seconds {
        seconds.push(run.second(second));
        if second >= world.load_seconds && run.queue.len() == 0 && run.events.unfinished() == 0 {
            break;
        }
    }
    run.ages.sort_unstable();
    Outcome { seconds, ages: run.ages }
}

struct Run<'a> {
    world: &'a World,
    random: ChaCha12Rng,
    burst_until: u64,
    events: Events,
    queue: Queue,
    pollers: Pollers,
    ingest: Fleet,
    process: Fleet,
    table: OnDemand,
    index: OnDemand,
    ages: Vec<(u64, u64)>,
    /// What the processor took of Lambda's limits in the second before: instances and requests.
    process_took: (u64, u64),
    /// Batches that the pollers have had time for; a part of one waits for the next second.
    batches_due: f64,
}

/// Write units that were asked for.
#[derive(Clone, Copy, Default)]
struct Units {
    table: u64,
    index: u64,
}

impl Units {
    fn times(self, count: u64) -> Units {
        Units { table: self.table * count, index: self.index * count }
    }

    fn plus(self, other: Units) -> Units {
        Units { table: self.table + other.table, index: self.index + other.index }
    }
}

impl<'a> Run<'a> {
    fn new(world: &'a World) -> Run<'a> {
        let ledger = || OnDemand::new(world.warm_write_units, world.quota_write_units);
        Run {
            world,
            random: ChaCha12Rng::seed_from_u64(world.seed),
            burst_until: 0,
            events: Events::default(),
            queue: Queue::default(),
            pollers: Pollers::default(),
            ingest: Fleet::default(),
            process: Fleet::default(),
            table: ledger(),
            index: ledger(),
            ages: Vec::new(),
            process_took: (0, 0),
            batches_due: 0.0,
        }
    }

    fn second(&mut self, second: u64) -> Second {
        let mut now = Second { arrived: self.arrivals(second), ..Second::default() };
        self.answer(second, &mut now);
        self.queue.wake(second);
        let count = self.receivable(second, &mut now);

        // Whoever asks DynamoDB first in a second is chance; the sweep, which runs for most of a minute, is let in first
        // and the two others get the same share of what they ask for.
        let swept = self.sweep(second, &mut now);
        let put = Units { table: self.world.record_units, index: 1 };
        let work = Units { table: 2 * self.world.record_units, index: 1 };
        let received = self.queue.receive(count);
        let mut useful_of_each = Vec::with_capacity(received.len());
        let mut asked = put.times(now.answered);
        let mut open_of_cohort = BTreeMap::new();
        for parcel in &received {
            // Of two copies of an event, one is stale. Copies of a cohort can come in several parcels.
            let open: &mut u64 =
                open_of_cohort.entry(parcel.cohort).or_insert_with(|| self.events.unfinished_in(parcel.cohort));
            let useful = parcel.count.min(*open);
            *open -= useful;
            useful_of_each.push(useful);
            let made = if self.events.has_records(parcel.cohort) { Units::default() } else { put };
            asked = asked.plus(work.plus(made).times(useful));
            // The claim is refused by its condition, which is billed as a write.
            asked.table += parcel.count - useful;
        }
        let share = |capacity: u64, swept: u64, asked: u64| {
            if asked == 0 { 1.0 } else { (capacity.saturating_sub(swept) as f64 / asked as f64).min(1.0) }
        };
        let granted = share(self.table.capacity(), swept.table, asked.table).min(share(
            self.index.capacity(),
            swept.index,
            asked.index,
        ));
        self.table.used(swept.table + (asked.table as f64 * granted) as u64);
        self.index.used(swept.index + (asked.index as f64 * granted) as u64);

        let recorded = (now.answered as f64 * granted) as u64;
        now.in_message_only = now.answered - recorded;
        for (count, has_records) in [(recorded, true), (now.in_message_only, false)] {
            if count > 0 {
                let cohort = self.events.accept(second, count, has_records);
                self.queue.send(cohort, count);
            }
        }
        let mut may_finish = (useful_of_each.iter().sum::<u64>() as f64 * granted).round() as u64;
        for (parcel, useful) in received.into_iter().zip(useful_of_each) {
            let finished = useful.min(may_finish);
            may_finish -= finished;
            now.stale += parcel.count - useful;
            now.finished += finished;
            now.kept += useful - finished;
            if finished > 0 {
                let age = self.events.finish(parcel.cohort, finished, second);
                self.ages.push((age, finished));
            }
            self.queue.keep(MessageBatch { count: useful - finished, ..parcel }, second);
        }
        now.messages = self.queue.len();
        now.unfinished = self.events.unfinished();
        now
    }

    fn arrivals(&mut self, second: u64) -> u64 {
        let world = self.world;
        // Drawn in each second, so that what happens to the deliveries does not change which ones come.
        let chance = (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        if second >= world.load_seconds {
            return 0;
        }
        if second >= self.burst_until && chance * (world.between_bursts_seconds as f64) < 1.0 {
            self.burst_until = second + world.burst_seconds;
        }
        let mean = if second < self.burst_until { world.rate * world.burst_factor } else { world.rate };
        Poisson::new(mean).map_or(0, |arrivals| arrivals.sample(&mut self.random) as u64)
    }

    /// Lets Lambda admit what it can.
    fn answer(&mut self, second: u64, now: &mut Second) {
        let world = self.world;
        let (instances, requests) = match world.reserved_concurrency {
            0 => {
                let (busy, invoked) = self.process_took;
                let account = world.account_concurrency;
                (account.saturating_sub(busy), (account * REQUESTS_PER_CONCURRENCY).saturating_sub(invoked))
            }
            reserved => (reserved, reserved * REQUESTS_PER_CONCURRENCY),
        };
        let admitted = now.arrived.min(requests);
        let wanted = instances_for(admitted, world.ingest_seconds).min(instances);
        let (there, started) = self.ingest.run(second, wanted);
        now.answered = admitted.min(requests_for(there, world.ingest_seconds));
        now.refused = now.arrived - now.answered;
        now.ingest_instances = there;
        now.cold_starts = started;
    }

    /// How many messages the processor receives.
    fn receivable(&mut self, second: u64, now: &mut Second) -> u64 {
        let world = self.world;
        let taken = if world.reserved_concurrency > 0 { world.reserved_concurrency } else { now.ingest_instances };
        let most = world.process_concurrency.min(world.account_concurrency.saturating_sub(taken));
        let pollers = if world.stopped.contains(&second) { 0 } else { self.pollers.count().min(most) };
        let requests = (world.account_concurrency * REQUESTS_PER_CONCURRENCY).saturating_sub(now.answered);
        let a_second = pollers as f64 / world.batch_seconds;
        self.batches_due = (self.batches_due + a_second).min(a_second.max(1.0));
        let batches_most = (self.batches_due as u64).min(requests);
        let messages = self.queue.receivable().min(batches_most * BATCH);
        // While messages are few, each poller hands over what it finds.
        let batches = messages.min(batches_most);
        self.batches_due -= batches as f64;
        let wanted = ((batches as f64 * world.batch_seconds).ceil() as u64).min(pollers);
        let (there, started) = self.process.run(second, wanted);
        now.process_instances = there;
        now.cold_starts += started;
        let messages = if wanted > there { messages * there / wanted } else { messages };
        self.pollers.adapt(self.queue.receivable() > messages, most);
        self.process_took = (there, batches);
        messages
    }

    /// Answers what it wrote.
    fn sweep(&mut self, second: u64, now: &mut Second) -> Units {
        if !second.is_multiple_of(SWEEP_EVERY_SECONDS) {
            return Units::default();
        }
        let (events, queue) = (&mut self.events, &mut self.queue);
        let most = (SWEEP_WORKS_SECONDS * SWEEP_WORKERS / self.world.sweep_seconds) as u64;
        now.swept = events.sweep(second, most, |cohort, count| queue.send(cohort, count));
        // Its writes are spread over its run; the entry in the index moves, which is two writes.
        let a_second = now.swept.div_ceil(SWEEP_WORKS_SECONDS as u64);
        Units { table: self.world.record_units, index: 2 }.times(a_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::events::sweeps_within;

    fn small(rate: f64) -> World {
        World { load_seconds: 900, end_seconds: 12 * 3600, ..World::as_deployed(rate) }
    }

    fn worlds() -> Vec<World> {
        vec![
            small(1.0),
            small(100.0),
            small(1000.0),
            small(10_000.0),
            World { seed: 7, ..World::raised(2000.0) },
            World { warm_write_units: 50, ..small(100.0) },
            World { reserved_concurrency: 5, ..small(100.0) },
            World { process_concurrency: 2, batch_seconds: 5.0, ..small(10.0) },
            World { account_concurrency: 12, batch_seconds: 2.0, ..small(100.0) },
            World { stopped: 60..7200, ..small(100.0) },
        ]
    }

    #[test]
    fn nothing_is_lost_or_made() {
        for world in worlds() {
            let outcome = simulate(&world);
            let mut unfinished = 0;
            let mut messages = 0;
            for second in &outcome.seconds {
                assert_eq!(second.arrived, second.answered + second.refused, "{world:?}");
                assert!(second.in_message_only <= second.answered);
                // Counted down without going below nothing, or this would panic.
                unfinished = unfinished + second.answered - second.finished;
                messages = messages + second.answered + second.swept - second.finished - second.stale;
                assert_eq!((second.unfinished, second.messages), (unfinished, messages), "{world:?}");
            }
            let finished: u64 = outcome.ages.iter().map(|(_, count)| count).sum();
            assert_eq!(finished, outcome.seconds.iter().map(|second| second.finished).sum::<u64>());
            assert_eq!((unfinished, messages), (0, 0), "not drained: {world:?}");
        }
    }

    #[test]
    fn nothing_goes_beyond_lambdas_limits() {
        for world in worlds() {
            let limit = world.account_concurrency;
            for second in simulate(&world).seconds {
                assert!(second.ingest_instances + second.process_instances <= limit, "{world:?} {second:?}");
                assert!(second.process_instances <= world.process_concurrency, "{world:?} {second:?}");
                assert!(second.answered <= limit * REQUESTS_PER_CONCURRENCY, "{world:?} {second:?}");
                if world.reserved_concurrency > 0 {
                    assert!(second.answered <= world.reserved_concurrency * REQUESTS_PER_CONCURRENCY);
                }
            }
        }
    }

    #[test]
    fn the_sweep_adds_no_more_than_its_schedule_allows() {
        for world in worlds() {
            let outcome = simulate(&world);
            let allowed: u64 = outcome.ages.iter().map(|(age, count)| count * sweeps_within(*age)).sum();
            let swept: u64 = outcome.seconds.iter().map(|second| second.swept).sum();
            assert!(swept <= allowed, "{swept} > {allowed}: {world:?}");
        }
    }

    #[test]
    fn a_stopped_processor_makes_the_sweep_work_and_a_running_one_does_not() {
        let swept = |world: &World| simulate(world).seconds.iter().map(|second| second.swept).sum::<u64>();
        assert!(swept(&World { stopped: 60..7200, ..small(100.0) }) > 0);
        assert_eq!(swept(&small(100.0)), 0);
    }

    #[test]
    fn a_cold_ledger_refuses_records_but_no_deliveries() {
        let outcome = simulate(&World { warm_write_units: 50, ..small(100.0) });
        assert!(outcome.seconds.iter().any(|second| second.in_message_only > 0));
        assert!(outcome.seconds.iter().all(|second| second.refused == 0));
    }

    #[test]
    fn the_same_seed_has_the_same_outcome_and_another_one_another() {
        let world = small(100.0);
        assert_eq!(simulate(&world), simulate(&world));
        assert_ne!(simulate(&world), simulate(&World { seed: 2, ..world.clone() }));
    }
}

//! The protocol as a model: which worlds there are at first, what can happen in a world, what comes of it.

use std::time::Duration;

use domain::ledger::attribute::Attribute;
use domain::ledger::record::State;
use domain::time::Timestamp;
use stateright::{Model, Property};

use crate::bounds::Bounds;
use crate::claimant::Claimant;
use crate::event::{Body, SecondBody};
use crate::history::History;
use crate::ingest::{self, Ingest};
use crate::left_alone::Endings;
use crate::mutation::Mutation;
use crate::outcome::Outcome;
use crate::process::{self, Processor};
use crate::properties::properties;
use crate::queue::Queue;
use crate::replay::{self, JOBS, Replay};
use crate::sweep::{self, Sweep};
use crate::table::Record;
use crate::time::{ASK_AGAIN_AFTER, BEFORE_DUE, NOW, NOW_SECONDS, QUICK, SCHEDULE, VISIBILITY};
use crate::world::{Size, World};

/// The protocol, right or wrong.
#[derive(Debug)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) endings: Endings,
}

impl Protocol {
    pub(crate) fn new(bounds: Bounds, mutation: Option<Mutation>) -> Protocol {
        Protocol { bounds, mutation, endings: Endings::default() }
    }
}

/// Something that can happen. Numbers are those of instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A sender delivers the event, with this body.
    Deliver(usize, Body),
    /// An instance of ingest takes its next step.
    Ingest(usize, Outcome),
    /// It dies, and its memory with it.
    IngestDies(usize),
    /// A processor receives a message.
    Receive { processor: usize, message: usize, shows_still: bool },
    /// It takes its next step.
    Process(usize, Outcome),
    /// It dies.
    ProcessorDies(usize),
    /// A sweep reads the index.
    ReadIndex(usize),
    /// It takes its next step.
    Sweep(usize, Outcome),
    /// It dies.
    SweepDies(usize),
    /// An operator's terminal begins or resumes the replay job with this number.
    BeginReplay(usize),
    /// It takes its next step.
    Replay(Outcome),
    /// It dies.
    ReplayDies,
    /// A write that its caller has given up lands after all.
    Land,
    /// Time passes, up to the next instant that means something; whoever is at work keeps within his time.
    Pass,
    /// The same, and somebody outlives his time.
    PassTooLong,
    /// DynamoDB finds the time to delete the expired record.
    DeleteExpired,
}

impl Action {
    /// Whether something goes wrong.
    const fn is_fault(self) -> bool {
        match self {
            Action::Ingest(_, outcome)
            | Action::Process(_, outcome)
            | Action::Sweep(_, outcome)
            | Action::Replay(outcome) => outcome.is_fault(),
            Action::Receive { shows_still, .. } => shows_still,
            Action::IngestDies(_)
            | Action::ProcessorDies(_)
            | Action::SweepDies(_)
            | Action::ReplayDies
            | Action::PassTooLong => true,
            Action::Deliver(..)
            | Action::ReadIndex(_)
            | Action::BeginReplay(_)
            | Action::Land
            | Action::Pass
            | Action::DeleteExpired => false,
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let worlds = [Size::Small, Size::Large].into_iter().flat_map(|size| {
            // The sender that never repeats itself is alone at first, or together with the one that does so at any time,
            // even if it was answered.
            let mut deliveries = vec![1, 1 + self.bounds.deliveries];
            deliveries.retain(|deliveries| self.bounds.second == SecondBody::Never || *deliveries > 1);
            deliveries.dedup();
            deliveries.into_iter().map(move |deliveries| World {
                size,
                mutation: self.mutation,
                attempts_before: self.bounds.attempts_before,
                second: self.bounds.second,
                beside: [false; 2],
                deliveries,
                faults: self.bounds.faults,
                ingests: [Ingest::default(); 2],
                processors: [Processor::IDLE; 2],
                sweeps: [Sweep::default(); 2],
                replays: self.bounds.replays,
                replay: Replay::Idle,
                record: None,
                queue: Queue::default(),
                stray: None,
                history: History::default(),
            })
        });
        worlds.collect()
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (index, ingest) in world.ingests.iter().enumerate() {
            if ingest.step == ingest::Step::Idle {
                if world.deliveries > 0 {
                    actions.extend(world.second.bodies().iter().map(|body| Action::Deliver(index, *body)));
                }
            } else {
                actions.extend(ingest.step.outcomes().iter().map(|outcome| Action::Ingest(index, *outcome)));
                actions.push(Action::IngestDies(index));
            }
        }
        for (index, processor) in world.processors.iter().enumerate() {
            if processor.is_idle() {
                for message in world.queue.visible() {
                    for shows_still in [false, true] {
                        actions.push(Action::Receive { processor: index, message, shows_still });
                    }
                }
            } else {
                actions.extend(
                    processor.step.outcomes(world.second).iter().map(|outcome| Action::Process(index, *outcome)),
                );
                actions.push(Action::ProcessorDies(index));
            }
        }
        let busy = world.sweeps.iter().filter(|sweep| !sweep.is_idle()).count();
        for (index, sweep) in world.sweeps.iter().enumerate() {
            if !sweep.is_idle() {
                actions.extend(sweep.outcomes().iter().map(|outcome| Action::Sweep(index, *outcome)));
                actions.push(Action::SweepDies(index));
            } else if busy < self.bounds.sweeps
                && world.queue.messages.len() < self.bounds.queued
                && sweep::overdue(world).is_some()
            {
                actions.push(Action::ReadIndex(index));
            }
        }
        if world.replay != Replay::Idle {
            actions.extend(world.replay.outcomes().iter().map(|outcome| Action::Replay(*outcome)));
            actions.push(Action::ReplayDies);
        } else if world.replays > 0 && world.record.as_ref().is_some_and(Record::is_final) {
            actions.extend((0..JOBS.len()).map(Action::BeginReplay));
        }
        if world.stray.is_some() {
            actions.push(Action::Land);
        }
        if let Some(wait) = next_instant(world, self.bounds.returns) {
            actions.push(if keeps_within_time(world, wait) { Action::Pass } else { Action::PassTooLong });
        }
        if is_expired(world) {
            actions.push(Action::DeleteExpired);
        }
        actions.retain(|action| !action.is_fault() || world.faults > 0);
        if world.stray.is_some() {
            actions.retain(|action| !leaves_a_stray(*action));
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut world = world.clone();
        if action.is_fault() {
            world.faults = world.faults.checked_sub(1)?;
        }
        match action {
            Action::Deliver(index, body) => {
                world.deliveries -= 1;
                let delivery = world.fresh_name();
                ingest::begin(&mut world, index, delivery, body);
            }
            Action::Ingest(index, outcome) => ingest::step(&mut world, index, outcome),
            Action::IngestDies(index) => world.ingests[index] = Ingest::default(),
            Action::Receive { processor, message, shows_still } => {
                let token = world.fresh_name();
                let hidden_for = (!shows_still).then_some(VISIBILITY);
                let brought = world.queue.receive(message, token, hidden_for);
                world.processors[processor] = process::begin(brought, Claimant { asked_at: NOW, token });
            }
            Action::Process(index, outcome) => process::step(&mut world, index, outcome),
            Action::ProcessorDies(index) => process::crash(&mut world, index),
            Action::ReadIndex(index) => {
                let token = world.fresh_name();
                world.sweeps[index] = Sweep { step: sweep::overdue(&world)?, token };
            }
            Action::Sweep(index, outcome) => sweep::step(&mut world, index, outcome),
            Action::SweepDies(index) => world.sweeps[index] = Sweep::default(),
            Action::BeginReplay(job) => {
                world.replays -= 1;
                world.replay = Replay::Asking(job);
            }
            Action::Replay(outcome) => replay::step(&mut world, outcome),
            Action::ReplayDies => world.replay = Replay::Idle,
            Action::Land => world.land(),
            Action::Pass | Action::PassTooLong => {
                let wait = next_instant(&world, self.bounds.returns)?;
                process::outlive(&mut world, wait);
                world.pass(wait);
                if is_expired(&world) {
                    world.stray = None;
                }
            }
            Action::DeleteExpired => {
                world.record = None;
                world.beside = [false; 2];
                world.history.begin_anew();
            }
        }
        world.normalize();
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Protocol>> {
        properties()
    }
}

/// How long it is to the next instant at which anybody would decide otherwise.
fn next_instant(world: &World, returns: bool) -> Option<Duration> {
    let ahead = |time: Timestamp| (time > NOW).then(|| NOW.until(time));
    let record = world.record.iter().flat_map(|record| {
        let due_at = record.time(Attribute::DueAt);
        let before_due = due_at.map(|due_at| due_at - BEFORE_DUE);
        let may_return = returns && record.state() == State::Failed && world.deliveries > 0;
        let return_at = record.expires_at_seconds().filter(|_| may_return).map(|it| SCHEDULE.return_at(it));
        let asked_at = record.time(Attribute::BroughtForwardAt).filter(|_| world.deliveries > 0);
        let ask_at = asked_at.map(|asked_at| asked_at + ASK_AGAIN_AFTER);
        [before_due, due_at, return_at, ask_at, record.time(Attribute::NotBefore), record.time(Attribute::LeaseUntil)]
    });
    let hidden = world.queue.messages.iter().map(|message| message.hidden_until);
    let next = record.chain(hidden).flatten().filter_map(ahead).min();
    if next.is_some() || !world.is_idle() || !world.queue.messages.is_empty() {
        return next;
    }
    // Expiry is a month away: by then every message has been received, and no call is still under way.
    let expires_at_seconds = world.record.as_ref()?.expires_at_seconds()?;
    u64::try_from(expires_at_seconds - NOW_SECONDS).ok().filter(|wait| *wait > 0).map(Duration::from_secs)
}

fn is_expired(world: &World) -> bool {
    world.record.as_ref().is_some_and(Record::is_expired)
}

/// Whether everybody who is at work can still be so after `wait`.
fn keeps_within_time(world: &World, wait: Duration) -> bool {
    let mut at_work = world.processors.iter().filter(|processor| !processor.is_idle());
    let is_quick =
        world.sweeps.iter().all(Sweep::is_idle) && world.ingests.iter().all(|ingest| ingest.step == ingest::Step::Idle);
    let is_quick = is_quick && world.replay == Replay::Idle;
    at_work.all(|processor| NOW + wait <= processor.claimant.deadline()) && (is_quick || wait <= QUICK)
}

/// Whether `action` would leave a second stray write; one is enough.
const fn leaves_a_stray(action: Action) -> bool {
    match action {
        Action::Ingest(_, outcome)
        | Action::Process(_, outcome)
        | Action::Sweep(_, outcome)
        | Action::Replay(outcome) => outcome.leaves_a_stray(),
        _ => false,
    }
}

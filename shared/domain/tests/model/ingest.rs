//! An instance of ingest, effect by effect.
//!
//! Mirrors `Store::persist` in functions/ingest/src/store.rs and `Receiver::receive` in functions/ingest/src/receiver.rs.

use domain::event::Event;
use domain::ledger::admit::{Admission, admit};
use domain::ledger::attribute::Attribute;
use domain::ledger::writes::{self, PutCondition};

use crate::event::{EVENT_ID, body, event};
use crate::history::Broken;
use crate::mutation::Mutation;
use crate::name::{self, Name};
use crate::outcome::Outcome;
use crate::queue::Brought;
use crate::table::Record;
use crate::time::{NOW, SCHEDULE};
use crate::world::{Seen, World};

/// An instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ingest {
    pub(crate) step: Step,
    /// Whether its memory of recent events holds the event; shared/domain/src/recent.rs.
    pub(crate) remembers: bool,
    /// The delivery that it works on. The last field, so that it decides last about the order of the instances.
    pub(crate) delivery: Name,
}

/// What it does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Waits for a delivery.
    #[default]
    Idle,
    /// `Ledger::record`, as `Store::persist` calls it.
    Recording { condition: PutCondition, is_second_round: bool },
    /// `Store::return_failed`.
    Returning { expires_at_seconds: i64 },
    /// `Store::send`.
    Sending { is_recorded: bool },
    /// `Store::bring_forward`.
    Deferring,
    /// `Receiver::receive`, once it knows what came of it.
    Answering { is_success: bool, has_record: bool },
}

impl Step {
    /// How the call that comes next can end.
    pub(crate) const fn outcomes(self) -> &'static [Outcome] {
        match self {
            Step::Idle => &[],
            Step::Recording { .. } | Step::Returning { .. } => &Outcome::OF_A_WRITE,
            Step::Sending { .. } => &Outcome::OF_A_SEND,
            Step::Deferring => &Outcome::OF_A_BEST_EFFORT,
            Step::Answering { .. } => &[Outcome::Answered],
        }
    }
}

/// A delivery comes in; `Receiver::receive` up to `Store::persist`.
pub(crate) fn begin(world: &mut World, index: usize, delivery: Name) {
    let remembers = world.ingests[index].remembers;
    let step = if remembers {
        Step::Answering { is_success: true, has_record: true }
    } else if world.mutation == Some(Mutation::SendThenDedupOnRecord) {
        Step::Sending { is_recorded: false }
    } else {
        Step::Recording { condition: PutCondition::Absent, is_second_round: false }
    };
    let remembers = remembers || world.mutation == Some(Mutation::RememberOnArrival);
    if world.mutation == Some(Mutation::AnswerFirst) {
        answer(world);
    }
    world.ingests[index] = Ingest { step, remembers, delivery };
}

/// It takes its next step.
pub(crate) fn step(world: &mut World, index: usize, outcome: Outcome) {
    let Ingest { step, delivery, .. } = world.ingests[index];
    let next = match step {
        Step::Idle => Step::Idle,
        Step::Recording { condition, is_second_round } => {
            record(world, delivery, condition, is_second_round, outcome, step)
        }
        Step::Returning { expires_at_seconds } => {
            let due = SCHEDULE.first_due(NOW);
            let write = writes::return_failed(&EVENT_ID, name::text(delivery), due, expires_at_seconds);
            match world.write(&write, outcome) {
                Seen::NextTry => step,
                Seen::Yes => Step::Sending { is_recorded: true },
                Seen::No(_) => Step::Recording { condition: PutCondition::Absent, is_second_round: false },
                Seen::Unreachable => Step::Answering { is_success: false, has_record: false },
            }
        }
        Step::Sending { is_recorded } => send(world, is_recorded, outcome),
        Step::Deferring => {
            world.write(&writes::bring_forward(&EVENT_ID, SCHEDULE.deferred_due(NOW)), outcome);
            Step::Answering { is_success: true, has_record: true }
        }
        Step::Answering { is_success, has_record } => {
            if is_success {
                answer(world);
            }
            world.ingests[index].remembers |= has_record;
            Step::Idle
        }
    };
    let ingest = &mut world.ingests[index];
    ingest.step = next;
    if next == Step::Idle {
        ingest.delivery = 0;
    }
}

/// `Store::persist`: a put, the decision about what stood in its way, and if that had expired another put.
fn record(
    world: &mut World,
    delivery: Name,
    condition: PutCondition,
    is_second_round: bool,
    outcome: Outcome,
    step: Step,
) -> Step {
    let event = event(delivery);
    let existing = match world.write(&writes::record(&event, body(), SCHEDULE.first_due(NOW), condition), outcome) {
        Seen::NextTry => return step,
        Seen::Yes => return after_recording(world, true),
        Seen::Unreachable => return after_recording(world, false),
        Seen::No(existing) => existing.expect("a put is only refused where a record stands"),
    };
    let is_own = existing.name(Attribute::Delivery) == Some(delivery) && existing.expires_at_seconds().is_none();
    match admission(&existing, &event, world.mutation) {
        Admission::Expired { expires_at_seconds } if !is_second_round => {
            Step::Recording { condition: PutCondition::Expired(expires_at_seconds), is_second_round: true }
        }
        Admission::Beside | Admission::AskAgain(_) => unreachable!("all deliveries of the event have one body"),
        Admission::Return { expires_at_seconds } => Step::Returning { expires_at_seconds },
        Admission::Duplicate { .. } | Admission::Expired { .. } => {
            if is_own {
                world.history.note(Broken::LockedOutByItself);
            }
            Step::Answering { is_success: true, has_record: true }
        }
    }
}

/// `Store::persist` after the record, whether it stands or not.
fn after_recording(world: &World, is_recorded: bool) -> Step {
    if world.mutation == Some(Mutation::SendThenDedupOnRecord) {
        Step::Answering { is_success: true, has_record: is_recorded }
    } else {
        Step::Sending { is_recorded }
    }
}

/// `Store::persist` from the send on.
fn send(world: &mut World, is_recorded: bool, outcome: Outcome) -> Step {
    let brought = if is_recorded { world.size.brought_once_recorded() } else { Brought::Body };
    let is_sent = world.send(brought, outcome);
    if world.mutation == Some(Mutation::SendThenDedupOnRecord) && is_sent {
        return Step::Recording { condition: PutCondition::Absent, is_second_round: false };
    }
    match (is_sent, is_recorded) {
        (false, true) => Step::Deferring,
        (is_sent, has_record) => Step::Answering { is_success: is_sent, has_record },
    }
}

/// A 2xx leaves. It counts as an acknowledgement even if the sender no longer listens.
fn answer(world: &mut World) {
    if !world.is_durable() {
        world.history.note(Broken::AnsweredTooSoon);
    }
    world.history.is_acknowledged = true;
}

/// The real decision about a put that found `existing`, or that of a protocol which leaves expiry to DynamoDB.
fn admission(existing: &Record, event: &Event, mutation: Option<Mutation>) -> Admission {
    let mut state = existing.record_state();
    if mutation == Some(Mutation::TrustTtl) {
        state.expires_at_seconds = None;
    }
    let now = match state.expires_at_seconds {
        Some(seconds) if mutation == Some(Mutation::ReturnAtOnce) => NOW.max(SCHEDULE.return_at(seconds)),
        _ => NOW,
    };
    admit(&state, event, now, SCHEDULE)
}

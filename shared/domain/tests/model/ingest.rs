//! An instance of ingest, effect by effect.
//!
//! Mirrors `Store::persist` in functions/ingest/src/store.rs and `Receiver::receive` in functions/ingest/src/receiver.rs.

use domain::event::Event;
use domain::ledger::admit::{Admission, RetryWait, admit};
use domain::ledger::attribute::Attribute;
use domain::ledger::writes::{self, PutCondition};

use crate::event::{Body, EVENT_ID, event, record_body};
use crate::history::Broken;
use crate::mutation::Mutation;
use crate::name::{self, Name};
use crate::outcome::Outcome;
use crate::queue::Brought;
use crate::table::Record;
use crate::time::{NOW, SCHEDULE};
use crate::world::{Seen, World};

/// `ROUNDS_MAX` in functions/ingest/src/store.rs.
const ROUNDS_MAX: u8 = 4;

/// An instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ingest {
    pub(crate) step: Step,
    /// For which bodies its memory of recent events holds the event; shared/domain/src/event/recent.rs.
    pub(crate) remembers: [bool; 2],
    /// What the delivery that it works on brings.
    pub(crate) body: Body,
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
    Recording { condition: PutCondition, round: u8 },
    /// `Store::return_failed`.
    Returning { expires_at_seconds: i64, round: u8 },
    /// `Ledger::record` under the id that no other body has.
    RecordingBeside,
    /// `Store::send` of such an event, without a record.
    SendingBeside,
    /// `Ledger::ask_again`.
    AskingAgain(RetryWait),
    /// `Store::send` after it.
    SendingAgain,
    /// `Store::send`.
    Sending { is_recorded: bool },
    /// `Store::bring_forward`.
    Deferring,
    /// `Receiver::receive`, once it knows what came of it.
    Answering { is_success: bool, has_record: bool },
}

impl Step {
    /// The expiry of the record that it found, which its next write expects.
    pub(crate) fn expiry_seconds(&mut self) -> Option<&mut i64> {
        match self {
            Step::Recording { condition: PutCondition::Expired(expires_at_seconds), .. }
            | Step::Returning { expires_at_seconds, .. } => Some(expires_at_seconds),
            _ => None,
        }
    }

    /// How the event waits that it found, as its next write expects it.
    pub(crate) fn waiting(&mut self) -> Option<&mut RetryWait> {
        match self {
            Step::AskingAgain(waiting) => Some(waiting),
            _ => None,
        }
    }

    /// How the call that comes next can end.
    pub(crate) const fn outcomes(self) -> &'static [Outcome] {
        match self {
            Step::Idle => &[],
            Step::Recording { .. } | Step::Returning { .. } | Step::RecordingBeside | Step::AskingAgain(_) => {
                &Outcome::OF_A_WRITE
            }
            Step::Sending { .. } | Step::SendingBeside | Step::SendingAgain => &Outcome::OF_A_SEND,
            Step::Deferring => &Outcome::OF_A_BEST_EFFORT,
            Step::Answering { .. } => &[Outcome::Answered],
        }
    }
}

/// A delivery comes in; `Receiver::receive` up to `Store::persist`.
pub(crate) fn begin(world: &mut World, index: usize, delivery: Name, body: Body) {
    let mut remembers = world.ingests[index].remembers;
    let step = if remembers[body as usize] {
        Step::Answering { is_success: true, has_record: true }
    } else if world.mutation == Some(Mutation::SendThenDedupOnRecord) {
        Step::Sending { is_recorded: false }
    } else {
        Step::Recording { condition: PutCondition::Absent, round: 0 }
    };
    remembers[body as usize] |= world.mutation == Some(Mutation::RememberOnArrival);
    if world.mutation == Some(Mutation::AnswerFirst) {
        answer(world, body);
    }
    world.ingests[index] = Ingest { step, remembers, body, delivery };
}

/// It takes its next step.
pub(crate) fn step(world: &mut World, index: usize, outcome: Outcome) {
    let Ingest { step, body, delivery, .. } = world.ingests[index];
    let next = match step {
        Step::Idle => Step::Idle,
        Step::Recording { condition, round } => {
            let event = event(delivery, body, world.second);
            record(world, &event, body, condition, round, outcome, step)
        }
        Step::Returning { expires_at_seconds, round } => {
            let due = SCHEDULE.first_due(NOW);
            let write = writes::return_failed(&EVENT_ID, name::text(delivery), due, expires_at_seconds);
            match world.write(&write, outcome) {
                Seen::NextTry => step,
                Seen::Yes => Step::Sending { is_recorded: true },
                Seen::No(_) => next_round(world, PutCondition::Absent, round),
                Seen::Unreachable => Step::Answering { is_success: false, has_record: false },
            }
        }
        Step::Sending { is_recorded } => send(world, body, is_recorded, outcome),
        Step::RecordingBeside => match world.write_beside(body, outcome) {
            Seen::NextTry => step,
            Seen::Yes | Seen::No(_) => Step::Answering { is_success: true, has_record: false },
            Seen::Unreachable => Step::SendingBeside,
        },
        Step::SendingBeside => {
            let is_sent = matches!(world.write_beside(body, outcome), Seen::Yes);
            Step::Answering { is_success: is_sent, has_record: false }
        }
        Step::AskingAgain(waiting) => {
            let write = writes::ask_again(&EVENT_ID, name::text(delivery), waiting, NOW);
            match world.write(&write, outcome) {
                Seen::NextTry => step,
                Seen::Yes => Step::SendingAgain,
                Seen::No(_) | Seen::Unreachable => Step::Answering { is_success: true, has_record: false },
            }
        }
        Step::SendingAgain => {
            world.send(Brought::Reference, outcome);
            Step::Answering { is_success: true, has_record: false }
        }
        Step::Deferring => {
            world.write(&writes::bring_forward(&EVENT_ID, SCHEDULE.deferred_due(NOW)), outcome);
            Step::Answering { is_success: true, has_record: true }
        }
        Step::Answering { is_success, has_record } => {
            if is_success {
                answer(world, body);
            }
            world.ingests[index].remembers[body as usize] |= has_record;
            Step::Idle
        }
    };
    let ingest = &mut world.ingests[index];
    ingest.step = next;
    if next == Step::Idle {
        ingest.delivery = 0;
        ingest.body = Body::First;
    }
}

/// A round of `Store::persist`: a put, and the decision about what stood in its way.
fn record(
    world: &mut World,
    event: &Event,
    body: Body,
    condition: PutCondition,
    round: u8,
    outcome: Outcome,
    step: Step,
) -> Step {
    let existing =
        match world.write(&writes::record(event, record_body(body), SCHEDULE.first_due(NOW), condition), outcome) {
            Seen::NextTry => return step,
            Seen::Yes => return after_recording(world, true),
            Seen::Unreachable => return after_recording(world, false),
            Seen::No(existing) => existing.expect("a put is only refused where a record stands"),
        };
    let is_own = existing.name(Attribute::Delivery) == name::of_text(&event.recorded_by)
        && existing.expires_at_seconds().is_none();
    match admission(&existing, event, world.mutation) {
        Admission::Expired { expires_at_seconds } => {
            next_round(world, PutCondition::Expired(expires_at_seconds), round)
        }
        Admission::Beside => Step::RecordingBeside,
        Admission::AskAgain(waiting) => Step::AskingAgain(waiting),
        Admission::Return { expires_at_seconds } => Step::Returning { expires_at_seconds, round },
        Admission::Duplicate { .. } => {
            if is_own {
                world.history.note(Broken::LockedOutByItself);
            }
            Step::Answering { is_success: true, has_record: existing.has_body(body) }
        }
    }
}

/// Another round, or what is done when other records keep taking the event's place.
fn next_round(world: &World, condition: PutCondition, round: u8) -> Step {
    if round + 1 < ROUNDS_MAX { Step::Recording { condition, round: round + 1 } } else { after_recording(world, false) }
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
fn send(world: &mut World, body: Body, is_recorded: bool, outcome: Outcome) -> Step {
    let brought = if is_recorded { world.size.brought_once_recorded(body) } else { Brought::Body(body) };
    let is_sent = world.send(brought, outcome);
    if world.mutation == Some(Mutation::SendThenDedupOnRecord) && is_sent {
        return Step::Recording { condition: PutCondition::Absent, round: 0 };
    }
    match (is_sent, is_recorded) {
        (false, true) => Step::Deferring,
        (is_sent, has_record) => Step::Answering { is_success: is_sent, has_record },
    }
}

/// A 2xx leaves. It counts as an acknowledgement even if the sender no longer listens.
fn answer(world: &mut World, body: Body) {
    if !world.is_durable(body) {
        world.history.note(Broken::AnsweredTooSoon);
    }
    world.history.acknowledged[body as usize] = true;
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
    if mutation == Some(Mutation::AskAlways) {
        state.brought_forward_at = None;
    }
    match admit(&state, event, now, SCHEDULE) {
        Admission::Beside if mutation == Some(Mutation::SecondBodyIsRepeat) => {
            Admission::Duplicate { differs: true, is_late: false }
        }
        admission => admission,
    }
}

//! An instance of the processor, effect by effect.
//!
//! Mirrors `Processor` in functions/process/src/processor.rs and `claim_event` in functions/process/src/claim.rs. An event
//! beside the record under the key is claimed and worked on like any other, so here it is enough that it has a record.

use std::time::Duration;

use domain::ledger::admit::allows_second_body;
use domain::ledger::claim::{Claim, ClaimRequest, claim};
use domain::ledger::record::State;
use domain::ledger::settle::may_work;
use domain::ledger::writes::{self, DueTime, PutCondition, Takeover};
use domain::message::hide_for;

use crate::claimant::Claimant;
use crate::event::{EVENT_ID, SecondBody, event, record_body};
use crate::history::Broken;
use crate::mutation::Mutation;
use crate::outcome::Outcome;
use crate::queue::Brought;
use crate::table::Record;
use crate::time::NOW;
use crate::work::{Went, excuse, publish, settle_it};
use crate::world::{Seen, World};

/// `ROUNDS_MAX` in functions/process/src/claim.rs.
const ROUNDS_MAX: u8 = 4;

/// An instance. One works on one message: those of a batch do not share anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Processor {
    pub(crate) step: Step,
    pub(crate) brought: Brought,
    pub(crate) claimant: Claimant,
}

/// What it does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Waits for a message.
    Idle,
    /// `Ledger::claim` and the decision about its refusal.
    Taking { due: DueTime, takeover: Takeover, round: u8 },
    /// `claim::make_claimed`.
    Making { due: DueTime, takeover: Takeover, round: u8, condition: PutCondition },
    /// `claim_event` under the id that no other body has.
    TakingBeside,
    /// `steps::run`.
    Publishing { attempts: u32, has_second_body: bool },
    /// `settle` and `Ledger::settle`.
    Settling { attempts: u32, went: Went, has_second_body: bool },
    /// `Disposition::Delete`.
    Deleting,
    /// `Processor::return_to_queue`.
    Keeping,
    /// `Processor::dead_letter`.
    PuttingAway,
}

impl Processor {
    /// One that waits.
    pub(crate) const IDLE: Processor =
        Processor { step: Step::Idle, brought: Brought::Reference, claimant: Claimant { asked_at: NOW, token: 0 } };

    /// Whether it waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.step == Step::Idle
    }
}

impl Step {
    /// The expiry of the record that it found, which its next write expects.
    pub(crate) fn expiry_seconds(&mut self) -> Option<&mut i64> {
        match self {
            Step::Making { condition: PutCondition::Expired(expires_at_seconds), .. } => Some(expires_at_seconds),
            _ => None,
        }
    }

    /// How the call that comes next can end.
    pub(crate) const fn outcomes(self, second: SecondBody) -> &'static [Outcome] {
        match self {
            Step::Idle => &[],
            Step::Taking { .. } | Step::Making { .. } | Step::TakingBeside | Step::Settling { .. } => {
                &Outcome::OF_A_WRITE
            }
            Step::Publishing { .. } if matches!(second, SecondBody::ToConfirm) => &Outcome::OF_THE_WORK_TO_CONFIRM,
            Step::Publishing { .. } => &Outcome::OF_THE_WORK,
            Step::Deleting | Step::Keeping | Step::PuttingAway => &Outcome::OF_A_RECEIPT,
        }
    }
}

/// A message arrives; `Processor::handle` up to the claim.
pub(crate) fn begin(brought: Brought, claimant: Claimant) -> Processor {
    Processor {
        step: Step::Taking { due: DueTime::Unchanged, takeover: Takeover::Refused, round: 0 },
        brought,
        claimant,
    }
}

/// It takes its next step.
pub(crate) fn step(world: &mut World, index: usize, outcome: Outcome) {
    let me = world.processors[index];
    let token = me.claimant.token;
    let next = match me.step {
        Step::Idle => Step::Idle,
        Step::Taking { due, takeover, round } => take(world, me, due, takeover, round, outcome),
        Step::Making { due, takeover, round, condition } => {
            let Brought::Body(body) = me.brought else { unreachable!("only a body makes a record") };
            let (event, request) = (event(0, body, world.second), me.claimant.request());
            match world.write(&writes::make_claimed(&event, record_body(body), &request, condition), outcome) {
                Seen::NextTry => me.step,
                Seen::Unreachable => unreachable(world),
                Seen::Yes | Seen::No(_) => next_round(due, takeover, round),
            }
        }
        Step::TakingBeside => {
            let Brought::Body(body) = me.brought else { unreachable!("only a body has an event of its own") };
            match world.write_beside(body, outcome) {
                Seen::NextTry => me.step,
                Seen::Yes | Seen::No(_) => Step::Deleting,
                Seen::Unreachable => unreachable(world),
            }
        }
        Step::Publishing { attempts, has_second_body } => {
            Step::Settling { attempts, went: publish(world, me.claimant, outcome), has_second_body }
        }
        Step::Settling { attempts, went, has_second_body } => {
            match settle_it(world, me.claimant, attempts, went, outcome) {
                Seen::NextTry => me.step,
                Seen::Unreachable => unreachable(world),
                // The message is still needed: it brings another event.
                Seen::Yes | Seen::No(_) if has_second_body => Step::Keeping,
                Seen::Yes | Seen::No(_) => Step::Deleting,
            }
        }
        Step::Deleting => {
            if outcome == Outcome::Answered {
                world.queue.delete(token);
            }
            Step::Idle
        }
        Step::Keeping => {
            if outcome == Outcome::Answered {
                world.queue.hide(token, hide_for(1));
            }
            Step::Idle
        }
        Step::PuttingAway if outcome == Outcome::Answered => {
            world.history.note(Broken::DeadLettered);
            Step::Deleting
        }
        Step::PuttingAway => Step::Keeping,
    };
    world.processors[index] = if next == Step::Idle { Processor::IDLE } else { Processor { step: next, ..me } };
}

/// It dies, at whatever step. What it has published remains so.
pub(crate) fn crash(world: &mut World, index: usize) {
    let me = world.processors[index];
    if matches!(me.step, Step::Settling { went: Went::Done, .. }) {
        excuse(world, me.claimant);
    }
    world.processors[index] = Processor::IDLE;
}

/// `wait` passes. Whose lease ends meanwhile may find that another has taken over.
pub(crate) fn outlive(world: &mut World, wait: Duration) {
    for me in world.processors {
        if !me.is_idle() && me.claimant.is_within_lease() && me.claimant.lease_until() <= NOW + wait {
            world.history.excuse();
        }
    }
}

/// One round of `claim::claim_as_named`.
fn take(world: &mut World, me: Processor, due: DueTime, takeover: Takeover, round: u8, outcome: Outcome) -> Step {
    if world.mutation == Some(Mutation::SendThenDedupOnRecord) && round == 0 && world.record.is_some() {
        return Step::Deleting;
    }
    let request = me.claimant.request();
    let existing = match world.write(&writes::claim(&EVENT_ID, &request, due, takeover), outcome) {
        Seen::NextTry => return me.step,
        Seen::Unreachable => return unreachable(world),
        Seen::Yes => return ours(world, me, takeover),
        Seen::No(existing) => existing,
    };
    match decision(existing.as_ref(), &request, world.mutation) {
        Claim::Take { due_at } => {
            let due = if due_at.is_some() { DueTime::AfterLease } else { DueTime::Unchanged };
            let is_abandoned = existing.is_some_and(|record| record.record_state().state == State::Processing);
            next_round(due, if is_abandoned { Takeover::Allowed } else { Takeover::Refused }, round)
        }
        Claim::Make { .. } if me.brought == Brought::Reference => Step::PuttingAway,
        Claim::Make { expired_at_seconds } => {
            let condition = expired_at_seconds.map_or(PutCondition::Absent, PutCondition::Expired);
            Step::Making { due, takeover, round, condition }
        }
        Claim::Refuse(_) if has_second_body(world, me, existing.as_ref()) => Step::TakingBeside,
        Claim::Refuse(_) => {
            if me.claimant.holds(existing.as_ref()) {
                world.history.note(Broken::LockedOutByItself);
            }
            if world.mutation == Some(Mutation::KeepRefused) {
                world.history.note(Broken::KeptThoughAnswered);
                Step::Keeping
            } else {
                Step::Deleting
            }
        }
    }
}

/// The real decision about a claim, or that of a protocol which leaves expiry to DynamoDB or ignores leases.
fn decision(existing: Option<&Record>, request: &ClaimRequest, mutation: Option<Mutation>) -> Claim {
    let mut state = existing.map(Record::record_state);
    match (&mut state, mutation) {
        (Some(state), Some(Mutation::TrustTtl)) => state.expires_at_seconds = None,
        // A claim that may take over is made only where the decision has found nothing against it.
        (Some(state), Some(Mutation::IgnoreLeases)) => state.lease_until = None,
        _ => {}
    }
    claim(state.as_ref(), request)
}

fn next_round(due: DueTime, takeover: Takeover, round: u8) -> Step {
    if round + 1 < ROUNDS_MAX { Step::Taking { due, takeover, round: round + 1 } } else { Step::Keeping }
}

/// The ledger cannot be asked, so only the message is sure to hold the event.
fn unreachable(world: &World) -> Step {
    if world.mutation == Some(Mutation::DeleteUnasked) { Step::Deleting } else { Step::Keeping }
}

/// `Processor::process` up to the work.
fn ours(world: &World, me: Processor, takeover: Takeover) -> Step {
    let attempts = world.attempts_before + world.record.as_ref().map_or(0, Record::attempts);
    let attempts = attempts.saturating_sub(u32::from(takeover == Takeover::Allowed)).max(1);
    let has_second_body = has_second_body(world, me, world.record.as_ref());
    if may_work(attempts) {
        Step::Publishing { attempts, has_second_body }
    } else {
        Step::Settling { attempts, went: Went::Lasting, has_second_body }
    }
}

/// Whether the message brings another body than that of the record, and so another event.
fn has_second_body(world: &World, me: Processor, record: Option<&Record>) -> bool {
    let Brought::Body(body) = me.brought else { return false };
    let event = event(0, body, world.second);
    let allows = record.is_some_and(|record| allows_second_body(&record.record_state(), &event));
    allows && world.mutation != Some(Mutation::SecondBodyIsDeleted)
}

//! The work on an event that is claimed, and settling it.
//!
//! Mirrors `Processor::process` in functions/process/src/processor.rs. All of functions/process/src/steps.rs is one step:
//! publishing alone leaves a trace that others see, and what archiving leaves makes the next round shorter.

use domain::ledger::attribute::Attribute;
use domain::ledger::schedule::ATTEMPTS_MAX;
use domain::ledger::settle::{Settlement, Work, settle};
use domain::ledger::writes;

use crate::claimant::Claimant;
use crate::event::{EVENT, SecondBody};
use crate::history::Broken;
use crate::mutation::Mutation;
use crate::name;
use crate::outcome::Outcome;
use crate::table::Record;
use crate::time::{JITTER, NOW, SCHEDULE};
use crate::world::{Seen, World};

/// How the work went; `Work` without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Went {
    Done,
    Advanced,
    Passing,
    Lasting,
}

/// `steps::run`: whoever publishes must hold the claim, or have outlived his lease.
pub(crate) fn publish(world: &mut World, me: Claimant, outcome: Outcome) -> Went {
    match outcome {
        Outcome::Refused | Outcome::NotYetKnown => return Went::Passing,
        Outcome::RefusedForGood => return Went::Lasting,
        Outcome::Advanced => return Went::Advanced,
        _ => {}
    }
    if me.is_within_lease() && !me.holds(world.record.as_ref()) {
        world.history.note(Broken::PublishedUnclaimed);
    }
    let is_named_after_attempt = world.mutation == Some(Mutation::NameTheAttempt);
    let attempts = world.record.as_ref().map_or(0, Record::attempts);
    world.history.publish(if is_named_after_attempt { u8::try_from(attempts).unwrap_or(7) } else { 0 });
    if outcome == Outcome::AnswerLost {
        world.history.excuse();
        return Went::Passing;
    }
    Went::Done
}

/// `Processor::process` from the work on.
pub(crate) fn settle_it(world: &mut World, me: Claimant, attempts: u32, went: Went, outcome: Outcome) -> Seen {
    let reason = String::new();
    let work = match went {
        Went::Done => Work::Done,
        Went::Advanced => Work::Advanced { reason },
        Went::Passing => Work::Retryable { reason },
        Went::Lasting => Work::Permanent { reason },
    };
    let mut settlement = settle(work, attempts, NOW, SCHEDULE, JITTER);
    if let Settlement::Again { attempts, .. } = &mut settlement {
        *attempts = attempts.saturating_sub(world.attempts_before);
    }
    let stood = world.record.clone();
    let seen = world.write(&writes::settle(&EVENT, name::text(me.token), &settlement, &[]), outcome);
    let has_failed = matches!(settlement, Settlement::Failed { .. }) && world.record != stood;
    let attempts_left = i64::from(ATTEMPTS_MAX) - i64::from(world.attempts_before);
    if world.second == SecondBody::ToConfirm
        && has_failed
        && went == Went::Passing
        && i64::from(world.history.own_attempts) < attempts_left
    {
        world.history.note(Broken::AttemptsUsedUp);
    }
    let is_claimed = stood.as_ref().is_some_and(|it| it.name(Attribute::ClaimedBy) == Some(me.token));
    if !is_claimed && world.record != stood {
        world.history.note(Broken::SettledByAnother);
    }
    if went == Went::Done && matches!(seen, Seen::Unreachable | Seen::No(_)) {
        excuse(world, me);
    }
    seen
}

/// What `me` has published may be published again. Once its lease is over, that was noted when it ended.
pub(crate) fn excuse(world: &mut World, me: Claimant) {
    if me.is_within_lease() {
        world.history.excuse();
    }
}

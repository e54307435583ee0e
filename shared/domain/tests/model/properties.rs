//! What must hold, and what must be possible lest it hold for want of anything happening.

use domain::ledger::attribute::Attribute;
use domain::ledger::record::State;
use domain::ledger::writes::PutCondition;
use stateright::Property;

use crate::event::Body;
use crate::history::Broken;
use crate::ingest::Step;
use crate::left_alone::{Order, ends_well};
use crate::protocol::Protocol;
use crate::table::Record;
use crate::world::World;

pub(crate) const DUE_OR_EXPIRING: &str =
    "I1: what is unfinished is due, what is finished expires, and no sweep sees it";
pub(crate) const FENCED: &str = "I2: only the holder of the claim settles";
pub(crate) const NOT_LOCKED_OUT: &str = "I2: nobody is locked out by an earlier try of his own";
pub(crate) const NOT_TAKEN_FOR_OWN: &str = "I2: nobody takes another's write for an earlier try of his own";
pub(crate) const ONLY_CARRIED: &str = "I3: a message stays only while the ledger cannot be asked";
pub(crate) const DURABLE_FIRST: &str = "no 2xx before something durable";
pub(crate) const HELD: &str = "what was acknowledged is always held somewhere";
pub(crate) const ENDS: &str = "left alone, every event ends";
pub(crate) const ENDS_WITH_STRAYS: &str =
    "left alone, every event ends, also when stray writes land and the sweep hurries";
pub(crate) const CLAIMED: &str = "nobody publishes while another holds the claim";
pub(crate) const ONCE: &str = "published once, unless a publisher could not settle";
pub(crate) const SAME_ID: &str = "every repeat carries the same id";
pub(crate) const FINAL: &str = "done is final but for a replay, and failed but for a delivery an hour later";
pub(crate) const RETURNED: &str = "a failed event that goes back to work is out of the hands of whoever failed it";
pub(crate) const REPLAYED: &str = "a replay is never swallowed";
pub(crate) const REPLAYED_ONCE: &str = "each replay job replays an event once";
pub(crate) const NOT_BUSY: &str = "no failed event goes back to work within an hour";
pub(crate) const NOT_BOTH_WAYS: &str = "no body is one event under the key and another beside it";
pub(crate) const ASKED_SELDOM: &str = "other bodies have the sender's API asked at most once a minute";
pub(crate) const NOT_USED_UP: &str = "other bodies use no attempts up";
pub(crate) const NOT_DEAD_LETTERED: &str = "no event ends in the dead-letter queue";

/// All of them.
pub(crate) fn properties() -> Vec<Property<Protocol>> {
    vec![
        Property::always(DUE_OR_EXPIRING, |_, world: &World| world.record.as_ref().is_none_or(is_due_or_expiring)),
        Property::always(FENCED, |_, world: &World| is_without(world, Broken::SettledByAnother)),
        Property::always(NOT_LOCKED_OUT, |_, world: &World| is_without(world, Broken::LockedOutByItself)),
        Property::always(NOT_TAKEN_FOR_OWN, |_, world: &World| is_without(world, Broken::TakenForOwn)),
        Property::always(ONLY_CARRIED, |_, world: &World| is_without(world, Broken::KeptThoughAnswered)),
        Property::always(DURABLE_FIRST, |_, world: &World| is_without(world, Broken::AnsweredTooSoon)),
        Property::always(HELD, |_, world: &World| {
            let is_held = |body: &Body| !world.history.acknowledged[*body as usize] || world.is_held(*body);
            world.second.bodies().iter().all(is_held)
        }),
        Property::always(ENDS, |protocol: &Protocol, world: &World| ends_well(protocol, world, Order::WorkFirst)),
        Property::always(ENDS_WITH_STRAYS, |protocol: &Protocol, world: &World| {
            ends_well(protocol, world, Order::SweepFirst)
        }),
        Property::always(CLAIMED, |_, world: &World| is_without(world, Broken::PublishedUnclaimed)),
        Property::always(ONCE, |_, world: &World| is_without(world, Broken::RepeatedWithoutCause)),
        Property::always(SAME_ID, |_, world: &World| world.history.published_ids.count_ones() <= 1),
        Property::always(FINAL, |_, world: &World| is_without(world, Broken::FinalChanged)),
        Property::always(RETURNED, |_, world: &World| is_without(world, Broken::ReturnUndone)),
        Property::always(REPLAYED, |_, world: &World| is_without(world, Broken::ReplaySwallowed)),
        Property::always(REPLAYED_ONCE, |_, world: &World| is_without(world, Broken::ReplayedTwice)),
        Property::always(NOT_BUSY, |_, world: &World| is_without(world, Broken::ReturnedTooSoon)),
        Property::always(NOT_BOTH_WAYS, |_, world: &World| {
            let is_beside = |body: &Body| world.beside[*body as usize];
            let is_recorded = |body: &Body| world.record.as_ref().is_some_and(|record| record.has_body(*body));
            !world.second.bodies().iter().any(|body| is_beside(body) && is_recorded(body))
        }),
        Property::always(ASKED_SELDOM, |_, world: &World| is_without(world, Broken::AskedTooSoon)),
        Property::always(NOT_USED_UP, |_, world: &World| is_without(world, Broken::AttemptsUsedUp)),
        Property::always(NOT_DEAD_LETTERED, |_, world: &World| is_without(world, Broken::DeadLettered)),
        Property::sometimes("an acknowledged event is done", |_, world: &World| {
            world.history.is_acknowledged() && is_in(world, State::Done)
        }),
        Property::sometimes("an acknowledged event has failed", |_, world: &World| {
            world.history.is_acknowledged() && is_in(world, State::Failed)
        }),
        Property::sometimes("an event is published twice", |_, world: &World| world.history.published == 2),
        Property::sometimes("only a message holds an acknowledged event", |_, world: &World| {
            world.history.is_acknowledged() && world.record.is_none()
        }),
        Property::sometimes("a round gives its attempt back", |_, world: &World| {
            let is_unclaimed = |record: &Record| record.state() == State::Received && record.attempts() == 0;
            world.record.as_ref().is_some_and(|record| is_unclaimed(record) && record.has(Attribute::NotBefore))
        }),
        Property::sometimes("a claim is taken over", |_, world: &World| {
            world.record.as_ref().is_some_and(|record| record.state() == State::Processing && record.attempts() == 2)
        }),
        Property::sometimes("an expired record is replaced", |_, world: &World| {
            let replaces = |step| matches!(step, Step::Recording { condition: PutCondition::Expired(_), .. });
            world.ingests.iter().any(|ingest| replaces(ingest.step))
        }),
    ]
}

fn is_due_or_expiring(record: &Record) -> bool {
    let [is_due, is_indexed, expires] =
        [Attribute::DueAt, Attribute::DueShard, Attribute::ExpiresAt].map(|attribute| record.has(attribute));
    if is_due != is_indexed {
        return false;
    }
    match record.state() {
        State::Received | State::Processing => record.is_swept() && !expires,
        State::Done => !is_due && expires,
        State::Failed => is_due && !record.is_swept() && expires,
    }
}

fn is_without(world: &World, broken: Broken) -> bool {
    world.history.broken != Some(broken)
}

fn is_in(world: &World, state: State) -> bool {
    world.record.as_ref().is_some_and(|record| record.state() == state)
}

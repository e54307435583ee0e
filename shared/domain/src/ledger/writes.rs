//! The writes that functions make. Each is a value; see [`Write`]. Those of replays are in `replay` and `replay_job`.
//!
//! No write asks before it is made: its condition says what the decision beside it would allow. What is refused comes back
//! with the item that stood in the way, and then the decision says what to make of that.

use crate::event::Event;
use crate::event::event_id::EventId;
use crate::ledger::admit::RetryWait;
use crate::ledger::attribute::Attribute::{
    self, Attempts, BroughtForwardAt, ClaimedBy, Delivery, DueAt, DueShard, ExpiresAt, Id, LastError, LeaseUntil,
    NotBefore, Outcome, Sweeps, SweptBy,
};
use crate::ledger::claim::ClaimRequest;
use crate::ledger::condition::Comparison::{Above, AtLeast};
use crate::ledger::condition::Condition::{self, Absent, All, Any, Compare};
use crate::ledger::due_shard;
use crate::ledger::item::Item;
use crate::ledger::record::{RecordBody, State};
use crate::ledger::settle::Settlement;
use crate::ledger::slot;
use crate::ledger::sweep::SweepMark;
use crate::ledger::value::Value;
use crate::ledger::write::Update::{Add, Remove};
use crate::ledger::write::{Change, Update, Write};
use crate::time::Timestamp;

/// The reason in a record has at most this many characters; the log has all of it.
const REASON_MAX_CHARS: usize = 500;

/// Where a new record may be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PutCondition {
    /// Where nothing stands.
    Absent,
    /// There, or in the place of a record that still expires at this second.
    Expired(i64),
}

/// What becomes of the due time under a claim. Every change of it costs two writes to the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DueTime {
    /// It stays, if it comes late enough; otherwise the claim is refused.
    Unchanged,
    /// It moves behind the lease.
    AfterLease,
}

/// Whether a claim may take over from another whose lease has lapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Takeover {
    /// It may not: a processor that finds that another one died must know so before it works on the event.
    Refused,
    /// It may.
    Allowed,
}

/// Records a fresh event.
#[must_use]
pub fn record<'a>(event: &'a Event, body: RecordBody<'a>, due_at: Timestamp, condition: PutCondition) -> Write<'a> {
    let own = equal(Delivery, event.recorded_by.as_str());
    put(event, Item::received(event, body, due_at), condition, own)
}

/// Makes the record of an event that the ledger does not have, under the claim at once.
#[must_use]
pub fn make_claimed<'a>(
    event: &'a Event,
    body: RecordBody<'a>,
    request: &'a ClaimRequest,
    condition: PutCondition,
) -> Write<'a> {
    let mut item = Item::received(event, body, request.due_at());
    item.set(Attribute::State, State::Processing.as_str());
    item.set(Attempts, 1_u32);
    item.set(ClaimedBy, request.token.as_str());
    item.set(LeaseUntil, request.lease_until);
    put(event, item, condition, equal(ClaimedBy, request.token.as_str()))
}

/// Takes an event that may be claimed: received with its time come, or, if `takeover` allows it, processing under a
/// lapsed lease.
#[must_use]
pub fn claim<'a>(id: &'a EventId, request: &'a ClaimRequest, due: DueTime, takeover: Takeover) -> Write<'a> {
    let claimable_until = request.schedule.claimable_until(request.now);
    let is_waiting = All(vec![is(State::Received), absent_or_at_most(NotBefore, claimable_until)]);
    let is_claimable = match takeover {
        Takeover::Refused => is_waiting,
        Takeover::Allowed => {
            let is_lapsed = All(vec![is(State::Processing), absent_or_at_most(LeaseUntil, request.now)]);
            Any(vec![is_waiting, is_lapsed])
        }
    };
    let mut updates = vec![
        set_state(State::Processing),
        Update::set(ClaimedBy, request.token.as_str()),
        Update::set(LeaseUntil, request.lease_until),
        Add(Attempts, 1),
    ];
    let condition = match due {
        DueTime::Unchanged => All(vec![is_claimable, Compare(DueAt, AtLeast, request.due_at().into())]),
        DueTime::AfterLease => {
            updates.extend(due_at(id, request.due_at()));
            is_claimable
        }
    };
    updates.extend([Remove(NotBefore), Remove(Sweeps), Remove(SweptBy)]);
    Write {
        id: id.as_str(),
        condition,
        change: Change::Update(updates),
        reads_item: true,
        own: All(vec![is(State::Processing), equal(ClaimedBy, request.token.as_str())]),
    }
}

/// Settles the event that is claimed with `token`. `outcome` is kept with a finished record; nothing is, if it is empty.
#[must_use]
pub fn settle<'a>(
    event: &'a Event,
    token: &'a str,
    settlement: &'a Settlement,
    outcome: &'a [(&'a str, String)],
) -> Write<'a> {
    let finished = |state, expires_at_seconds: i64| {
        let mut updates = vec![set_state(state), Update::set(ExpiresAt, expires_at_seconds)];
        if !outcome.is_empty() {
            let outcome = outcome.iter().map(|(name, text)| ((*name).into(), text.as_str().into()));
            updates.push(Update::set(Outcome, Value::Map(outcome.collect())));
        }
        updates.extend([LeaseUntil, NotBefore, Sweeps, SweptBy].map(Remove));
        updates
    };
    let updates = match settlement {
        Settlement::Done { expires_at_seconds } => {
            let mut updates = finished(State::Done, *expires_at_seconds);
            updates.extend([DueAt, DueShard, LastError].map(Remove));
            updates
        }
        Settlement::Failed { at, expires_at_seconds, reason } => {
            let mut updates = finished(State::Failed, *expires_at_seconds);
            // There it is found, and no sweep reads that shard.
            let slot = slot::of(event, event.id.digest());
            updates.extend([Update::set(DueAt, *at), Update::set(DueShard, due_shard::of_failed(&slot))]);
            updates.push(Update::set(LastError, shortened(reason)));
            updates
        }
        // The number of attempts itself, not a difference: the same update may be sent twice.
        Settlement::Again { at, reason, attempts } => {
            let mut updates = vec![set_state(State::Received), Update::set(NotBefore, *at)];
            updates.extend(due_at(&event.id, *at));
            updates.push(Update::set(LastError, shortened(reason)));
            updates.push(Update::set(Attempts, *attempts));
            updates.extend([Remove(LeaseUntil), Remove(ExpiresAt)]);
            updates
        }
    };
    Write {
        id: event.id.as_str(),
        // The token alone is the fence: whoever claims the event after us has another one.
        condition: equal(ClaimedBy, token),
        change: Change::Update(updates),
        reads_item: false,
        // It stays claimed with the token, so a second try is not refused but settles it once more, in the same way.
        own: Condition::NEVER,
    }
}

/// Lets a recorded event come due earlier, because its message could not be sent.
#[must_use]
pub fn bring_forward(id: &EventId, soon: Timestamp) -> Write<'_> {
    Write {
        id: id.as_str(),
        // Whoever has claimed it meanwhile knows better.
        condition: All(vec![is(State::Received), Compare(DueAt, Above, soon.into())]),
        change: Change::Update(vec![Update::set(DueAt, soon)]),
        reads_item: false,
        // Whoever lets it come due at this very instant has done the same.
        own: equal(DueAt, soon),
    }
}

/// Lets an event that waits be tried at once, because another body under its id has come and its sender's API decides
/// between the two. It keeps the attempts that it has: whoever can send bodies must not be able to use them up.
#[must_use]
pub fn ask_again<'a>(id: &'a EventId, token: &'a str, waiting: RetryWait, now: Timestamp) -> Write<'a> {
    // As it was seen: a write that lands late would otherwise find an attempt that ended at the same instant as the one
    // that it was meant for, and bring that forward as well.
    let as_seen = waiting.brought_forward_at.map_or(Absent(BroughtForwardAt), |at| equal(BroughtForwardAt, at));
    Write {
        id: id.as_str(),
        condition: All(vec![is(State::Received), equal(NotBefore, waiting.not_before), as_seen]),
        // The due time stays: it brings the event back if the message is lost. A processor that settled the event, and
        // tries once more since the answer was lost, no longer holds it.
        change: Change::Update(vec![
            Update::set(ClaimedBy, token),
            Update::set(NotBefore, now),
            Update::set(Attempts, waiting.attempts.saturating_sub(1)),
            Update::set(BroughtForwardAt, now),
        ]),
        reads_item: false,
        own: All(vec![is(State::Received), equal(ClaimedBy, token)]),
    }
}

/// Gives an event that failed back to the processor. The token, which no other write has, takes the claim's place: a
/// processor that settles late must not end it once more. How often it was replayed stays.
#[must_use]
pub fn return_failed<'a>(id: &'a EventId, token: &'a str, due: Timestamp, expires_at_seconds: i64) -> Write<'a> {
    let mut updates = vec![set_state(State::Received), Update::set(ClaimedBy, token)];
    updates.extend(due_at(id, due));
    updates.extend([Attempts, LeaseUntil, NotBefore, Sweeps, SweptBy, ExpiresAt, Outcome].map(Remove));
    Write {
        id: id.as_str(),
        // It is still the end that was seen: another would expire at another second.
        condition: All(vec![is(State::Failed), equal(ExpiresAt, expires_at_seconds)]),
        change: Change::Update(updates),
        reads_item: false,
        own: All(vec![is(State::Received), equal(ClaimedBy, token)]),
    }
}

/// Marks an overdue event as swept. The index lags behind the table: only what is due as it was seen is swept, and what
/// no lease holds.
#[must_use]
pub fn mark_swept(mark: &SweepMark) -> Write<'_> {
    Write {
        id: &mark.overdue.id,
        condition: All(vec![
            equal(DueAt, mark.overdue.due_at),
            Any(vec![is(State::Received), is(State::Processing)]),
            absent_or_at_most(LeaseUntil, mark.now),
        ]),
        change: Change::Update(vec![
            Update::set(DueAt, mark.next_due_at),
            Update::set(SweptBy, mark.token.as_str()),
            Add(Sweeps, 1),
        ]),
        reads_item: true,
        // Two sweeps at the same instant set the same due time. The token tells one from the other.
        own: equal(SweptBy, mark.token.as_str()),
    }
}

/// Takes a mark back whose message could not be sent: it does not count, and the event comes due at `soon`.
#[must_use]
pub fn take_mark_back(mark: &SweepMark, soon: Timestamp) -> Write<'_> {
    Write {
        id: &mark.overdue.id,
        condition: All(vec![equal(SweptBy, mark.token.as_str()), equal(DueAt, mark.next_due_at)]),
        change: Change::Update(vec![Update::set(DueAt, soon), Add(Sweeps, -1)]),
        reads_item: false,
        own: All(vec![equal(SweptBy, mark.token.as_str()), equal(DueAt, soon)]),
    }
}

fn put<'a>(event: &'a Event, item: Item<'a>, condition: PutCondition, own: Condition<'a>) -> Write<'a> {
    let condition = match condition {
        PutCondition::Absent => Absent(Id),
        PutCondition::Expired(seconds) => Any(vec![Absent(Id), equal(ExpiresAt, seconds)]),
    };
    Write { id: event.id.as_str(), condition, change: Change::Put(item), reads_item: false, own }
}

fn equal<'a>(attribute: Attribute, value: impl Into<Value<'a>>) -> Condition<'a> {
    Condition::equal(attribute, value)
}

fn is(state: State) -> Condition<'static> {
    equal(Attribute::State, state.as_str())
}

fn absent_or_at_most(attribute: Attribute, time: Timestamp) -> Condition<'static> {
    Any(vec![Absent(attribute), Condition::at_most(attribute, time)])
}

fn set_state(state: State) -> Update<'static> {
    Update::set(Attribute::State, state.as_str())
}

fn due_at(id: &EventId, due_at: Timestamp) -> [Update<'static>; 2] {
    [Update::set(DueAt, due_at), Update::set(DueShard, due_shard::of(id))]
}

fn shortened(reason: &str) -> &str {
    reason.char_indices().nth(REASON_MAX_CHARS).map_or(reason, |(end, _)| &reason[..end])
}

#[cfg(test)]
mod tests;

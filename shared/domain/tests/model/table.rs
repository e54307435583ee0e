//! The ledger's table: one item, which the shared writes change.

use domain::event::VerifiedBy;
use domain::ledger::attribute::Attribute;
use domain::ledger::condition::{Comparison, Condition};
use domain::ledger::due_shard;
use domain::ledger::item::Item;
use domain::ledger::record::{RecordState, State};
use domain::ledger::value::Value;
use domain::ledger::write::{Change, Update, Write};
use domain::time::Timestamp;

use crate::event::{Body, EVENT_ID, SHA256_TEXTS};
use crate::history::{Broken, History};
use crate::mutation::{is_replay, sets};
use crate::name::{self, Name};
use crate::replay::JOBS;
use crate::time::{ASK_AGAIN_AFTER, NOW};

/// What says how the event stands. The rest of an item says what the event is, and is left out of the states.
const STANDING: [Attribute; 17] = [
    Attribute::Id,
    Attribute::State,
    Attribute::VerifiedBy,
    Attribute::Origin,
    Attribute::BodySha256,
    Attribute::Delivery,
    Attribute::Attempts,
    Attribute::ClaimedBy,
    Attribute::LeaseUntil,
    Attribute::NotBefore,
    Attribute::BroughtForwardAt,
    Attribute::DueAt,
    Attribute::DueShard,
    Attribute::Sweeps,
    Attribute::SweptBy,
    Attribute::ExpiresAt,
    Attribute::ReplayJobs,
];
/// From here on, more sweeps change nothing.
const SWEEPS_MAX: i64 = 4;

/// The event's record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Record(Item<'static>);

/// Carries `write` out, if its condition holds.
pub(crate) fn apply(write: &Write<'static>, stored: &mut Option<Record>, history: &mut History) -> bool {
    let before = stored.as_ref().map(|record| &record.0);
    let Some(changed) = write.evaluate(before).map(Record::of) else {
        return false;
    };
    if history.is_returned && is_settling(write) {
        history.note(Broken::ReturnUndone);
    }
    if history.is_replayed && is_settling(write) {
        history.note(Broken::ReplaySwallowed);
    }
    if let Some(old) = &stored {
        if old.is_expired() {
            history.begin_anew();
        } else if is_replay(write) {
            history.note_replay(replayed_by(write));
        } else if is_return(old, write) {
            history.note_return(old.expires_at_seconds());
        } else if old.is_final() && old.state() != changed.state() {
            history.note(Broken::FinalChanged);
        }
    }
    if sets(write, Attribute::BroughtForwardAt) {
        let asked_before = stored.as_ref().and_then(|old| old.time(Attribute::BroughtForwardAt));
        let asked_at = changed.time(Attribute::BroughtForwardAt);
        // Of what was longer ago only the order is known; see `pass_since_asked`.
        let asked_at = asked_at.filter(|at| *at > NOW - ASK_AGAIN_AFTER);
        if asked_before.zip(asked_at).is_some_and(|(before, at)| at < before + ASK_AGAIN_AFTER) {
            history.note(Broken::AskedTooSoon);
        }
        history.own_attempts -= 1;
    }
    if is_claim(write) && changed.0.get(Attribute::VerifiedBy) == Some(&VerifiedBy::Token.as_str().into()) {
        history.own_attempts += 1;
    }
    history.is_returned &= !is_claim(write);
    history.is_replayed &= !is_claim(write);
    *stored = Some(changed);
    true
}

/// The number of the job by which `write` replays the event.
fn replayed_by(write: &Write<'_>) -> usize {
    let own = match &write.own {
        Condition::Compare(Attribute::ReplayJobs, _, job) => job.as_text(),
        _ => None,
    };
    JOBS.iter().position(|job| own == Some(*job)).expect("a replay knows its own job")
}

/// Whether `write` gives the failed event back to work: the only one that changes a record by its very expiry.
fn is_return(old: &Record, write: &Write<'_>) -> bool {
    let sees_expiry =
        |condition: &Condition<'_>| matches!(condition, Condition::Compare(Attribute::ExpiresAt, Comparison::Equal, _));
    let is_by_expiry = matches!(&write.condition, Condition::All(conditions) if conditions.iter().any(sees_expiry));
    old.state() == State::Failed && is_by_expiry && matches!(write.change, Change::Update(_))
}

fn is_claim(write: &Write<'_>) -> bool {
    match &write.change {
        Change::Update(updates) => updates.contains(&Update::Add(Attribute::Attempts, 1)),
        Change::Put(item) => item.get(Attribute::ClaimedBy).is_some(),
    }
}

/// Whether `write` settles a claim.
fn is_settling(write: &Write<'_>) -> bool {
    matches!(write.condition, Condition::Compare(Attribute::ClaimedBy, ..))
}

impl Record {
    fn of(mut item: Item<'static>) -> Record {
        item = item.iter().filter(|(name, _)| STANDING.contains(name)).map(|(name, it)| (name, it.clone())).collect();
        let sweeps = item.get(Attribute::Sweeps).and_then(Value::as_number).unwrap_or(0);
        match sweeps {
            0 => drop(item.remove(Attribute::Sweeps)),
            _ => item.set(Attribute::Sweeps, sweeps.min(SWEEPS_MAX)),
        }
        Record(item)
    }

    /// The item, as a condition reads it.
    pub(crate) fn item(&self) -> &Item<'static> {
        &self.0
    }

    /// What a decision reads.
    pub(crate) fn record_state(&self) -> RecordState {
        self.0.record_state().expect("every write leaves a record")
    }

    pub(crate) fn state(&self) -> State {
        let state = self.0.get(Attribute::State).and_then(Value::as_text);
        state.and_then(|text| text.parse().ok()).expect("every write leaves a record")
    }

    /// Whether it is of the event with this body.
    pub(crate) fn has_body(&self, body: Body) -> bool {
        self.0.get(Attribute::BodySha256).and_then(Value::as_text) == Some(SHA256_TEXTS[body as usize].as_str())
    }

    /// Whether nothing more happens to it.
    pub(crate) fn is_final(&self) -> bool {
        self.state().is_final()
    }

    pub(crate) fn is_expired(&self) -> bool {
        self.expires_at_seconds().is_some_and(|seconds| seconds.saturating_mul(1000) <= NOW.as_millis())
    }

    pub(crate) fn expires_at_seconds(&self) -> Option<i64> {
        self.number(Attribute::ExpiresAt)
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.count(Attribute::Attempts)
    }

    pub(crate) fn sweeps(&self) -> u32 {
        self.count(Attribute::Sweeps)
    }

    pub(crate) fn time(&self, attribute: Attribute) -> Option<Timestamp> {
        self.number(attribute).map(Timestamp::from_millis)
    }

    pub(crate) fn name(&self, attribute: Attribute) -> Option<Name> {
        self.0.get(attribute).and_then(|value| name::read(attribute, value))
    }

    /// Whether it is where the sweep looks.
    pub(crate) fn is_swept(&self) -> bool {
        let shard = self.0.get(Attribute::DueShard).and_then(Value::as_text);
        shard == Some(due_shard::of(&EVENT_ID))
    }

    pub(crate) fn has(&self, attribute: Attribute) -> bool {
        self.0.get(attribute).is_some()
    }

    /// Shows each of its values. `change` gives what becomes of it, or nothing if it stays.
    pub(crate) fn change_each(&mut self, change: &mut dyn FnMut(Attribute, &Value<'_>) -> Option<Value<'static>>) {
        for (attribute, value) in self.0.iter_mut() {
            if let Some(changed) = change(attribute, value) {
                *value = changed;
            }
        }
    }

    /// Forgets the token of a mark that nobody holds: no condition can find it any more.
    pub(crate) fn forget_mark(&mut self) {
        if self.name(Attribute::SweptBy) == Some(0) {
            self.0.remove(Attribute::SweptBy);
        }
    }

    fn number(&self, attribute: Attribute) -> Option<i64> {
        self.0.get(attribute).and_then(Value::as_number)
    }

    fn count(&self, attribute: Attribute) -> u32 {
        self.number(attribute).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    }
}

//! A state of the world: all that is stored, under way or remembered.

use std::time::Duration;

use domain::ledger::attribute::Attribute;
use domain::ledger::value::Value;
use domain::ledger::write::Write;
use domain::time::Timestamp;

use crate::event::{Body, SecondBody};
use crate::history::History;
use crate::ingest::{self, Ingest};
use crate::mapping::{map_write, owned};
use crate::mutation::{Mutation, mutate};
use crate::name::{self, Name};
use crate::outcome::Outcome;
use crate::process::Processor;
use crate::queue::{Brought, Queue};
use crate::replay::Replay;
use crate::sweep::Sweep;
use crate::table::{Record, apply};
use crate::time::{Moves as _, REMEMBERED_FOR, forget_distance, over, pass_expiry, pass_since_asked, pass_since_start};

/// How large the event's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Size {
    /// Every message has room for it.
    Small,
    /// The record has room for it, and a message only if it must.
    Large,
}

/// The world. There is one key in it: events of different keys share no record, no message and no claim. An event of a
/// second body stands beside the first as soon as it has an id of its own, and is then like any other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) size: Size,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) attempts_before: u32,
    /// What a second body under the key is.
    pub(crate) second: SecondBody,
    /// Which bodies have an event of their own beside the record, which goes its way like any other; at the places of
    /// [`Body`].
    pub(crate) beside: [bool; 2],
    /// How often the event will yet be delivered, by whichever sender.
    pub(crate) deliveries: u8,
    /// How many things may yet go wrong.
    pub(crate) faults: u8,
    pub(crate) ingests: [Ingest; 2],
    pub(crate) processors: [Processor; 2],
    pub(crate) sweeps: [Sweep; 2],
    /// How often a replay job will yet be begun or resumed.
    pub(crate) replays: u8,
    pub(crate) replay: Replay,
    pub(crate) record: Option<Record>,
    pub(crate) queue: Queue,
    /// A write that its caller no longer waits for.
    pub(crate) stray: Option<Write<'static>>,
    pub(crate) history: History,
}

/// What the caller of a write sees.
#[derive(Debug)]
pub(crate) enum Seen {
    /// It was carried out, by this try or an earlier one.
    Yes,
    /// Its condition did not hold; here is what stood there.
    No(Option<Record>),
    /// Something failed.
    Unreachable,
    /// Nothing: the SDK tries once more before it says anything.
    NextTry,
}

impl Size {
    /// What the message brings of an event whose record stands; `BodyLocation` in shared/domain/src/message.rs.
    pub(crate) const fn brought_once_recorded(self, body: Body) -> Brought {
        match self {
            Size::Small => Brought::Body(body),
            Size::Large => Brought::Reference,
        }
    }
}

impl World {
    /// Makes a write that ends in `outcome`; `Ledger::write` in shared/platform/src/ledger.rs.
    pub(crate) fn write(&mut self, write: &Write<'_>, outcome: Outcome) -> Seen {
        let mut write = map_write(write, &mut owned);
        mutate(self.mutation, &mut write);
        let seen = match outcome {
            Outcome::Answered => {
                let before = self.record.clone();
                if self.apply(&write) || write.own.holds(before.as_ref().map(Record::item)) {
                    Seen::Yes
                } else {
                    Seen::No(before)
                }
            }
            Outcome::AnswerLost => {
                self.apply(&write);
                Seen::Unreachable
            }
            Outcome::TriedTwice => {
                self.apply(&write);
                Seen::NextTry
            }
            Outcome::Overtaken => Seen::NextTry,
            Outcome::Refused
            | Outcome::GivenUp
            | Outcome::RefusedForGood
            | Outcome::Advanced
            | Outcome::NotYetKnown => Seen::Unreachable,
        };
        if outcome.leaves_a_stray() {
            self.stray = Some(write);
        }
        seen
    }

    /// Lets the stray write land.
    pub(crate) fn land(&mut self) {
        if let Some(write) = self.stray.take() {
            self.apply(&write);
        }
    }

    /// Sends a message, and says whether the sender of it believes that.
    pub(crate) fn send(&mut self, brought: Brought, outcome: Outcome) -> bool {
        if matches!(outcome, Outcome::Answered | Outcome::AnswerLost) {
            self.queue.send(brought);
        }
        outcome == Outcome::Answered
    }

    /// Whether something durable holds the event of this body: a record that counts, or a message with all of it.
    pub(crate) fn is_durable(&self, body: Body) -> bool {
        let record = self.record.as_ref().filter(|record| !record.is_expired());
        record.is_some_and(|record| self.counts_for(record, body)) || self.is_held_elsewhere(body)
    }

    /// The same, and an expired record will do.
    pub(crate) fn is_held(&self, body: Body) -> bool {
        self.record.as_ref().is_some_and(|record| self.counts_for(record, body)) || self.is_held_elsewhere(body)
    }

    /// Whether a record holds all that is wanted of a body: where the sender's API decides, any record under the key does.
    fn counts_for(&self, record: &Record, body: Body) -> bool {
        self.second != SecondBody::AnotherEvent || record.has_body(body)
    }

    fn is_held_elsewhere(&self, body: Body) -> bool {
        self.beside[body as usize] || self.queue.has(body)
    }

    /// Whether nobody is at work.
    pub(crate) fn is_idle(&self) -> bool {
        self.replay == Replay::Idle
            && self.sweeps.iter().all(Sweep::is_idle)
            && self.ingests.iter().all(|ingest| ingest.step == ingest::Step::Idle)
            && self.processors.iter().all(Processor::is_idle)
    }

    /// Whether nothing more happens until a sender sends.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_idle() && self.queue.messages.is_empty() && self.record.as_ref().is_none_or(Record::is_final)
    }

    /// A name that no delivery, no claim and no mark still has.
    pub(crate) fn fresh_name(&mut self) -> Name {
        let mut taken = Vec::new();
        self.each_name(&mut |name| taken.push(*name));
        (1..).find(|name| !taken.contains(name)).expect("there are few actors")
    }

    /// Lets `wait` pass for everything that is stored or under way.
    pub(crate) fn pass(&mut self, wait: Duration) {
        self.each_time(&mut |time| time.pass(wait));
        self.queue.pass(wait);
        for processor in self.processors.iter_mut().filter(|processor| !processor.is_idle()) {
            pass_since_start(&mut processor.claimant.asked_at, wait);
        }
        self.each_value(&mut |attribute, value| {
            let mut number = value.as_number()?;
            match attribute {
                Attribute::ExpiresAt => pass_expiry(&mut number, wait),
                Attribute::BroughtForwardAt => {
                    let mut at = Timestamp::from_millis(number);
                    pass_since_asked(&mut at, wait);
                    number = at.as_millis();
                }
                _ => return None,
            }
            Some(number.into())
        });
        for ingest in &mut self.ingests {
            ingest.step.expiry_seconds().into_iter().for_each(|seconds| pass_expiry(seconds, wait));
            let asked_at = ingest.step.waiting().and_then(|waiting| waiting.brought_forward_at.as_mut());
            asked_at.into_iter().for_each(|at| pass_since_asked(at, wait));
        }
        for processor in &mut self.processors {
            processor.step.expiry_seconds().into_iter().for_each(|seconds| pass_expiry(seconds, wait));
        }
        for ingest in self.ingests.iter_mut().filter(|_| wait >= REMEMBERED_FOR) {
            ingest.remembers = [false; 2];
        }
    }

    /// The one form of all worlds that differ in nothing that matters: which of two instances is which, what claims,
    /// deliveries and marks are called, and by how much an instant is over.
    pub(crate) fn normalize(&mut self) {
        self.ingests.sort_unstable();
        self.processors.sort_unstable();
        self.sweeps.sort_unstable();
        let mut held = vec![0];
        self.each_holder(&mut |name| {
            if !held.contains(name) {
                held.push(*name);
            }
        });
        self.each_name(&mut |name| {
            *name = held.iter().position(|other| other == name).map_or(0, |rank| rank as Name);
        });
        if let Some(record) = &mut self.record {
            record.forget_mark();
        }
        self.queue.messages.sort_unstable();
        let mut times = Vec::new();
        self.each_time(&mut |time| times.push(*time));
        let over = over(times);
        self.each_time(&mut |time| forget_distance(time, &over));
    }

    fn apply(&mut self, write: &Write<'static>) -> bool {
        let was_expired = self.record.as_ref().is_some_and(Record::is_expired);
        let is_applied = apply(write, &mut self.record, &mut self.history);
        // By the time that a record has expired, so has what stood beside it.
        if is_applied && was_expired {
            self.beside = [false; 2];
        }
        is_applied
    }

    /// Gives the event of this body a record beside the one under the key; that goes its own way, like any other.
    pub(crate) fn write_beside(&mut self, body: Body, outcome: Outcome) -> Seen {
        self.beside[body as usize] |= outcome.carries_out();
        match outcome {
            Outcome::Answered => Seen::Yes,
            Outcome::TriedTwice | Outcome::Overtaken => Seen::NextTry,
            _ => Seen::Unreachable,
        }
    }

    /// All values of the record and of the stray write. `change` gives what becomes of one, or nothing if it stays.
    fn each_value(&mut self, change: &mut dyn FnMut(Attribute, &Value<'_>) -> Option<Value<'static>>) {
        if let Some(record) = &mut self.record {
            record.change_each(change);
        }
        self.each_stray_value(change);
    }

    fn each_stray_value(&mut self, change: &mut dyn FnMut(Attribute, &Value<'_>) -> Option<Value<'static>>) {
        if let Some(write) = &self.stray {
            let map =
                &mut |attribute, value: &Value<'_>| change(attribute, value).unwrap_or_else(|| owned(attribute, value));
            self.stray = Some(map_write(write, map));
        }
    }

    /// All instants that are compared with each other.
    fn each_time(&mut self, see: &mut dyn FnMut(&mut Timestamp)) {
        self.each_value(&mut |attribute, value| {
            let is_time = matches!(attribute, Attribute::LeaseUntil | Attribute::NotBefore | Attribute::DueAt);
            let mut time = Timestamp::from_millis(value.as_number().filter(|_| is_time)?);
            see(&mut time);
            Some(time.into())
        });
        let waiting = self.ingests.iter_mut().filter_map(|ingest| ingest.step.waiting());
        let awaited = waiting.map(|waiting| &mut waiting.not_before);
        self.sweeps.iter_mut().filter_map(Sweep::time).chain(awaited).for_each(see);
    }

    /// The names of those who are still there to be recognized.
    fn each_holder(&mut self, see: &mut dyn FnMut(&mut Name)) {
        self.processors.iter_mut().for_each(|processor| see(&mut processor.claimant.token));
        self.ingests.iter_mut().for_each(|ingest| see(&mut ingest.delivery));
        self.sweeps.iter_mut().for_each(|sweep| see(&mut sweep.token));
        self.each_stray_value(&mut |attribute, value| see_name(attribute, value, see));
    }

    /// All names.
    fn each_name(&mut self, see: &mut dyn FnMut(&mut Name)) {
        self.each_holder(see);
        if let Some(record) = &mut self.record {
            record.change_each(&mut |attribute, value| see_name(attribute, value, see));
        }
        self.queue.messages.iter_mut().for_each(|message| see(&mut message.receipt));
    }
}

fn see_name(attribute: Attribute, value: &Value<'_>, see: &mut dyn FnMut(&mut Name)) -> Option<Value<'static>> {
    let mut name = name::read(attribute, value)?;
    see(&mut name);
    Some(name::value(name))
}

//! A state of the world: all that is stored, under way or remembered.

use std::time::Duration;

use domain::time::Timestamp;

use crate::history::History;
use crate::ingest::{self, Ingest};
use crate::ledger::{Write, apply};
use crate::mutation::Mutation;
use crate::outcome::Outcome;
use crate::process::Processor;
use crate::queue::{Brought, Queue};
use crate::record::{Name, Record};
use crate::sweep::Sweep;
use crate::time::{Moves as _, NOW, REMEMBERED_FOR, forget_distances, pass_expiry, pass_since_start};

/// How large the event's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Size {
    /// Every message has room for it.
    Small,
    /// The record has room for it, and a message only if it must.
    Large,
}

/// The world. There is one event in it: different ones share no record, no message and no claim.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) size: Size,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) attempts_before: u32,
    /// How often the event will yet be delivered, by whichever sender.
    pub(crate) deliveries: u8,
    /// How many things may yet go wrong.
    pub(crate) faults: u8,
    pub(crate) ingests: [Ingest; 2],
    pub(crate) processors: [Processor; 2],
    pub(crate) sweep: Sweep,
    pub(crate) record: Option<Record>,
    pub(crate) queue: Queue,
    /// A write that its caller no longer waits for.
    pub(crate) stray: Option<Write>,
    pub(crate) history: History,
}

/// What the caller of a write sees.
#[derive(Debug)]
pub(crate) enum Seen {
    /// It was carried out.
    Yes,
    /// Its condition did not hold; here is what stood there.
    No(Option<Record>),
    /// Something failed.
    Unreachable,
    /// Nothing: the SDK tries once more before it says anything.
    NextTry,
}

impl Size {
    /// What the message brings of an event whose record stands; `Elsewhere` in shared/domain/src/message.rs.
    pub(crate) const fn brought_once_recorded(self) -> Brought {
        match self {
            Size::Small => Brought::Body,
            Size::Large => Brought::Reference,
        }
    }
}

impl World {
    /// Makes a write that ends in `outcome`.
    pub(crate) fn write(&mut self, write: Write, outcome: Outcome) -> Seen {
        if outcome.leaves_a_stray() {
            self.stray = Some(write);
        }
        match outcome {
            Outcome::Answered => {
                let before = self.record.clone();
                if self.apply(write) { Seen::Yes } else { Seen::No(before) }
            }
            Outcome::AnswerLost => {
                self.apply(write);
                Seen::Unreachable
            }
            Outcome::TriedTwice => {
                self.apply(write);
                Seen::NextTry
            }
            Outcome::Overtaken => Seen::NextTry,
            Outcome::Refused | Outcome::GivenUp | Outcome::RefusedForGood | Outcome::Advanced => Seen::Unreachable,
        }
    }

    /// Lets the stray write land.
    pub(crate) fn land(&mut self) {
        if let Some(write) = self.stray.take() {
            self.apply(write);
        }
    }

    /// Sends a message, and says whether the sender of it believes that.
    pub(crate) fn send(&mut self, brought: Brought, outcome: Outcome) -> bool {
        if matches!(outcome, Outcome::Answered | Outcome::AnswerLost) {
            self.queue.send(brought);
        }
        outcome == Outcome::Answered
    }

    /// Whether something durable holds the event: a record that counts, or a message with all of it.
    pub(crate) fn is_durable(&self) -> bool {
        self.record.as_ref().is_some_and(|record| !record.standing().is_expired(NOW)) || self.queue.has_the_body()
    }

    /// Whether nobody is at work.
    pub(crate) fn is_idle(&self) -> bool {
        self.sweep == Sweep::Idle
            && self.ingests.iter().all(|ingest| ingest.step == ingest::Step::Idle)
            && self.processors.iter().all(Processor::is_idle)
    }

    /// Whether nothing more happens until a sender sends.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_idle() && self.queue.messages.is_empty() && self.record.as_ref().is_none_or(Record::is_final)
    }

    /// A name that no delivery and no claim still has.
    pub(crate) fn fresh_name(&mut self) -> Name {
        let taken: Vec<Name> = self.names().map(|name| *name).collect();
        (1..).find(|name| !taken.contains(name)).expect("there are few actors")
    }

    /// Lets `wait` pass for everything that is stored or under way.
    pub(crate) fn pass(&mut self, wait: Duration) {
        for time in self.times() {
            time.pass(wait);
        }
        self.queue.pass(wait);
        for processor in self.processors.iter_mut().filter(|processor| !processor.is_idle()) {
            pass_since_start(&mut processor.claimant.asked_at, wait);
        }
        if let Some(Write::Take { claimant, .. } | Write::Make { claimant, .. }) = &mut self.stray {
            pass_since_start(&mut claimant.asked_at, wait);
        }
        if let Some(seconds) = self.record.as_mut().and_then(|record| record.expires_at_seconds.as_mut()) {
            pass_expiry(seconds, wait);
        }
        for ingest in self.ingests.iter_mut().filter(|_| wait >= REMEMBERED_FOR) {
            ingest.remembers = false;
        }
    }

    /// The one form of all worlds that differ in nothing that matters: which of two instances is which, what claims and
    /// deliveries are called, and by how much an instant is over.
    pub(crate) fn normalize(&mut self) {
        self.ingests.sort_unstable();
        self.processors.sort_unstable();
        let mut held = vec![0];
        for name in self.holders() {
            if !held.contains(name) {
                held.push(*name);
            }
        }
        for name in self.names() {
            *name = held.iter().position(|other| other == name).map_or(0, |rank| rank as Name);
        }
        self.queue.messages.sort_unstable();
        forget_distances(&mut self.times().collect::<Vec<_>>());
    }

    fn apply(&mut self, write: Write) -> bool {
        apply(write, &mut self.record, self.mutation, &mut self.history)
    }

    /// All instants that are compared with each other.
    fn times(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let record = self.record.iter_mut().flat_map(Record::times);
        record.chain(self.sweep.time()).chain(self.stray.iter_mut().flat_map(Write::times))
    }

    /// The names of those who are still there to be recognized.
    fn holders(&mut self) -> impl Iterator<Item = &mut Name> {
        let processors = self.processors.iter_mut().map(|processor| &mut processor.claimant.token);
        let ingests = self.ingests.iter_mut().map(|ingest| &mut ingest.delivery);
        processors.chain(ingests).chain(self.stray.iter_mut().filter_map(Write::name))
    }

    /// All names.
    fn names(&mut self) -> impl Iterator<Item = &mut Name> {
        let processors = self.processors.iter_mut().map(|processor| &mut processor.claimant.token);
        let ingests = self.ingests.iter_mut().map(|ingest| &mut ingest.delivery);
        let actors = processors.chain(ingests).chain(self.stray.iter_mut().filter_map(Write::name));
        let record = self.record.iter_mut().flat_map(Record::names);
        actors.chain(record).chain(self.queue.messages.iter_mut().map(|message| &mut message.receipt))
    }
}

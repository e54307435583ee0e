//! The event's record, as small as the decisions allow.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::LazyLock;

use domain::digest::Digest;
use domain::ledger::record::{RecordState, State};
use domain::time::Timestamp;

/// Stands for a delivery or a claim. `0` is one that nobody holds any more.
pub(crate) type Name = u8;

/// The event's one body.
static BODY: LazyLock<Digest> = LazyLock::new(|| Digest::of(b"body"));

/// The SHA-256 of the event's body.
pub(crate) fn body_sha256() -> Digest {
    *BODY
}

/// A record. [`Record::standing`] makes of it what the real decisions read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) state: State,
    pub(crate) delivery: Name,
    pub(crate) claimed_by: Option<Name>,
    pub(crate) attempts: u32,
    pub(crate) sweeps: u32,
    pub(crate) lease_until: Option<Timestamp>,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) expires_at_seconds: Option<i64>,
}

impl Record {
    /// A fresh one; `item::received` in shared/platform/src/ledger/item.rs.
    pub(crate) fn received(delivery: Name, due_at: Option<Timestamp>) -> Record {
        Record {
            state: State::Received,
            delivery,
            claimed_by: None,
            attempts: 0,
            sweeps: 0,
            lease_until: None,
            not_before: None,
            due_at,
            expires_at_seconds: None,
        }
    }

    /// What a decision reads.
    pub(crate) fn standing(&self) -> RecordState {
        RecordState {
            state: self.state,
            recorded_by: delivery_text(self.delivery),
            body_sha256: body_sha256(),
            claimed_by: self.claimed_by.map(token_text),
            attempts: self.attempts,
            lease_until: self.lease_until,
            not_before: self.not_before,
            due_at: self.due_at,
            expires_at_seconds: self.expires_at_seconds,
        }
    }

    /// Whether nothing more happens to it.
    pub(crate) fn is_final(&self) -> bool {
        self.state.is_final()
    }

    /// Whom it names.
    pub(crate) fn names(&mut self) -> impl Iterator<Item = &mut Name> {
        [&mut self.delivery].into_iter().chain(&mut self.claimed_by)
    }

    /// The instants in it.
    pub(crate) fn times(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        [&mut self.lease_until, &mut self.not_before, &mut self.due_at].into_iter().flatten()
    }
}

/// A delivery's request id.
pub(crate) fn delivery_text(name: Name) -> String {
    ["gone", "d1", "d2", "d3", "d4", "d5"][usize::from(name)].to_owned()
}

/// A claim's token.
pub(crate) fn token_text(name: Name) -> String {
    ["gone", "t1", "t2", "t3", "t4", "t5"][usize::from(name)].to_owned()
}

impl Hash for Record {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        discriminant(&self.state).hash(hasher);
        (self.delivery, self.claimed_by, self.attempts, self.sweeps).hash(hasher);
        (self.lease_until, self.not_before, self.due_at, self.expires_at_seconds).hash(hasher);
    }
}

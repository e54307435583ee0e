//! What an onlooker remembers. No actor ever reads it; the properties do.

use crate::time::{NOW, SCHEDULE};

/// What has happened to the event so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct History {
    /// For which body a 2xx was answered, at the places of [`Body`](crate::event::Body).
    pub(crate) acknowledged: [bool; 2],
    /// How many attempts were made that no other body brought forward; counted only where one can.
    pub(crate) own_attempts: i8,
    /// How often it was published, up to three.
    pub(crate) published: u8,
    /// How many of the publishers could not settle afterwards, or had outlived their leases: whoever came next had to
    /// publish again.
    pub(crate) excuses: u8,
    /// Under which ids it was published, one bit each.
    pub(crate) published_ids: u8,
    /// It has failed and was delivered again, and nobody has claimed it since.
    pub(crate) is_returned: bool,
    /// It was replayed, and nobody has claimed it since.
    pub(crate) is_replayed: bool,
    /// Which jobs have replayed it, one bit each.
    pub(crate) replayed_by: u8,
    /// What must never happen and did.
    pub(crate) broken: Option<Broken>,
}

/// What must never happen, seen at the moment when it does. The other properties can be read off a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Broken {
    /// A 2xx was answered while nothing durable held the event.
    AnsweredTooSoon,
    /// Somebody published while another held the claim, and within his own lease.
    PublishedUnclaimed,
    /// It was published again without an excuse.
    RepeatedWithoutCause,
    /// A finished record, not expired, was changed.
    FinalChanged,
    /// A record was settled by somebody whose token it did not carry.
    SettledByAnother,
    /// Somebody was refused on account of his own earlier try.
    LockedOutByItself,
    /// Somebody took another's write for an earlier try of his own.
    TakenForOwn,
    /// A message was kept although the ledger had answered.
    KeptThoughAnswered,
    /// An event ended in the dead-letter queue.
    DeadLettered,
    /// A failed event went back to work within an hour.
    ReturnedTooSoon,
    /// One that went back to work was settled by whoever had failed it.
    ReturnUndone,
    /// Other bodies had the sender's API asked twice within a minute.
    AskedTooSoon,
    /// The last attempt was one that another body had brought forward.
    AttemptsUsedUp,
    /// A replayed event was settled by whoever had ended it before.
    ReplaySwallowed,
    /// One job replayed it twice.
    ReplayedTwice,
}

impl History {
    /// Notes what must never happen; the first such thing is kept.
    pub(crate) fn note(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// The record has expired, so the event may be published anew; whoever has outlived his lease is still about.
    pub(crate) fn begin_anew(&mut self) {
        *self = History { excuses: self.excuses, broken: self.broken, ..History::default() };
    }

    /// The failed event goes back to work, and expired in this second.
    pub(crate) fn note_return(&mut self, expires_at_seconds: Option<i64>) {
        if expires_at_seconds.is_none_or(|seconds| SCHEDULE.return_at(seconds) > NOW) {
            self.note(Broken::ReturnedTooSoon);
        }
        self.is_returned = true;
    }

    /// Whether a 2xx was answered for any body.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.acknowledged.contains(&true)
    }

    /// The replay job with this number has the event processed again, and so published.
    pub(crate) fn note_replay(&mut self, job: usize) {
        if self.replayed_by & (1 << job) != 0 {
            self.note(Broken::ReplayedTwice);
        }
        self.replayed_by |= 1 << job;
        self.is_replayed = true;
        self.excuse();
    }

    /// Somebody who has published could not bring it to the ledger.
    pub(crate) fn excuse(&mut self) {
        self.excuses = (self.excuses + 1).min(3);
    }

    /// The event is published under the id with this number.
    pub(crate) fn publish(&mut self, id: u8) {
        if self.published > self.excuses {
            self.note(Broken::RepeatedWithoutCause);
        }
        self.published = (self.published + 1).min(3);
        self.published_ids |= 1 << id.min(7);
    }
}

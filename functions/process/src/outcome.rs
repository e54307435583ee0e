//! How it ended with a message.

use domain::ledger::claim::Reason;
use domain::ledger::settle::Settlement;
use platform::log::Level;
use serde::{Serialize, Serializer};

/// How it ended with a message.
pub(crate) enum Outcome {
    /// Nothing was done: it is on its queue still.
    Kept,
    /// Others kept changing the record.
    Contended,
    /// The event was not to be worked on now.
    Refused(Reason),
    /// Nobody can process it.
    DeadLetter,
    /// The event was worked on.
    Settled(Settlement),
    /// The end of a job is expected from now on, or was before.
    Expecting,
    /// The question is no longer needed.
    Void,
    /// What the sender's API tells is known.
    Known,
    /// The sender's API says that the job has not ended.
    NotEnded,
    /// The sender's API is in trouble.
    Unanswered,
    /// The sender is left alone for a while.
    Blocked,
    /// The source is gone, or no longer says how its sender is asked.
    Unaskable,
}

impl Outcome {
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Outcome::Kept => "kept",
            Outcome::Contended => "contended",
            Outcome::Refused(reason) => reason.as_str(),
            Outcome::DeadLetter => "dead_letter",
            Outcome::Settled(Settlement::Done { .. }) => "done",
            Outcome::Settled(Settlement::Again { .. }) => "retry",
            Outcome::Settled(Settlement::Failed { .. }) => "failed",
            Outcome::Expecting => "expecting",
            Outcome::Void => "void",
            Outcome::Known => "known",
            Outcome::NotEnded => "not_ended",
            Outcome::Unanswered => "unanswered",
            Outcome::Blocked => "blocked",
            Outcome::Unaskable => "unaskable",
        }
    }

    pub(crate) const fn level(&self) -> Level {
        match self {
            Outcome::DeadLetter | Outcome::Settled(Settlement::Failed { .. }) => Level::Error,
            Outcome::Kept
            | Outcome::Contended
            | Outcome::Settled(Settlement::Again { .. })
            | Outcome::Unanswered
            | Outcome::Unaskable => Level::Warn,
            Outcome::Refused(_)
            | Outcome::Settled(Settlement::Done { .. })
            | Outcome::Expecting
            | Outcome::Void
            | Outcome::Known
            | Outcome::NotEnded
            | Outcome::Blocked => Level::Info,
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

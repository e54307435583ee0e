//! How a call to a store or to a queue can end.

/// How a call ended. What the caller sees and what happened are two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was carried out, and its answer came.
    Answered,
    /// It was not carried out, and the caller knows that something failed.
    Refused,
    /// It was carried out, and the caller believes that it was not.
    AnswerLost,
    /// The answer was lost; the SDK tries once more and gets the answer to that.
    TriedTwice,
    /// The caller has given it up. It is still under way, and lands at any later time or never.
    GivenUp,
    /// The first try is still under way, while the SDK tries once more.
    Overtaken,
    /// It was not carried out and never will be.
    RefusedForGood,
    /// Some of it was carried out, and the caller knows how much.
    Advanced,
    /// The sender's API does not know yet what became of the thing. That is no fault.
    NotYetKnown,
}

impl Outcome {
    /// All that can happen to a write to the ledger.
    pub(crate) const OF_A_WRITE: [Outcome; 6] = [
        Outcome::Answered,
        Outcome::Refused,
        Outcome::AnswerLost,
        Outcome::TriedTwice,
        Outcome::GivenUp,
        Outcome::Overtaken,
    ];
    /// All that can happen to a message that is sent. One that lands late is like one delivered late, and one sent twice
    /// like one delivered twice.
    pub(crate) const OF_A_SEND: [Outcome; 3] = [Outcome::Answered, Outcome::Refused, Outcome::AnswerLost];
    /// All that can happen to the work on an event.
    pub(crate) const OF_THE_WORK: [Outcome; 5] =
        [Outcome::Answered, Outcome::Refused, Outcome::AnswerLost, Outcome::RefusedForGood, Outcome::Advanced];
    /// All that can happen to the work where the sender's API is asked first.
    pub(crate) const OF_THE_WORK_TO_CONFIRM: [Outcome; 6] = [
        Outcome::Answered,
        Outcome::Refused,
        Outcome::AnswerLost,
        Outcome::RefusedForGood,
        Outcome::Advanced,
        Outcome::NotYetKnown,
    ];
    /// All that matters of a write whose outcome nobody looks at.
    pub(crate) const OF_A_BEST_EFFORT: [Outcome; 3] = [Outcome::Answered, Outcome::Refused, Outcome::GivenUp];
    /// All that matters of what is done with a received message: if it fails, the message shows again.
    pub(crate) const OF_A_RECEIPT: [Outcome; 2] = [Outcome::Answered, Outcome::Refused];

    /// Whether something went wrong.
    pub(crate) const fn is_fault(self) -> bool {
        !matches!(self, Outcome::Answered | Outcome::NotYetKnown)
    }

    /// Whether the call was carried out.
    pub(crate) const fn carries_out(self) -> bool {
        matches!(self, Outcome::Answered | Outcome::AnswerLost | Outcome::TriedTwice)
    }

    /// Whether a write remains under way.
    pub(crate) const fn leaves_a_stray(self) -> bool {
        matches!(self, Outcome::GivenUp | Outcome::Overtaken)
    }
}

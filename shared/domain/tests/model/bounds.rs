//! How much of the world is explored.

use crate::event::SecondBody;

/// The bounds of one exhaustive check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How often the sender that repeats itself sends; the other sends once.
    pub(crate) deliveries: u8,
    /// How many things go wrong, each at any time and of any kind.
    pub(crate) faults: u8,
    /// The sweep adds no message to this many. More of them are only more of the same.
    pub(crate) queued: usize,
    /// How many sweeps run at a time.
    pub(crate) sweeps: usize,
    /// How many failed attempts lie behind the event, so that the last one is within reach.
    pub(crate) attempts_before: u32,
    /// Whether an hour passes for a failed event before its sender delivers it again.
    pub(crate) returns: bool,
    /// What a second body under the key is.
    pub(crate) second: SecondBody,
    /// How often an operator begins or resumes one of two replay jobs.
    pub(crate) replays: u8,
    /// Whether everything that the properties call possible must be found within them.
    pub(crate) is_complete: bool,
}

impl Bounds {
    /// One fault at a time, and the most that senders do.
    pub(crate) const BUSY: Bounds = Bounds {
        deliveries: 1,
        faults: 1,
        queued: 2,
        sweeps: 1,
        attempts_before: 0,
        returns: false,
        second: SecondBody::Never,
        replays: 0,
        is_complete: true,
    };
    /// Two faults, and a sender that never repeats itself.
    const FAULTY: Bounds = Bounds { deliveries: 0, faults: 2, is_complete: false, ..Bounds::BUSY };
    /// The last attempt.
    const LAST_ATTEMPT: Bounds = Bounds { faults: 1, attempts_before: 7, ..Bounds::FAULTY };

    /// A failed event that is delivered again; its first attempt is its last, as is the one after.
    pub(crate) const RETURNED: Bounds = Bounds {
        deliveries: 1,
        faults: 2,
        queued: 1,
        attempts_before: 7,
        returns: true,
        is_complete: false,
        ..Bounds::BUSY
    };

    /// Two bodies that are two events; the first attempt is the last.
    pub(crate) const TWO_EVENTS: Bounds = Bounds {
        deliveries: 2,
        queued: 1,
        attempts_before: 7,
        second: SecondBody::AnotherEvent,
        is_complete: false,
        ..Bounds::BUSY
    };

    /// Two bodies between which the sender's API decides; one attempt is left after the first.
    pub(crate) const TO_CONFIRM: Bounds = Bounds {
        deliveries: 2,
        faults: 0,
        queued: 1,
        attempts_before: 6,
        second: SecondBody::ToConfirm,
        is_complete: false,
        ..Bounds::BUSY
    };

    /// A replay, and one thing that goes wrong before, meanwhile or after.
    pub(crate) const REPLAYED: Bounds = Bounds { faults: 1, queued: 1, replays: 1, ..Bounds::FAULTY };

    /// Two replay jobs, of which one is resumed after the other.
    pub(crate) const REPLAYED_BY_TWO: Bounds = Bounds { faults: 0, replays: 3, ..Bounds::REPLAYED };

    /// Two sweeps that overlap, and a sender that never repeats itself.
    const SWEPT_TWICE: Bounds = Bounds { faults: 1, sweeps: 2, ..Bounds::FAULTY };

    /// What the environment asks for: more, if it says `MODEL=large`.
    #[expect(clippy::disallowed_methods, reason = "a knob of this test, not a setting of Landfall")]
    pub(crate) fn asked_for() -> Vec<Bounds> {
        match std::env::var("MODEL").as_deref() {
            Ok("large") => vec![
                Bounds { faults: 2, ..Bounds::BUSY },
                Bounds { deliveries: 2, ..Bounds::BUSY },
                Bounds { faults: 2, ..Bounds::LAST_ATTEMPT },
                Bounds { faults: 2, ..Bounds::SWEPT_TWICE },
                Bounds::RETURNED,
                Bounds { faults: 2, ..Bounds::TWO_EVENTS },
                Bounds { faults: 1, ..Bounds::TO_CONFIRM },
                Bounds { replays: 2, ..Bounds::REPLAYED },
                Bounds { faults: 2, ..Bounds::REPLAYED },
            ],
            _ => vec![
                Bounds::BUSY,
                Bounds::FAULTY,
                Bounds::LAST_ATTEMPT,
                Bounds::SWEPT_TWICE,
                Bounds { faults: 1, ..Bounds::RETURNED },
                Bounds { deliveries: 1, ..Bounds::TWO_EVENTS },
                Bounds::TO_CONFIRM,
                Bounds::REPLAYED,
                Bounds::REPLAYED_BY_TWO,
            ],
        }
    }
}

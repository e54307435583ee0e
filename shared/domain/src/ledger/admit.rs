//! What it means that a record stands where a new one was to be put.

use crate::digest::Digest;
use crate::ledger::record::{RecordState, State};
use crate::time::Timestamp;

/// What to make of a record that stood where a new one was to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Another delivery recorded the event before; its body is durable and it comes due by itself.
    Duplicate {
        /// The body now sent is another one. It is not kept; an operator should know.
        differs: bool,
    },
    /// What was recorded before has failed, and this is another body: the genuine one perhaps, after one that somebody
    /// had forged. It is an event of its own, under [its own id](crate::event::Event::with_body_digest).
    Beside,
    /// The record's time is over; it may be replaced, on the condition that it still expires at this second.
    Expired {
        /// The expiry seen.
        expires_at_seconds: i64,
    },
}

/// Decides what `existing`, which another delivery recorded, means to a delivery with this body.
#[must_use]
pub fn admit(existing: &RecordState, body_sha256: Digest, now: Timestamp) -> Admission {
    match existing.expires_at_seconds {
        Some(expires_at_seconds) if existing.is_expired(now) => Admission::Expired { expires_at_seconds },
        _ if allows_second_body(existing, body_sha256) => Admission::Beside,
        _ => Admission::Duplicate { differs: existing.body_sha256 != body_sha256 },
    }
}

/// Whether an event with this body may stand beside `existing` instead of being its duplicate. While the first is not
/// finished it may still come to be believed, and then by what the sender itself says of it.
#[must_use]
pub fn allows_second_body(existing: &RecordState, body_sha256: Digest) -> bool {
    existing.state == State::Failed && existing.body_sha256 != body_sha256
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::record::State;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn existing(state: State, expires_at_seconds: Option<i64>) -> RecordState {
        RecordState {
            state,
            recorded_by: "another".to_owned(),
            body_sha256: Digest::of(b"body"),
            claimed_by: None,
            attempts: 0,
            lease_until: None,
            not_before: None,
            due_at: None,
            expires_at_seconds,
        }
    }

    fn check(state: State, expires_at_seconds: Option<i64>, expected: Admission) {
        let existing = existing(state, expires_at_seconds);
        assert_eq!(admit(&existing, existing.body_sha256, NOW), expected, "{state} {expires_at_seconds:?}");
    }

    #[test]
    fn a_record_of_another_delivery_is_a_duplicate_in_every_state() {
        for state in [State::Received, State::Processing, State::Done, State::Failed] {
            check(state, None, Admission::Duplicate { differs: false });
        }
    }

    #[test]
    fn an_expired_record_no_longer_counts() {
        let second = 1_700_000_000;
        check(State::Done, Some(second), Admission::Expired { expires_at_seconds: second });
        check(State::Done, Some(second + 1), Admission::Duplicate { differs: false });
    }

    #[test]
    fn another_body_is_an_event_of_its_own_once_the_first_has_failed() {
        let check = |state, body: &[u8], expected| {
            assert_eq!(admit(&existing(state, None), Digest::of(body), NOW), expected, "{state}");
        };
        for state in [State::Received, State::Processing, State::Done] {
            check(state, b"another", Admission::Duplicate { differs: true });
        }
        check(State::Failed, b"another", Admission::Beside);
        check(State::Failed, b"body", Admission::Duplicate { differs: false });
    }
}

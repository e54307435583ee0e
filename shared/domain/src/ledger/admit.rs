//! What a put that found a record already standing has found.

use crate::digest::Digest;
use crate::ledger::record::Standing;
use crate::time::Timestamp;

/// What to make of a record that stood where a new one was to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is ours: an earlier try of this very put had landed. The event is new.
    Own,
    /// Another delivery recorded the event before; its body is durable and it comes due by itself.
    Duplicate {
        /// The body now sent is another one. It is not kept; an operator should know.
        differs: bool,
    },
    /// The record's time is over; it may be replaced, on the condition that it still expires at this second.
    Expired {
        /// The expiry seen.
        expires_at_seconds: i64,
    },
}

/// Decides what `existing` means to the delivery `request_id` with this body.
#[must_use]
pub fn admit(existing: &Standing, request_id: &str, body_sha256: Digest, now: Timestamp) -> Admission {
    match existing.expires_at_seconds {
        Some(expires_at_seconds) if existing.is_expired(now) => Admission::Expired { expires_at_seconds },
        _ if existing.delivery == request_id => Admission::Own,
        _ => Admission::Duplicate { differs: existing.body_sha256 != body_sha256 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::record::State;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn check(state: State, delivery: &str, expires_at_seconds: Option<i64>, expected: Admission) {
        let body_sha256 = Digest::of(b"body");
        let standing = Standing {
            state,
            delivery: delivery.to_owned(),
            body_sha256,
            claimed_by: None,
            attempts: 0,
            lease_until: None,
            not_before: None,
            due_at: None,
            expires_at_seconds,
        };
        assert_eq!(admit(&standing, "mine", body_sha256, NOW), expected, "{state} {delivery} {expires_at_seconds:?}");
    }

    #[test]
    fn a_record_of_another_delivery_is_a_duplicate_in_every_state() {
        for state in [State::Received, State::Processing, State::Done, State::Failed] {
            check(state, "other", None, Admission::Duplicate { differs: false });
            check(state, "mine", None, Admission::Own);
        }
    }

    #[test]
    fn an_expired_record_no_longer_counts_whosever_it_was() {
        let second = 1_700_000_000;
        for delivery in ["mine", "other"] {
            check(State::Done, delivery, Some(second), Admission::Expired { expires_at_seconds: second });
        }
        check(State::Done, "other", Some(second + 1), Admission::Duplicate { differs: false });
    }
}

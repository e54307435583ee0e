//! Who may work on an event.

use crate::ledger::record::{RecordState, State};
use crate::ledger::schedule::Schedule;
use crate::time::Timestamp;

/// What a processor asks for when it claims an event.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// A fresh random token: it tells this claim from every other, also from another of the same processor.
    pub token: String,
    /// When it is made.
    pub now: Timestamp,
    /// Until when it is to hold.
    pub lease_until: Timestamp,
    /// The pace of waits.
    pub schedule: Schedule,
}

/// What a claim comes to, given the record that stands and that another wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It may be taken.
    Take {
        /// Where `due_at` must be moved, because it would come before the lease is surely over. Absent where it may
        /// stay: every change of it costs two writes to the index.
        due_at: Option<Timestamp>,
    },
    /// There is no record, so the message makes it. An expired one is replaced, on the condition that it still
    /// expires at this second.
    Make {
        /// The expiry seen, if an expired record stands there.
        expired_at_seconds: Option<i64>,
    },
    /// It must be left alone; `due_at` brings it back if need be.
    Refuse(Reason),
}

/// Why a claim is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is done or failed.
    Finished,
    /// Another claim's lease runs.
    Leased,
    /// It waits for its next attempt.
    NotYetDue,
}

crate::text::string_enum::string_enum!(Reason { Finished => "finished", Leased => "leased", NotYetDue => "not_yet_due" });

impl ClaimRequest {
    /// The latest moment at which the event must come due once this claim holds.
    #[must_use]
    pub fn due_at(&self) -> Timestamp {
        self.schedule.due_after_lease(self.lease_until)
    }
}

/// Decides whether `request` may have the event whose record is `existing`.
#[must_use]
pub fn claim(existing: Option<&RecordState>, request: &ClaimRequest) -> Claim {
    let Some(existing) = existing else {
        return Claim::Make { expired_at_seconds: None };
    };
    if existing.is_expired(request.now) {
        return Claim::Make { expired_at_seconds: existing.expires_at_seconds };
    }
    match existing.state {
        State::Done | State::Failed => Claim::Refuse(Reason::Finished),
        State::Processing if existing.lease_until.is_some_and(|until| until > request.now) => {
            Claim::Refuse(Reason::Leased)
        }
        State::Received if existing.not_before.is_some_and(|at| at > request.schedule.claimable_until(request.now)) => {
            Claim::Refuse(Reason::NotYetDue)
        }
        State::Received | State::Processing => {
            let stays = existing.due_at.is_some_and(|due_at| due_at >= request.due_at());
            Claim::Take { due_at: (!stays).then(|| request.due_at()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::digest::Digest;
    use crate::time::time_scale::TimeScale;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn request() -> ClaimRequest {
        ClaimRequest {
            token: "mine".to_owned(),
            now: NOW,
            lease_until: NOW + 110 * SECOND,
            schedule: Schedule::at(TimeScale::REAL),
        }
    }

    fn existing(state: State) -> RecordState {
        RecordState {
            state,
            recorded_by: "delivery".to_owned(),
            body_sha256: Digest::of(b""),
            verified_by: crate::event::VerifiedBy::Signature,
            origin: crate::event::Origin::Webhook,
            is_contradicted: false,
            brought_forward_at: None,
            claimed_by: None,
            attempts: 0,
            lease_until: None,
            not_before: None,
            due_at: Some(NOW + 600 * SECOND),
            expires_at_seconds: None,
        }
    }

    #[test]
    fn a_received_event_may_be_taken_once_its_time_has_come() {
        let at = |not_before| claim(Some(&RecordState { not_before, ..existing(State::Received) }), &request());
        assert_eq!(at(None), Claim::Take { due_at: None });
        assert_eq!(at(Some(NOW - SECOND)), Claim::Take { due_at: None });
        assert_eq!(at(Some(NOW + 5 * SECOND)), Claim::Take { due_at: None });
        assert_eq!(at(Some(NOW + 6 * SECOND)), Claim::Refuse(Reason::NotYetDue));
    }

    #[test]
    fn due_at_moves_only_if_it_would_come_before_the_lease_is_over() {
        let at = |due_at| claim(Some(&RecordState { due_at, ..existing(State::Received) }), &request());
        let needed = NOW + 140 * SECOND;
        assert_eq!(at(Some(needed)), Claim::Take { due_at: None });
        assert_eq!(at(Some(needed - SECOND)), Claim::Take { due_at: Some(needed) });
        assert_eq!(at(None), Claim::Take { due_at: Some(needed) });
    }

    #[test]
    fn a_lease_is_respected_until_it_lapses() {
        let at = |lease_until| claim(Some(&RecordState { lease_until, ..existing(State::Processing) }), &request());
        assert_eq!(at(Some(NOW + SECOND)), Claim::Refuse(Reason::Leased));
        assert_eq!(at(Some(NOW)), Claim::Take { due_at: None });
        assert_eq!(at(None), Claim::Take { due_at: None });
    }

    #[test]
    fn a_finished_event_stays_finished_until_it_expires() {
        let second = 1_700_000_000;
        for state in [State::Done, State::Failed] {
            let at = |expires_at_seconds| {
                claim(Some(&RecordState { due_at: None, expires_at_seconds, ..existing(state) }), &request())
            };
            assert_eq!(at(Some(second + 1)), Claim::Refuse(Reason::Finished));
            assert_eq!(at(Some(second)), Claim::Make { expired_at_seconds: Some(second) });
        }
    }

    #[test]
    fn without_a_record_the_message_makes_it() {
        assert_eq!(claim(None, &request()), Claim::Make { expired_at_seconds: None });
    }
}

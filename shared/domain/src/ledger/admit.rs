//! What it means that a record stands where a new one was to be put.

use crate::digest::Digest;
use crate::event::key_meaning::KeyMeaning;
use crate::event::{Event, Origin, VerifiedBy};
use crate::ledger::item::Item;
use crate::ledger::record::{PackedBody, RecordBody, RecordState, State};
use crate::ledger::schedule::Schedule;
use crate::time::Timestamp;

/// What to make of a record that stood where a new one was to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Another delivery recorded the event before; its body is durable and it comes due by itself.
    Duplicate {
        /// The body now sent is another one, under a key that names a state: it may be another event. It is not kept,
        /// since it is not as well vouched for as the first; an operator should know.
        differs: bool,
        /// It comes after the sender's API was asked for it.
        is_late: bool,
    },
    /// The same of one that waits for its sender's API to confirm it. Which of the two bodies is true the API says, so it
    /// is asked at once, and the event is [brought forward](crate::ledger::writes::ask_again).
    AskAgain(RetryWait),
    /// This is another body: of another event under a state's key, or the genuine one after a forged one that has failed.
    /// It is an event of its own, under [its own id](crate::event::Event::with_body_digest).
    Beside,
    /// The event failed a while ago, and is delivered again: it goes [back to work](crate::ledger::writes::return_failed).
    Return {
        /// The expiry seen.
        expires_at_seconds: i64,
    },
    /// The record's time is over; it may be replaced, on the condition that it still expires at this second.
    Expired {
        /// The expiry seen.
        expires_at_seconds: i64,
    },
}

/// How an event waits for its next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RetryWait {
    /// Until when, as it was seen.
    pub not_before: Timestamp,
    /// How many attempts it has had.
    pub attempts: u32,
    /// When another body last brought it forward, as it was seen.
    pub brought_forward_at: Option<Timestamp>,
}

/// Decides what `existing`, which another delivery recorded, means to the delivery of `event`, which has the same id.
#[must_use]
pub fn admit(existing: &RecordState, event: &Event, now: Timestamp, schedule: Schedule) -> Admission {
    let differs = existing.body_sha256 != event.body_sha256;
    match existing.expires_at_seconds {
        Some(expires_at_seconds) if existing.is_expired(now) => Admission::Expired { expires_at_seconds },
        _ if allows_second_body(existing, event) => Admission::Beside,
        Some(expires_at_seconds) if !differs && may_return(existing, expires_at_seconds, now, schedule) => {
            Admission::Return { expires_at_seconds }
        }
        _ => match waiting(existing, now) {
            Some(waiting)
                if differs
                    && event.must_confirm
                    && existing.verified_by == VerifiedBy::Token
                    && schedule.may_ask_again(existing.brought_forward_at, now) =>
            {
                Admission::AskAgain(waiting)
            }
            _ => {
                // What the API tells is in another form than what the sender delivers.
                let is_late = existing.origin == Origin::Poll;
                Admission::Duplicate { differs: differs && !is_late && event.key_meaning == KeyMeaning::State, is_late }
            }
        },
    }
}

/// Decides the same where `before` was recorded a moment ago and nothing has come of it yet; `None` if the two have
/// different ids.
///
/// # Panics
/// If what records an event cannot be read back.
#[must_use]
pub fn admit_after(before: &Event, event: &Event, schedule: Schedule) -> Option<Admission> {
    let body = PackedBody { bytes: Vec::new(), is_zstd: false };
    let record = Item::received(before, RecordBody::Inline(&body), before.received_at).record_state();
    let record = record.expect("a record that was just made can be read");
    (before.id == event.id).then(|| admit(&record, event, event.received_at, schedule))
}

/// What to make of a record that stands where that of an event was to be put which a sender's API tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolledAdmission {
    /// The event is worked on, or will be.
    Unfinished,
    /// It is finished: nothing is published once more, and its job has ended.
    Finished,
    /// Another body has failed: this one is an event of its own, under
    /// [its own id](crate::event::Event::with_body_digest).
    Beside,
    /// The record's time is over; it may be replaced, on the condition that it still expires at this second.
    Expired {
        /// The expiry seen.
        expires_at_seconds: i64,
    },
}

/// Decides what `existing` means to an event that a sender's API tells, which has the same id.
#[must_use]
pub fn admit_polled(existing: &RecordState, body_sha256: Digest, now: Timestamp) -> PolledAdmission {
    match existing.expires_at_seconds {
        Some(expires_at_seconds) if existing.is_expired(now) => PolledAdmission::Expired { expires_at_seconds },
        _ if !existing.state.is_final() => PolledAdmission::Unfinished,
        _ if existing.state == State::Failed && existing.body_sha256 != body_sha256 => PolledAdmission::Beside,
        _ => PolledAdmission::Finished,
    }
}

/// Whether `event` may stand beside `existing`, whose id it has, instead of being its duplicate: what has failed keeps no
/// other body out, and under a state's key another body is another event wherever it is as well vouched for as the first.
/// Where the sender's API has the last word, it has it for both bodies, so a second one adds nothing.
#[must_use]
pub fn allows_second_body(existing: &RecordState, event: &Event) -> bool {
    let is_as_well_vouched_for = match event.verified_by {
        VerifiedBy::Signature | VerifiedBy::Confirmed => true,
        VerifiedBy::Token => existing.verified_by == VerifiedBy::Token && !event.must_confirm,
    };
    let is_another_event = event.key_meaning == KeyMeaning::State && is_as_well_vouched_for;
    existing.body_sha256 != event.body_sha256 && (existing.state == State::Failed || is_another_event)
}

/// Whether an event that failed may be tried again because it is delivered again. What its sender's API contradicted may
/// not, and nothing within an hour: else one captured delivery could keep the processor busy.
fn may_return(existing: &RecordState, expires_at_seconds: i64, now: Timestamp, schedule: Schedule) -> bool {
    let is_failed = existing.state == State::Failed && !existing.is_contradicted;
    is_failed && schedule.return_at(expires_at_seconds) <= now
}

fn waiting(existing: &RecordState, now: Timestamp) -> Option<RetryWait> {
    let not_before = existing.not_before.filter(|at| existing.state == State::Received && *at > now)?;
    Some(RetryWait { not_before, attempts: existing.attempts, brought_forward_at: existing.brought_forward_at })
}

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::event::Origin;
use crate::event::event_id::EventId;
use crate::event::event_type::EventType;
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::time::time_scale::TimeScale;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);

const DUPLICATE: Admission = Admission::Duplicate { differs: false, is_late: false };
const DIFFERS: Admission = Admission::Duplicate { differs: true, is_late: false };

fn existing(state: State, verified_by: VerifiedBy) -> RecordState {
    RecordState {
        state,
        recorded_by: "another".to_owned(),
        body_sha256: Digest::of(b"body"),
        verified_by,
        origin: Origin::Webhook,
        is_contradicted: false,
        brought_forward_at: None,
        claimed_by: None,
        attempts: 3,
        lease_until: None,
        not_before: None,
        due_at: None,
        expires_at_seconds: None,
    }
}

fn event(verified_by: VerifiedBy, key_meaning: KeyMeaning, must_confirm: bool, body: &[u8]) -> Event {
    Event {
        id: EventId::parse("source/key").unwrap(),
        source: SourceName::parse("source").unwrap(),
        provider: Provider::Csm,
        event_type: EventType::Unrecognized,
        subject: None,
        verified_by,
        key_meaning,
        must_confirm,
        origin: Origin::Webhook,
        replay: 0,
        received_at: NOW,
        recorded_by: "this one".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(body),
    }
}

#[test]
fn a_record_of_the_same_body_is_a_duplicate_in_every_state() {
    for state in [State::Received, State::Processing, State::Done] {
        for verified_by in VerifiedBy::ALL {
            let event = event(verified_by, KeyMeaning::State, false, b"body");
            assert_eq!(admit(&existing(state, verified_by), &event, NOW, SCHEDULE), DUPLICATE, "{state}");
        }
    }
}

#[test]
fn an_expired_record_no_longer_counts() {
    let second = 1_700_000_000;
    let check = |expires_at_seconds, expected| {
        let existing = RecordState { expires_at_seconds, ..existing(State::Done, VerifiedBy::Signature) };
        let event = event(VerifiedBy::Signature, KeyMeaning::Event, false, b"body");
        assert_eq!(admit(&existing, &event, NOW, SCHEDULE), expected);
    };
    check(Some(second), Admission::Expired { expires_at_seconds: second });
    check(Some(second + 1), DUPLICATE);
}

#[test]
fn another_body_is_an_event_of_its_own_where_it_is_as_well_vouched_for_as_the_first() {
    use KeyMeaning::{Event, State as OfState};
    use VerifiedBy::{Signature, Token};
    let check = |first, second, meaning, must_confirm, expected| {
        let event = event(second, meaning, must_confirm, b"another");
        for state in [State::Received, State::Processing, State::Done] {
            let told = admit(&existing(state, first), &event, NOW, SCHEDULE);
            assert_eq!(told, expected, "{state}: {first}, then {second}, {meaning}, {must_confirm}");
        }
        let told = admit(&existing(State::Failed, first), &event, NOW, SCHEDULE);
        assert_eq!(told, Admission::Beside, "what has failed keeps no other body out");
    };
    check(Signature, Signature, OfState, false, Admission::Beside);
    check(Token, Signature, OfState, false, Admission::Beside);
    check(Token, Token, OfState, false, Admission::Beside);
    check(Signature, Token, OfState, false, DIFFERS);
    check(Token, Token, OfState, true, DIFFERS);
    check(Signature, Signature, Event, false, DUPLICATE);
    check(Token, Token, Event, false, DUPLICATE);
}

#[test]
fn what_failed_is_tried_again_when_it_is_delivered_an_hour_later() {
    let check = |failed_for, is_contradicted, expected: fn(i64) -> Admission| {
        let expires_at_seconds = SCHEDULE.expires_at_seconds(NOW - failed_for);
        let existing = existing(State::Failed, VerifiedBy::Token);
        let existing = RecordState { is_contradicted, expires_at_seconds: Some(expires_at_seconds), ..existing };
        let event = event(VerifiedBy::Token, KeyMeaning::State, true, b"body");
        assert_eq!(admit(&existing, &event, NOW, SCHEDULE), expected(expires_at_seconds));
    };
    check(HOUR, false, |expires_at_seconds| Admission::Return { expires_at_seconds });
    check(HOUR - SECOND, false, |_| DUPLICATE);
    check(HOUR, true, |_| DUPLICATE);
}

#[test]
fn another_body_has_the_api_asked_at_once_but_once_a_minute() {
    let waits = |brought_forward_at| RecordState {
        not_before: Some(NOW + HOUR),
        brought_forward_at,
        ..existing(State::Received, VerifiedBy::Token)
    };
    let check = |existing: &RecordState, must_confirm, body: &[u8], expected| {
        let event = event(VerifiedBy::Token, KeyMeaning::Event, must_confirm, body);
        assert_eq!(admit(existing, &event, NOW, SCHEDULE), expected);
    };
    let asks =
        |brought_forward_at| Admission::AskAgain(RetryWait { not_before: NOW + HOUR, attempts: 3, brought_forward_at });
    check(&waits(None), true, b"another", asks(None));
    let minute_ago = Some(NOW - 60 * SECOND);
    check(&waits(minute_ago), true, b"another", asks(minute_ago));
    check(&waits(Some(NOW - 59 * SECOND)), true, b"another", DUPLICATE);
    check(&waits(None), false, b"another", DUPLICATE);
    check(&waits(None), true, b"body", DUPLICATE);
    check(&RecordState { verified_by: VerifiedBy::Signature, ..waits(None) }, true, b"another", DUPLICATE);
    check(&RecordState { not_before: Some(NOW), ..waits(None) }, true, b"another", DUPLICATE);
}

#[test]
fn what_the_api_tells_is_worked_on_once() {
    let check = |state: State, expires_at_seconds: Option<i64>, body: &[u8], expected: PolledAdmission| {
        let existing = RecordState { expires_at_seconds, ..existing(state, VerifiedBy::Token) };
        assert_eq!(admit_polled(&existing, Digest::of(body), NOW), expected, "{state}");
    };
    let later = Some(1_800_000_000);
    for state in [State::Received, State::Processing] {
        check(state, None, b"another", PolledAdmission::Unfinished);
    }
    check(State::Done, later, b"another", PolledAdmission::Finished);
    check(State::Failed, later, b"body", PolledAdmission::Finished);
    check(State::Failed, later, b"another", PolledAdmission::Beside);
    let over = 1_700_000_000;
    check(State::Done, Some(over), b"body", PolledAdmission::Expired { expires_at_seconds: over });
}

#[test]
fn a_tokens_body_under_the_id_of_a_polled_event_is_late() {
    let polled = RecordState { origin: Origin::Poll, ..existing(State::Done, VerifiedBy::Confirmed) };
    let by_token = |body: &[u8]| event(VerifiedBy::Token, KeyMeaning::State, true, body);
    for body in [&b"body"[..], b"another"] {
        let admitted = admit(&polled, &by_token(body), NOW, SCHEDULE);
        assert_eq!(admitted, Admission::Duplicate { differs: false, is_late: true });
    }
    let signed = event(VerifiedBy::Signature, KeyMeaning::State, false, b"another");
    assert_eq!(admit(&polled, &signed, NOW, SCHEDULE), Admission::Beside);
}

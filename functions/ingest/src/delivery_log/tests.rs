//! The lines are in `tests/log_lines/ingest.json`, where alarms, dashboard and docs are tested against them.

use domain::delivery::headers::Headers;
use domain::delivery::{Delivery, RequestUrl};
use domain::digest::Digest;
use domain::source::Source;
use domain::time::Timestamp;
use domain::verify::verify;
use platform::service_error::ServiceError;
use testdata::log_line;

use super::*;

const AT: Timestamp = Timestamp::from_millis(1_756_711_611_484);
const TRACE: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";

/// A genuine delivery to a source whose tokens are `current` and `previous`.
fn verified(token: &str) -> VerifiedEvent {
    let digests = ["current", "previous"].map(|token| format!("\"{}\"", Digest::of(token.as_bytes()))).join(",");
    let name = SourceName::parse("csm-prod").unwrap();
    let source = Source::parse(name, &format!(r#"{{"provider":"csm","token_sha256":[{digests}]}}"#)).unwrap();
    let body = br#"{"type":"session_status_changed","payload":{"session_id":"SESSION_1","session_type":"text_to_image",
        "old_status":"incomplete","new_status":"complete","timestamp":"2025-09-01T07:26:51.484Z"}}"#;
    verify(delivery(Some(token), Headers::default(), body), &source).unwrap()
}

/// A delivery that was signed with the second of its source's secrets. The signature was made with OpenSSL:
/// `printf %s "$BODY" | openssl dgst -sha256 -hmac previous-secret-0123456789`.
fn signed_by_previous() -> VerifiedEvent {
    const BODY: &[u8] = br#"{"id":"pred_abc123","status":"completed"}"#;
    const SIGNATURE: &str = "c4e2a2d752afc5328a97f61eaa7547a6c0a7b4ef189aa0b5ca5d001b259bf08a";
    let secrets = r#"{"provider":"get3w","secrets":["current-secret-0123456789","previous-secret-0123456789"]}"#;
    let source = Source::parse(SourceName::parse("get3w-prod").unwrap(), secrets).unwrap();
    let headers = [("x-get3w-signature", SIGNATURE)].into_iter().collect();
    verify(delivery(None, headers, BODY), &source).unwrap()
}

fn delivery(token: Option<&str>, headers: Headers, body: &[u8]) -> Delivery {
    Delivery {
        url: RequestUrl::default(),
        token: token.map(Into::into),
        headers,
        body: body.to_vec(),
        received_at: AT,
        request_id: "8f5cc0f2-6a1c-4f0e-9d55-0b3a3f6d1c01".to_owned(),
    }
}

/// Tells `learn` of a delivery that was answered with what it gives back, and compares the log with that kept as `name`.
fn check(name: &str, learn: impl FnOnce(&mut DeliveryLog) -> Answer) {
    let mut log = DeliveryLog::begin("8f5cc0f2-6a1c-4f0e-9d55-0b3a3f6d1c01", Trace::parse(TRACE).as_ref());
    let answer = learn(&mut log);
    let level = log.conclude(&answer, &Response::of(&answer));
    log.duration_ms = 12.5;
    log_line::check("ingest", name, &log::render(Some("Ingest"), AT, level, "delivery", log));
}

/// The same of a genuine delivery.
fn check_verified(name: &str, verified: VerifiedEvent, learn: impl FnOnce(&mut DeliveryLog, VerifiedEvent) -> Answer) {
    check(name, |log| {
        log.source(&verified.event().source);
        log.body_bytes(verified.body().len());
        log.verified(&verified);
        learn(log, verified)
    });
}

fn error() -> ServiceError {
    ServiceError::retryable("sqs:SendMessage", "timed out")
}

#[test]
fn an_accepted_delivery_is_counted_with_what_proved_it() {
    check_verified("accepted", verified("current"), |_, verified| Answer::Accepted(verified.event().id.clone()));
    check_verified("accepted-by-previous-token", verified("previous"), |_, verified| {
        Answer::Accepted(verified.event().id.clone())
    });
    check_verified("accepted-by-previous-secret", signed_by_previous(), |_, verified| {
        Answer::Accepted(verified.event().id.clone())
    });
}

#[test]
fn a_duplicate_is_counted_and_whether_it_differs() {
    check_verified("duplicate", verified("current"), |log, verified| {
        log.recent();
        Answer::Duplicate(verified.event().id.clone())
    });
    check_verified("duplicate-differs", verified("current"), |log, verified| {
        log.duplicate(true);
        Answer::Duplicate(verified.event().id.clone())
    });
}

#[test]
fn a_webhook_that_comes_after_its_sender_was_asked_is_late() {
    check_verified("late", verified("current"), |log, verified| {
        log.late(true);
        Answer::Duplicate(verified.event().id.clone())
    });
}

#[test]
fn what_was_kept_in_one_store_only_is_counted() {
    check_verified("deferred", verified("current"), |log, verified| {
        log.reason(&error());
        log.deferred();
        Answer::Accepted(verified.event().id.clone())
    });
    check_verified("unrecorded", verified("current"), |log, verified| {
        log.reason(&ServiceError::retryable("dynamodb:PutItem", "timed out"));
        log.unrecorded();
        Answer::Accepted(verified.event().id.clone())
    });
}

#[test]
fn a_refusal_is_counted_by_its_reason() {
    check("refused", |log| {
        log.source(&SourceName::parse("csm-prod").unwrap());
        log.body_bytes(87);
        log.refused(Refusal::TokenWrong);
        Answer::Refused
    });
    check("unknown-source", |line| {
        line.source(&SourceName::parse("csm-prodd").unwrap());
        line.body_bytes(87);
        line.refused(Refusal::UnknownSource);
        Answer::Refused
    });
}

#[test]
fn a_name_that_is_not_listed_counts_as_refused_though_its_sender_shall_come_again() {
    check("unlisted", |log| {
        log.source(&SourceName::parse("csm-prodd").unwrap());
        log.body_bytes(87);
        log.unlisted();
        Answer::Unavailable
    });
}

#[test]
fn what_nobody_holds_is_counted() {
    check_verified("unavailable", verified("current"), |log, _| {
        log.reason(&error());
        Answer::Unavailable
    });
}

#[test]
fn a_challenge_is_no_event() {
    let scheme = r#"{"scheme":{"kind":"static-token","header":"x-token"},
        "challenge":{"when":[{"at":"/type","equals":["url_verification"]}],"answer":"/challenge"}}"#;
    let json = format!(r#"{{"scheme":{scheme},"secrets":["current-secret-0123456789"]}}"#);
    let source = Source::parse(SourceName::parse("slack-prod").unwrap(), &json).unwrap();
    let headers = || [("x-token", "current-secret-0123456789")].into_iter().collect();
    let verified = |body: &[u8]| verify(delivery(None, headers(), body), &source).unwrap();
    let challenge = verified(br#"{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV"}"#);
    check_verified("challenge", challenge, |_, verified| Answer::Challenge(verified.challenge().unwrap().clone()));
    for other in [&br#"{"type":"event_callback","challenge":"x"}"#[..], br#"{"type":"url_verification"}"#, b"{"] {
        assert_eq!(verified(other).challenge(), None);
    }
}

#[test]
fn a_probe_is_no_delivery() {
    check("health", |_| Answer::Healthy);
}

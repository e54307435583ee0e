use expect_test::expect;

use super::*;
use crate::event::event_type::{Status, Thing};
use crate::event::{Origin, VerifiedBy};
use crate::provider::Provider;

fn event(body: &[u8]) -> Event {
    Event {
        id: EventId::parse("glossi-prod/job.complete/job-1").unwrap(),
        source: SourceName::parse("glossi-prod").unwrap(),
        provider: Provider::Glossi,
        event_type: EventType::Known(Thing::Job, Status::Completed),
        subject: Some("job-1".to_owned()),
        verified_by: VerifiedBy::Signature,
        key_meaning: crate::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        recorded_by: "request-1".to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body_sha256: Digest::of(body),
    }
}

fn check_round_trip(body: &[u8], location: BodyLocation<'_>, expected: &MessageBody) -> String {
    let text = encode(&event(body), body, location);
    check_decodes(&text, body, expected);
    text
}

fn check_decodes(text: &str, body: &[u8], expected: &MessageBody) {
    let message = Message::decode(text).unwrap();
    assert_eq!(message.event, event(body));
    assert_eq!(&message.body, expected);
}

fn here(body: &[u8]) -> MessageBody {
    MessageBody::Here(body.to_vec())
}

#[test]
fn the_wire_form_is_as_documented() {
    let text = check_round_trip(b"{\"a\":1}", BodyLocation::Ledger, &here(b"{\"a\":1}"));
    expect![[r#"{"v":1,"id":"glossi-prod/job.complete/job-1","source":"glossi-prod","provider":"glossi","type":"landfall.job.completed","subject":"job-1","verified_by":"signature","origin":"webhook","replay":0,"received_at":1700000000000,"delivery":"request-1","headers":{"content-type":"application/json"},"body_sha256":"015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862","body":{"text":"{\"a\":1}"}}"#]].assert_eq(&text);
    expect![[r#"{"v":1,"id":"glossi-prod/job.complete/job-1","source":"glossi-prod","provider":"glossi","type":"landfall.job.completed","subject":"job-1","verified_by":"signature","origin":"webhook","replay":0,"received_at":1700000000000,"delivery":"request-1","headers":{"content-type":"application/json"},"body_sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","body":{"ledger":true}}"#]].assert_eq(&encode_reference(&event(b"")));
}

#[test]
fn every_body_comes_through_byte_for_byte() {
    for body in
        [&b""[..], b"plain", "\u{fffe}\u{ffff}\u{1}\u{7f}\u{2028}".as_bytes(), b"\xff\xfe\x00\x80", b"\"\\\n\r\t\0"]
    {
        check_decodes(&encode_whole(&event(body), body).unwrap(), body, &here(body));
    }
}

#[test]
fn a_body_travels_inline_while_the_message_stays_small() {
    let body_ref = BodyRef::of("bucket", &event(b"x"), 1);
    let small = vec![b'x'; INLINE_MESSAGE_MAX_BYTES - 1024];
    let large = vec![b'x'; INLINE_MESSAGE_MAX_BYTES];
    let escaped = vec![b'\n'; INLINE_MESSAGE_MAX_BYTES / 2];
    check_round_trip(&small, BodyLocation::Ledger, &here(&small));
    check_round_trip(&large, BodyLocation::Ledger, &MessageBody::InLedger);
    check_round_trip(&escaped, BodyLocation::Ledger, &MessageBody::InLedger);
    check_round_trip(&large, BodyLocation::Bucket(&body_ref), &MessageBody::InBucket(body_ref.clone()));
    check_decodes(&encode_whole(&event(&large), &large).unwrap(), &large, &here(&large));
}

#[test]
fn what_is_nowhere_else_and_too_large_for_sqs_is_not_accepted() {
    let body = vec![b'x'; MESSAGE_MAX_BYTES];
    let error = encode_whole(&event(&body), &body).unwrap_err();
    assert!(error.size_bytes > MESSAGE_MAX_BYTES);
}

#[test]
fn what_cannot_be_read_says_why_and_quotes_nothing() {
    let genuine = encode(&event(b"body"), b"body", BodyLocation::Ledger);
    let check = |from: &str, to: &str, expected: &str| {
        let changed = genuine.replace(from, to);
        assert_ne!(changed, genuine, "{from} stands in the message");
        assert_eq!(Message::decode(&changed).unwrap_err().to_string(), expected);
    };
    check(r#""v":1"#, r#""v":2"#, "version 2 of the message form is not known here");
    check("glossi-prod/job", "glossi-prod", "`id` does not hold what it must");
    check(r#""provider":"glossi""#, r#""provider":"acme""#, "`provider` does not hold what it must");
    check(r#"{"text":"body"}"#, r#"{"text":"bodY"}"#, "the body's SHA-256 is not `body_sha256`");
    check(r#"{"text":"body"}"#, r#"{"base64":"%"}"#, "`body` does not hold what it must");
    check(r#"{"text":"body"}"#, r#"{"ledger":false}"#, "`body` does not hold what it must");
    for text in ["", "{}", "secret", "[]", "null", r#"{"v":1}"#] {
        let error = Message::decode(text).unwrap_err().to_string();
        assert!(error.starts_with("not a message of the documented form") && !error.contains("secret"), "{error}");
    }
}

#[test]
fn readers_ignore_what_later_versions_add() {
    let genuine = encode(&event(b"body"), b"body", BodyLocation::Ledger);
    let later = genuine.replace(r#""v":1"#, r#""v":1,"trace":{"a":[1]}"#);
    assert_eq!(Message::decode(&later).unwrap(), Message::decode(&genuine).unwrap());
}

#[test]
fn a_reference_stays_small_whatever_the_sender_calls_its_things() {
    let body = serde_json::json!({"id": "\u{1}".repeat(100_000), "status": "completed"}).to_string();
    let head = Provider::Get3w.sender().unwrap().head(&BTreeMap::new(), body.as_bytes());
    let named = Event { subject: head.subject, ..event(body.as_bytes()) };
    assert!(named.subject.is_some());
    assert!(encode_reference(&named).len() < INLINE_MESSAGE_MAX_BYTES);
}

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;
use crate::event::event_id::EventId;
use crate::event::{Origin, VerifiedBy};
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

fn event(body: &[u8]) -> Event {
    let head = Provider::Get3w.sender().unwrap().head(&BTreeMap::new(), body);
    Event {
        id: EventId::parse("get3w-prod/pred_1/completed").unwrap(),
        source: SourceName::parse("get3w-prod").unwrap(),
        provider: Provider::Get3w,
        event_type: head.event_type,
        subject: head.subject,
        verified_by: VerifiedBy::Signature,
        key_meaning: crate::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        recorded_by: "request-1".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(body),
    }
}

/// The fields of `data` in which the sender's body travels.
fn check_raw(body: &[u8], expected: Expect) {
    let published = publish(
        &event(body),
        &Canonical::of(Provider::Get3w.sender().unwrap(), &BTreeMap::new(), body),
        body,
        PayloadPlacement::Whole,
    );
    let start = published.json.find(r#""origin":"webhook""#).expect("the field before the body");
    expected.assert_eq(&published.json[start..]);
}

#[test]
fn senders_json_comes_through_digit_for_digit() {
    check_raw(
        br#"{ "price": 1.10, "big": 123456789012345678901234567890 }"#,
        expect![[r#""origin":"webhook","raw":{ "price": 1.10, "big": 123456789012345678901234567890 }}}"#]],
    );
}

#[test]
fn what_is_not_json_comes_through_as_text_or_base64() {
    check_raw(b"plain \"text\"\n", expect![[r#""origin":"webhook","raw_text":"plain \"text\"\n"}}"#]]);
    check_raw("\u{fffe} and \u{1}".as_bytes(), expect![[r#""origin":"webhook","raw_text":"\ufffe and \u0001"}}"#]]);
    check_raw(b"\xff\x00", expect![[r#""origin":"webhook","raw_base64":"/wA="}}"#]]);
    check_raw(b"", expect![[r#""origin":"webhook","raw_text":""}}"#]]);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let published = publish(
        &event(deep.as_bytes()),
        &Canonical::of(Provider::Get3w.sender().unwrap(), &BTreeMap::new(), deep.as_bytes()),
        deep.as_bytes(),
        PayloadPlacement::Whole,
    );
    assert!(published.json.contains(r#""raw_text":"[[["#), "a consumer's parser may refuse what nests so deep");
}

#[test]
fn attributes_are_plain_and_never_empty() {
    let body = br#"{"id":"1","status":"odd"}"#;
    let unrecognized = publish(
        &event(body),
        &Canonical::of(Provider::Get3w.sender().unwrap(), &BTreeMap::new(), body),
        body,
        PayloadPlacement::Whole,
    );
    let rendered: Vec<String> = unrecognized.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    expect!["type=landfall.unrecognized source=get3w-prod provider=get3w"].assert_eq(&rendered.join(" "));
    assert_eq!(attribute("a b/ü").as_deref(), Some("a_b__"));
    assert_eq!(attribute(""), None);
    assert_eq!(attribute(&"x".repeat(200)).map(|value| value.len()), Some(128));
}

#[test]
fn a_large_event_travels_by_reference() {
    let body = format!(r#"{{"id":"1","status":"completed","pad":"{}"}}"#, "x".repeat(PUBLISHED_MAX_BYTES));
    let (event, canonical) =
        (event(body.as_bytes()), Canonical::of(Provider::Get3w.sender().unwrap(), &BTreeMap::new(), body.as_bytes()));
    assert!(!publish(&event, &canonical, body.as_bytes(), PayloadPlacement::Whole).fits());
    let body_ref = BodyRef::of("bucket", &event, body.len() as u64);
    let published = publish(&event, &canonical, body.as_bytes(), PayloadPlacement::BodyByReference(&body_ref));
    assert!(published.fits());
    let value: serde_json::Value = serde_json::from_str(&published.json).unwrap();
    assert_eq!(value["data"]["raw_ref"]["sha256"], event.body_sha256.to_string());
    assert_eq!(value["data"].get("raw"), None);

    let (bytes, assets_ref) = assets_object(&event, &canonical, "bucket");
    let carriage = PayloadPlacement::AllByReference { body: &body_ref, assets: &assets_ref };
    let value: serde_json::Value =
        serde_json::from_str(&publish(&event, &canonical, body.as_bytes(), carriage).json).unwrap();
    assert_eq!(value["data"]["assets_ref"]["size"], bytes.len());
    assert_eq!(value["data"]["assets"], serde_json::json!([]));
}

#[test]
fn the_least_carriage_fits_whatever_the_sender_writes() {
    let long = "\u{1}".repeat(300_000);
    let body = serde_json::json!({
        "id": long, "model": long, "status": "failed", "error": {"code": long, "message": long},
        "created_at": long, "completed_at": long, "outputs": [format!("https://cdn.get3w.com/{}", "x".repeat(300_000))],
    });
    let body = body.to_string().into_bytes();
    let (event, canonical) = (event(&body), Canonical::of(Provider::Get3w.sender().unwrap(), &BTreeMap::new(), &body));
    assert!(canonical.details.error.is_some() && !canonical.details.assets.is_empty(), "{:?}", canonical.head);
    let body_ref = BodyRef::of("bucket", &event, body.len() as u64);
    assert!(!publish(&event, &canonical, &body, PayloadPlacement::BodyByReference(&body_ref)).fits());
    let (_, assets_ref) = assets_object(&event, &canonical, "bucket");
    let least = PayloadPlacement::AllByReference { body: &body_ref, assets: &assets_ref };
    assert!(publish(&event, &canonical, &body, least).fits());
}

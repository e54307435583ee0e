//! What was written once is read for ever: the samples of `tests/formats`.

use std::collections::BTreeMap;

use domain::content::asset::MissingCopy;
use domain::content::asset::StoredCopy;
use domain::content::canonical::Canonical;
use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::EventType;
use domain::event::key_meaning::KeyMeaning;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::record::BodyRef;
use domain::message::{BodyLocation, INLINE_MESSAGE_MAX_BYTES, Message, MessageBody, encode, encode_reference};
use domain::provider::Provider;
use domain::published::{PayloadPlacement, assets_object, publish};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use expect_test::expect_file;
use serde_json::{Value, json};
use testdata::format::{folder, records, samples, schema, versions};

use crate::recorded;
use crate::schema::Schema;

const BUCKET: &str = "landfall-bucket";
const TEXT: &str = "{\"status\":\"completed\",\"name\":\"\u{fffe} \u{e9} \\n\"}";
const NOT_TEXT: &[u8] = b"\xff\xfe\x00\x80";
static LARGE: [u8; INLINE_MESSAGE_MAX_BYTES] = [b'x'; INLINE_MESSAGE_MAX_BYTES];
const COMPLETED: &[u8] = br#"{"id":"pred_abc123","model":"get3w/flux-dev","status":"completed","outputs":["https://cdn.get3w.com/outputs/image-1.png","https://cdn.get3w.com/outputs/image-2.png"],"created_at":"2025-09-01T07:26:49Z","completed_at":"2025-09-01T07:26:51.484Z"}"#;
const FAILED: &[u8] = br#"{"id":"pred_abc123","model":"get3w/flux-dev","status":"failed","error":"out of memory"}"#;

/// An event that says all that an event can say.
fn full(id: &str, body: &[u8]) -> Event {
    Event {
        id: EventId::parse(&format!("get3w-prod/pred_abc123/{id}")).expect("an event id"),
        source: SourceName::parse("get3w-prod").expect("a name"),
        provider: Provider::Get3w,
        event_type: EventType::parse("landfall.job.completed"),
        subject: Some("pred_abc123".to_owned()),
        verified_by: VerifiedBy::Signature,
        key_meaning: KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(1_756_711_612_000),
        recorded_by: "8f5cc0f2-6a1c-4f0e-9d55-0b3a3f6d1c01".to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body_sha256: Digest::of(body),
    }
}

/// An event that leaves out what it can, and was replayed.
fn bare(id: &str, body: &[u8]) -> Event {
    Event {
        event_type: EventType::Unrecognized,
        subject: None,
        verified_by: VerifiedBy::Token,
        origin: Origin::Replay,
        replay: 1,
        headers: BTreeMap::new(),
        ..full(id, body)
    }
}

/// An event whose key names a state, and which its sender's API must confirm.
fn to_confirm(id: &str, body: &[u8]) -> Event {
    Event { verified_by: VerifiedBy::Token, key_meaning: KeyMeaning::State, must_confirm: true, ..full(id, body) }
}

/// A message in each form, by the name of its sample.
fn messages() -> BTreeMap<&'static str, String> {
    let in_bucket = full("bucket", &LARGE);
    let body_ref = BodyRef::of(BUCKET, &in_bucket, LARGE.len() as u64);
    BTreeMap::from([
        ("text", encode(&full("text", TEXT.as_bytes()), TEXT.as_bytes(), BodyLocation::Ledger)),
        ("base64", encode(&bare("base64", NOT_TEXT), NOT_TEXT, BodyLocation::Ledger)),
        ("confirm", encode(&to_confirm("confirm", TEXT.as_bytes()), TEXT.as_bytes(), BodyLocation::Ledger)),
        ("ledger", encode_reference(&full("ledger", &LARGE))),
        ("bucket", encode(&in_bucket, &LARGE, BodyLocation::Bucket(&body_ref))),
    ])
}

/// An event in each form in which consumers get one, by the name of its sample.
fn published() -> BTreeMap<&'static str, String> {
    let write = |event: &Event, body: &[u8]| {
        let canonical = Canonical::of(recorded::sender(event), &event.headers, body);
        let event = Event { event_type: canonical.head.event_type, ..event.clone() };
        publish(&event, &canonical, body, PayloadPlacement::Whole).json
    };
    let by_reference = full("reference", COMPLETED);
    let canonical = Canonical::of(recorded::sender(&by_reference), &by_reference.headers, COMPLETED);
    let (_, assets_ref) = assets_object(&by_reference, &canonical, BUCKET);
    let body_ref = BodyRef::of(BUCKET, &by_reference, COMPLETED.len() as u64);
    let carriage = PayloadPlacement::AllByReference { body: &body_ref, assets: &assets_ref };
    BTreeMap::from([
        ("completed", write(&full("completed", COMPLETED), COMPLETED)),
        ("failed", write(&full("failed", FAILED), FAILED)),
        ("text", write(&bare("text", b"no JSON"), b"no JSON")),
        ("base64", write(&bare("base64", NOT_TEXT), NOT_TEXT)),
        ("reference", publish(&by_reference, &canonical, COMPLETED, carriage).json),
        ("archived", archived()),
    ])
}

/// An event whose sender's API was asked, and whose assets were fetched, one of them in vain.
fn archived() -> String {
    let event = Event { verified_by: VerifiedBy::Confirmed, ..full("archived", COMPLETED) };
    let mut canonical = Canonical::of(recorded::sender(&event), &event.headers, COMPLETED);
    let [copied, gone] = &mut canonical.details.assets[..] else { panic!("the delivery has two assets") };
    copied.archived = Some(StoredCopy {
        bucket: BUCKET.to_owned(),
        key: format!("assets/get3w-prod/2025/09/01/{}/0-image-1.png", event.id.digest()),
        size: 7,
        sha256: Digest::of(b"picture").to_string(),
    });
    gone.not_archived = Some(MissingCopy::Gone);
    publish(&event, &canonical, COMPLETED, PayloadPlacement::Whole).json
}

/// The version of the wire forms that the code writes.
fn newest() -> u32 {
    versions().pop().expect("there are versions")
}

/// The samples of a version, by their names.
fn values(version: u32, kind: &str) -> BTreeMap<String, Value> {
    let values: BTreeMap<String, Value> = if kind == "record" {
        records(version).into_iter().collect()
    } else {
        let parsed = |(name, text): (String, String)| (name, serde_json::from_str(&text).expect("a sample is JSON"));
        samples(version, kind).into_iter().map(parsed).collect()
    };
    assert!(values.len() > 3, "version {version} has only {} samples of a {kind}", values.len());
    values
}

/// What the readers of a version demand.
fn reader(version: u32, kind: &str) -> Schema {
    Schema::compile(&format!("{version}/{kind}"), schema(version, kind))
}

fn check_is(schema: &Schema, version: u32, kind: &str) {
    for (name, value) in values(version, kind) {
        let faults = schema.faults(&value);
        assert!(faults.is_empty(), "{version}/{kind}/{name}: {faults:#?}");
    }
}

#[test]
fn the_newest_samples_are_what_is_written_today() {
    for (kind, written) in [("message", messages()), ("published", published())] {
        let lines: String = written.values().map(|text| format!("{text}\n")).collect();
        expect_file![folder(newest()).join(format!("{kind}.jsonl"))].assert_eq(&lines);
        assert!(samples(newest(), kind).keys().eq(written.keys()), "samples are named as their events' ids end");
    }
}

#[test]
fn messages_of_every_version_are_read_as_they_were_meant() {
    let in_bucket = full("bucket", &LARGE);
    let body_ref = BodyRef::of(BUCKET, &in_bucket, LARGE.len() as u64);
    let meant = BTreeMap::from([
        ("text", (full("text", TEXT.as_bytes()), MessageBody::Here(TEXT.as_bytes().to_vec()))),
        ("base64", (bare("base64", NOT_TEXT), MessageBody::Here(NOT_TEXT.to_vec()))),
        ("confirm", (to_confirm("confirm", TEXT.as_bytes()), MessageBody::Here(TEXT.as_bytes().to_vec()))),
        ("ledger", (full("ledger", &LARGE), MessageBody::InLedger)),
        ("bucket", (in_bucket, MessageBody::InBucket(body_ref))),
    ]);
    for version in versions() {
        for (name, text) in samples(version, "message") {
            let (event, body) = meant[name.as_str()].clone();
            let read = Message::decode(&text).unwrap_or_else(|error| panic!("{version}/{name}: {error}"));
            assert_eq!(read, Message { event, body }, "{version}/{name}");
        }
    }
}

#[test]
fn events_of_every_version_are_what_the_schema_of_today_says() {
    for version in versions() {
        check_is(&Schema::load("published-event"), version, "published");
    }
}

/// The kept schemas say what the readers of a version demand and of which type. They ignore what they do not know.
#[test]
fn readers_of_every_version_can_read_what_is_written_today() {
    for version in 1..newest() {
        for kind in ["message", "record", "published"] {
            let schema = reader(version, kind);
            check_is(&schema, version, kind);
            for later in version + 1..=newest() {
                check_is(&schema, later, kind);
            }
        }
    }
}

/// A kept schema that demands nothing would let everything pass.
#[test]
fn what_readers_demand_is_demanded_by_the_kept_schemas() {
    for (kind, name, required) in [
        ("message", "text", &["v", "id", "source", "provider", "type", "verified_by", "origin", "received_at"][..]),
        ("message", "text", &["delivery", "body_sha256", "body"]),
        ("record", "received", &["id", "source", "provider", "type", "verified_by", "origin", "received_at"]),
        ("record", "received", &["delivery", "body_sha256", "body", "state"]),
        ("published", "completed", &["specversion", "id", "source", "type", "time", "landfallreplay", "data"]),
    ] {
        let schema = reader(1, kind);
        let whole = &values(1, kind)[name];
        for field in required {
            let mut without = whole.clone();
            assert!(without.as_object_mut().expect("an object").remove(*field).is_some(), "{kind} has {field}");
            assert!(!schema.is_valid(&without), "a {kind} without {field}");
            let mut wrong = whole.clone();
            wrong[*field] = json!([7]);
            assert!(!schema.is_valid(&wrong), "a {kind} whose {field} is a list");
        }
    }
}

//! What is sent is valid, and what is not of the form is not.

use domain::content::asset::StoredCopy;
use domain::content::canonical::Canonical;
use domain::expectation::ExpectationMessage;
use domain::ledger::record::BodyRef;
use domain::message::{BodyLocation, Message, encode, encode_reference, encode_whole};
use domain::provider::Provider;
use domain::published::{PayloadPlacement, PublishedEvent, assets_object, publish};
use domain::time::Timestamp;
use domain::verify::VerifiedEvent;
use serde_json::{Value, json};

use crate::recorded::{self, BUCKET};
use crate::schema::Schema;

/// `event` in each of the forms in which it can be published.
fn published(verified: &VerifiedEvent) -> [PublishedEvent; 3] {
    let (event, body) = (verified.event(), verified.body());
    let canonical = Canonical::of(recorded::sender(event), &event.headers, body);
    let body_ref = BodyRef::of(BUCKET, event, body.len() as u64);
    let (_, assets_ref) = assets_object(event, &canonical, BUCKET);
    [
        PayloadPlacement::Whole,
        PayloadPlacement::BodyByReference(&body_ref),
        PayloadPlacement::AllByReference { body: &body_ref, assets: &assets_ref },
    ]
    .map(|carriage| publish(event, &canonical, body, carriage))
}

/// `event` in each of the forms in which it can be sent to the processor.
fn messages(verified: &VerifiedEvent) -> [String; 4] {
    let (event, body) = (verified.event(), verified.body());
    let body_ref = BodyRef::of(BUCKET, event, body.len() as u64);
    let large = vec![b'x'; domain::message::INLINE_MESSAGE_MAX_BYTES];
    [
        encode(event, body, BodyLocation::Ledger),
        encode_whole(event, body).expect("a recorded delivery fits a message"),
        encode_reference(event),
        encode(event, &large, BodyLocation::Bucket(&body_ref)),
    ]
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("what is sent is JSON")
}

#[test]
fn every_recorded_delivery_is_published_as_the_schema_says() {
    let schema = Schema::load("published-event");
    for (name, event) in recorded::all() {
        for published in published(&event) {
            let faults = schema.faults(&parsed(&published.json));
            assert!(faults.is_empty(), "{name}: {faults:#?}\n{}", published.json);
        }
    }
}

#[test]
fn every_recorded_delivery_is_sent_as_the_schema_says() {
    let schema = Schema::load("message");
    for (name, event) in recorded::all() {
        for message in messages(&event) {
            let faults = schema.faults(&parsed(&message));
            assert!(faults.is_empty(), "{name}: {faults:#?}\n{message}");
        }
    }
}

/// What the schema takes is followed, and what it does not is not.
#[test]
fn an_expectation_is_followed_if_the_schema_takes_it() {
    let now = Timestamp::from_millis(1_756_711_611_484);
    let schema = Schema::load("expectation");
    let check = |fields: Value, is_valid: bool| {
        let mut message = json!({"v": 1, "source": "csm-prod", "job_id": "SESSION_1"});
        message.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        assert_eq!(schema.faults(&message).is_empty(), is_valid, "{message}");
        let followed = ExpectationMessage::decode(&message.to_string(), now);
        assert_eq!(followed.is_ok(), is_valid, "{message}: {followed:?}");
        if let Ok(ExpectationMessage::Expect(expectation)) = followed {
            assert!(schema.is_valid(&parsed(&expectation.to_string())), "{expectation}");
        }
    };
    check(json!({}), true);
    check(json!({"thing": "workflow", "within_seconds": 10, "give_up_seconds": 7_776_000, "more": 1}), true);
    check(json!({"submitted_at": "2025-09-01T07:25:15Z", "hint": {"family": "video", "body": {"a": [1]}}}), true);
    for bad in [
        json!({"v": 2}),
        json!({"source": "CSM"}),
        json!({"job_id": ""}),
        json!({"thing": "event"}),
        json!({"submitted_at": "yesterday"}),
        json!({"hint": {"family": "../v2"}}),
        json!({"hint": "video"}),
    ] {
        check(bad, false);
    }
}

/// Whoever checks what is said in the name of the schema must be able to tell a stranger's message.
#[test]
fn no_recorded_delivery_is_itself_an_event_or_a_message() {
    let schemas = [Schema::load("published-event"), Schema::load("message")];
    for (name, event) in recorded::all() {
        if let Ok(body) = serde_json::from_slice::<Value>(event.body()) {
            assert!(schemas.iter().all(|schema| !schema.is_valid(&body)), "{name}");
        }
    }
}

/// What the archive makes of an asset.
fn with_asset(fields: Value) -> Value {
    let mut event = parsed(&published(&recorded::event("get3w/v3-completed"))[0].json);
    let asset = event["data"]["assets"][0].as_object_mut().expect("an asset");
    asset.extend(fields.as_object().expect("fields").clone());
    event
}

#[test]
fn an_asset_is_archived_or_says_why_not_never_both() {
    let schema = Schema::load("published-event");
    let archived = StoredCopy {
        bucket: BUCKET.to_owned(),
        key: "assets/1".to_owned(),
        size: 7,
        sha256: domain::digest::Digest::of(b"picture").to_string(),
    };
    let archived = json!(archived);
    for (fields, valid) in [
        (json!({"archived": archived}), true),
        (json!({"expires_at": "2036-11-01T20:21:29Z"}), true),
        (json!({"expires_at": "tomorrow"}), false),
        (json!({"not_archived": "gone"}), true),
        (json!({"not_archived": ""}), false),
        (json!({"archived": archived, "not_archived": "gone"}), false),
        (json!({"archived": {"bucket": BUCKET}}), false),
        (json!({"archived": "assets/1"}), false),
        (json!({"something_new": [1]}), true),
    ] {
        assert_eq!(schema.is_valid(&with_asset(fields.clone())), valid, "{fields}");
    }
}

#[test]
fn an_event_may_gain_fields_and_lose_none() {
    let schema = Schema::load("published-event");
    let event = |name: &str| parsed(&published(&recorded::event(name))[0].json);
    let by_reference = |name: &str| parsed(&published(&recorded::event(name))[2].json);
    let completed = event("get3w/v3-completed");
    let failed = event("get3w/v3-failed");
    let all_by_reference = by_reference("get3w/v3-completed");
    let references = ["/data/raw_ref", "/data/assets_ref"];
    check_required(
        &schema,
        &completed,
        &["", "/data", "/data/job", "/data/assets/0"],
        &["/landfallreceived", "/subject"],
    );
    check_required(&schema, &failed, &["/data/error"], &[]);
    check_required(&schema, &all_by_reference, &references, &[]);
    for at in ["", "/data", "/data/job", "/data/timings", "/data/assets/0"] {
        let mut later = completed.clone();
        object(&mut later, at).insert("something_new".to_owned(), json!({"a": [1]}));
        assert!(schema.is_valid(&later), "a new field in {at:?}");
    }
    for (at, wrong) in [
        ("/specversion", json!("2.0")),
        ("/id", json!(7)),
        ("/id", json!("get3w-prod")),
        ("/id", json!("get3w-prod/a b")),
        ("/source", json!("get3w-prod")),
        ("/type", json!("landfall.job.paused")),
        ("/type", json!("landfall.job.failed")),
        ("/type", json!("landfall.unrecognized")),
        ("/subject", json!(null)),
        ("/time", json!("yesterday")),
        ("/time", json!("2025-13-01T00:00:00.000Z")),
        ("/datacontenttype", json!("text/plain")),
        ("/landfallreplay", json!(-1)),
        ("/landfallreplay", json!("0")),
        ("/data", json!("{}")),
        ("/data/provider", json!("Acme")),
        ("/data/status", json!("paused")),
        ("/data/status", json!("failed")),
        ("/data/status", json!(null)),
        ("/data/media", json!("smell")),
        ("/data/media", json!(null)),
        ("/data/job", json!(null)),
        ("/data/job/id", json!(7)),
        ("/data/assets", json!(null)),
        ("/data/assets/0", json!("https://cdn.get3w.com/outputs/image-xxxxx.png")),
        ("/data/assets/0/url", json!(null)),
        ("/data/assets/0/media_type", json!(7)),
        ("/data/error", json!("no")),
        ("/data/timings", json!(null)),
        ("/data/timings/work_seconds", json!("2.5")),
        ("/data/verified_by", json!("hope")),
        ("/data/origin", json!("rumour")),
    ] {
        check_wrong(&schema, &completed, at, &wrong);
    }
    for at in references {
        check_wrong(&schema, &all_by_reference, &format!("{at}/size"), &json!("7"));
        check_wrong(&schema, &all_by_reference, &format!("{at}/sha256"), &json!("7"));
    }
}

#[test]
fn the_senders_body_comes_in_exactly_one_form() {
    let schema = Schema::load("published-event");
    let event = |name: &str, form: usize| parsed(&published(&recorded::event(name))[form].json);
    let forms = [
        ("raw", event("get3w/v3-completed", 0)),
        ("raw_text", event("glossi/not-json", 0)),
        ("raw_base64", event("glossi/not-utf8", 0)),
        ("raw_ref", event("get3w/v3-completed", 1)),
    ];
    for (form, event) in &forms {
        let mut without = event.clone();
        assert!(object(&mut without, "/data").remove(*form).is_some(), "{form} is there");
        assert!(!schema.is_valid(&without), "without {form}");
        for (other, of) in &forms {
            let mut with = event.clone();
            with["data"][*other] = of["data"][*other].clone();
            assert_eq!(schema.is_valid(&with), form == other, "{form} and {other}");
        }
    }
}

#[test]
fn the_schema_of_messages_demands_what_the_reader_demands() {
    let schema = Schema::load("message");
    let [here, _, in_ledger, in_bucket] = messages(&recorded::event("get3w/v3-completed")).map(|text| parsed(&text));
    let reads = |value: &Value| Message::decode(&value.to_string()).is_ok();
    let optional = ["subject", "key_meaning", "replay", "headers"];
    for name in here.as_object().expect("a message is an object").keys() {
        let mut without = here.clone();
        object(&mut without, "").remove(name);
        assert_eq!(schema.is_valid(&without), optional.contains(&name.as_str()), "without {name}");
        assert_eq!(reads(&without), optional.contains(&name.as_str()), "without {name}");
        let mut wrong = here.clone();
        wrong[name.as_str()] = json!([7]);
        assert!(!schema.is_valid(&wrong) && !reads(&wrong), "{name} a list");
    }
    check_required(&schema, &in_bucket, &["/body/s3"], &[]);
    for (at, value, valid) in [
        ("/v", json!(2), false),
        ("/id", json!("get3w-prod"), false),
        ("/source", json!("Get3W"), false),
        ("/provider", json!("Acme"), false),
        ("/type", json!("landfall.job.paused"), true),
        ("/verified_by", json!("hope"), false),
        ("/verified_by", json!("confirmed"), true),
        ("/origin", json!("rumour"), false),
        ("/replay", json!(-1), false),
        ("/received_at", json!("now"), false),
        ("/headers", json!({"date": 7}), false),
        ("/body_sha256", json!("7"), false),
        ("/body", json!({}), false),
        ("/body", json!({"ledger": false}), false),
        ("/body", json!({"ledger": true, "text": ""}), false),
        ("/body", json!({"base64": "%"}), false),
        ("/body", json!({"elsewhere": true}), false),
        ("/something_new", json!([1]), true),
    ] {
        let mut changed = in_ledger.clone();
        match changed.pointer_mut(at) {
            Some(place) => *place = value,
            None => drop(object(&mut changed, "").insert(at[1..].to_owned(), value)),
        }
        assert_eq!(schema.is_valid(&changed), valid, "{at}: {changed}");
        assert_eq!(reads(&changed), valid, "{at}: {changed}");
    }
}

/// A sender more is no change of a schema.
#[test]
fn the_schemas_know_every_provider() {
    let message = parsed(&messages(&recorded::event("get3w/v3-completed"))[0]);
    let published = parsed(&published(&recorded::event("get3w/v3-completed"))[0].json);
    let check = |name: &str, valid: bool| {
        for (schema, value, at) in
            [("published-event", &published, "/data/provider"), ("message", &message, "/provider")]
        {
            let mut changed = value.clone();
            *changed.pointer_mut(at).expect("a provider") = json!(name);
            assert_eq!(Schema::load(schema).is_valid(&changed), valid, "{schema}: {name}");
        }
    };
    for provider in Provider::ALL.into_iter().chain([Provider::Custom]) {
        check(provider.as_str(), true);
    }
    check("", false);
    check("Not a provider", false);
}

/// Each field of the objects at `places` is required, but those that are `optional`.
fn check_required(schema: &Schema, event: &Value, places: &[&str], optional: &[&str]) {
    assert!(schema.is_valid(event));
    for at in places {
        let fields = event.pointer(at).and_then(Value::as_object).unwrap_or_else(|| panic!("an object at {at:?}"));
        for name in fields.keys() {
            let mut without = event.clone();
            object(&mut without, at).remove(name);
            let path = format!("{at}/{name}");
            let valid = schema.is_valid(&without);
            assert_eq!(valid, optional.contains(&path.as_str()), "without {path}");
        }
    }
}

fn check_wrong(schema: &Schema, event: &Value, at: &str, wrong: &Value) {
    let mut changed = event.clone();
    *changed.pointer_mut(at).unwrap_or_else(|| panic!("{at} is there")) = wrong.clone();
    assert!(!schema.is_valid(&changed), "{at}: {wrong}");
}

fn object<'a>(value: &'a mut Value, at: &str) -> &'a mut serde_json::Map<String, Value> {
    value.pointer_mut(at).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("an object at {at:?}"))
}

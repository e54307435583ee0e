//! What was written once is read for ever: the records of `tests/formats`.

use std::collections::BTreeMap;

use domain::event::{Origin, VerifiedBy};
use domain::provider::Provider;
use testdata::format::{records, versions};

use domain::digest::Digest;
use domain::event::event_type::EventType;
use domain::ledger::record::{BodyRef, StoredBody};
use domain::ledger::schedule::Schedule;
use domain::source::source_name::SourceName;
use domain::time::time_scale::TimeScale;

use super::*;
use crate::body_codec::pack;

/// When all events arrived, were claimed and were settled: 2025-09-01T07:26:52Z.
const AT: i64 = 1_756_711_612_000;
const TEXT: &[u8] = br#"{"status":"completed"}"#;
const LARGE: [u8; 5000] = [b'x'; 5000];

/// What each sample says of its event's state; times in seconds after [`AT`].
const STATES: [(&str, &str); 10] = [
    ("bare", "received, 0 attempts, due 600"),
    ("bucket", "received, 0 attempts, due 600"),
    ("compressed", "received, 0 attempts, due 600"),
    ("done", "done, 1 attempts, by b7e1, expires 2592000"),
    ("failed", "failed, 1 attempts, by b7e1, expires 2592000"),
    ("made", "processing, 1 attempts, by b7e1, lease 60, due 90"),
    ("processing", "processing, 1 attempts, by b7e1, lease 60, due 90"),
    ("received", "received, 0 attempts, due 600"),
    ("swept", "received, 0 attempts, due 660"),
    ("waiting", "received, 1 attempts, by b7e1, not before 30, due 30"),
];

fn event(name: &str) -> Event {
    let full = Event {
        id: EventId::parse(&format!("get3w-prod/pred_abc123/{name}")).unwrap(),
        source: SourceName::parse("get3w-prod").unwrap(),
        provider: Provider::Get3w,
        event_type: EventType::parse("landfall.job.completed"),
        subject: Some("pred_abc123".to_owned()),
        verified_by: VerifiedBy::Signature,
        key_meaning: domain::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(AT),
        recorded_by: "8f5cc0f2-6a1c-4f0e-9d55-0b3a3f6d1c01".to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body_sha256: Digest::of(if matches!(name, "compressed" | "bucket") { &LARGE } else { TEXT }),
    };
    match name {
        "bare" => Event {
            event_type: EventType::Unrecognized,
            subject: None,
            verified_by: VerifiedBy::Token,
            origin: Origin::Replay,
            replay: 1,
            headers: BTreeMap::new(),
            ..full
        },
        _ => full,
    }
}

fn body(name: &str) -> StoredBody {
    match name {
        "bucket" => StoredBody::Referenced(BodyRef::of("landfall-bucket", &event(name), LARGE.len() as u64)),
        "compressed" => StoredBody::Inline(LARGE.to_vec()),
        _ => StoredBody::Inline(TEXT.to_vec()),
    }
}

fn told(state: &RecordState) -> String {
    let mut told = format!("{}, {} attempts", state.state, state.attempts);
    if let Some(token) = &state.claimed_by {
        told += &format!(", by {token}");
    }
    let expires_at = state.expires_at_seconds.map(|seconds| Timestamp::from_millis(seconds * 1000));
    for (word, time) in
        [("lease", state.lease_until), ("not before", state.not_before), ("due", state.due_at), ("expires", expires_at)]
    {
        if let Some(time) = time {
            told += &format!(", {word} {}", (time.as_millis() - AT) / 1000);
        }
    }
    told
}

fn sample(version: u32, name: &str) -> Json {
    records(version)[name].clone()
}

#[test]
fn records_of_every_version_are_read_as_they_were_meant() {
    assert!(versions().len() > 1, "{:?}", versions());
    for version in versions() {
        for (name, state) in STATES {
            let at = format!("version {version}, {name}");
            let read = record(json::item(sample(version, name)).expect(&at))
                .unwrap_or_else(|trouble| panic!("{at}: {trouble}"));
            assert_eq!((&read.event, &read.body), (&event(name), &body(name)), "{at}");
            assert_eq!(told(&read.lifecycle), state, "{at}");
            assert_eq!(
                (&read.lifecycle.recorded_by, read.lifecycle.body_sha256),
                (&read.event.recorded_by, read.event.body_sha256)
            );
        }
        assert!(records(version).keys().eq(STATES.map(|(name, _)| name)), "the records of version {version}");
    }
}

#[test]
fn the_newest_samples_of_fresh_records_are_what_is_written_today() {
    let newest = versions().pop().expect("a newest version");
    let check = |name: &str, write: &Write<'_>| {
        let Change::Put(item) = &write.change else { panic!("{name}: a fresh record is put") };
        assert_eq!(serde_json::to_value(json::JsonItem(item)).unwrap(), sample(newest, name), "{name}");
    };
    let due_at = Timestamp::from_millis(AT + 600_000);
    for name in ["received", "bare", "compressed", "bucket"] {
        let (event, packed, body) = (event(name), pack(if name == "compressed" { &LARGE } else { TEXT }), body(name));
        let body = match &body {
            StoredBody::Inline(_) => RecordBody::Inline(&packed),
            StoredBody::Referenced(reference) => RecordBody::Referenced(reference),
        };
        check(name, &writes::record(&event, body, due_at, PutCondition::Absent));
    }
    let (event, packed) = (event("made"), pack(TEXT));
    let request = ClaimRequest {
        token: "b7e1".to_owned(),
        now: Timestamp::from_millis(AT),
        lease_until: Timestamp::from_millis(AT + 60_000),
        schedule: Schedule::at(TimeScale::REAL),
    };
    check("made", &writes::make_claimed(&event, RecordBody::Inline(&packed), &request, PutCondition::Absent));
}

//! What was written once is read for ever: the records of `tests/formats`.

use std::collections::BTreeMap;

use domain::event::{Origin, VerifiedBy};
use domain::provider::Provider;
use expect_test::expect_file;
use testdata::format::{folder, records, versions};

use domain::digest::Digest;
use domain::event::event_type::EventType;
use domain::event::key_meaning::KeyMeaning;
use domain::ledger::record::{BodyRef, StoredBody};
use domain::ledger::replay::ReplayRequest;
use domain::ledger::replay_job::ReplayJobId;
use domain::ledger::schedule::Schedule;
use domain::ledger::source_directory::SourceDirectory;
use domain::ledger::sweep::Overdue;
use domain::ledger::watch_list::WatchList;
use domain::source::source_name::SourceName;
use domain::time::time_scale::TimeScale;

use super::*;
use crate::body_codec::pack;

mod jobs;

/// When all events arrived, were claimed and were settled: 2025-09-01T07:26:52Z.
const AT: i64 = 1_756_711_612_000;
const DIRECTORY: &str = "directory.json";
const WATCH_LIST: &str = "watch_list.json";
const FIRST_WITH_A_DIRECTORY: u32 = 4;
const TEXT: &[u8] = br#"{"status":"completed"}"#;
const LARGE: [u8; 5000] = [b'x'; 5000];

/// What each sample says of its event's state; times in seconds after [`AT`].
const STATES: [(&str, &str); 14] = [
    ("bare", "received, 0 attempts, due 600"),
    ("brought-forward", "received, 0 attempts, by delivery:0f1e, not before 10, due 30, brought forward 10"),
    ("bucket", "received, 0 attempts, due 600"),
    ("compressed", "received, 0 attempts, due 600"),
    ("confirm", "received, 0 attempts, due 600"),
    ("done", "done, 1 attempts, by b7e1, expires 2592000"),
    ("failed", "failed, 1 attempts, by b7e1, expires 2592000"),
    ("made", "processing, 1 attempts, by b7e1, lease 60, due 90"),
    ("processing", "processing, 1 attempts, by b7e1, lease 60, due 90"),
    ("received", "received, 0 attempts, due 600"),
    ("replayed", "received, 0 attempts, by replay:0123456789abcdef, due 4200"),
    ("returned", "received, 0 attempts, by delivery:0f1e, due 4200"),
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
        key_meaning: KeyMeaning::Event,
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
        "replayed" => Event { replay: 1, ..full },
        "confirm" | "brought-forward" => {
            Event { verified_by: VerifiedBy::Token, key_meaning: KeyMeaning::State, must_confirm: true, ..full }
        }
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
    for (word, time) in [
        ("lease", state.lease_until),
        ("not before", state.not_before),
        // Of a failed one it says when it failed, since version 4.
        ("due", state.due_at.filter(|_| !state.state.is_final())),
        ("expires", expires_at),
        ("brought forward", state.brought_forward_at),
    ] {
        if let Some(time) = time {
            told += &format!(", {word} {}", (time.as_millis() - AT) / 1000);
        }
    }
    told
}

#[test]
fn records_of_every_version_are_read_as_they_were_meant() {
    assert!(versions().len() > 1, "{:?}", versions());
    let states = BTreeMap::from(STATES);
    for version in versions() {
        for (name, sample) in records(version) {
            let at = format!("version {version}, {name}");
            let read = record(json::item(sample).expect(&at)).unwrap_or_else(|trouble| panic!("{at}: {trouble}"));
            assert_eq!((&read.event, &read.body), (&event(&name), &body(&name)), "{at}");
            assert_eq!(Some(&told(&read.lifecycle).as_str()), states.get(name.as_str()), "{at}");
            assert_eq!(
                (&read.lifecycle.recorded_by, read.lifecycle.body_sha256),
                (&read.event.recorded_by, read.event.body_sha256)
            );
        }
    }
    assert!(records(newest()).keys().eq(states.keys()), "the newest records are in all states");
}

#[test]
fn the_newest_samples_are_what_is_written_today() {
    let records: Json = STATES.into_iter().map(|(name, _)| (name.to_owned(), written(name))).collect();
    expect_file![folder(newest()).join("record.json")].assert_eq(&(laid_out(&records, 0) + "\n"));
}

/// What else stands in the table.
#[test]
fn the_directory_of_sources_is_read_as_it_was_written() {
    let name = SourceName::parse("get3w-prod").unwrap();
    let directory = SourceDirectory::default().relisted([name.clone()], at(0));
    let Write { change: Change::Put(item), .. } = directory.put() else { panic!("a directory is put") };
    let written = serde_json::to_value(json::JsonItem(&item)).expect("it is JSON");
    expect_file![folder(newest()).join(DIRECTORY)].assert_eq(&(laid_out(&written, 0) + "\n"));
    // Earlier versions had none.
    for sample in (FIRST_WITH_A_DIRECTORY..=newest()).map(|version| folder(version).join(DIRECTORY)) {
        let sample = serde_json::from_slice(&std::fs::read(&sample).expect("a sample")).expect("it is JSON");
        assert!(SourceDirectory::of_item(&json::item(sample).expect("an item")).contains(&name));
    }
}

#[test]
fn the_watch_list_is_read_as_it_was_written() {
    let (name, six_hours) = (SourceName::parse("get3w-prod").unwrap(), std::time::Duration::from_secs(6 * 60 * 60));
    let list = WatchList::default().with(name.clone(), six_hours);
    let Write { change: Change::Put(item), .. } = list.put() else { panic!("a list is put") };
    let written = serde_json::to_value(json::JsonItem(&item)).expect("it is JSON");
    expect_file![folder(newest()).join(WATCH_LIST)].assert_eq(&(laid_out(&written, 0) + "\n"));
    for sample in (FIRST_WITH_A_DIRECTORY..=newest()).map(|version| folder(version).join(WATCH_LIST)) {
        let sample = serde_json::from_slice(&std::fs::read(&sample).expect("a sample")).expect("it is JSON");
        let read = WatchList::of_item(json::item(sample).as_ref());
        assert_eq!(read.silent_after(&name), Some(six_hours));
    }
}

fn newest() -> u32 {
    versions().pop().expect("a newest version")
}

/// The record after the writes that bring it into the state of a sample.
fn written(name: &str) -> Json {
    // The replay is one of the writes.
    let replay = if name == "replayed" { 0 } else { event(name).replay };
    let event = Event { replay, ..event(name) };
    let (packed, body) = (pack(if name == "compressed" { &LARGE } else { TEXT }), body(name));
    let body = match &body {
        StoredBody::Inline(_) => RecordBody::Inline(&packed),
        StoredBody::Referenced(reference) => RecordBody::Referenced(reference),
    };
    let (schedule, expires_at_seconds) = (Schedule::at(TimeScale::REAL), at(0).as_millis() / 1000 + 2_592_000);
    let request = ClaimRequest { token: "b7e1".to_owned(), now: at(0), lease_until: at(60), schedule };
    let reason = "sns:Publish: timed out".to_owned();
    let done = Settlement::Done { expires_at_seconds };
    let failed = Settlement::Failed { at: at(0), expires_at_seconds, reason: reason.clone() };
    let again = Settlement::Again { at: at(30), reason, attempts: 1 };
    let waiting = RetryWait { not_before: at(30), attempts: 1, brought_forward_at: None };
    let overdue = Overdue { id: event.id.to_string(), due_at: at(600), sweeps: 0 };
    let job = ReplayJobId::parse("0123456789abcdef").expect("it has the form of a name");
    let replay_request = ReplayRequest { job, now: at(3600), schedule, replays_contradicted: false };
    let mark = SweepMark { overdue, token: "c4d2a8e0517b936f".to_owned(), now: at(600), next_due_at: at(660) };

    let record = writes::record(&event, body, at(600), PutCondition::Absent);
    let claim = writes::claim(&event.id, &request, DueTime::AfterLease, Takeover::Refused);
    let settle = |settlement| writes::settle(&event, "b7e1", settlement, &[]);
    let writes = match name {
        "made" => vec![writes::make_claimed(&event, body, &request, PutCondition::Absent)],
        "processing" => vec![record, claim],
        "done" => vec![record, claim, settle(&done)],
        "failed" => vec![record, claim, settle(&failed)],
        "waiting" => vec![record, claim, settle(&again)],
        "swept" => vec![record, writes::mark_swept(&mark)],
        "brought-forward" => {
            vec![record, claim, settle(&again), writes::ask_again(&event.id, "delivery:0f1e", waiting, at(10))]
        }
        "replayed" => vec![record, claim, settle(&failed), replay_request.write(&event.id)],
        "returned" => {
            let back = writes::return_failed(&event.id, "delivery:0f1e", at(4200), expires_at_seconds);
            vec![record, claim, settle(&failed), back]
        }
        _ => vec![record],
    };
    let item = writes.iter().fold(None, |item, write| Some(write.evaluate(item.as_ref()).expect("it is allowed")));
    serde_json::to_value(json::JsonItem(&item.expect("a record"))).expect("it is JSON")
}

/// This many seconds after [`AT`].
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(AT + seconds * 1000)
}

/// For people to read: a value that holds no other stands on one line.
fn laid_out(value: &Json, depth: usize) -> String {
    let Json::Object(members) = value else { return value.to_string() };
    let inner = members.iter().map(|(name, member)| format!("\"{name}\": {}", laid_out(member, depth + 1)));
    let inner: Vec<String> = inner.collect();
    if !members.values().any(Json::is_object) {
        return format!("{{{}}}", inner.join(", "));
    }
    let (indent, outdent) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    format!("{{\n{indent}{}\n{outdent}}}", inner.join(&format!(",\n{indent}")))
}

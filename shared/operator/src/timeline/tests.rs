use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::EventType;
use domain::event::key_meaning::KeyMeaning;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::record::RecordState;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use expect_test::{Expect, expect};

use super::*;

const ARRIVED_AT: &str = "2025-09-01T07:26:51.484Z";
/// 30 days after the end at 07:26:52.
const EXPIRES_AT_SECONDS: i64 = 1_759_303_612;

fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn row(state: State) -> Row {
    let id = EventId::parse("csm-prod/SESSION_1/complete/2025-09-01T07%3A26%3A51.484Z").unwrap();
    let (is_failed, is_final) = (state == State::Failed, state.is_final());
    Row {
        event: Event {
            id,
            source: SourceName::parse("csm-prod").unwrap(),
            provider: Provider::Csm,
            event_type: EventType::parse("landfall.job.completed"),
            subject: Some("SESSION_1".to_owned()),
            verified_by: VerifiedBy::Token,
            key_meaning: KeyMeaning::State,
            must_confirm: false,
            origin: Origin::Webhook,
            replay: 0,
            received_at: time(ARRIVED_AT),
            recorded_by: String::new(),
            headers: BTreeMap::new(),
            body_sha256: Digest::of(b""),
        },
        lifecycle: RecordState {
            state,
            origin: Origin::Webhook,
            recorded_by: String::new(),
            body_sha256: Digest::of(b""),
            verified_by: VerifiedBy::Token,
            is_contradicted: false,
            brought_forward_at: None,
            claimed_by: None,
            attempts: 2,
            lease_until: None,
            not_before: None,
            due_at: (state != State::Done).then_some(time("2025-09-01T07:27:21Z")),
            expires_at_seconds: is_final.then_some(EXPIRES_AT_SECONDS),
        },
        last_error: is_failed.then(|| "sns:Publish: timed out".to_owned()),
        outcome: BTreeMap::new(),
        replay_jobs: Vec::new(),
        replayed_at: None,
    }
}

/// Lines as the functions write them.
fn lines(names: &[&str]) -> Vec<LogLine> {
    let all = testdata::log_line::all();
    let line = |name: &&str| LogLine { id: (*name).to_owned(), at: time(ARRIVED_AT), text: all[*name].clone() };
    names.iter().map(line).collect()
}

fn check(row: &Row, names: &[&str], expected: Expect) {
    let timeline = Timeline::of(row, &lines(names));
    let mut text: String =
        timeline.moments.iter().map(|it| format!("{} {}: {}\n", it.at, it.step.as_str(), it.text)).collect();
    if let Some(TimeSpent { total_ms, worked_ms, waited_ms }) = timeline.spent {
        text.push_str(&format!("{total_ms} ms = {worked_ms} worked + {waited_ms} waited\n"));
    }
    expected.assert_eq(&text);
}

#[test]
fn lines_tell_what_the_record_does_not() {
    check(
        &row(State::Done),
        &["ingest-accepted", "ingest-duplicate-differs", "process-done"],
        expect![[r#"
        2025-09-01T07:26:51.484Z arrived: verified by token; answered 200 after 13 ms
        2025-09-01T07:26:51.484Z duplicate: answered 200 after 13 ms; with another body
        2025-09-01T07:26:52.000Z published: attempt 1, after 180 ms, as 0f6f3c8e-6d2c-5a5b-8f57-5f0d3ac0a6b1; 2 assets copied, 734003 bytes
        516 ms = 180 worked + 336 waited
    "#]],
    );
    check(
        &row(State::Failed),
        &["ingest-deferred", "process-finished", "process-hidden", "process-retry", "process-failed"],
        expect![[r#"
            2025-09-01T07:26:51.484Z arrived: verified by token; answered 200 after 13 ms; the message could not be sent: the sweep sends it; trouble: sqs:SendMessage: timed out
            2025-09-01T07:26:52.000Z passed: a further message: the event was finished
            2025-09-01T07:26:52.000Z passed: the ledger could not be reached: the message comes back; trouble: dynamodb:UpdateItem: timed out
            2025-09-01T07:26:52.000Z retry: attempt 2 failed after 180 ms: sns:Publish: timed out; the next one from 2025-09-01T07:26:52.000Z on
            2025-09-01T07:26:52.000Z failed: attempt 8, after 180 ms: sns:Publish: timed out
            516 ms = 360 worked + 156 waited
        "#]],
    );
    check(
        &row(State::Done),
        &["process-done-not-archived", "sweep-complete"],
        expect![[r#"
        2025-09-01T07:26:51.484Z arrived: webhook, verified by token
        2025-09-01T07:26:52.000Z published: attempt 1, after 180 ms, as 0f6f3c8e-6d2c-5a5b-8f57-5f0d3ac0a6b1; 0 assets copied, 3 not: {"gone":2,"too_large":1}
        516 ms = 180 worked + 336 waited
    "#]],
    );
}

#[test]
fn without_lines_the_record_tells_what_it_has() {
    check(
        &row(State::Done),
        &[],
        expect![[r#"
        2025-09-01T07:26:51.484Z arrived: webhook, verified by token
        2025-09-01T07:26:52.000Z published: by attempt 2
    "#]],
    );
    check(
        &row(State::Failed),
        &[],
        expect![[r#"
        2025-09-01T07:26:51.484Z arrived: webhook, verified by token
        2025-09-01T07:27:21.000Z failed: by attempt 2: sns:Publish: timed out
    "#]],
    );
    check(
        &row(State::Received),
        &[],
        expect![[r#"
        2025-09-01T07:26:51.484Z arrived: webhook, verified by token
        2025-09-01T07:27:21.000Z due: unless it is tried before
    "#]],
    );
    let mut replayed = row(State::Done);
    replayed.replayed_at = Some(time("2025-09-01T07:26:51.900Z"));
    replayed.replay_jobs = vec!["0123456789abcdef".to_owned()];
    check(
        &replayed,
        &[],
        expect![[r#"
        2025-09-01T07:26:51.484Z arrived: webhook, verified by token
        2025-09-01T07:26:51.900Z replayed: by the replay job 0123456789abcdef
        2025-09-01T07:26:52.000Z published: by attempt 2
    "#]],
    );
}

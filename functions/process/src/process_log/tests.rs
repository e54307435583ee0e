//! The lines are in `tests/log_lines/process.json`, where alarms, dashboard and docs are tested against them.

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::{Status, Thing};
use domain::event::{Origin, VerifiedBy};
use domain::ledger::claim::Reason;
use domain::ledger::record::{RecordState, State, StoredBody};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use testdata::log_line;

use super::*;

const ARRIVAL: Timestamp = Timestamp::from_millis(1_756_711_611_484);
const AT: Timestamp = Timestamp::from_millis(1_756_711_612_000);
const TRACE: &str = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";
const COMPLETED: EventType = EventType::Known(Thing::Job, Status::Completed);

fn event() -> Event {
    let source = SourceName::parse("csm-prod").unwrap();
    Event {
        id: EventId::new(&source, ["SESSION_1", "complete", "2025-09-01T07:26:51.484Z"]),
        source,
        provider: Provider::Csm,
        event_type: COMPLETED,
        subject: Some("SESSION_1".to_owned()),
        verified_by: VerifiedBy::Token,
        key_meaning: domain::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: ARRIVAL,
        recorded_by: "8f5cc0f2-6a1c-4f0e-9d55-0b3a3f6d1c01".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(b"body"),
    }
}

fn result(event_type: EventType, assets: AssetCounts) -> PublishResult {
    let message_id = "0f6f3c8e-6d2c-5a5b-8f57-5f0d3ac0a6b1".to_owned();
    PublishResult { event_type, message_id, verified_by: VerifiedBy::Token, assets }
}

fn done() -> Settlement {
    Settlement::Done { expires_at_seconds: 0 }
}

fn failed(reason: &str) -> Settlement {
    Settlement::Failed { at: Timestamp::from_millis(0), expires_at_seconds: 0, reason: reason.to_owned() }
}

/// Tells `learn` of a message, and compares the line with that kept as `name`.
fn check(name: &str, learn: impl FnOnce(&mut ProcessLog)) {
    let trace = Trace::parse(TRACE);
    let message = "5fea7756-0ea4-451a-a703-a558b933e274";
    let mut line = ProcessLog::begin("f0a1a2d6-31b7-4e36-8a40-9f4f6c4d8e21", message, trace.as_ref());
    learn(&mut line);
    let level = line.conclude(AT);
    line.duration_ms = 180.0;
    log_line::check("process", name, &log::render(Some("Process"), AT, level, "event", line));
}

/// The same of a message whose event was claimed for the `attempts`th time.
fn check_claimed(name: &str, attempts: u32, learn: impl FnOnce(&mut ProcessLog)) {
    check(name, |line| {
        line.event(&event());
        let lifecycle = RecordState {
            state: State::Processing,
            recorded_by: event().recorded_by,
            body_sha256: event().body_sha256,
            verified_by: domain::event::VerifiedBy::Signature,
            origin: domain::event::Origin::Webhook,
            is_contradicted: false,
            brought_forward_at: None,
            claimed_by: None,
            attempts,
            lease_until: None,
            not_before: None,
            due_at: None,
            expires_at_seconds: None,
        };
        line.claimed(&Record { event: event(), body: StoredBody::Inline(Vec::new()), lifecycle });
        learn(line);
    });
}

#[test]
fn a_published_event_is_counted_with_its_copies() {
    let check_done = |name: &str, event_type: EventType, assets: AssetCounts| {
        check_claimed(name, 1, |line| {
            line.published(&event(), &result(event_type, assets));
            line.settled(done(), false);
        });
    };
    check_done("done", COMPLETED, AssetCounts { archived: 2, archived_bytes: 734_003, ..AssetCounts::default() });
    let not_archived = BTreeMap::from([("gone", 2), ("too_large", 1)]);
    check_done("done-not-archived", COMPLETED, AssetCounts { not_archived, ..AssetCounts::default() });
    check_done("assets-omitted", COMPLETED, AssetCounts { omitted: 283_276, ..AssetCounts::default() });
    check_done("unrecognized", EventType::Unrecognized, AssetCounts::default());
}

#[test]
fn a_failed_attempt_is_counted_and_a_failed_event() {
    let retry = |attempts| Settlement::Again { at: AT, reason: "sns:Publish: timed out".to_owned(), attempts };
    check_claimed("retry", 2, |line| line.settled(retry(2), false));
    check_claimed("retry-fourth", 4, |line| line.settled(retry(4), false));
    check_claimed("failed", 8, |line| line.settled(failed("sns:Publish: timed out"), false));
    check_claimed("contradicted", 1, |line| {
        line.settled(failed("contradicted: the sender's API says the opposite"), true);
    });
}

#[test]
fn what_nobody_can_process_is_counted() {
    check("dead-letter", |line| {
        line.reason("the message is not the JSON that it should be");
        line.dead_letter();
    });
    check("dead-letter-failed", |line| {
        line.reason("the message is not the JSON that it should be");
        line.trouble(&ServiceError::retryable("sqs:SendMessage", "timed out"));
        line.hidden();
    });
}

#[test]
fn a_message_that_goes_back_to_the_queue_is_counted() {
    check("hidden", |line| {
        line.event(&event());
        line.trouble(&ServiceError::retryable("dynamodb:UpdateItem", "timed out"));
        line.hidden();
    });
}

#[test]
fn jobs_are_counted_by_how_they_end() {
    let check_job = |name: &str, note: JobNote| {
        check_claimed(name, 1, |line| {
            line.done(&event(), &WorkResult::Published(result(COMPLETED, AssetCounts::default()), note));
            line.settled(done(), false);
        });
    };
    let webhook = Some(Origin::Webhook);
    check_job("ended-by-webhook", JobNote { ended_by: webhook, wait_millis: Some(96_341), ..JobNote::default() });
    check_job("ended-by-poll", JobNote { ended_by: Some(Origin::Poll), ..JobNote::default() });
    check_job("expired", JobNote { is_expired: true, ..JobNote::default() });
    check_claimed("superseded", 1, |line| {
        let note = JobNote { is_late: true, ..JobNote::default() };
        line.done(&event(), &WorkResult::Superseded("csm-prod/SESSION_1/complete".to_owned(), note));
        line.settled(done(), false);
    });
    check_claimed("suppressed", 1, |line| {
        line.done(&event(), &WorkResult::Suppressed("csm-prod/SESSION_1/complete".to_owned()));
        line.settled(done(), false);
    });
}

#[test]
fn what_becomes_of_an_expectation_is_told() {
    check("expecting", |line| {
        line.source(&event().source);
        line.expected(true);
    });
    check("unaskable", |line| {
        line.source(&event().source);
        line.outcome(Outcome::Unaskable);
    });
}

#[test]
fn what_is_only_passed_over_is_no_event() {
    check("finished", |line| {
        line.event(&event());
        line.outcome(Outcome::Refused(Reason::Finished));
    });
}

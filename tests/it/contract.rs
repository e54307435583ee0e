//! Our reading of conditional writes is the table's: for every state in which a record can be, the processor does what
//! `domain::ledger::claim` says, although it never asks before it writes.

use domain::ledger::claim::{Claim, ClaimRequest, claim};
use domain::ledger::record::{RecordState, State};
use domain::ledger::schedule::Schedule;
use domain::provider::Provider;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::ledger::Record;
use tests::message::message;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::run;

/// Far enough from now that no clock and no slow machine can blur what is past and what is to come.
const HOUR_MILLIS: i64 = 60 * 60 * 1000;
const BODY: &str = "glossi/job-complete";

/// A record, and what it is called when the test fails.
type Case = (String, Record);

/// Every state in which a record can be, as far as claiming it can tell: an unfinished one never expires, and a
/// finished one is never due.
fn cases() -> Vec<Case> {
    let now = now_millis();
    let times = [("none", None), ("past", Some(now - HOUR_MILLIS)), ("future", Some(now + HOUR_MILLIS))];
    let source = Source::new(Provider::Glossi);
    let body = recorded(BODY).body;
    let fresh = |name: &str| {
        let record = Record::received(&source, &body);
        let id = format!("{}/{}", source.name, name.replace(' ', "-").replace(',', ""));
        (name.to_owned(), record.with("id", &id))
    };
    let mut cases = Vec::new();
    for state in [State::Received, State::Processing] {
        for (lease, lease_until) in times {
            for (wait, not_before) in times {
                for (due, due_at) in [("soon", now + 1000), ("late", now + HOUR_MILLIS)] {
                    let (name, record) = fresh(&format!("{state}, lease {lease}, wait {wait}, due {due}"));
                    let mut record = record.with("state", state.as_str()).with_number("attempts", 3).due_at(due_at);
                    if let Some(millis) = lease_until {
                        record = record.with_number("lease_until", millis).with("claimed_by", "somebody");
                    }
                    if let Some(millis) = not_before {
                        record = record.with_number("not_before", millis);
                    }
                    cases.push((name, record));
                }
            }
        }
    }
    for state in [State::Done, State::Failed] {
        for (expiry, expires_at) in [("past", now - HOUR_MILLIS), ("future", now + HOUR_MILLIS)] {
            let (name, record) = fresh(&format!("{state}, expiry {expiry}"));
            let mut record = record.with("state", state.as_str()).with("claimed_by", "somebody");
            record.0.remove("due_at");
            record.0.remove("due_shard");
            cases.push((name, record.with_number("attempts", 3).with_number("expires_at", expires_at / 1000)));
        }
    }
    cases
}

fn standing(record: &Record) -> RecordState {
    let time = |name| record.number(name).map(Timestamp::from_millis);
    RecordState {
        state: record.text("state").parse().expect("the cases have known states"),
        recorded_by: record.text("delivery").to_owned(),
        body_sha256: record.text("body_sha256").parse().expect("the cases have real digests"),
        verified_by: domain::event::VerifiedBy::Signature,
        origin: domain::event::Origin::Webhook,
        is_contradicted: false,
        brought_forward_at: None,
        claimed_by: Some(record.text("claimed_by").to_owned()),
        attempts: 3,
        lease_until: time("lease_until"),
        not_before: time("not_before"),
        due_at: time("due_at"),
        expires_at_seconds: record.number("expires_at"),
    }
}

/// What `domain::ledger::claim` says of the record.
fn decided(record: &Record) -> &'static str {
    let now = Timestamp::from_millis(now_millis());
    let schedule = Schedule::at(TimeScale::REAL);
    let request = ClaimRequest { token: "mine".to_owned(), now, lease_until: schedule.lease_until(now), schedule };
    match claim(Some(&standing(record)), &request) {
        Claim::Take { .. } => "worked on",
        Claim::Make { .. } => "made anew",
        Claim::Refuse(_) => "left alone",
    }
}

/// The record without what the sweep writes, which may come by meanwhile.
fn processors_part(record: &Record) -> Record {
    let mut part = record.clone();
    part.0.retain(|name, _| !["due_at", "sweeps"].contains(&name.as_str()));
    part
}

/// What the processor did with it.
fn done(before: &Record, after: &Record) -> &'static str {
    match (after.text("state"), after.number("attempts")) {
        _ if processors_part(after).0 == processors_part(before).0 => "left alone",
        ("done", Some(4)) => "worked on",
        ("done", Some(1)) => "made anew",
        _ => "left in a state that nobody decided",
    }
}

/// The batch in which SQS would hand over the messages of `records`.
fn batch<'a>(records: impl Iterator<Item = &'a Record>) -> Value {
    let text = String::from_utf8(recorded(BODY).body).expect("it is JSON");
    let messages: Vec<Value> = records
        .map(|record| {
            let body = message(record, json!({"text": text})).to_string();
            json!({"messageId": record.id(), "receiptHandle": "none", "body": body, "attributes": {"ApproximateReceiveCount": "1"}})
        })
        .collect();
    json!({ "Records": messages })
}

#[test]
fn the_processor_claims_what_the_decision_allows_and_nothing_else() {
    run(async |world| {
        let cases = cases();
        for (_, record) in &cases {
            world.put_record(record).await;
        }
        let answer = world.invoke(&world.stack.process_function, &batch(cases.iter().map(|(_, record)| record))).await;
        assert_eq!(answer, json!({"batchItemFailures": []}), "every message was dealt with");
        let mut wrong = Vec::new();
        for (name, before) in &cases {
            let after = world.record(before.id()).await.expect("records do not vanish");
            let (decided, done) = (decided(before), done(before, &after));
            if decided != done {
                wrong.push(format!("{name}: decided {decided}, {done}: {}", after.told()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

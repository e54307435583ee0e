//! Messages, good and bad: whatever comes in one batch, each has its own fate.

use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::confidential;
use tests::ledger::{Record, sha256};
use tests::message::message;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::run;

/// An event that only its message knows of.
fn unrecorded(provider: Provider, path: &str) -> (Source, Record, String) {
    let source = Source::new(provider);
    let body = recorded(path).body;
    let record = Record::received(&source, &body);
    let text = message(&record, json!({"text": String::from_utf8(body).expect("it is JSON")})).to_string();
    (source, record, text)
}

#[test]
fn a_message_without_a_record_makes_it() {
    run(async |world| {
        let (source, record, text) = unrecorded(Provider::Glossi, "glossi/model-processed");
        world.enqueue(&[text]).await;
        let finished = world.finished(record.id()).await;
        expect!["done after 1 attempt"].assert_eq(&finished.told());
        assert_eq!(finished.inline_body(), Some(recorded("glossi/model-processed").body));
        assert_eq!(finished.text("subject"), record.text("subject"));
        let event = world.event(&source, record.id()).await;
        expect!["landfall.model.completed"].assert_eq(event.text("/type"));
    });
}

/// As SQS hands a batch over: a publisher takes them together, or in the two groups that ten and one make.
#[test]
fn each_event_of_a_batch_is_published_once_and_a_bad_message_among_them_harms_none() {
    run(async |world| {
        let sent: Vec<(Source, Record, String)> =
            (0..10).map(|_| unrecorded(Provider::Glossi, "glossi/model-processed")).collect();
        let texts = sent.iter().map(|(_, _, text)| text.as_str()).chain(["no message"]);
        let records: Vec<Value> = texts
            .enumerate()
            .map(|(number, text)| json!({"messageId": number.to_string(), "receiptHandle": "none", "body": text}))
            .collect();
        let answer = world.invoke(&world.stack.process_function, &json!({"Records": records})).await;
        assert_eq!(answer, json!({"batchItemFailures": []}));
        for (source, record, _) in &sent {
            expect!["done after 1 attempt"].assert_eq(&world.finished(record.id()).await.told());
            world.event(source, record.id()).await;
            assert_eq!(world.events(source).len(), 1);
        }
    });
}

#[test]
fn a_message_stands_beside_an_event_with_another_body_that_has_failed() {
    run(async |world| {
        let (source, record, text) = unrecorded(Provider::Csm, "csm/image-to-3d-complete");
        let another = br#"{"type":"session_status_changed"}"#;
        let mut first = Record::received(&source, another)
            .with("id", record.id())
            .with_number("expires_at", now_millis() / 1000 + 3600);
        first.0.retain(|name, _| !name.starts_with("due_"));
        // Beside an event that is done, there is no room.
        world.put_record(&first.clone().with("state", "done")).await;
        world.enqueue(std::slice::from_ref(&text)).await;
        // What is sent after it shows when it has been dealt with.
        let (other, witness, later) = unrecorded(Provider::Get3w, "get3w/v3-failed");
        world.enqueue(&[later]).await;
        world.event(&other, witness.id()).await;
        assert_eq!(world.events(&source).len(), 0);

        world.put_record(&first.with("state", "failed")).await;
        world.enqueue(&[text]).await;
        world.event(&source, &record.beside()).await;
        expect!["done after 1 attempt"].assert_eq(&world.finished(&record.beside()).await.told());
        assert_eq!(world.record(record.id()).await.expect("it stays").text("state"), "failed");
    });
}

#[test]
fn a_message_that_comes_again_changes_nothing() {
    run(async |world| {
        let (source, record, text) = unrecorded(Provider::Get3w, "get3w/v3-completed");
        world.enqueue(&[text.clone(), text.clone(), text.clone()]).await;
        world.finished(record.id()).await;
        world.event(&source, record.id()).await;
        world.enqueue(&[text]).await;
        // What is sent after it shows when it has been dealt with.
        let (other, witness, text) = unrecorded(Provider::Get3w, "get3w/v3-failed");
        world.enqueue(&[text]).await;
        world.event(&other, witness.id()).await;
        expect!["done after 1 attempt"].assert_eq(&world.finished(record.id()).await.told());
        assert_eq!(world.events(&source).len(), 1);
    });
}

/// Messages that nobody can ever process, each with a mark by which its dead letter is found.
fn undecodable(mark: &str) -> Vec<(&'static str, String)> {
    let (_, record, text) = unrecorded(Provider::Csm, "csm/image-to-3d-complete");
    let changed = |name: &str, value: Value| {
        let mut message: Value = serde_json::from_str(&text).expect("a message is JSON");
        message["mark"] = json!(mark);
        message[name] = value;
        message.to_string()
    };
    let absent = message(&record.clone().with("id", &format!("nobody/{mark}")), json!({"ledger": true})).to_string();
    vec![
        ("not JSON", format!("not JSON: {mark}")),
        ("not a message", json!({ "mark": mark }).to_string()),
        ("of another version", changed("v", json!(2))),
        ("without an id", changed("id", json!(""))),
        ("of an unknown provider", changed("provider", json!("acme"))),
        ("with a body that was changed", changed("body_sha256", json!(sha256(b"another")))),
        ("without a body", changed("body", json!({}))),
        ("of an event that the ledger does not have", absent),
    ]
}

#[test]
fn what_cannot_be_processed_is_dead_lettered_with_the_reason_and_its_neighbours_are_not_harmed() {
    run(async |world| {
        let bad: Vec<(&str, String, String)> = (0..8)
            .map(|number| {
                let mark = confidential::random();
                let (what, text) = undecodable(&mark).swap_remove(number);
                (what, text, mark)
            })
            .collect();
        let (first, last) =
            (unrecorded(Provider::Glossi, "glossi/job-complete"), unrecorded(Provider::Csm, "csm/image-to-3d-failed"));
        let texts =
            [vec![first.2.clone()], bad.iter().map(|(_, text, _)| text.clone()).collect(), vec![last.2.clone()]];
        world.enqueue(&texts.concat()).await;
        let mut told = Vec::new();
        for (what, text, mark) in &bad {
            let reasons = world.dead_lettered(mark).await;
            let letters = world.dead_letters.all(|letter| letter.body == *text);
            assert_eq!(letters.len(), 1, "{what}: the message is dead-lettered as it was");
            told.push(format!("{what}: {}", reasons.join(" and again ")));
        }
        expect![[r#"
            not JSON: not a message of the documented form (line 1, column 2)
            not a message: not a message of the documented form (line 1, column 43)
            of another version: version 2 of the message form is not known here
            without an id: `id` does not hold what it must
            of an unknown provider: `provider` does not hold what it must
            with a body that was changed: the body's SHA-256 is not `body_sha256`
            without a body: not a message of the documented form (line 1, column 10)
            of an event that the ledger does not have: the ledger has no such event
        "#]]
        .assert_eq(&(told.join("\n") + "\n"));
        for (source, record, _) in [first, last] {
            expect!["done after 1 attempt"].assert_eq(&world.finished(record.id()).await.told());
            world.event(&source, record.id()).await;
        }
    });
}

#[test]
fn a_batch_reports_only_failures_that_are_worth_another_try() {
    run(async |world| {
        let (source, record, good) = unrecorded(Provider::Glossi, "glossi/render-complete");
        let mark = confidential::random();
        let record_of = |number: usize, body: &str| {
            json!({
                "messageId": format!("message-{number}"),
                "receiptHandle": format!("receipt-{number}"),
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "awsRegion": "us-east-1",
            })
        };
        let batch = json!({"Records": [record_of(1, &mark), record_of(2, &good), record_of(3, "{}")]});
        let answer = world.invoke(&world.stack.process_function, &batch).await;
        expect![[r#"{"batchItemFailures":[]}"#]].assert_eq(&answer.to_string());
        expect!["done after 1 attempt"].assert_eq(&world.finished(record.id()).await.told());
        world.event(&source, record.id()).await;
        assert_eq!(world.dead_lettered(&mark).await.len(), 1);
    });
}

#[test]
fn a_body_that_the_bucket_does_not_hold_is_not_published() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let body = recorded("glossi/job-complete").body;
        let record = Record::received(&source, &body);
        // Somebody who can write to the queue, but not to the bucket, names a body that is not there.
        let reference = json!({"s3": {
            "bucket": world.stack.bucket,
            "key": format!("bodies/{}/{}", sha256(record.id().as_bytes()), sha256(&body)),
            "sha256": sha256(&body),
            "size": body.len(),
        }});
        world.enqueue(&[message(&record, reference).to_string()]).await;
        let (other, witness, text) = unrecorded(Provider::Glossi, "glossi/job-failed");
        world.enqueue(&[text]).await;
        world.event(&other, witness.id()).await;
        assert_eq!(world.events(&source).len(), 0);
    });
}

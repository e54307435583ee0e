//! `landfall status`, `dlq`, `consumers` and `doctor` on the stack of the tests.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use serde_json::{Value, json};
use tests::http::Request;
use tests::stack::Stack;
use tests::tool::{Run, landfall, landfall_on};
use tests::tool_proxy::ToolProxy;
use tests::world::{World, run};

/// What DynamoDB says of the ledger's table: the emulator's own answer is none that an SDK reads, and it sets no expiry.
pub(crate) fn play_table(proxy: &ToolProxy, indexes: &[&str], expiry: &Value) {
    let indexes: Vec<Value> = indexes
        .iter()
        .map(|name| json!({"IndexName": name, "IndexStatus": "ACTIVE", "IndexSizeBytes": 500_000_000}))
        .collect();
    let table =
        json!({"Table": {"TableStatus": "ACTIVE", "TableSizeBytes": 1_000_000_000, "GlobalSecondaryIndexes": indexes}});
    proxy.answer_with("dynamodb:DescribeTable", &table);
    proxy.answer_with("dynamodb:DescribeTimeToLive", &json!({"TimeToLiveDescription": expiry}));
}

pub(crate) fn play_ledger(proxy: &ToolProxy) {
    play_table(proxy, &["due", "arrived"], &json!({"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}));
}

pub(crate) async fn rows(stack: &Stack, arguments: &[&str]) -> (Run, Vec<Value>) {
    let proxy = ToolProxy::start(stack).await;
    play_ledger(&proxy);
    rows_at(&proxy, arguments).await
}

async fn rows_at(proxy: &ToolProxy, arguments: &[&str]) -> (Run, Vec<Value>) {
    let run = landfall_on(&proxy.file, &[arguments, &["--output", "json"]].concat(), "").await;
    let rows = serde_json::from_str(&run.data).unwrap_or_else(|_| panic!("{}", run.told()));
    (run, rows)
}

/// The emulator measures no log lines: a test says what CloudWatch would have made of them.
pub(crate) async fn measure(world: &World, function: &str, metric: &str, value: u32) {
    let endpoint = world.stack.endpoint.as_deref().expect("these need the local stack");
    let mut request = Request::new("POST", format!("{endpoint}/"))
        .with_header("content-type", "application/x-www-form-urlencoded")
        .with_header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0");
    request.body = format!(
        "Action=PutMetricData&Version=2010-08-01&Namespace=Landfall&MetricData.member.1.MetricName={metric}\
         &MetricData.member.1.Value={value}&MetricData.member.1.Unit=Count\
         &MetricData.member.1.Dimensions.member.1.Name=function&MetricData.member.1.Dimensions.member.1.Value={function}"
    )
    .into_bytes();
    let answer = world.send(&request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn status_sums_up_what_was_measured_and_what_waits() {
    run(async |world| {
        // Functions of its own: others are measured by nobody here.
        let (ingest, process, sweep) = ("status-ingest", "status-process", "status-sweep");
        for (function, metric, value) in
            [(ingest, "accepted", 40), (ingest, "accepted", 2), (process, "done", 41), (sweep, "sweep_runs", 1)]
        {
            measure(world, function, metric, value).await;
        }
        let stack = Stack {
            ingest_function: ingest.to_owned(),
            process_function: process.to_owned(),
            sweep_function: sweep.to_owned(),
            ..world.stack.clone()
        };
        let (run, rows) = rows(&stack, &["status"]).await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        let figures: BTreeMap<(String, String), Value> = rows
            .iter()
            .map(|row| {
                (
                    (row["part"].as_str().unwrap().to_owned(), row["figure"].as_str().unwrap().to_owned()),
                    row["value"].clone(),
                )
            })
            .collect();
        let value = |part: &str, figure: &str| figures[&(part.to_owned(), figure.to_owned())].clone();
        assert_eq!(value("ingest", "accepted"), 42);
        assert_eq!(value("ingest", "refused"), 0, "a count of 0 is not written");
        assert_eq!(value("process", "done"), 41);
        assert!(value("events queue", "waiting").is_u64() && value("consumer dead-letter queue", "waiting").is_u64());
        for figure in ["unfinished", "overdue", "failed"] {
            assert!(value("ledger", figure).is_u64(), "{}", run.told());
        }
        assert!(value("alarms", "ringing").is_u64());
    });
}

#[test]
fn status_does_not_say_nothing_happened_when_nothing_was_measured() {
    run(async |world| {
        let stack = Stack { sweep_function: "never-measured".into(), ..world.stack.clone() };
        let (_, rows) = rows(&stack, &["status"]).await;
        let runs = rows.iter().find(|row| row["figure"] == "sweep_runs").expect("there is such a row");
        assert_eq!((&runs["value"], &runs["note"]), (&Value::Null, &json!("nothing was measured in this time")));
    });
}

/// A queue of the test's own.
async fn queue(world: &World, name: &str) -> (String, String) {
    let name = format!("{name}-{:08x}", fastrand::u32(..));
    let made = world.aws.sqs.create_queue().queue_name(&name);
    let made = made.attributes(QueueAttributeName::MessageRetentionPeriod, "86400").send().await;
    let url = made.expect("a queue can be made").queue_url.expect("it has a URL");
    let attributes = world.aws.sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::QueueArn);
    let attributes = attributes.send().await.expect("it can be asked").attributes.expect("it has some");
    (url, attributes[&QueueAttributeName::QueueArn].clone())
}

#[test]
fn dead_letters_are_shown_and_sent_again() {
    run(async |world| {
        let (url, _) = queue(world, "dead-letters").await;
        let (target, target_arn) = queue(world, "redriven").await;
        let reason = |name: &str, value: &str| {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            (name.to_owned(), value.build().expect("it has a type"))
        };
        let event =
            json!({"id": "csm-prod/1/complete", "type": "landfall.job.completed", "data": {"raw": "not to be shown"}});
        for attribute in [Some(reason("ErrorCode", "NoPermission")), Some(reason("reason", "no such event")), None] {
            let sent = world.aws.sqs.send_message().queue_url(&url).message_body(event.to_string());
            let sent = sent.set_message_attributes(attribute.map(|attribute| [attribute].into()));
            sent.send().await.expect("a message can be sent");
        }
        let stack = Stack { consumer_dead_letter_queue_url: url.clone(), ..world.stack.clone() };
        let (_, listed) = rows(&stack, &["dlq", "list"]).await;
        let of_consumer = listed.iter().find(|row| row["name"] == "consumer").expect("it is listed");
        assert_eq!((&of_consumer["waiting"], &of_consumer["url"]), (&json!(3), &json!(url)));

        // Twice: what is shown stays there.
        for _ in 0..2 {
            let (run, shown) = rows(&stack, &["dlq", "show", "consumer"]).await;
            let mut put_by: Vec<&str> = shown.iter().filter_map(|row| row["put_by"].as_str()).collect();
            put_by.sort_unstable();
            assert_eq!(put_by, ["process", "sns", "unknown"], "{}", run.told());
            assert!(shown.iter().all(|row| row["event_id"] == "csm-prod/1/complete"), "{}", run.told());
            assert!(!run.data.contains("not to be shown"), "{}", run.told());
        }

        let proxy = ToolProxy::start(&stack).await;
        let redrive = ["dlq", "redrive", "consumer", "--to", &target_arn];
        let run = landfall_on(&proxy.file, &redrive, "no\n").await;
        assert!(run.code == Some(7) && run.words.contains("Move about 3 messages"), "{}", run.told());
        let run = landfall_on(&proxy.file, &[&redrive[..], &["--yes", "--output", "ndjson"]].concat(), "").await;
        assert_eq!((run.code, &run.documents()[0]["messages"]), (Some(0), &json!(3)), "{}", run.told());
        let received = world.aws.sqs.receive_message().queue_url(&target).max_number_of_messages(10);
        let received =
            received.message_attribute_names("All").send().await.expect("it can be read").messages.unwrap_or_default();
        assert_eq!(received.len(), 3);
        assert!(received.iter().all(|message| message.body() == Some(&event.to_string())));
        let reasons = received
            .iter()
            .filter(|message| message.message_attributes().is_some_and(|all| all.contains_key("reason")));
        assert_eq!(reasons.count(), 1);
        let run = landfall_on(&proxy.file, &redrive, "yes\n").await;
        assert!(run.code == Some(6) && run.words.contains("is empty"), "{}", run.told());
        let nowhere = "arn:aws:sqs:us-east-1:000000000000:nowhere";
        let run = landfall_on(&proxy.file, &["dlq", "redrive", "consumer", "--to", nowhere, "--yes"], "").await;
        assert!(run.code == Some(5) && run.words.contains(nowhere), "{}", run.told());
        for url in [url, target] {
            world.aws.sqs.delete_queue().queue_url(url).send().await.expect("it can be deleted");
        }
    });
}

#[test]
fn consumers_are_listed_with_their_filters_and_what_to_change() {
    run(async |world| {
        let topic = world.aws.sns.create_topic().name(format!("consumers-{:08x}", fastrand::u32(..))).send().await;
        let topic = topic.expect("a topic can be made").topic_arn.expect("it has an ARN");
        let (url, arn) = queue(world, "careless").await;
        let subscribe = world.aws.sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(&arn);
        let filter = r#"{"type": [{"prefix": "landfall.job."}], "provider": ["csm", "fal"]}"#;
        subscribe.attributes("FilterPolicy", filter).send().await.expect("a queue can be subscribed");
        let stack = Stack { topic_arn: topic.clone(), ..world.stack.clone() };
        let (run, listed) = rows(&stack, &["consumers", "list"]).await;
        assert_eq!(run.code, Some(1), "{}", run.told());
        let [consumer] = listed.as_slice() else { panic!("{}", run.told()) };
        let filter = consumer["filter"].as_str().expect("a text");
        assert!(
            filter.contains("type begins with landfall.job.") && filter.contains("provider is csm or fal"),
            "{filter}"
        );
        let problems: Vec<&str> =
            consumer["problems"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for expected in [
            "set RawMessageDelivery",
            "does not let the topic send",
            "subscription a RedrivePolicy",
            "queue a RedrivePolicy",
            "for 1 days only",
        ] {
            assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:?}");
        }
        // The queue goes, its subscription stays.
        world.aws.sqs.delete_queue().queue_url(&url).send().await.expect("it can be deleted");
        let (_, listed) = rows(&stack, &["consumers", "list"]).await;
        assert_eq!(listed[0]["is_stale"], json!(true), "{listed:?}");
        world.aws.sns.delete_topic().topic_arn(topic).send().await.expect("it can be deleted");

        // The template's own is well but for what it says itself.
        let (run, listed) = rows(&world.stack, &["consumers", "list"]).await;
        let own = listed
            .iter()
            .find(|row| row["dead_letter_queue"].as_str().is_some_and(|name| name.contains("ConsumerDeadLetterQueue")));
        assert_eq!(own.map(|own| &own["problems"]), Some(&json!([])), "{}", run.told());
    });
}

#[test]
fn the_doctor_finds_the_stack_of_the_tests_well_but_for_what_it_lacks() {
    run(async |world| {
        let (run, findings) = rows(&world.stack, &["doctor"]).await;
        let verdict = |point: &str| -> Vec<&str> {
            findings.iter().filter(|row| row["point"] == point).filter_map(|row| row["verdict"].as_str()).collect()
        };
        for point in ["url", "version", "ledger expiry"] {
            assert_eq!(verdict(point), ["well"], "{point}: {}", run.told());
        }
        for point in ["url permissions", "ledger indexes", "redrive"] {
            assert_eq!(verdict(point), ["well", "well"], "{point}: {}", run.told());
        }
        assert_eq!(verdict("alarm receivers"), ["warning"], "{}", run.told());
        // Other tests listen at the same time, and it cannot know that somebody does.
        let leftovers: Vec<&Value> = findings.iter().filter(|row| row["point"] == "leftovers").collect();
        let is_listener = |row: &Value| row["found"].as_str().is_some_and(|found| found.contains("/landfall-listen-"));
        assert!(!leftovers.is_empty(), "{}", run.told());
        assert!(leftovers.iter().all(|row| row["verdict"] == "well" || is_listener(row)), "{}", run.told());
        assert!(findings.iter().all(|row| (row["verdict"] == "well") == row["what_to_do"].is_null()), "{}", run.told());
    });
}

#[test]
fn the_doctor_says_what_to_do_about_a_url_that_does_not_answer_and_a_table_that_is_another() {
    run(async |world| {
        let stack = Stack { function_url: "http://127.0.0.1:9/".into(), ..world.stack.clone() };
        let proxy = ToolProxy::start(&stack).await;
        play_table(&proxy, &["due"], &json!({"TimeToLiveStatus": "DISABLED"}));
        let (run, findings) = rows_at(&proxy, &["doctor"]).await;
        assert_eq!(run.code, Some(1), "{}", run.told());
        let bad: Vec<&str> =
            findings.iter().filter(|row| row["verdict"] == "bad").filter_map(|row| row["point"].as_str()).collect();
        for point in ["url", "ledger expiry", "ledger indexes"] {
            assert!(bad.contains(&point), "{point}: {}", run.told());
        }
    });
}

#[test]
fn cost_adds_up_what_was_counted() {
    run(async |world| {
        let stack =
            Stack { ingest_function: "cost-ingest".into(), sweep_function: "cost-sweep".into(), ..world.stack.clone() };
        measure(world, "cost-ingest", "accepted", 1_000_000).await;
        let (run, bill) = rows(&stack, &["cost", "--days", "30"]).await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        let dollars = |part: &str| {
            bill.iter()
                .find(|row| row["part"] == part)
                .and_then(|row| row["dollars"].as_f64())
                .unwrap_or_else(|| panic!("{part}: {}", run.told()))
        };
        // Twice a half and one GB, for a month.
        assert!(
            (dollars("ledger storage") - 0.5).abs() < 1e-9 && (dollars("ledger backups") - 0.4).abs() < 1e-9,
            "{}",
            run.told()
        );
        assert!((dollars("alarms") - 2.4).abs() < 1e-9 && (dollars("dashboard") - 3.0).abs() < 1e-9, "{}", run.told());
        assert!(
            run.words.contains("30 days with 1000000 events") && run.words.contains("A million events cost $0.90"),
            "{}",
            run.told()
        );
    });
}

#[test]
fn completions_and_the_man_page_know_the_commands() {
    run(async |_| {
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            let run = landfall(&["completions", shell], "").await;
            assert!(run.code == Some(0) && run.data.contains("redrive"), "{shell}: {}", run.told());
        }
        let run = landfall(&["completions", "tcsh"], "").await;
        assert_eq!(run.code, Some(2));
        let run = landfall(&["man"], "").await;
        assert!(run.code == Some(0) && run.data.contains("LANDFALL DLQ REDRIVE"), "{}", run.told());
    });
}

//! `landfall listen`, on the stack.

use std::sync::{Arc, Mutex};
use std::thread;

use domain::provider::Provider;
use serde_json::{Value, json};
use tests::judge::Judge;
use tests::observe::until;
use tests::recorded::recorded;
use tests::story::Story;
use tests::tool::Tool;
use tests::world::{World, run};
use tiny_http::{Response, Server};

/// A handler on this machine.
struct Handler {
    url: String,
    posted: Arc<Mutex<Vec<Value>>>,
}

impl Handler {
    /// One that fails at first.
    fn failing(times: usize) -> Handler {
        Handler::answering(move |number, _| (if number < times { 500 } else { 204 }, String::new()))
    }

    /// One that answers to what is posted, which it numbers from 0.
    fn answering(answer: impl Fn(usize, &Value) -> (u16, String) + Send + 'static) -> Handler {
        let server = Server::http("127.0.0.1:0").expect("there is a free port");
        let url = format!("http://{}/events", server.server_addr());
        let posted: Arc<Mutex<Vec<Value>>> = Arc::default();
        let into = Arc::clone(&posted);
        thread::spawn(move || {
            for (number, mut request) in server.incoming_requests().enumerate() {
                let event = serde_json::from_reader(request.as_reader()).unwrap_or_default();
                let (status, answer) = answer(number, &event);
                into.lock().expect("nobody panics with it").push(event);
                let _ = request.respond(Response::from_string(answer).with_status_code(status));
            }
        });
        Handler { url, posted }
    }

    fn posted(&self) -> Vec<Value> {
        self.posted.lock().expect("nobody panics with it").clone()
    }
}

/// Starts a listener, gives it a line of input, and waits until it is subscribed.
async fn listening(world: &World, arguments: &[&str], input: &str) -> Tool {
    let mut tool =
        Tool::start_with_input(&world.stack_file(), &[&["listen", "--output", "ndjson"], arguments].concat());
    tool.give(input);
    tool.close_input();
    until("the subscription", async || if tool.words().contains("Subscribed") { Ok(()) } else { Err(tool.words()) })
        .await;
    tool
}

/// Waits until the listener has written so many rows of data, and gives a field of each.
async fn rows(tool: &Tool, count: usize, field: &str) -> Vec<String> {
    until("the results", async || {
        let data = tool.data();
        let rows = data.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let fields: Vec<String> = rows.map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect();
        if fields.len() >= count { Ok(fields) } else { Err(tool.data() + &tool.words()) }
    })
    .await
}

/// The queues of listeners, and the subscriptions that lead to them.
async fn left(world: &World, name: &str) -> Vec<String> {
    let queues = world.aws.sqs.list_queues().queue_name_prefix(format!("landfall-listen-{name}")).send().await;
    let mut left = queues.expect("queues can be listed").queue_urls.unwrap_or_default();
    let listed = world.aws.sns.list_subscriptions_by_topic().topic_arn(&world.stack.topic_arn).send().await;
    let subscriptions = listed.expect("subscriptions can be listed").subscriptions.unwrap_or_default();
    left.extend(
        subscriptions
            .into_iter()
            .filter_map(|it| it.endpoint)
            .filter(|it| it.contains(&format!("landfall-listen-{name}"))),
    );
    left
}

/// Removes the queue of a listener with a name, and the subscription that leads to it.
async fn remove(world: &World, name: &str) {
    let listed = world.aws.sns.list_subscriptions_by_topic().topic_arn(&world.stack.topic_arn).send().await;
    for subscription in listed.expect("subscriptions can be listed").subscriptions() {
        if subscription.endpoint().is_some_and(|endpoint| endpoint.ends_with(name)) {
            let unsubscribe = world.aws.sns.unsubscribe().set_subscription_arn(subscription.subscription_arn.clone());
            unsubscribe.send().await.expect("it can be ended");
        }
    }
    for url in left(world, name).await {
        world.aws.sqs.delete_queue().queue_url(url).send().await.expect("it can be deleted");
    }
}

#[test]
fn an_event_is_handed_over_until_the_handler_takes_it_and_nothing_is_left() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let handler = Handler::failing(1);
        let mut tool = listening(world, &["--source", &story.source.name, "--forward", &handler.url], "").await;
        assert!(!tool.words().contains("Ready"), "no event has come: {}", tool.words());
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        story.settle().await;
        let id = story.ids().remove(0);
        let results = rows(&tool, 2, "result").await;
        assert!(results[0].contains("500 from") && results[1].contains("204 from"), "{results:?}");
        let ids: Vec<Value> = handler.posted().iter().map(|event| event["id"].clone()).collect();
        assert_eq!(ids, [id.as_str(), id.as_str()]);
        let event = story.event().await;
        assert_eq!(event.text("/id"), id, "the consumer's own queue has it as well");
        let run = tool.interrupt().await;
        assert_eq!((run.code, run.documents().len()), (Some(0), 2), "{}", run.told());
        assert!(run.words.contains("Ready: the first event has come."), "{}", run.words);
    });
}

/// The command runs for longer than a message is hidden by one receive.
#[test]
fn a_command_reads_an_event_until_it_exits_with_0_however_long_it_takes() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let read = format!("{}/{}.ndjson", env!("CARGO_TARGET_TMPDIR"), story.source.name);
        // An event may have several lines.
        let count = format!("$(tr -dc '\\0' < '{read}' | wc -c)");
        let command = format!("cat >> '{read}'; printf '\\0' >> '{read}'; test {count} -gt 1 || exit 3; sleep 35");
        let mut tool = listening(world, &["--source", &story.source.name, "--exec", &command], "").await;
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        let results = rows(&tool, 2, "result").await;
        assert!(results[0].starts_with("exit code 3 in ") && results[1].starts_with("exit code 0 in "), "{results:?}");
        let run = tool.interrupt().await;
        assert_eq!(run.documents().len(), 2, "{}", run.told());
        let read = std::fs::read_to_string(read).expect("the command wrote it");
        let events =
            read.split_terminator('\0').map(|text| serde_json::from_str::<Value>(text).expect("it is an event"));
        let ids: Vec<Value> = events.map(|event| event["id"].clone()).collect();
        assert_eq!(ids, [story.ids().remove(0), story.ids().remove(0)]);
    });
}

/// The events wait in a queue with a name, so that they come together.
#[test]
fn a_function_is_invoked_with_batches_and_says_which_events_come_again() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let (source, name) = (story.source.name.clone(), format!("batches-{:08x}", fastrand::u32(..)));
        let arguments = ["--source", &source, "--name", &name];
        listening(world, &arguments, "").await.interrupt().await;
        for case in ["glossi/job-complete", "glossi/job-failed", "glossi/model-failed"] {
            let delivery = story.delivery(&recorded(case).body);
            story.send(&delivery).await;
        }
        story.settle().await;
        let function = Handler::answering(|number, batch| {
            let answer = match number {
                0 => json!({"errorMessage": "boom", "errorType": "Error"}),
                1 => json!({"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}),
                _ => Value::Null,
            };
            (200, answer.to_string())
        });
        let arguments = [&arguments[..], &["--as-batch", &function.url]].concat();
        let mut tool = listening(world, &arguments, "").await;
        let count = |results: &[String], word: &str| results.iter().filter(|result| result.contains(word)).count();
        // How many events a batch has is the queue's decision.
        let results = until("each event to be handled", async || {
            let results = rows(&tool, 1, "result").await;
            if count(&results, "handled in a batch") < 3 { Err(results.join("\n")) } else { Ok(results) }
        })
        .await;
        let batches = function.posted();
        let records = |batch: usize| batches[batch]["Records"].as_array().expect("it is a list");
        assert_eq!(
            (count(&results, "boom"), count(&results, "in batchItemFailures"), count(&results, "handled in a batch")),
            (records(0).len(), 1, 3),
            "{results:?}"
        );
        let is_again = |batch: usize| records(batch).iter().any(|it| it["messageId"] == records(1)[0]["messageId"]);
        assert!((2..batches.len()).any(is_again), "{batches:?}");
        for record in records(1) {
            let event: Value = serde_json::from_str(record["body"].as_str().expect("a text")).expect("it is an event");
            assert!(story.ids().iter().any(|id| event["id"] == id.as_str()), "{record}");
            let attribute = &record["messageAttributes"]["type"];
            assert_eq!((&attribute["stringValue"], &attribute["dataType"]), (&event["type"], &json!("String")));
            assert_eq!(
                (record["eventSource"].as_str(), record["awsRegion"].as_str()),
                (Some("aws:sqs"), Some("us-east-1"))
            );
            let arn = record["eventSourceARN"].as_str().expect("a text");
            assert!(arn.ends_with(&format!(":landfall-listen-{name}")), "{arn}");
            let received: u32 =
                record["attributes"]["ApproximateReceiveCount"].as_str().expect("a text").parse().expect("a number");
            let is_again = records(0).iter().any(|it| it["messageId"] == record["messageId"]);
            assert!(received > u32::from(is_again) && record["receiptHandle"].is_string(), "{record}");
        }
        tool.interrupt().await;
        remove(world, &name).await;
    });
}

#[test]
fn events_of_the_past_come_whole_and_marked_and_once() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let small = recorded("glossi/job-complete").body;
        let large = [&recorded("glossi/job-failed").body[..], &[b' '; 300 * 1024]].concat();
        for body in [&small, &large] {
            let delivery = story.delivery(body);
            story.send(&delivery).await;
        }
        story.settle().await;
        let handler = Handler::failing(1);
        let arguments = ["--source", &story.source.name, "--since", "1h", "--forward", &handler.url];
        let mut tool = listening(world, &arguments, "").await;
        until("the end of the backfill", async || {
            if tool.words().contains("The backfill has ended.") { Ok(()) } else { Err(tool.data() + &tool.words()) }
        })
        .await;
        assert!(!tool.words().contains("Ready"), "nothing has come live: {}", tool.words());
        let delivery = story.delivery(&recorded("glossi/model-failed").body);
        story.send(&delivery).await;
        assert_eq!(rows(&tool, 4, "origin").await, ["backfill", "backfill", "backfill", "live"]);
        tool.interrupt().await;
        let ids = story.ids();
        let posted = handler.posted();
        let posted_ids: Vec<&str> = posted.iter().filter_map(|event| event["id"].as_str()).collect();
        // The first is not taken at once.
        assert_eq!(posted_ids, [&ids[0], &ids[1], &ids[0], &ids[2]]);
        let mut backfilled = posted[0].clone();
        assert_eq!(backfilled.as_object_mut().and_then(|event| event.remove("landfallbackfill")), Some(json!(true)));
        assert_eq!(backfilled, world.event(&story.source, &ids[0]).await.json);
        let published = world.event(&story.source, &ids[1]).await.json;
        assert!(published["data"]["raw"].is_null() && published["data"]["raw_ref"].is_object(), "{published}");
        let sent: Value = serde_json::from_slice(&large).expect("it is JSON");
        assert_eq!((&posted[1]["landfallbackfill"], &posted[1]["data"]["raw"]), (&json!(true), &sent));
        assert!(posted[3]["landfallbackfill"].is_null(), "{}", posted[3]);
    });
}

#[test]
fn a_receiver_gets_what_the_sender_sent_signed_with_a_secret_of_its_own() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let secret = "a secret for development";
        let judge = Judge::start(&json!({"provider": "glossi", "secrets": [secret]}), None);
        let arguments = ["--source", &story.source.name, "--forward", &judge.url, "--as-sender", "--secret-stdin"];
        let mut wrong = listening(world, &arguments, "another secret").await;
        let mut right = listening(world, &arguments, secret).await;
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        let (refused, taken) = (rows(&wrong, 1, "result").await, rows(&right, 1, "result").await);
        assert!(refused[0].starts_with("401 from") && taken[0].starts_with("200 from"), "{refused:?} {taken:?}");
        wrong.interrupt().await;
        right.interrupt().await;
    });
}

#[test]
fn a_listener_with_a_name_stays_and_a_crashed_one_is_removed() {
    run(async |world| {
        let name = format!("named-{:08x}", fastrand::u32(..));
        listening(world, &["--name", &name], "").await.interrupt().await;
        assert_eq!(left(world, &name).await.len(), 2, "its queue and its subscription stay");
        // As one that crashed long ago: the tag says until when it was in use.
        let url = left(world, &name).await.remove(0);
        let tag = world.aws.sqs.tag_queue().queue_url(&url);
        let tag = tag.tags("landfall:until", "1").tags("landfall:topic", &world.stack.topic_arn);
        tag.send().await.expect("a queue takes a tag");
        let mut next = listening(world, &["--source", "nobody"], "").await;
        assert_eq!(left(world, &name).await, Vec::<String>::new());
        let run = next.interrupt().await;
        assert!(run.words.contains("are removed"), "{}", run.words);
    });
}

#[test]
fn events_are_handed_to_this_machine_alone() {
    run(async |world| {
        for arguments in [
            ["listen", "--forward", "http://10.0.0.1/x"],
            ["listen", "--route", "type=a=>https://example.com/"],
            ["listen", "--as-batch", "https://lambda.us-east-1.amazonaws.com/x"],
        ] {
            let mut tool = Tool::start(&world.stack_file(), &arguments);
            let run = tool.end().await;
            assert!(run.code == Some(2) && run.words.contains("does not lead to this machine"), "{}", run.told());
        }
    });
}

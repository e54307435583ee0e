//! `landfall listen`, on the stack.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::provider::Provider;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::clock::Stopwatch;
use tests::judge::Judge;
use tests::observe::{until, until_within};
use tests::recorded::recorded;
use tests::story::Story;
use tests::tool::{Tool, landfall_on};
use tests::world::{World, run};
use tiny_http::{Response, Server};

use crate::large::asked;

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
    subscribed(&tool).await;
    tool
}

/// Waits until the listener is subscribed.
async fn subscribed(tool: &Tool) {
    until("the subscription", async || if tool.words().contains("Subscribed") { Ok(()) } else { Err(tool.words()) })
        .await;
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

#[test]
fn r_hands_an_event_over_again_to_this_listener_alone() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let handler = Handler::failing(0);
        let arguments = ["listen", "--output", "ndjson", "--source", &story.source.name, "--forward", &handler.url];
        let mut tool = Tool::start_at_terminal(&world.stack_file(), &arguments);
        subscribed(&tool).await;
        for case in ["glossi/job-complete", "glossi/job-failed"] {
            let delivery = story.delivery(&recorded(case).body);
            story.send(&delivery).await;
            rows(&tool, story.answers.len(), "id").await;
        }
        let ids = story.ids();
        tool.give("r");
        rows(&tool, 3, "id").await;
        // The one before, and again the one that came last.
        tool.give("kr");
        rows(&tool, 4, "id").await;
        tool.give("jr");
        let came: Vec<(String, String)> =
            rows(&tool, 5, "id").await.into_iter().zip(rows(&tool, 5, "origin").await).collect();
        let expected = [(0, "live"), (1, "live"), (1, "again"), (0, "again"), (1, "again")];
        assert_eq!(came, expected.map(|(number, origin)| (ids[number].clone(), origin.to_owned())));
        let posted: Vec<Value> = handler.posted().iter().map(|event| event["id"].clone()).collect();
        assert_eq!(posted, [0, 1, 1, 0, 1].map(|number: usize| json!(ids[number])));
        story.settle().await;
        for id in &ids {
            assert_eq!(world.record(id).await.expect("it stands").number("replay").unwrap_or(0), 0);
        }
        assert_eq!(world.events(&story.source).len(), 2, "nobody else has it again");
        let run = tool.interrupt().await;
        assert_eq!(run.code, Some(0), "{}", run.told());
    });
}

/// A server that answers 500 now and then, does not answer at all now and then, and can be killed.
struct Troubled {
    port: u16,
    /// What it took, an id a line.
    taken: PathBuf,
    server: Child,
}

impl Troubled {
    fn start(taken: &Path) -> Troubled {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        Troubled { port, taken: taken.to_owned(), server: Troubled::run(port, taken) }
    }

    fn run(port: u16, taken: &Path) -> Child {
        const SERVER: &str = "import http.server, json, random, sys, threading\n\
            class Handler(http.server.BaseHTTPRequestHandler):\n    \
                def do_POST(self):\n        \
                    event = json.loads(self.rfile.read(int(self.headers['content-length'])))\n        \
                    luck = random.random()\n        \
                    if luck < 0.05: threading.Event().wait()\n        \
                    if luck > 0.15:\n            \
                        with open(sys.argv[2], 'a') as taken: taken.write(event['id'] + '\\n')\n        \
                    self.send_response(500 if luck < 0.15 else 204)\n        \
                    self.end_headers()\n    \
                def log_message(self, *words): pass\n\
            http.server.ThreadingHTTPServer.request_queue_size = 64\n\
            http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()";
        let mut server = Command::new("python3");
        server.args(["-c", SERVER, &port.to_string()]).arg(taken).spawn().expect("there is a Python")
    }

    /// Kills it, whatever it does, and starts it anew.
    fn kill_and_start(&mut self) {
        self.kill();
        self.server = Troubled::run(self.port, &self.taken);
    }

    fn kill(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    fn taken(&self) -> Vec<String> {
        let taken = std::fs::read_to_string(&self.taken).unwrap_or_default();
        taken.lines().map(str::to_owned).collect()
    }
}

impl Drop for Troubled {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The queue of the listener that asks for the events of `source`, by the subscriptions of the topic.
async fn queue_of(world: &World, source: &str) -> Option<String> {
    let listed = world.aws.sns.list_subscriptions_by_topic().topic_arn(&world.stack.topic_arn).send().await;
    for subscription in listed.expect("subscriptions can be listed").subscriptions() {
        let get = world.aws.sns.get_subscription_attributes();
        // One that is gone meanwhile is another's.
        let Ok(answer) = get.set_subscription_arn(subscription.subscription_arn.clone()).send().await else { continue };
        let filter = answer.attributes().and_then(|attributes| attributes.get("FilterPolicy"));
        if filter.is_some_and(|filter| filter.contains(source)) {
            return subscription.endpoint().and_then(|arn| arn.rsplit(':').next()).map(str::to_owned);
        }
    }
    None
}

/// `make large` does it with 1,000 events. The longer it takes, the more often the handler dies.
#[test]
fn each_event_reaches_a_handler_that_is_killed_and_hangs_and_fails() {
    const KILLED_EVERY: Duration = Duration::from_secs(4);
    const AT_ONCE: usize = 20;
    const WITHIN: Duration = Duration::from_secs(1800);
    run(async |world| {
        let count = asked("LISTENED_EVENTS").unwrap_or(60);
        let (mut story, began) = (Story::begin(world, Provider::Glossi).await, Stopwatch::start());
        let source = story.source.name.clone();
        let taken = PathBuf::from(format!("{}/{source}.taken", env!("CARGO_TARGET_TMPDIR")));
        let mut handler = Troubled::start(&taken);
        let url = format!("http://127.0.0.1:{}/events", handler.port);
        let mut tool = listening(world, &["--source", &source, "--forward", &url], "").await;
        let queue = queue_of(world, &source).await.expect("it has subscribed");
        let body = String::from_utf8(recorded("glossi/job-complete").body).expect("it is text");
        let deliveries: Vec<_> = (0..count)
            .map(|number| story.delivery(body.replace("c2f4be1d-51c7-4f55", &format!("{number:08}-4f55")).as_bytes()))
            .collect();
        let deliver = async {
            let (first, rest) = deliveries.split_first().expect("there is one");
            let mut answers = vec![story.send(first).await];
            for deliveries in rest.chunks(AT_ONCE) {
                answers.extend(join_all(deliveries.iter().map(|delivery| world.deliver(delivery))).await);
            }
            answers.iter().filter_map(tests::http::Answer::event_id).collect::<BTreeSet<String>>()
        };
        let ids = deliver.await;
        assert_eq!(ids.len(), count);
        let (mut kills, mut killed) = (0, Stopwatch::start());
        until_within(WITHIN, "each event to be taken", async || {
            if killed.elapsed() > KILLED_EVERY {
                handler.kill_and_start();
                (kills, killed) = (kills + 1, Stopwatch::start());
            }
            let taken: BTreeSet<String> = handler.taken().into_iter().collect();
            let missing = ids.difference(&taken).count();
            if missing == 0 { Ok(()) } else { Err(format!("{missing} of {count} are missing")) }
        })
        .await;
        let seconds = began.elapsed().as_secs_f64();
        let (taken, data) = (handler.taken(), tool.data());
        let of = |words: &str| data.lines().filter(|line| line.contains(words)).count();
        println!(
            "  {count} events in {seconds:.0} s: taken {} times; {} answers of 500, {} cut off; the handler was killed {kills} times",
            taken.len(),
            of("\"500 from"),
            of("it comes again") - of("\"500 from"),
        );
        assert!(taken.iter().all(|id| ids.contains(id)), "nobody else's");
        assert!(of("it comes again") > 0, "it was in trouble");
        let published = until_within(WITHIN, "the consumer's events", async || {
            let published: BTreeSet<String> =
                world.events(&story.source).iter().map(|event| event.text("/id").to_owned()).collect();
            if published.len() == count { Ok(published) } else { Err(format!("{} of {count}", published.len())) }
        })
        .await;
        assert_eq!(published, ids, "nothing was taken from another queue");
        let run = tool.interrupt().await;
        assert!(run.code == Some(0) && run.words.contains("are removed"), "{}", run.words);
        assert_eq!(queue_of(world, &source).await, None, "the subscription is gone");
        let rest = world.aws.sqs.get_queue_url().queue_name(&queue).send().await;
        assert!(rest.is_err(), "the queue is gone: {rest:?}");
    });
}

#[test]
fn the_doctor_names_what_a_killed_listener_left_and_the_next_one_removes_it() {
    run(async |world| {
        let source = format!("killed-{:08x}", fastrand::u32(..));
        listening(world, &["--source", &source], "").await.kill().await;
        let queue = queue_of(world, &source).await.expect("its subscription is still there");
        let doctor = landfall_on(&world.stack_file(), &["doctor", "--output", "json"], "").await;
        assert!(doctor.data.contains(&queue), "{}", doctor.told());
        // As if it had been killed a quarter of an hour ago.
        let url = world.aws.sqs.get_queue_url().queue_name(&queue).send().await.expect("it is still there");
        let tag = world.aws.sqs.tag_queue().set_queue_url(url.queue_url);
        tag.tags("landfall:until", "1").send().await.expect("a queue takes a tag");
        let mut next = listening(world, &["--source", "nobody"], "").await;
        assert_eq!(queue_of(world, &source).await, None);
        assert!(world.aws.sqs.get_queue_url().queue_name(&queue).send().await.is_err());
        next.interrupt().await;
    });
}

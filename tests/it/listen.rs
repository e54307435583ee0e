//! `landfall listen`, on the stack.

use std::sync::{Arc, Mutex};
use std::thread;

use domain::provider::Provider;
use serde_json::Value;
use tests::observe::until;
use tests::recorded::recorded;
use tests::story::Story;
use tests::tool::Tool;
use tests::world::{World, run};
use tiny_http::{Response, Server};

/// A handler on this machine, which fails at first.
struct Handler {
    url: String,
    posted: Arc<Mutex<Vec<Value>>>,
}

impl Handler {
    fn failing(times: usize) -> Handler {
        let server = Server::http("127.0.0.1:0").expect("there is a free port");
        let url = format!("http://{}/events", server.server_addr());
        let posted: Arc<Mutex<Vec<Value>>> = Arc::default();
        let into = Arc::clone(&posted);
        thread::spawn(move || {
            for (number, mut request) in server.incoming_requests().enumerate() {
                let event = serde_json::from_reader(request.as_reader()).unwrap_or_default();
                into.lock().expect("nobody panics with it").push(event);
                let status = if number < times { 500 } else { 204 };
                let _ = request.respond(Response::empty(status));
            }
        });
        Handler { url, posted }
    }

    fn ids(&self) -> Vec<String> {
        let posted = self.posted.lock().expect("nobody panics with it");
        posted.iter().filter_map(|event| event["id"].as_str()).map(str::to_owned).collect()
    }
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

#[test]
fn an_event_is_handed_over_until_the_handler_takes_it_and_nothing_is_left() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let handler = Handler::failing(1);
        let arguments = ["listen", "--source", &story.source.name, "--forward", &handler.url, "--output", "ndjson"];
        let mut tool = Tool::start(&world.stack_file(), &arguments);
        until(
            "the subscription",
            async || if tool.words().contains("Subscribed") { Ok(()) } else { Err(tool.words()) },
        )
        .await;
        assert!(!tool.words().contains("Ready"), "no event has come: {}", tool.words());
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        story.send(&delivery).await;
        story.settle().await;
        let id = story.ids().remove(0);
        until("the second try", async || {
            if tool.data().contains("204 from") { Ok(()) } else { Err(tool.data() + &tool.words()) }
        })
        .await;
        assert_eq!(handler.ids(), [id.clone(), id.clone()]);
        let event = story.event().await;
        assert_eq!(event.text("/id"), id, "the consumer's own queue has it as well");
        let run = tool.interrupt().await;
        assert_eq!(run.code, Some(0), "{}", run.told());
        let results: Vec<String> = run.documents().iter().map(|it| it["result"].to_string()).collect();
        assert!(results[0].contains("500 from") && results[1].contains("204 from"), "{results:?}");
        assert!(run.words.contains("Ready: the first event has come."), "{}", run.words);
    });
}

#[test]
fn a_listener_with_a_name_stays_and_a_crashed_one_is_removed() {
    run(async |world| {
        let name = format!("named-{:08x}", fastrand::u32(..));
        let mut named = Tool::start(&world.stack_file(), &["listen", "--name", &name]);
        until(
            "the subscription",
            async || if named.words().contains("Subscribed") { Ok(()) } else { Err(named.words()) },
        )
        .await;
        named.interrupt().await;
        assert_eq!(left(world, &name).await.len(), 2, "its queue and its subscription stay");
        // As one that crashed long ago: the tag says until when it was in use.
        let url = left(world, &name).await.remove(0);
        let tag = world.aws.sqs.tag_queue().queue_url(&url);
        let tag = tag.tags("landfall:until", "1").tags("landfall:topic", &world.stack.topic_arn);
        tag.send().await.expect("a queue takes a tag");
        let mut next = Tool::start(&world.stack_file(), &["listen", "--source", "nobody"]);
        until("the next one", async || if next.words().contains("Subscribed") { Ok(()) } else { Err(next.words()) })
            .await;
        assert_eq!(left(world, &name).await, Vec::<String>::new());
        let run = next.interrupt().await;
        assert!(run.words.contains("are removed"), "{}", run.words);
    });
}

#[test]
fn events_are_handed_to_this_machine_alone() {
    run(async |world| {
        for arguments in
            [["listen", "--forward", "http://10.0.0.1/x"], ["listen", "--route", "type=a=>https://example.com/"]]
        {
            let mut tool = Tool::start(&world.stack_file(), &arguments);
            let run = tool.end().await;
            assert!(run.code == Some(2) && run.words.contains("does not lead to this machine"), "{}", run.told());
        }
    });
}

//! Deliveries that list several events: each is an event of its own, and all of them are durable before the one answer.

use std::collections::BTreeMap;

use domain::description::BATCH_EVENTS_MAX;
use serde_json::{Value, json};
use tests::http::Request;
use tests::observe::until;
use tests::source::Source;
use tests::world::{World, run};

/// More than go side by side, and fewer than make a test slow.
const EVENTS: usize = 60;

/// A source whose sender lists its events at `/events`.
struct Sender {
    world: &'static World,
    source: Source,
}

impl Sender {
    async fn begin(world: &'static World) -> Sender {
        Sender { source: world.set_up(Source::listing_events()).await, world }
    }

    fn request(&self, events: &[Value]) -> Request {
        self.world.delivery(&self.source, json!({ "events": events }).to_string().as_bytes())
    }

    /// Delivers the events, and gives the answer.
    async fn deliver(&self, events: &[Value]) -> String {
        let answer = self.world.deliver(&self.request(events)).await;
        format!("{} {}", answer.status, answer.text())
    }

    /// How often each event has been published, by the text of its body, as soon as there are `count`.
    async fn published(&self, count: usize) -> BTreeMap<String, usize> {
        until(&format!("{count} events at the consumer"), async || {
            let mut published = BTreeMap::new();
            for event in self.world.events(&self.source) {
                *published.entry(event.json["data"]["raw"].to_string()).or_default() += 1;
            }
            if published.len() < count { Err(format!("{} events", published.len())) } else { Ok(published) }
        })
        .await
    }
}

fn event(job: usize, state: &str) -> Value {
    json!({"job": format!("job-{job}"), "state": state})
}

#[test]
fn every_event_of_a_delivery_is_published_once_however_often_it_is_listed() {
    run(async |world| {
        let sender = Sender::begin(world).await;
        let events: Vec<Value> = (0..EVENTS).map(|job| event(job, "done")).collect();
        assert_eq!(sender.deliver(&events).await, r#"200 {"events":60,"status":"accepted"}"#);
        assert_eq!(sender.deliver(&events).await, r#"200 {"events":60,"status":"duplicate"}"#);
        let more: Vec<Value> = (EVENTS - 1..EVENTS + 2).map(|job| event(job, "done")).collect();
        assert_eq!(sender.deliver(&more).await, r#"200 {"events":3,"status":"accepted"}"#);
        let published = sender.published(EVENTS + 2).await;
        assert_eq!(published.len(), EVENTS + 2);
        assert!(published.values().all(|count| *count == 1), "{published:?}");
        let subjects = world.events(&sender.source).into_iter().map(|event| event.text("/subject").to_owned());
        assert!(subjects.into_iter().all(|subject| subject.starts_with("job-")), "each has a subject of its own");
    });
}

#[test]
fn two_bodies_under_a_states_key_in_one_delivery_are_two_events() {
    run(async |world| {
        let sender = Sender::begin(world).await;
        let mut second = event(1, "done");
        second["outputs"] = json!(["https://cdn.example.com/1.png"]);
        let events = [event(1, "done"), second.clone(), event(1, "done"), event(1, "new")];
        assert_eq!(sender.deliver(&events).await, r#"200 {"events":4,"status":"accepted"}"#);
        let mut expected = [event(1, "done").to_string(), second.to_string(), event(1, "new").to_string()];
        expected.sort();
        let published = sender.published(expected.len()).await;
        assert_eq!(published.into_iter().collect::<Vec<_>>(), expected.map(|body| (body, 1)));
    });
}

#[test]
fn a_delivery_without_events_is_one_event() {
    run(async |world| {
        let sender = Sender::begin(world).await;
        let answer = world.deliver(&sender.request(&[])).await;
        let id = answer.event_id().expect("an accepted delivery has an id");
        assert_eq!(world.event(&sender.source, &id).await.json["data"]["raw"], json!({"events": []}));
    });
}

#[test]
fn more_events_than_can_be_made_durable_in_time_are_refused_together() {
    run(async |world| {
        let sender = Sender::begin(world).await;
        let events: Vec<Value> = (0..=BATCH_EVENTS_MAX).map(Value::from).collect();
        assert_eq!(
            sender.deliver(&events).await,
            r#"413 {"error":"the delivery lists more than 2500 events, or they are too large together"}"#
        );
        assert!(world.records(&sender.source).await.is_empty(), "something was recorded");
    });
}

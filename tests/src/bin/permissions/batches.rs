//! The paths of several events at once: a delivery that lists them through ingest, and their messages through process.

use serde_json::{Value, json};
use tests::source::Source;

use crate::contents::Outcome;
use crate::path::Path;
use crate::process::enqueue;
use crate::world::{Outage, World};

/// As many as Lambda hands over together.
const BATCH: usize = 10;

pub(crate) const PATHS: [Path; 4] = [
    Path {
        function: "Ingest",
        name: "lists several events",
        walk: |world, name| {
            Box::pin(async move {
                let source = listing(world, name).await;
                let first = world.deliver(&source, &listed(3), Outage::None).await;
                // The sender lists them once more, with one that is new.
                let second = world.deliver(&source, &listed(4), Outage::None).await;
                world.outcome(&[first, second]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "ten messages together",
        walk: |world, name| Box::pin(async move { together(world, name, Outage::None).await }),
    },
    Path {
        function: "Process",
        name: "ten messages together and topic away",
        walk: |world, name| Box::pin(async move { together(world, name, Outage::Sns).await }),
    },
    Path {
        function: "Process",
        name: "one of three unreadable, and queues away",
        walk: |world, name| {
            Box::pin(async move {
                let source = listing(world, name).await;
                world.feed(&source, &listed(2), Outage::None).await;
                enqueue(world, "this is no message").await;
                // That one cannot be put away, so it alone comes again.
                let processed = world.process(Outage::Sqs).await;
                world.outcome(&[processed]).await
            })
        },
    },
];

/// A source whose sender lists its events.
async fn listing(world: &World, name: &str) -> Source {
    world.set_up(&name.replace([' ', ','], "-"), Source::listing_events()).await
}

/// A delivery of so many events.
fn listed(count: usize) -> Vec<u8> {
    let events: Vec<Value> = (0..count).map(|job| json!({"job": format!("job-{job}"), "state": "done"})).collect();
    json!({ "events": events }).to_string().into_bytes()
}

/// A whole batch of messages, which process publishes in as few calls as it can.
async fn together(world: &World, name: &str, outage: Outage) -> Outcome {
    let source = listing(world, name).await;
    world.feed(&source, &listed(BATCH), Outage::None).await;
    let processed = world.process(outage).await;
    world.outcome(&[processed]).await
}

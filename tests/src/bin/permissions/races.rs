//! Paths of two functions at once, of which the same must come whichever is first.
//!
//! They are walked under the whole roles alone: they ask for nothing that other paths do not ask for, and without a
//! permission it is chance what comes of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::ledger::Record;

use crate::contents::Outcome;
use crate::path::{Path, small_body, source};
use crate::world::{Outage, World};

/// So many that two sweeps meet at some.
const OVERDUE_EVENTS: usize = 40;

pub(crate) const PATHS: [Path; 3] = [
    Path {
        function: "Sweep",
        name: "two sweeps at once",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                for job in 0..OVERDUE_EVENTS {
                    let body = json!({"id": format!("job-{job}"), "status": "completed"}).to_string();
                    world.put(&Record::received(&source, body.as_bytes()).due_at(now_millis() - 1000)).await;
                }
                let (one, other) = tokio::join!(world.sweep(Outage::None), world.sweep(Outage::None));
                let messages = world.messages("EventsQueue").await;
                let id = |body: &str| serde_json::from_str::<Value>(body).unwrap_or_default()["id"].to_string();
                let events: BTreeSet<String> = messages.iter().filter_map(|message| message.body()).map(id).collect();
                let told = format!("{} events in {} messages", events.len(), messages.len());
                let mut outcome = world.outcome(&[one, other, told]).await;
                // Both write the directory, or one does before the other looks.
                outcome.stored.retain(|line| !line.starts_with("id: @sources"));
                outcome
            })
        },
    },
    Path {
        function: "Sweep",
        name: "sweep and process at once",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::None).await;
                world.hurry().await;
                let (swept, _) = tokio::join!(world.sweep(Outage::None), world.process(Outage::None));
                settled(world, swept).await
            })
        },
    },
    Path {
        function: "Process",
        name: "a retry while its first message is processed",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::DynamoDb).await;
                let body = small_body();
                let (answer, _) =
                    tokio::join!(world.deliver(&source, &body, Outage::None), world.process(Outage::None));
                // Accepted, or a duplicate by then.
                let answer = if answer.starts_with("200") { "200".to_owned() } else { answer };
                settled(world, answer).await
            })
        },
    },
];

/// What stands where when no message is left. Which of the two was first can be read in the record, so only the words
/// are compared.
async fn settled(world: &World, told: String) -> Outcome {
    world.process(Outage::None).await;
    Outcome { stored: Vec::new(), ..world.outcome(&[told]).await }
}

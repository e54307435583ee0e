//! The paths of an overdue event through the sweep.

use serde_json::json;
use tests::clock::now_millis;

use crate::contents::Outcome;
use crate::path::{Path, quarantining, small_body, source};
use crate::world::{Outage, World};

const MINUTE_MILLIS: i64 = 60_000;

/// The path of a source that refuses all that comes.
pub(crate) const ONLY_REFUSALS: &str = "a source has only refusals";

pub(crate) const PATHS: [Path; 6] = [
    Path {
        function: "Sweep",
        name: "overdue",
        walk: |world, name| Box::pin(async move { overdue(world, name, Outage::None).await }),
    },
    Path {
        function: "Sweep",
        name: "queue away",
        walk: |world, name| Box::pin(async move { overdue(world, name, Outage::Sqs).await }),
    },
    Path {
        function: "Sweep",
        name: "nothing is due",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::None).await;
                let swept = world.sweep(Outage::None).await;
                world.outcome(&[swept]).await
            })
        },
    },
    Path {
        function: "Sweep",
        name: "a watched source is silent",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.watch(&source).await;
                // The first run lists the sources.
                let swept = [world.sweep(Outage::None).await, world.sweep(Outage::None).await];
                world.outcome(&swept).await
            })
        },
    },
    Path {
        function: "Sweep",
        name: ONLY_REFUSALS,
        walk: |world, name| {
            Box::pin(async move {
                let source = quarantining(world, name).await;
                let now = now_millis();
                world.put_genuine(&source, now - 30 * MINUTE_MILLIS).await;
                for minutes_ago in [20, 1] {
                    world.put_refused(&source, now - minutes_ago * MINUTE_MILLIS).await;
                }
                let swept = world.sweep(Outage::None).await;
                world.outcome(&[swept]).await
            })
        },
    },
    Path {
        function: "Sweep",
        name: "seen by Lambda",
        walk: |world, _| {
            Box::pin(async move {
                let seen = world.observe("Sweep", json!({})).await;
                world.outcome(&[seen]).await
            })
        },
    },
];

async fn overdue(world: &World, name: &str, outage: Outage) -> Outcome {
    let source = source(world, name).await;
    world.feed(&source, &small_body(), Outage::Sqs).await;
    world.hurry().await;
    let swept = world.sweep(outage).await;
    world.outcome(&[swept]).await
}

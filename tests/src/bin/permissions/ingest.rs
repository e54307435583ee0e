//! The paths of a delivery through ingest.

use tests::clock::now_millis;
use tests::ledger::Record;
use tests::source::Source;

use crate::path::{Path, body, quarantining, small_body, source};
use crate::world::Outage;

/// More than a record holds.
const LARGE_BYTES: usize = 70 * 1024;
/// More than a message holds too.
const HUGE_BYTES: usize = 1_100 * 1024;

/// The path of a delivery that does not prove itself.
pub(crate) const REFUSED: &str = "refused and stored";
/// Storing has 300 ms, which on a busy machine may be too short.
const STORING_TRIES: usize = 10;

pub(crate) const PATHS: [Path; 12] = [
    Path {
        function: "Ingest",
        name: "accepted",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let answer = world.deliver(&source, &small_body(), Outage::None).await;
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "duplicate",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let first = world.deliver(&source, &small_body(), Outage::None).await;
                let second = world.deliver(&source, &small_body(), Outage::None).await;
                world.outcome(&[first, second]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "two at once",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let event = world.delivery(&source, &small_body());
                let invoke = || world.invoke("Ingest", Outage::None, event.clone());
                let (one, other) = tokio::join!(invoke(), invoke());
                // Which of them was first is chance.
                let mut answers = [one.told(), other.told()];
                answers.sort();
                world.outcome(&answers).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "large body",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let answer = world.deliver(&source, &body(&[], LARGE_BYTES), Outage::None).await;
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "body larger than a message",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let answer = world.deliver(&source, &body(&[], HUGE_BYTES), Outage::None).await;
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "expired record",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.give(finished(&source, &small_body(), "done", -60)).await;
                let answer = world.deliver(&source, &small_body(), Outage::None).await;
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "failed with another body",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.give(finished(&source, &body(&[], 1), "failed", 86_400)).await;
                let answer = world.deliver(&source, &small_body(), Outage::None).await;
                // The second id has the body's digest in it.
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "queue away",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let answer = world.deliver(&source, &small_body(), Outage::Sqs).await;
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "ledger away",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let answer = world.deliver(&source, &small_body(), Outage::DynamoDb).await;
                // The directory of sources is read beside all else, so the answer may come before this fails as well.
                world.outcome(&[answer.replace("dynamodb:GetItem ", "")]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "bucket away",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let answer = world.deliver(&source, &body(&[], LARGE_BYTES), Outage::S3).await;
                world.outcome(&[answer]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: REFUSED,
        walk: |world, name| {
            Box::pin(async move {
                let source = quarantining(world, name).await;
                let mut told = world.refuse(&source).await;
                for _ in 1..STORING_TRIES {
                    if told.contains("trouble") || world.stores_refused().await {
                        break;
                    }
                    told = world.refuse(&source).await;
                }
                world.outcome(&[told]).await
            })
        },
    },
    Path {
        function: "Ingest",
        name: "seen by Lambda",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let probe = tests::http::Request::new("GET", String::new());
                let event = tests::functions::url_event(&probe, &format!("/hooks/{}", source.name));
                let seen = world.observe("Ingest", event).await;
                world.outcome(&[seen]).await
            })
        },
    },
];

/// The record of an event that ended, to expire in so many seconds.
pub(crate) fn finished(source: &Source, body: &[u8], state: &str, expires_in_seconds: i64) -> Record {
    let mut record = Record::received(source, body).with("state", state);
    record.0.remove("due_at");
    record.0.remove("due_shard");
    record.with_number("expires_at", now_millis() / 1000 + expires_in_seconds)
}

//! The paths of a message through process.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::archive::PART_BYTES;
use domain::provider::Provider;
use serde_json::json;
use tests::asset_server::{AssetServer, Reply};
use tests::simulator::{Condition, End, Simulator};
use tests::source::Source;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::contents::Outcome;
use crate::lambda::EVENTS;
use crate::path::{Path, body, small_body, source};
use crate::world::{Outage, World};

/// More than a record holds, less than a message does.
const MEDIUM_BYTES: usize = 20 * 1024;
/// More than both hold.
const LARGE_BYTES: usize = 70 * 1024;
/// So many outputs fill a published event.
const MANY_OUTPUTS: usize = 4000;

pub(crate) const PATHS: [Path; 19] = [
    Path {
        function: "Process",
        name: "recorded",
        walk: |world, name| Box::pin(async move { straight(world, name, &small_body(), Outage::None).await }),
    },
    Path {
        function: "Process",
        name: "only in its message",
        walk: |world, name| Box::pin(async move { straight(world, name, &small_body(), Outage::DynamoDb).await }),
    },
    Path {
        function: "Process",
        name: "large",
        walk: |world, name| Box::pin(async move { straight(world, name, &body(&[], LARGE_BYTES), Outage::None).await }),
    },
    Path {
        function: "Process",
        name: "large and only in its message",
        walk: |world, name| Box::pin(async move { straight(world, name, &body(&[], MEDIUM_BYTES), Outage::S3).await }),
    },
    Path {
        function: "Process",
        name: "too large to publish",
        walk: |world, name| {
            Box::pin(async move {
                // An event has a thousand assets at most, so it is their names that are too large.
                let long = "a-rather-long-name-of-an-image-".repeat(10);
                let output = |number| format!("https://cdn.get3w.com/outputs/{long}{number}.png");
                let outputs: Vec<String> = (0..MANY_OUTPUTS).map(output).collect();
                straight(world, name, &body(&outputs, 0), Outage::None).await
            })
        },
    },
    Path {
        function: "Process",
        name: "received twice",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::None).await;
                let messages = match world.poll(EVENTS).await {
                    Ok(messages) => messages,
                    Err(refused) => return world.outcome(&[refused]).await,
                };
                // Two instances at once; which of them was first is chance.
                let (one, other) = tokio::join!(
                    world.handle(EVENTS, &messages, Outage::None),
                    world.handle(EVENTS, &messages, Outage::None)
                );
                let kept: BTreeSet<String> = one.ids.into_iter().chain(other.ids).collect();
                let troubles =
                    if one.troubles == other.troubles { one.troubles } else { one.troubles + &other.troubles };
                let refused = world.delete(EVENTS, &messages, &kept.iter().cloned().collect::<Vec<_>>()).await;
                world
                    .outcome(&[format!("{} kept{troubles}{}", kept.len(), if refused { ", not deleted" } else { "" })])
                    .await
            })
        },
    },
    Path {
        function: "Process",
        name: "archived",
        walk: |world, name| {
            Box::pin(async move {
                let (source, server) = (archiving(world, name).await, AssetServer::start());
                let link = server.serve("/1.png", &[Reply::content("image/png", picture(200))]);
                world.feed(&source, &body(&[link], 0), Outage::None).await;
                let processed = world.process(Outage::None).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "archived in parts",
        walk: |world, name| {
            Box::pin(async move {
                let (source, server) = (archiving(world, name).await, AssetServer::start());
                let link = server.serve("/1.png", &[Reply::content("image/png", picture(PART_BYTES + 1))]);
                world.feed(&source, &body(&[link], 0), Outage::None).await;
                // What was archived stands when the event, which could not be published, comes again.
                let first = world.process(Outage::Sns).await;
                world.hurry().await;
                world.sweep(Outage::None).await;
                let second = world.process(Outage::None).await;
                world.outcome(&[first, second, format!("{} downloads", server.requests("/1.png"))]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "upload taken back",
        walk: |world, name| {
            Box::pin(async move {
                let source = archiving(world, name).await;
                let link = breaking_off().await;
                world.feed(&source, &body(&[link], 0), Outage::None).await;
                let processed = world.process(Outage::None).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "confirmed",
        walk: |world, name| Box::pin(async move { ask(world, name, End::Completed, Condition::Up).await }),
    },
    Path {
        function: "Process",
        name: "denied by sender",
        walk: |world, name| Box::pin(async move { ask(world, name, End::Failed, Condition::Up).await }),
    },
    Path {
        function: "Process",
        name: "sender broken",
        walk: |world, name| Box::pin(async move { ask(world, name, End::Completed, Condition::Broken).await }),
    },
    Path {
        function: "Process",
        name: "progress where ends win",
        walk: |world, name| Box::pin(async move { progress(world, name).await }),
    },
    Path {
        function: "Process",
        name: "topic away",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::None).await;
                let processed = world.process(Outage::Sns).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "ledger away",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::None).await;
                let processed = world.process(Outage::DynamoDb).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "unreadable message",
        walk: |world, _| {
            Box::pin(async move {
                enqueue(world, "this is no message").await;
                let processed = world.process(Outage::None).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "unreadable and queues away",
        walk: |world, _| {
            Box::pin(async move {
                enqueue(world, "this is no message").await;
                let processed = world.process(Outage::Sqs).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "finished already",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                world.feed(&source, &small_body(), Outage::None).await;
                let record = crate::ingest::finished(&source, &small_body(), "done", 86_400);
                world.give(record).await;
                let processed = world.process(Outage::None).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "seen by Lambda",
        walk: |world, name| {
            Box::pin(async move {
                let source = source(world, name).await;
                let message = json!({"messageId": "1", "body": "this is no message", "receiptHandle": source.name});
                let seen = world.observe("Process", json!({"Records": [message]})).await;
                world.reset().await;
                world.outcome(&[seen]).await
            })
        },
    },
];

/// From ingest, for which `outage` is, to the end.
async fn straight(world: &World, name: &str, body: &[u8], outage: Outage) -> Outcome {
    let source = source(world, name).await;
    world.feed(&source, body, outage).await;
    let processed = world.process(Outage::None).await;
    world.outcome(&[processed]).await
}

/// A source whose assets are copied.
async fn archiving(world: &World, name: &str) -> Source {
    let source = Source::new(Provider::Get3w).with_option("archive", true);
    world.set_up(&name.replace(' ', "-"), source).await
}

/// An event that says that a job has completed, of a sender whose API is in such a condition and says that it came to
/// `end`.
async fn ask(world: &World, name: &str, end: End, condition: Condition) -> Outcome {
    let sender = Simulator::start(Provider::Csm);
    let job = sender.submit();
    world.mask(&job, "JOB");
    sender.finish(&job, end);
    sender.set_condition(condition);
    let name = name.replace(' ', "-");
    let source = world.set_up(&name, sender.confirms(Source::new(Provider::Csm))).await;
    world.feed(&source, &sender.webhook(&job, End::Completed), Outage::None).await;
    let processed = world.process(Outage::None).await;
    world.outcome(&[processed]).await
}

/// An event that tells of progress, of a source that publishes none after the end of its job.
async fn progress(world: &World, name: &str) -> Outcome {
    let source = Source::new(Provider::Csm).with_option("order", "end-wins");
    let source = world.set_up(&name.replace(' ', "-"), source).await;
    let body = json!({
        "type": "session_status_changed",
        "payload": {"session_id": "SESSION_1", "new_status": "incomplete", "timestamp": "2025-09-01T07:26:50.484Z"},
    });
    world.feed(&source, body.to_string().as_bytes(), Outage::None).await;
    let processed = world.process(Outage::None).await;
    world.outcome(&[processed]).await
}

/// Puts a text into the events queue.
pub(crate) async fn enqueue(world: &World, text: &str) {
    let send = world.account.operator.sqs.send_message().queue_url(&world.account.stack.events_queue_url);
    send.message_body(text).send().await.unwrap_or_else(|error| panic!("sending to the events queue: {error:?}"));
}

/// A picture, as far as its first bytes tell.
fn picture(bytes: usize) -> Arc<[u8]> {
    let mut picture = vec![7; bytes];
    let signature = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    picture[..signature.len()].copy_from_slice(signature);
    picture.into()
}

/// The link of an asset whose server hangs up in the middle of its second part.
async fn breaking_off() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("a listener has an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\r\n", 2 * PART_BYTES);
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&picture(PART_BYTES + PART_BYTES / 2)).await;
        }
    });
    format!("http://{address}/1.png")
}

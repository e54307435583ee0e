//! Assets are copied into the bucket before their event is published, if their source asks for it.
//!
//! These need the local stack: nothing on AWS reaches a server of a test's own.

use std::{iter, slice};

use domain::provider::Provider;
use domain::time::Timestamp;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tests::asset_server::{AssetServer, Reply};
use tests::clock::now_millis;
use tests::event::Event;
use tests::ledger::{Record, sha256};
use tests::observe::until;
use tests::source::Source;
use tests::story::Story;
use tests::world::{World, run};

const MIB: usize = 1024 * 1024;
const MINUTE_MILLIS: i64 = 60_000;

/// A picture, as far as its first bytes tell.
fn png(bytes: usize) -> Vec<u8> {
    let noise = iter::repeat_with(|| fastrand::u8(..));
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".iter().copied().chain(noise).take(bytes).collect()
}

fn picture(bytes: &[u8]) -> Reply {
    Reply::content("image/png", bytes)
}

/// The report of a job with these outputs.
fn report(status: &str, outputs: &[String]) -> Vec<u8> {
    json!({"id": "pred_1", "model": "m", "status": status, "outputs": outputs}).to_string().into_bytes()
}

fn archiving() -> Source {
    Source::new(Provider::Get3w).with_option("archive", true)
}

/// The event that becomes of `body`, sent to `source`.
async fn event(world: &'static World, source: Source, body: &[u8]) -> Event {
    let mut story = Story::about(world, world.set_up(source).await);
    story.send(&story.delivery(body)).await;
    story.event().await
}

/// What became of each asset of `event`: its size and the name of its copy, or why there is none. A copy must be what it
/// is said to be.
async fn told(world: &World, event: &Event) -> String {
    let mut lines = Vec::new();
    for asset in event.json["data"]["assets"].as_array().expect("a list of assets") {
        let text = |pointer: &str| asset.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if asset["archived"].is_null() {
            lines.push(if text("/not_archived").is_empty() { "as it was" } else { text("/not_archived") }.to_owned());
            continue;
        }
        assert_eq!(asset["not_archived"], Value::Null);
        let copy = world.object(text("/archived/bucket"), text("/archived/key")).await;
        assert_eq!(sha256(&copy), text("/archived/sha256"));
        assert_eq!(json!(copy.len()), asset["archived"]["size"]);
        lines.push(format!("{} bytes in {}", copy.len(), text("/archived/key").rsplit('/').next().unwrap_or_default()));
    }
    lines.join("\n")
}

async fn check(world: &World, event: &Event, expected: Expect) {
    expected.assert_eq(&told(world, event).await);
}

#[test]
fn a_copy_stands_beside_the_link() {
    run(async |world| {
        let server = AssetServer::start();
        let bytes = png(2000);
        let url = server.serve("/out/first.png", &[picture(&bytes)]);
        let source = archiving();
        let event = event(world, source.clone(), &report("completed", slice::from_ref(&url))).await;
        let asset = &event.json["data"]["assets"][0];
        assert_eq!(asset["url"], json!(url));
        let archived = asset["archived"].as_object().expect("it is archived");
        assert_eq!(archived["bucket"], json!(world.stack.bucket));
        assert_eq!(archived["sha256"], json!(sha256(&bytes)));
        let key = archived["key"].as_str().expect("a key is a text");
        let parts: Vec<&str> = key.split('/').collect();
        let id = sha256(event.text("/id").as_bytes());
        assert_eq!((parts[0], parts[1], parts[5], parts[6]), ("assets", source.name.as_str(), &*id, "0-first.png"));
        let object = world.aws.s3.head_object().bucket(&world.stack.bucket).key(key).send().await.expect("it is there");
        assert_eq!(object.content_type(), Some("image/png"));
        check(world, &event, expect!["2000 bytes in 0-first.png"]).await;
        assert_eq!(server.requests("/out/first.png"), 1);
    });
}

#[test]
fn several_assets_have_a_copy_each() {
    run(async |world| {
        let server = AssetServer::start();
        // Some senders leave spaces in the names of files.
        let urls: Vec<String> = (0..7)
            .map(|number| server.serve(&format!("/{number}/same%20name.png"), &[picture(&png(100 + number))]))
            .map(|url| url.replace("%20", " "))
            .collect();
        let nothing = ["".to_owned(), "data:image/png;base64,AAAA".to_owned()];
        let event = event(world, archiving(), &report("completed", &[&nothing, urls.as_slice()].concat())).await;
        check(
            world,
            &event,
            expect![[r#"
                100 bytes in 0-same_name.png
                101 bytes in 1-same_name.png
                102 bytes in 2-same_name.png
                103 bytes in 3-same_name.png
                104 bytes in 4-same_name.png
                105 bytes in 5-same_name.png
                106 bytes in 6-same_name.png"#]],
        )
        .await;
    });
}

#[test]
fn a_large_asset_is_copied_in_parts() {
    run(async |world| {
        let server = AssetServer::start();
        // One that ends within a part, one that ends with it, and the largest that takes a single request.
        let urls: Vec<String> = [40 * MIB + 1, 16 * MIB, 8 * MIB, 8 * MIB - 1]
            .into_iter()
            .enumerate()
            .map(|(number, bytes)| server.serve(&format!("/{number}.png"), &[picture(&png(bytes))]))
            .collect();
        let event = event(world, archiving(), &report("completed", &urls)).await;
        check(
            world,
            &event,
            expect![[r#"
            41943041 bytes in 0-0.png
            16777216 bytes in 1-1.png
            8388608 bytes in 2-2.png
            8388607 bytes in 3-3.png"#]],
        )
        .await;
    });
}

#[test]
fn what_cannot_be_fetched_does_not_hold_up_the_event() {
    run(async |world| {
        let server = AssetServer::start();
        let outputs = [
            server.serve("/0.png", &[Reply::Status(404)]),
            server.serve("/1.png", &[Reply::Status(410)]),
            server.serve("/2.png", &[Reply::Status(403)]),
            server.serve("/3.png", &[Reply::content("image/png", *b"<html><p>This link has expired.")]),
            server.serve("/4.png", &[Reply::content("video/mp4", png(100))]),
            server.serve("/5.png", &[picture(&png(5001))]),
            server.serve("/6.png", &[picture(&png(5000))]),
            "https://evil.example/7.png".to_owned(),
            "http://127.0.0.1/8.png".to_owned(),
            "http://localhost:9001/2018-06-01/runtime/invocation/next".to_owned(),
            "https://169.254.169.254/latest/meta-data/".to_owned(),
        ];
        let source = archiving().with_option("max_asset_bytes", 5000);
        let mut story = Story::about(world, world.set_up(source).await);
        story.send(&story.delivery(&report("completed", &outputs))).await;
        let event = story.event().await;
        check(
            world,
            &event,
            expect![[r#"
            gone
            gone
            denied
            wrong_type
            wrong_type
            too_large
            5000 bytes in 6-6.png
            host_not_allowed
            not_https
            not_https
            ip_literal"#]],
        )
        .await;
        expect!["done after 1 attempt"].assert_eq(&world.finished(event.text("/id")).await.told());
    });
}

#[test]
fn nothing_is_fetched_that_was_not_asked_for() {
    run(async |world| {
        let server = AssetServer::start();
        let url = server.serve("/a.png", &[picture(&png(100))]);
        let outputs = [url];
        for (source, status) in [
            (Source::new(Provider::Get3w), "completed"),
            (archiving().with_option("archive", false), "completed"),
            (archiving(), "failed"),
            (archiving(), "processing"),
        ] {
            let event = event(world, source, &report(status, &outputs)).await;
            check(world, &event, expect!["as it was"]).await;
        }
        assert_eq!(server.requests("/a.png"), 0);
    });
}

/// Lets the event of `record` be worked on, now instead of when its time has come.
async fn bring_back(world: &World, mut record: Record) {
    record.0.remove("not_before");
    world.put_record(&record.due_at(now_millis() - MINUTE_MILLIS)).await;
    world.sweep().await;
}

#[test]
fn another_round_costs_only_the_rest() {
    run(async |world| {
        let server = AssetServer::start();
        let urls = [
            server.serve("/0.png", &[picture(&png(100))]),
            server.serve("/1.png", &[Reply::Status(503), picture(&png(200))]),
            server.serve("/2.png", &[picture(&png(9 * MIB))]),
            server.serve("/3.png", &[Reply::Status(404)]),
        ];
        let source = world.set_up(archiving()).await;
        let mut story = Story::about(world, source);
        let answer = story.send(&story.delivery(&report("completed", &urls))).await;
        let id = answer.event_id().expect("it was accepted");
        let waiting = until("the end of the first round", async || match world.record(&id).await {
            Some(record) if record.number("not_before").is_some() => Ok(record),
            record => Err(format!("{record:?}")),
        })
        .await;
        expect!["received after 0 attempts"].assert_eq(&waiting.told());
        expect!["1 of 4 assets are not archived yet: the sender answered 503"].assert_eq(waiting.text("last_error"));
        assert_eq!(story.world.events(&story.source).len(), 0, "nobody is told before the copies stand");
        bring_back(world, waiting).await;
        check(
            world,
            &story.event().await,
            expect![[r#"
            100 bytes in 0-0.png
            200 bytes in 1-1.png
            9437184 bytes in 2-2.png
            gone"#]],
        )
        .await;
        expect!["done after 1 attempt"].assert_eq(&world.finished(&id).await.told());
        let requests: Vec<usize> = (0..4).map(|number| server.requests(&format!("/{number}.png"))).collect();
        assert_eq!(requests, [1, 2, 1, 2]);
    });
}

#[test]
fn a_processor_that_died_half_way_has_not_worked_in_vain() {
    run(async |world| {
        let server = AssetServer::start();
        let bytes = png(300);
        let urls = [
            server.serve("/0.png", &[picture(b"another picture by now")]),
            server.serve("/1.png", &[picture(&png(200))]),
        ];
        let source = world.set_up(archiving()).await;
        let record = Record::received(&source, &report("completed", &urls));
        let died = record.with("state", "processing").with_number("attempts", 1).with_number("lease_until", 0);
        let day = Timestamp::from_millis(died.number("received_at").expect("it has a time")).to_string();
        let day = day.split('T').next().unwrap_or_default().replace('-', "/");
        let key = format!("assets/{}/{day}/{}/0-0.png", source.name, sha256(died.id().as_bytes()));
        let put = world.aws.s3.put_object().bucket(&world.stack.bucket).key(key).body(bytes.clone().into());
        put.send().await.expect("the bucket takes it");
        bring_back(world, died.clone()).await;
        let event = world.event(&source, died.id()).await;
        check(
            world,
            &event,
            expect![[r#"
                300 bytes in 0-0.png
                200 bytes in 1-1.png"#]],
        )
        .await;
        assert_eq!(event.json["data"]["assets"][0]["archived"]["sha256"], json!(sha256(&bytes)));
        assert_eq!((server.requests("/0.png"), server.requests("/1.png")), (0, 1));
    });
}

#[test]
fn a_repeat_finds_its_copies() {
    run(async |world| {
        let server = AssetServer::start();
        let urls = [server.serve("/0.png", &[picture(&png(100))]), server.serve("/1.png", &[picture(&png(9 * MIB))])];
        let source = world.set_up(archiving()).await;
        let mut story = Story::about(world, source.clone());
        story.send(&story.delivery(&report("completed", &urls))).await;
        let first = story.event().await;
        // As if the processor had died after it had published.
        let mut finished = world.finished(first.text("/id")).await;
        finished.0.remove("expires_at");
        let died = finished.with("state", "processing").with_number("lease_until", 0);
        bring_back(world, died).await;
        let events = until("the event once more", async || {
            let events = world.events(&source);
            if events.len() > 1 { Ok(events) } else { Err(events.len()) }
        })
        .await;
        assert_eq!(events[0].json["data"]["assets"], events[1].json["data"]["assets"]);
        check(
            world,
            &events[1],
            expect![[r#"
            100 bytes in 0-0.png
            9437184 bytes in 1-1.png"#]],
        )
        .await;
        assert_eq!((server.requests("/0.png"), server.requests("/1.png")), (1, 1));
    });
}

#[test]
fn the_last_attempt_publishes_without_what_never_came() {
    run(async |world| {
        let server = AssetServer::start();
        let url = server.serve("/a.png", &[Reply::Status(503)]);
        let source = world.set_up(archiving()).await;
        let record = Record::received(&source, &report("completed", &[url])).with_number("attempts", 7);
        bring_back(world, record.clone()).await;
        let event = world.event(&source, record.id()).await;
        check(world, &event, expect!["unavailable"]).await;
        expect!["done after 8 attempts"].assert_eq(&world.finished(record.id()).await.told());
    });
}

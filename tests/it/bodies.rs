//! Bodies of every size and kind: kept byte for byte, and published in a form from which they can be had again.

use std::iter;

use domain::provider::Provider;
use expect_test::{Expect, expect};
use tests::confidential;
use tests::event::Raw;
use tests::ledger::sha256;
use tests::story::Story;
use tests::world::{World, run};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
const FORM: &str = "application/x-www-form-urlencoded";
const BINARY: &str = "application/octet-stream";

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Sends `body` under `content_type` and tells where it is kept and how it is published. Wherever it is, it must be what
/// was sent, byte for byte.
fn check(content_type: &str, body: &[u8], expected: Expect) {
    run(async |world| expected.assert_eq(&kept(world, content_type, body).await));
}

async fn kept(world: &'static World, content_type: &str, body: &[u8]) -> String {
    let mut story = Story::begin(world, Provider::Glossi).await;
    let delivery = story.delivery(body).with_header("content-type", content_type);
    let answer = story.send(&delivery).await;
    let id = answer.event_id().unwrap_or_else(|| panic!("{}", answer.told()));
    let record = world.finished(&id).await;
    assert_eq!(record.text("body_sha256"), sha256(body));
    let (kept, place) = match (record.inline_body(), record.body_ref()) {
        (Some(inline), None) => (inline, "in the ledger"),
        (None, Some((bucket, key))) => {
            assert_eq!(bucket, world.stack.bucket);
            assert_eq!(key, format!("bodies/{}/{}", sha256(id.as_bytes()), sha256(body)));
            (world.object(&bucket, &key).await, "in the bucket")
        }
        neither_or_both => panic!("a record holds its body once: {neither_or_both:?}"),
    };
    assert!(kept == body, "{} bytes were sent, {} are kept", body.len(), kept.len());
    let event = story.event().await;
    let raw = event.raw();
    if let Raw::InBucket { bucket, key, sha256: digest, size } = &raw {
        assert_eq!((bucket, digest, *size), (&world.stack.bucket, &sha256(body), body.len()));
        assert!(world.object(bucket, key).await == body, "what is published by reference is what was sent");
    } else {
        assert!(raw.is(body), "{} bytes were sent, published is {raw:?}", body.len());
    }
    let by_content = format!("{}/{}", story.source.name, sha256(body));
    let reference = if id == by_content { "its hash" } else { "its key" };
    format!("known by {reference}, kept {place}, published in {}: {}", raw.form(), event.text("/type"))
}

/// A job's report of exactly `bytes` bytes. Noise cannot be compressed; the rest shrinks to almost nothing.
fn report(bytes: usize, is_noise: bool) -> Vec<u8> {
    let marker = confidential::random();
    confidential::keep_content("marker in a body", &marker);
    let head = format!(r#"{{"event":"job.complete","data":{{"jobId":"job-{bytes}","marker":"{marker}","fill":""#);
    let tail = r#""}}"#;
    let filler: String = if is_noise {
        iter::repeat_with(fastrand::alphanumeric).take(bytes - head.len() - tail.len()).collect()
    } else {
        "x".repeat(bytes - head.len() - tail.len())
    };
    [head.as_str(), &filler, tail].concat().into_bytes()
}

#[test]
fn a_small_body_travels_whole() {
    check(
        JSON,
        &report(2 * KIB, true),
        expect!["known by its key, kept in the ledger, published in raw: landfall.job.completed"],
    );
}

#[test]
fn a_body_moves_to_the_bucket_above_the_inline_limit() {
    let noise: Vec<u8> = iter::repeat_with(|| fastrand::u8(..)).take(8 * KIB + 1).collect();
    check(
        BINARY,
        &noise[1..],
        expect!["known by its hash, kept in the ledger, published in raw_base64: landfall.unrecognized"],
    );
    check(
        BINARY,
        &noise,
        expect!["known by its hash, kept in the bucket, published in raw_base64: landfall.unrecognized"],
    );
}

#[test]
fn a_body_above_a_message_is_kept_in_the_bucket_and_still_published_whole() {
    check(
        JSON,
        &report(100 * KIB, true),
        expect!["known by its key, kept in the bucket, published in raw: landfall.job.completed"],
    );
}

#[test]
fn a_body_that_shrinks_is_kept_in_the_ledger_whatever_its_size() {
    check(
        JSON,
        &report(100 * KIB, false),
        expect!["known by its key, kept in the ledger, published in raw: landfall.job.completed"],
    );
    check(
        JSON,
        &report(300 * KIB, false),
        expect!["known by its key, kept in the ledger, published in raw_ref: landfall.job.completed"],
    );
}

#[test]
fn the_largest_body_is_kept_and_published_by_reference() {
    check(
        JSON,
        &report(4 * MIB, true),
        expect!["known by its key, kept in the bucket, published in raw_ref: landfall.job.completed"],
    );
}

#[test]
fn one_byte_more_is_too_large() {
    run(async |world| {
        let story = Story::begin(world, Provider::Glossi).await;
        let answer = world.send(&story.delivery(&report(4 * MIB + 1, false))).await;
        expect!["413 the body is larger than 4 MiB"].assert_eq(&answer.told());
    });
}

#[test]
fn the_largest_body_may_be_binary() {
    let noise: Vec<u8> = iter::repeat_with(|| fastrand::u8(..)).take(4 * MIB).collect();
    check(
        BINARY,
        &noise,
        expect!["known by its hash, kept in the bucket, published in raw_ref: landfall.unrecognized"],
    );
}

#[test]
fn json_of_an_unknown_shape_is_published_as_it_is() {
    check(
        JSON,
        br#"{"event":"model.melted","data":{"modelId":"m"}}"#,
        expect!["known by its key, kept in the ledger, published in raw: landfall.unrecognized"],
    );
    check(JSON, b"[]", expect!["known by its hash, kept in the ledger, published in raw: landfall.unrecognized"]);
    check(JSON, b"null", expect!["known by its hash, kept in the ledger, published in raw: landfall.unrecognized"]);
    check(
        JSON,
        br#"{"n":1.10,"big":123456789012345678901234567890,"e":1E5}"#,
        expect!["known by its hash, kept in the ledger, published in raw: landfall.unrecognized"],
    );
}

#[test]
fn what_is_not_json_is_published_as_text() {
    check(
        JSON,
        br#"{"event":"job.complete","data":{"#,
        expect!["known by its hash, kept in the ledger, published in raw_text: landfall.unrecognized"],
    );
    check(
        TEXT,
        b"job is complete",
        expect!["known by its hash, kept in the ledger, published in raw_text: landfall.unrecognized"],
    );
    check(
        FORM,
        b"event=job.complete&jobId=1",
        expect!["known by its hash, kept in the ledger, published in raw_text: landfall.unrecognized"],
    );
}

#[test]
fn an_empty_body_is_kept_too() {
    check(JSON, b"", expect!["known by its hash, kept in the ledger, published in raw_text: landfall.unrecognized"]);
}

#[test]
fn characters_that_queues_refuse_come_back() {
    let refused = "\u{fffe} and \u{ffff}, \u{0}\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}\u{7f}\u{85} and \r\n\t";
    check(
        TEXT,
        refused.as_bytes(),
        expect!["known by its hash, kept in the ledger, published in raw_text: landfall.unrecognized"],
    );
    let json = format!(r#"{{"event":"job.complete","data":{{"jobId":"\u0000 {}"}}}}"#, "\u{fffe}\u{ffff}");
    check(
        JSON,
        json.as_bytes(),
        expect!["known by its key, kept in the ledger, published in raw: landfall.job.completed"],
    );
}

#[test]
fn bytes_that_are_not_text_come_back() {
    let every_byte: Vec<u8> = (0..=255).collect();
    check(
        BINARY,
        &every_byte,
        expect!["known by its hash, kept in the ledger, published in raw_base64: landfall.unrecognized"],
    );
    check(
        BINARY,
        b"{\"event\":\"job.complete\",\"data\":{\"jobId\":\"\xff\"}}",
        expect!["known by its hash, kept in the ledger, published in raw_base64: landfall.unrecognized"],
    );
}

#[test]
fn json_under_a_binary_content_type_is_json() {
    check(
        BINARY,
        &report(KIB, true),
        expect!["known by its key, kept in the ledger, published in raw: landfall.job.completed"],
    );
}

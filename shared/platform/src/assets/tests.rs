//! Storing copies: what is asked of the bucket, and what that takes of memory.

pub(crate) mod bucket;

use std::time::Duration;

use expect_test::{Expect, expect};

use self::bucket::{Requests, bucket};
use super::*;
use crate::download::tests::server::{Act, Server, with_headers};
use crate::download::tests::{PNG, plain_client, wanted};

const MIB: usize = 1024 * 1024;

/// An endless picture of which as many bytes are announced as `bytes`.
fn picture(bytes: usize) -> Act {
    Act::Repeat(with_headers(&format!("content-length: {bytes}\r\n"), PNG), vec![7; 64 * 1024])
}

/// Stores what `act` sends under `key`, and tells the result and what was asked of the bucket.
async fn told(key: &str, max_bytes: usize, act: impl Fn() -> Act + Send + Sync + 'static) -> String {
    let server = Server::plain(move |_| act()).await;
    let url = format!("http://{}/a.png", server.address);
    let (assets, requests) = bucket().await;
    let wanted = wanted(&url, max_bytes as u64, Duration::from_secs(60));
    let download = plain_client().open(&wanted).await.unwrap();
    let stored = match assets.store(key, wanted.named_as, download).await {
        Ok(Some(archived)) => format!("{} bytes in {}", archived.size, archived.key),
        Ok(None) => "another stands".to_owned(),
        Err(StoreError::Fetch(failure)) => failure.to_string(),
        Err(StoreError::Service(trouble)) => trouble.to_string(),
    };
    let requests = requests.lock().unwrap().join("\n");
    format!("{stored}\n{requests}")
}

async fn check(key: &str, bytes: usize, max_bytes: usize, expected: Expect) {
    expected.assert_eq(&told(key, max_bytes, move || picture(bytes)).await);
}

#[tokio::test]
async fn a_small_asset_is_put_at_once() {
    check(
        "free",
        1000,
        MIB,
        expect![[r#"
        1000 bytes in free
        put 1000 bytes if-none-match *"#]],
    )
    .await;
    check(
        "free",
        PART_BYTES - 1,
        10 * MIB,
        expect![[r#"
        8388607 bytes in free
        put 8388607 bytes if-none-match *"#]],
    )
    .await;
}

#[tokio::test]
async fn a_large_asset_is_sent_in_parts() {
    check(
        "free",
        PART_BYTES,
        10 * MIB,
        expect![[r#"
        8388608 bytes in free
        begin
        part 1 of 8388608 bytes
        complete if-none-match *"#]],
    )
    .await;
    check(
        "free",
        2 * PART_BYTES,
        100 * MIB,
        expect![[r#"
        16777216 bytes in free
        begin
        part 1 of 8388608 bytes
        part 2 of 8388608 bytes
        complete if-none-match *"#]],
    )
    .await;
    check(
        "free",
        2 * PART_BYTES + 1,
        100 * MIB,
        expect![[r#"
        16777217 bytes in free
        begin
        part 1 of 8388608 bytes
        part 2 of 8388608 bytes
        part 3 of 1 bytes
        complete if-none-match *"#]],
    )
    .await;
}

#[tokio::test]
async fn what_does_not_come_to_its_end_leaves_nothing() {
    check(
        "free",
        100 * MIB,
        PART_BYTES - 1,
        expect![[r#"
        refused: too_large
    "#]],
    )
    .await;
    check(
        "free",
        100 * MIB,
        2 * PART_BYTES,
        expect![[r#"
        refused: too_large
        begin
        part 1 of 8388608 bytes
        abort"#]],
    )
    .await;
    let breaks_off = || Act::Send(with_headers("content-length: 99999999\r\n", &[PNG, &vec![7; PART_BYTES]].concat()));
    expect![[r#"
        the content broke off
        begin
        part 1 of 8388608 bytes
        abort"#]]
    .assert_eq(&told("free", 100 * MIB, breaks_off).await);
}

/// Waits until `request` was made of the bucket.
async fn until_asked(requests: &Requests, request: &str) {
    let is_made = || requests.lock().unwrap().iter().any(|made| made == request);
    let made = async {
        while !is_made() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), made).await.unwrap_or_else(|_| panic!("not asked: {request}"));
}

#[tokio::test]
async fn what_is_waited_for_no_longer_leaves_nothing() {
    let first_part = with_headers("content-length: 99999999\r\n", &[PNG, &vec![7; PART_BYTES]].concat());
    let server = Server::plain(move |_| Act::Drip(first_part.clone(), vec![7], Duration::from_secs(600))).await;
    let url = format!("http://{}/a.png", server.address);
    let (assets, requests) = bucket().await;
    let wanted = wanted(&url, 100 * MIB as u64, Duration::from_secs(60));
    let download = plain_client().open(&wanted).await.unwrap();
    let storing = tokio::spawn(async move { assets.store("free", None, download).await.map(|_| ()) });
    until_asked(&requests, &format!("part 1 of {PART_BYTES} bytes")).await;
    storing.abort();
    until_asked(&requests, "abort").await;
}

#[tokio::test]
async fn what_stands_is_not_replaced() {
    check(
        "taken",
        1000,
        MIB,
        expect![[r#"
        another stands
        put 1000 bytes if-none-match *"#]],
    )
    .await;
    check(
        "taken",
        PART_BYTES + 1,
        100 * MIB,
        expect![[r#"
        another stands
        begin
        part 1 of 8388608 bytes
        part 2 of 1 bytes
        complete if-none-match *
        abort"#]],
    )
    .await;
}

/// What the process holds in memory now, and the most that it ever has, in bytes.
fn memory() -> (usize, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        1024 * line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
    };
    (field("VmRSS:"), field("VmHWM:"))
}

#[tokio::test]
async fn an_asset_is_never_in_memory_whole() {
    const BYTES: usize = 128 * MIB;
    let (before, _) = memory();
    let told = told("free", BYTES, || picture(BYTES)).await;
    assert!(told.starts_with(&format!("{BYTES} bytes in free\n")), "{told}");
    let (_, most) = memory();
    // The other tests of this process run meanwhile, and have their own parts.
    assert!(most - before < BYTES / 4 * 3, "{} MiB were needed for {} MiB", (most - before) / MIB, BYTES / MIB);
}

#[test]
fn the_media_type_of_a_copy_is_the_senders_if_it_is_one() {
    let check = |sent_as: &str, expected: &str| assert_eq!(media_type(Some(sent_as), Some("image/png")), expected);
    check("Image/WebP; charset=binary", "image/webp");
    check("application/octet-stream", "image/png");
    for none in ["", "image", "image/", "/png", "image/p ng", "image/png\u{e9}", "a/b/c", &"x/".repeat(200)] {
        check(none, "image/png");
    }
    assert_eq!(media_type(None, None), "application/octet-stream");
}

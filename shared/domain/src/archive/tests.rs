use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;
use crate::digest::Digest;
use crate::download::FetchRefusal;
use crate::event::event_id::EventId;
use crate::event::event_type::EventType;
use crate::event::{Origin, VerifiedBy};
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

fn event(id: &str) -> Event {
    Event {
        id: EventId::parse(id).unwrap(),
        source: SourceName::parse("get3w-prod").unwrap(),
        provider: Provider::Get3w,
        event_type: EventType::Unrecognized,
        subject: None,
        verified_by: VerifiedBy::Signature,
        key_meaning: crate::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        recorded_by: "request-1".to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(b""),
    }
}

fn check_name(url: &str, expected: &str) {
    assert_eq!(name(url), expected, "{url}");
}

#[test]
fn a_key_says_where_and_when_it_came_from() {
    let key = key(&event("get3w-prod/pred_1/completed"), 2, "https://cdn.get3w.com/out/mesh.glb?sig=x");
    let id = Digest::of(b"get3w-prod/pred_1/completed");
    assert_eq!(key, format!("assets/get3w-prod/2023/11/14/{id}/2-mesh.glb"));
}

#[test]
fn a_name_is_plain_and_bounded() {
    check_name("https://a.example/v1/mesh.glb?sig=x#y", "mesh.glb");
    check_name("https://a.example/Moon walk.fbx", "Moon_walk.fbx");
    check_name("https://a.example/o/outputs%2Fimage.jpeg", "outputs_image.jpeg");
    check_name("https://a.example/%2e%2e%2f%2e%2e%2fetc", "_.._etc");
    check_name("https://a.example/..%00%0a\u{202e}gpj.exe", "___gpj.exe");
    check_name("https://a.example/Stühle.png", "St_hle.png");
    for nameless in ["https://a.example", "https://a.example/a/", "https://a.example/...", "no URL", "data:x"] {
        check_name(nameless, "asset");
    }
    let long = format!("https://a.example/{}.glb", "x".repeat(5000));
    assert_eq!(name(&long).len(), NAME_MAX);
    assert!(name(&long).ends_with("xxx.glb"));
}

fn archived(number: usize) -> StoredCopy {
    StoredCopy { bucket: "bucket".to_owned(), key: format!("key-{number}"), size: 1, sha256: String::new() }
}

/// Checks what comes of assets with these outcomes, in attempt number `attempts`.
fn check(outcomes: Vec<CopyOutcome>, attempts: u32, expected: Expect) {
    let asset = |url: usize| Asset {
        role: "output".to_owned(),
        media_type: None,
        url: url.to_string(),
        archived: None,
        not_archived: None,
        expires_at: None,
    };
    let outcomes = outcomes.into_iter().enumerate().map(|(number, outcome)| (asset(number), outcome)).collect();
    let told = match conclude(outcomes, attempts) {
        Ok(assets) => assets.into_iter().map(|asset| told(&asset)).collect::<Vec<_>>().join(", "),
        Err(incomplete) => {
            let has_advanced = if incomplete.has_advanced { "advanced, " } else { "" };
            format!("{has_advanced}{incomplete}")
        }
    };
    expected.assert_eq(&told);
}

fn told(asset: &Asset) -> String {
    let key = asset.archived.as_ref().map(|archived| archived.key.as_str());
    format!("{} {}", asset.url, key.or(asset.not_archived.map(MissingCopy::as_str)).unwrap_or("nothing"))
}

fn passing() -> CopyOutcome {
    CopyOutcome::NotFetched(FetchError::Retryable { reason: "the sender answered 503".to_owned() })
}

#[test]
fn an_event_whose_assets_all_stand_goes_on() {
    check(vec![], 1, expect![""]);
    check(vec![CopyOutcome::Copied(archived(0)), CopyOutcome::Existing(archived(1))], 1, expect!["0 key-0, 1 key-1"]);
}

#[test]
fn what_is_gone_or_refused_does_not_hold_up_the_event() {
    check(
        vec![
            CopyOutcome::NotFetched(FetchError::Gone),
            CopyOutcome::NotFetched(FetchError::Denied { status: 403 }),
            CopyOutcome::NotFetched(FetchError::Refused(FetchRefusal::Host)),
            CopyOutcome::Copied(archived(3)),
        ],
        1,
        expect!["0 gone, 1 denied, 2 host_not_allowed, 3 key-3"],
    );
}

#[test]
fn what_may_yet_be_had_holds_it_up() {
    check(
        vec![CopyOutcome::Existing(archived(0)), passing(), passing(), CopyOutcome::NotFetched(FetchError::Gone)],
        1,
        expect!["2 of 4 assets are not archived yet: the sender answered 503"],
    );
    check(
        vec![CopyOutcome::Postponed("no time was left".to_owned())],
        7,
        expect!["1 of 1 assets are not archived yet: no time was left"],
    );
}

#[test]
fn a_round_that_copied_something_is_no_failed_one() {
    check(
        vec![CopyOutcome::Copied(archived(0)), passing()],
        8,
        expect!["advanced, 1 of 2 assets are not archived yet: the sender answered 503"],
    );
}

#[test]
fn the_last_attempt_publishes_without_what_never_came() {
    check(vec![CopyOutcome::Existing(archived(0)), passing()], 8, expect!["0 key-0, 1 unavailable"]);
}

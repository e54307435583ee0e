//! Refused deliveries are stored for sources that ask for it, up to the cap, and nothing of them is processed.

use std::collections::BTreeMap;

use domain::provider::Provider;
use futures_util::future::join_all;
use serde_json::json;
use tests::forgery::Forgery;
use tests::ledger::Record;
use tests::source::Source;
use tests::world::{World, run};

/// What is stored of the refused deliveries of `source`.
async fn stored(world: &World, source: &Source) -> Vec<Record> {
    let minutes = format!("{}/", source.name);
    let all = world.all_refused().await;
    all.into_iter().filter(|item| item.text("minute").starts_with(&minutes)).collect()
}

#[test]
fn a_flood_of_refusals_leaves_at_most_the_cap_a_minute_and_no_credential() {
    run(async |world| {
        const PER_MINUTE: usize = 5;
        let source = Source::new(Provider::Glossi).with_fresh_token();
        let source = world.set_up(source.with_option("quarantine", json!({"per_minute": PER_MINUTE}))).await;
        let forge = |number: usize| {
            let forgery = [Forgery::WrongSecret, Forgery::WrongToken, Forgery::NoSignature][number % 3];
            let body = format!(r#"{{"jobId":"job-{number}"}}"#);
            let forged = forgery.of(&world.stack, &source, body.as_bytes());
            forged.with_header("authorization", "Bearer 0123456789abcdef").with_header("cookie", "session=0123456789")
        };
        // The first alone, so that the source is known before the flood.
        assert_eq!(world.deliver(&forge(0)).await.status, 401);
        let flood: Vec<_> = (1..60).map(forge).collect();
        for answer in join_all(flood.iter().map(|request| world.deliver(request))).await {
            assert_eq!(answer.status, 401);
        }
        let items = stored(world, &source).await;
        let mut minutes: BTreeMap<String, usize> = BTreeMap::new();
        let number = |item: &Record, name: &str| item.number(name).expect("it has the number");
        for item in items.iter().filter(|item| number(item, "k") < 10_000) {
            *minutes.entry(item.text("minute").to_owned()).or_default() += 1;
            let lifetime = number(item, "expires_at") - number(item, "received_at") / 1000;
            assert!((72 * 3600..=72 * 3600 + 1).contains(&lifetime), "{lifetime} s");
        }
        assert!(!minutes.is_empty() && minutes.values().all(|count| *count <= PER_MINUTE), "{minutes:?}");
        let contents: Vec<_> = items.iter().filter(|item| number(item, "k") >= 10_000).collect();
        assert!(contents.iter().any(|item| item.inline_body().is_some()), "{} contents", contents.len());
        let told = format!("{items:?}");
        for secret in source.secrets.iter().chain(&source.token) {
            assert!(!told.contains(secret.as_str()), "a credential is stored");
        }
        assert!(!told.contains("0123456789abcdef") && !told.contains("session="), "a credential is stored");
        assert!(world.records(&source).await.is_empty(), "nothing of it is in the ledger");
    });
}

#[test]
fn a_source_that_does_not_ask_for_it_has_nothing_stored() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let forged = Forgery::WrongSecret.of(&world.stack, &source, b"{}");
        assert_eq!(world.deliver(&forged).await.status, 401);
        assert!(stored(world, &source).await.is_empty());
    });
}

//! A front that requests must come by: ingest as it is deployed behind one.

use domain::digest::Digest;
use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::confidential;
use tests::functions::url_event;
use tests::observe::until;
use tests::recorded::recorded;
use tests::world::{World, run};

/// What `ingest` answers to `event` with `value` in the front's header.
async fn answered(world: &World, ingest: &str, event: &Value, value: Option<&str>) -> String {
    let mut event = event.clone();
    if let Some(value) = value {
        event["headers"]["x-landfall-front"] = json!(value);
    }
    let answer = world.invoke(ingest, &event).await;
    format!("{} {}", answer["statusCode"], answer["body"].as_str().unwrap_or_default())
}

#[test]
fn nobody_gets_around_a_front_and_one_at_odds_loses_nothing() {
    run(async |world| {
        let secret = confidential::random();
        confidential::keep("secret of the front", &secret);
        let both = ["the one before", &secret].map(|secret| Digest::of(secret.as_bytes()).to_string()).join(",");
        let ingest = world.copy_of_ingest("landfall-behind-a-front", &json!({"FRONT_SHA256": both})).await;

        let source = world.source(Provider::Glossi).await;
        let delivery = world.delivery(&source, &recorded("glossi/job-complete").body);
        let event = url_event(&delivery, &format!("/hooks/{}", source.name));
        let mut health = event.clone();
        health["rawPath"] = json!("/health");
        health["requestContext"]["http"]["method"] = json!("GET");

        let mut told = Vec::new();
        for value in [None, Some("another"), Some("the one before")] {
            told.push(answered(world, &ingest, &health, value).await);
        }
        for value in [None, Some("another")] {
            told.push(answered(world, &ingest, &event, value).await);
        }
        // With many tests at once, look-ups of sources are rationed.
        let admitted = until("an answer other than to come again", async || {
            let told = answered(world, &ingest, &event, Some(&secret)).await;
            if told.starts_with("503") { Err(told) } else { Ok(told) }
        });
        told.push(admitted.await);
        world.delete_function(&ingest).await;
        let told = told.join("\n").replace(&source.name, "{source}").replace(env!("CARGO_PKG_VERSION"), "{version}");
        expect![[r#"
            401 {"error":"the delivery could not be verified"}
            503 {"error":"not accepted; please send it again"}
            200 {"status":"ok","version":"{version}"}
            401 {"error":"the delivery could not be verified"}
            503 {"error":"not accepted; please send it again"}
            200 {"id":"{source}/job.complete/c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03","status":"accepted"}"#]]
        .assert_eq(&told);
    });
}

//! Events that no HTTP client can bring about here, but a function URL, or whoever may call the function, can.

use domain::provider::Provider;
use expect_test::expect;
use serde_json::{Value, json};
use tests::functions::url_event;
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::{World, run};

/// Calls ingest with the event of a genuine delivery after `change` was made to it, which no HTTP client can make.
async fn invoked(world: &World, source: &Source, body: &[u8], change: impl FnOnce(&mut Value)) -> String {
    let delivery = world.delivery(source, body);
    let path = format!("/hooks/{}", source.name);
    let mut event = url_event(&delivery, &path);
    change(&mut event);
    let answer = until("an answer other than to come again", async || {
        let answer = world.invoke(&world.stack.ingest_function, &event).await;
        if answer["statusCode"] == json!(503) { Err(answer.to_string()) } else { Ok(answer) }
    })
    .await;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", answer["statusCode"], text("body")).replace(&source.name, "{source}")
}

#[test]
fn a_body_that_is_not_the_base64_it_is_said_to_be_is_our_own_fault() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let delivery = world.delivery(&source, &recorded("glossi/job-complete").body);
        let mut event = url_event(&delivery, &format!("/hooks/{}", source.name));
        for body in ["not base64!", "AAA"] {
            event["body"] = json!(body);
            let answer = world.invoke(&world.stack.ingest_function, &event).await;
            assert_eq!(answer["statusCode"], json!(503), "{body}");
        }
    });
}

#[test]
fn the_same_bytes_as_text_and_as_base64_are_one_event() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let body = recorded("glossi/model-processed").body;
        let as_base64 = invoked(world, &source, &body, |_| {}).await;
        expect![[r#"200 {"id":"{source}/model.processed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01","status":"accepted"}"#]]
            .assert_eq(&as_base64);
        let as_text = invoked(world, &source, &body, |event| {
            event["body"] = json!(String::from_utf8_lossy(&body));
            event["isBase64Encoded"] = json!(false);
        })
        .await;
        expect![[r#"200 {"id":"{source}/model.processed/0b7c2f7e-3a51-4a0e-8d2a-5f1f6c1f9a01","status":"duplicate"}"#]]
            .assert_eq(&as_text);
    });
}

#[test]
fn a_header_that_was_sent_twice_is_refused() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let body = recorded("glossi/job-complete").body;
        let told = invoked(world, &source, &body, |event| {
            let signature = event["headers"]["x-glossi-signature"].as_str().unwrap_or_default().to_owned();
            event["headers"]["x-glossi-signature"] = json!(format!("{signature},{signature}"));
        })
        .await;
        expect![[r#"401 {"error":"the delivery could not be verified"}"#]].assert_eq(&told);
    });
}

#[test]
fn what_is_null_in_an_event_is_absent() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let body = recorded("glossi/job-complete").body;
        let told = invoked(world, &source, &body, |event| {
            event["rawQueryString"] = json!(null);
            event["cookies"] = json!(null);
            event["requestContext"]["domainName"] = json!(null);
            event["headers"]["x-absent"] = json!(null);
        })
        .await;
        assert!(told.starts_with(r#"200 {"id":"{source}/job.complete/"#), "{told}");
    });
}

/// No sender writes the event, so none must take the answer for good.
#[test]
fn what_is_no_request_at_all_is_our_own_fault() {
    run(async |world| {
        for event in [json!({}), json!({"Records": []}), json!([1]), json!("text"), json!(null)] {
            let answer = world.invoke(&world.stack.ingest_function, &event).await;
            assert_eq!(answer["statusCode"], json!(503), "{event}");
        }
    });
}

//! Teams downstream: a queue of one's own, with a filter of one's own, and the example of a consumer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use consumer::aws::{Bucket, DynamoDbClaims, system_clock};
use consumer::claims::{Claim, Claims, LeaseSeconds};
use consumer::consumer::Consumer;
use domain::provider::Provider;
use expect_test::expect;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::inbox::{Inbox, ReceivedMessage};
use tests::observe::until;
use tests::recorded::recorded;
use tests::story::Story;
use tests::world::{World, run};

/// A fresh queue, subscribed to the topic with `filter`.
async fn subscribed(world: &World, filter: Value) -> Inbox {
    Inbox::open(world.aws.sqs.clone(), world.subscribed_queue(&filter).await)
}

/// The filter policy `name` of the documentation, for a source of the test's own.
fn documented(name: &str, source: &str) -> Value {
    let docs = include_str!("../../docs/consumers.md");
    let fence = format!("```json filter-policy {name}\n");
    let block = docs.split(&fence).nth(1).and_then(|rest| rest.split("```").next());
    let text = block.unwrap_or_else(|| panic!("docs/consumers.md has no filter policy {name}"));
    serde_json::from_str(&text.replace("glossi-prod", source)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Subscribes a queue with the documented filter policy `name` and sends recorded deliveries of `provider`: first all
/// that must stay out, so that the arrival of the others shows that they did.
async fn check_filter(
    world: &'static World,
    name: &str,
    provider: Provider,
    out: &[&str],
    comes: &[&str],
    types: &str,
) {
    let mut story = Story::begin(world, provider).await;
    let source = story.source.name.clone();
    let inbox = subscribed(world, documented(name, &source)).await;
    for deliveries in [out, comes] {
        for delivery in deliveries {
            let delivery = story.delivery(&recorded(&format!("{provider}/{delivery}")).body);
            story.send(&delivery).await;
        }
        story.settle().await;
    }
    // Other tests' events pass the filter too.
    let own = |message: &ReceivedMessage| message.attributes.get("source") == Some(&source);
    let seen = || {
        let all = inbox.all(own);
        let mut types: Vec<&str> =
            all.iter().filter_map(|message| message.attributes.get("type").map(String::as_str)).collect();
        types.sort_unstable();
        types.join(" ")
    };
    until(&format!("the events of {name}"), async || if seen() == types { Ok(()) } else { Err(seen()) }).await;
}

#[test]
fn every_documented_filter_lets_through_what_it_says() {
    run(async |world| {
        let policies = include_str!("../../docs/consumers.md").matches("```json filter-policy ").count();
        let checks = [
            check_filter(
                world,
                "ended",
                Provider::Get3w,
                &["v3-created", "v3-processing", "unrecognized-status"],
                &["v3-completed", "v3-failed"],
                "landfall.job.completed landfall.job.failed",
            ),
            check_filter(
                world,
                "failures-of-two",
                Provider::Glossi,
                &["job-complete", "unrecognized-event"],
                &["job-failed", "model-failed"],
                "landfall.job.failed landfall.model.failed",
            ),
            check_filter(world, "failures-of-two", Provider::Modelslab, &["failed"], &[], ""),
            check_filter(
                world,
                "models-of-one-source",
                Provider::Glossi,
                &["model-failed", "unrecognized-event"],
                &["model-processed"],
                "landfall.model.completed",
            ),
            check_filter(
                world,
                "trainings-and-workflows",
                Provider::Modelslab,
                &["video-success", "unrecognized-workflow-started"],
                &["training-deploying-gpu", "training-failed", "workflow-completed"],
                "landfall.training.failed landfall.training.progress landfall.workflow.completed",
            ),
            check_filter(
                world,
                "all-but-progress",
                Provider::Glossi,
                &["unrecognized-event"],
                &["project-created", "job-complete", "job-failed"],
                "landfall.job.completed landfall.job.failed landfall.project.created",
            ),
            check_filter(
                world,
                "all-but-progress",
                Provider::Get3w,
                &["v3-processing"],
                &["v3-completed"],
                "landfall.job.completed",
            ),
            check_filter(
                world,
                "not-understood",
                Provider::Glossi,
                &["job-complete"],
                &["unrecognized-event"],
                "landfall.unrecognized",
            ),
        ];
        assert_eq!(policies, 6, "each documented filter has its check above");
        join_all(checks).await;
    });
}

/// A table for claims, as `examples/consumers/template.yaml` makes it.
async fn claims_table(world: &World) -> String {
    use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
    let name = format!("landfall-it-claims-{:08x}", fastrand::u32(..));
    let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let create = world.aws.dynamodb.create_table().table_name(&name).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(id.build().expect("it has a name and a type"));
    let create = create.key_schema(key.build().expect("it has a name and a type"));
    create.send().await.expect("an account takes one more table");
    name
}

#[test]
fn claims_in_a_table_are_taken_once_lapse_and_are_remembered() {
    static NOW: AtomicU64 = AtomicU64::new(1_000);
    run(async |world| {
        let table = claims_table(world).await;
        let clock = || NOW.load(Ordering::SeqCst);
        let claims = &DynamoDbClaims::new(world.aws.dynamodb.clone(), &table, LeaseSeconds(90), clock);
        let claim = async |key: &str, token: &str| claims.claim(key, token).await.expect("the table answers");
        let (key, other) = ("glossi-prod/job.complete/1#0", "glossi-prod/job.complete/1#1");

        assert_eq!(claim(key, "a").await, Claim::Mine);
        assert_eq!(claim(key, "a").await, Claim::Mine, "an SDK's repeat is not locked out by its own first try");
        assert_eq!(claim(key, "b").await, Claim::Busy);
        assert_eq!(claim(other, "b").await, Claim::Mine, "a replay is another key");
        claims.release(key, "b").await.expect("what is not ours is left alone");
        assert_eq!(claim(key, "b").await, Claim::Busy);
        claims.release(key, "a").await.expect("the table answers");
        assert_eq!(claim(key, "b").await, Claim::Mine, "what was given back is free at once");

        NOW.store(1_089, Ordering::SeqCst);
        assert_eq!(claim(key, "c").await, Claim::Busy);
        NOW.store(1_090, Ordering::SeqCst);
        assert_eq!(claim(key, "c").await, Claim::Mine, "what a crash left lapses");
        claims.complete(key, "b").await.expect("what is not ours is left alone");
        assert_eq!(claim(key, "d").await, Claim::Busy);
        claims.complete(key, "c").await.expect("the table answers");
        claims.complete(key, "c").await.expect("an SDK's repeat does no harm");

        NOW.store(1_090 + 30 * 24 * 60 * 60 - 1, Ordering::SeqCst);
        assert_eq!(claim(key, "d").await, Claim::Done);
        NOW.store(1_090 + 30 * 24 * 60 * 60, Ordering::SeqCst);
        assert_eq!(claim(key, "d").await, Claim::Mine, "its time is over, whether it was deleted or not");
    });
}

#[test]
fn the_example_handles_real_events_once_large_ones_too() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let large = json!({"event": "render.complete", "data": {"jobId": "large", "fill": "x".repeat(300_000)}});
        for body in [recorded("glossi/job-complete").body, large.to_string().into_bytes()] {
            let delivery = story.delivery(&body);
            story.send(&delivery).await;
        }
        let unknown = story.delivery(&recorded("glossi/unrecognized-event").body);
        story.send(&unknown).await;
        story.settle().await;

        let name = format!("/landfall/{}", story.source.name);
        let messages = world.consumer.all(|message| message.body.contains(&name));
        let records: Vec<Value> = messages
            .iter()
            .enumerate()
            .map(|(number, message)| json!({"messageId": number.to_string(), "body": message.body}))
            .collect();
        let claims =
            DynamoDbClaims::new(world.aws.dynamodb.clone(), &claims_table(world).await, LeaseSeconds(90), system_clock);
        let handled = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&handled);
        let consumer = Consumer::new(claims, Bucket::new(world.aws.s3.clone()), &world.stack.bucket).on(
            "landfall.job.completed",
            move |event| {
                let raw = event.data["raw"].to_string().len();
                seen.lock().expect("nobody panics with it").push(format!("{} {raw}", event.id));
                async { Ok(()) }
            },
        );
        for _ in 0..2 {
            let batch = serde_json::from_value(json!({"Records": records})).expect("a batch");
            assert_eq!(json!(consumer.handle_batch(batch).await), json!({"batchItemFailures": []}));
        }
        let mut handled = handled.lock().expect("nobody panics with it").clone();
        handled.sort();
        let handled = handled.join("\n").replace(&story.source.name, "{source}");
        expect![[r#"
            {source}/job.complete/c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03 301
            {source}/render.complete/large 300062"#]]
        .assert_eq(&handled);
    });
}

#[test]
fn an_unrecognized_event_has_only_the_attributes_that_are_known() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let delivery = story.delivery(&recorded("glossi/unrecognized-event").body);
        story.send(&delivery).await;
        expect![[r#"
            data.assets: []
            data.error: null
            data.job: {"correlation_id":null,"id":null,"model":null,"type":null}
            data.media: null
            data.origin: "webhook"
            data.provider: "glossi"
            data.status: null
            data.timings: {}
            data.verified_by: "signature"
            datacontenttype: "application/json"
            id: "{source}/render.queued/e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04/d04bfe8d243ab933a353ef709c327bf25b4791f44fc741bb8f98c5d7150ee047"
            landfallreceived: "{arrival}"
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04"
            time: "{arrival}"
            type: "landfall.unrecognized"
            attributes: provider=glossi, source={source}, type=landfall.unrecognized"#]].assert_eq(&story.event().await.shown(&story.source.name));
    });
}

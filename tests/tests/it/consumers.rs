//! Teams downstream: a queue of one's own, with a filter of one's own.

use domain::provider::Provider;
use expect_test::expect;
use serde_json::json;
use tests::inbox::Inbox;
use tests::observe::until;
use tests::recorded::recorded;
use tests::story::Story;
use tests::world::{World, run};

/// A fresh queue, subscribed to the topic with `filter`.
async fn subscribed(world: &World, filter: serde_json::Value) -> Inbox {
    use aws_sdk_sqs::types::QueueAttributeName as Attribute;
    let name = format!("landfall-it-{:08x}", fastrand::u32(..));
    let created = world.aws.sqs.create_queue().queue_name(name).send().await.expect("an account takes one more queue");
    let url = created.queue_url.expect("a created queue has a URL");
    let attributes =
        world.aws.sqs.get_queue_attributes().queue_url(&url).attribute_names(Attribute::QueueArn).send().await;
    let arn =
        attributes.expect("a queue tells its attributes").attributes.unwrap_or_default().remove(&Attribute::QueueArn);
    let arn = arn.expect("a queue has an ARN");
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": world.stack.topic_arn}},
    }]});
    let set = world.aws.sqs.set_queue_attributes().queue_url(&url).attributes(Attribute::Policy, policy.to_string());
    set.send().await.expect("a queue takes a policy");
    let subscribe = world.aws.sns.subscribe().topic_arn(&world.stack.topic_arn).protocol("sqs").endpoint(arn);
    let subscribe = subscribe.attributes("RawMessageDelivery", "true").attributes("FilterPolicy", filter.to_string());
    subscribe.send().await.expect("the topic takes one more subscription");
    Inbox::open(world.aws.sqs.clone(), url)
}

#[test]
fn a_consumer_gets_what_its_filter_asks_for() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let own = &story.source.name;
        let failures = subscribed(world, json!({"source": [own], "status": ["failed"]})).await;
        let models =
            subscribed(world, json!({"source": [own], "media": ["3d"], "type": [{"prefix": "landfall.model."}]})).await;
        for name in ["model-processed", "model-failed", "job-complete", "job-failed", "unrecognized-event"] {
            let delivery = story.delivery(&recorded(&format!("glossi/{name}")).body);
            story.send(&delivery).await;
        }
        story.settle().await;
        let types = |inbox: &Inbox| {
            let all = inbox.all(|_| true);
            let mut types: Vec<String> =
                all.iter().filter_map(|message| message.attributes.get("type").cloned()).collect();
            types.sort();
            types.join(" ")
        };
        for (inbox, expected) in [
            (&failures, "landfall.job.failed landfall.model.failed"),
            (&models, "landfall.model.completed landfall.model.failed"),
        ] {
            until("the filtered events", async || if types(inbox) == expected { Ok(()) } else { Err(types(inbox)) })
                .await;
        }
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
            landfallreplay: 0
            source: "/landfall/{source}"
            specversion: "1.0"
            subject: "e8a1d7c6-2b34-4e6a-b7f0-3d5a9c0e4f04"
            time: "{arrival}"
            type: "landfall.unrecognized"
            attributes: provider=glossi, source={source}, type=landfall.unrecognized"#]].assert_eq(&story.event().await.shown(&story.source.name));
    });
}

//! Every event lands once, however often it is sent.

use domain::provider::Provider;
use expect_test::{Expect, expect};
use serde_json::json;
use tests::clock::now_millis;
use tests::http::Answer;
use tests::ledger::Record;
use tests::recorded::recorded;
use tests::source::Source;
use tests::story::{Story, check};
use tests::world::run;

#[test]
fn a_retry_is_a_duplicate() {
    check(
        "glossi/job-complete",
        2,
        expect!["200 accepted, 200 duplicate | ledger: done after 1 attempt | published: landfall.job.completed once"],
    );
}

#[test]
fn a_retry_long_after_the_end_is_a_duplicate() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Get3w).await;
        let delivery = story.delivery(&recorded("get3w/v3-completed").body);
        story.send(&delivery).await;
        story.settle().await;
        story.send(&delivery).await;
        let expected = expect![
            "200 accepted, 200 duplicate | ledger: done after 1 attempt | published: landfall.job.completed once"
        ];
        story.check(expected).await;
    });
}

/// Sends `count` equal deliveries at the same time.
fn check_at_once(count: usize, expected: Expect) {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Csm).await;
        let delivery = story.delivery(&recorded("csm/image-to-3d-complete").body);
        story.send_at_once(&vec![delivery; count]).await;
        // A second message would be behind this one, so by its end it would have been seen.
        let other = story.delivery(&recorded("csm/image-to-3d-failed").body);
        story.send(&other).await;
        story.check(expected).await;
    });
}

#[test]
fn two_equal_deliveries_at_once_are_one_event() {
    check_at_once(
        2,
        expect![
            "200 accepted, 200 duplicate, 200 accepted | ledger: 2 done after 1 attempt | published: landfall.job.completed once, landfall.job.failed once"
        ],
    );
}

#[test]
fn ten_equal_deliveries_at_once_are_one_event() {
    check_at_once(
        10,
        expect![
            "200 accepted, 9 x 200 duplicate, 200 accepted | ledger: 2 done after 1 attempt | published: landfall.job.completed once, landfall.job.failed once"
        ],
    );
}

/// Two bodies that report the same end of the same job.
fn bodies_of_one_key() -> [Vec<u8>; 2] {
    ["https://cdn.get3w.com/outputs/first.png", "https://cdn.get3w.com/outputs/second.png"]
        .map(|url| json!({"id": "pred_again", "status": "completed", "outputs": [url]}).to_string().into_bytes())
}

#[test]
fn a_states_key_with_another_body_is_another_event() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Get3w).await;
        let [first, second] = bodies_of_one_key();
        for body in [&first, &second, &second] {
            let delivery = story.delivery(body);
            story.send(&delivery).await;
        }
        let expected = expect![
            "200 accepted, 200 accepted, 200 duplicate | ledger: 2 done after 1 attempt | published: landfall.job.completed twice"
        ];
        story.check(expected).await;
    });
}

#[test]
fn what_failed_is_tried_again_when_it_is_delivered_hours_later() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Get3w).await;
        let [body, _] = bodies_of_one_key();
        let failed_hours_ago = 2;
        let expires_at = now_millis() / 1000 + (30 * 24 - failed_hours_ago) * 60 * 60;
        let mut failed = Record::received(&story.source, &body)
            .with("state", "failed")
            .with("last_error", "some trouble")
            .with_number("attempts", 8)
            .with_number("expires_at", expires_at);
        failed.0.retain(|name, _| !name.starts_with("due_"));
        world.put_record(&failed).await;
        let delivery = story.delivery(&body);
        for _ in 0..2 {
            story.send(&delivery).await;
        }
        let expected = expect![
            "200 accepted, 200 duplicate | ledger: done after 1 attempt | published: landfall.job.completed once"
        ];
        story.check(expected).await;
    });
}

#[test]
fn where_retries_differ_the_first_body_counts() {
    run(async |world| {
        let source = world.set_up(Source::new(Provider::Get3w).with_option("retries_differ", true)).await;
        let mut story = Story::about(world, source);
        for body in bodies_of_one_key() {
            let delivery = story.delivery(&body);
            story.send(&delivery).await;
        }
        let expected = expect![
            "200 accepted, 200 duplicate | ledger: done after 1 attempt | published: landfall.job.completed once"
        ];
        story.check(expected).await;
        let [first, _] = bodies_of_one_key();
        let record = world.record(&story.ids()[0]).await.expect("what was accepted has a record");
        assert_eq!(record.inline_body(), Some(first), "the body that came first stays");
    });
}

#[test]
fn a_source_may_take_every_delivery_for_an_event() {
    run(async |world| {
        let source = world.set_up(Source::new(Provider::Get3w).with_option("dedupe", "off")).await;
        let mut story = Story::about(world, source);
        let [body, _] = bodies_of_one_key();
        for _ in 0..2 {
            let delivery = story.delivery(&body);
            story.send(&delivery).await;
        }
        let expected = expect![
            "200 accepted, 200 accepted | ledger: 2 done after 1 attempt | published: landfall.job.completed twice"
        ];
        story.check(expected).await;
    });
}

#[test]
fn a_source_may_tell_its_events_by_their_content() {
    run(async |world| {
        let source = world.set_up(Source::new(Provider::Get3w).with_option("dedupe", "content")).await;
        let mut story = Story::about(world, source);
        let [first, second] = bodies_of_one_key();
        for body in [&first, &second, &first] {
            let delivery = story.delivery(body);
            story.send(&delivery).await;
        }
        let expected = expect![
            "200 accepted, 200 accepted, 200 duplicate | ledger: 2 done after 1 attempt | published: landfall.job.completed twice"
        ];
        story.check(expected).await;
    });
}

#[test]
fn equal_deliveries_to_two_sources_are_two_events() {
    run(async |world| {
        let body = recorded("glossi/model-processed").body;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let mut story = Story::begin(world, Provider::Glossi).await;
            let delivery = story.delivery(&body);
            ids.extend(story.send(&delivery).await.event_id());
            let expected =
                expect!["200 accepted | ledger: done after 1 attempt | published: landfall.model.completed once"];
            story.check(expected).await;
        }
        assert_ne!(ids[0], ids[1]);
    });
}

#[test]
fn progress_is_told_by_its_content_and_an_end_by_its_key() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Modelslab).await;
        for (status, eta) in
            [("processing", 30), ("processing", 10), ("processing", 10), ("success", 0), ("success", 1)]
        {
            let delivery = story.delivery(json!({"status": status, "id": 4711, "eta": eta}).to_string().as_bytes());
            story.send(&delivery).await;
        }
        let expected = expect![
            "200 accepted, 200 accepted, 200 duplicate, 200 accepted, 200 accepted | ledger: 4 done after 1 attempt | published: landfall.job.progress twice, landfall.job.completed twice"
        ];
        story.check(expected).await;
        let ids: Vec<String> = story.answers.iter().filter_map(Answer::event_id).collect();
        assert_eq!(ids[3], format!("{}/4711/success", story.source.name));
    });
}

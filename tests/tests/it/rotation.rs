//! Changing a source's secret while deliveries come in: nothing is deployed, and nothing genuine is lost.

use std::time::Duration;

use domain::provider::Provider;
use futures_util::future::join_all;
use tests::http::{Answer, Request};
use tests::observe::until_within;
use tests::recorded::recorded;
use tests::source::Source;
use tests::story::Story;
use tests::world::{World, run};

/// A secret is read again at most every five seconds, and an unknown name is remembered for a minute, by each instance.
const NOTICED_WITHIN: Duration = Duration::from_secs(150);

/// Sends `delivery` again and again, as a sender does, until it is taken.
async fn until_accepted(world: &World, delivery: &Request) -> String {
    until_within(NOTICED_WITHIN, "the delivery to be accepted", async || {
        let answer = world.send(delivery).await;
        if answer.is_success() { Ok(answer.told()) } else { Err(answer.told()) }
    })
    .await
}

#[test]
fn a_rotated_secret_works_without_a_deploy() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let before = story.delivery(&recorded("glossi/model-processed").body);
        assert_eq!(story.send(&before).await.told(), "200 accepted");
        let rotated = world.set_up(story.source.clone().with_fresh_secret()).await;
        let after = world.delivery(&rotated, &recorded("glossi/job-complete").body);
        assert_eq!(until_accepted(world, &after).await, "200 accepted");
    });
}

#[test]
fn while_two_secrets_are_valid_both_work() {
    run(async |world| {
        let (old, mut new) = (Source::new(Provider::Get3w), Source::new(Provider::Get3w));
        new.name.clone_from(&old.name);
        let mut both = new.clone();
        both.secrets.extend(old.secrets.clone());
        world.set_up(both).await;
        let by_new = world.delivery(&new, &recorded("get3w/v3-completed").body);
        assert_eq!(world.deliver(&by_new).await.told(), "200 accepted");
        let by_old = world.delivery(&old, &recorded("get3w/v3-failed").body);
        assert_eq!(world.deliver(&by_old).await.told(), "200 accepted");
    });
}

#[test]
fn a_new_token_works_without_a_deploy() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Csm).await;
        let before = story.delivery(&recorded("csm/image-to-3d-complete").body);
        assert_eq!(story.send(&before).await.told(), "200 accepted");
        let rotated = world.set_up(story.source.clone().with_fresh_token()).await;
        let after = world.delivery(&rotated, &recorded("csm/image-to-3d-failed").body);
        assert_eq!(until_accepted(world, &after).await, "200 accepted");
    });
}

#[test]
fn a_source_that_comes_after_its_first_delivery_is_known_soon() {
    run(async |world| {
        let source = Source::new(Provider::Modelslab);
        let delivery = world.delivery(&source, &recorded("modelslab/video-success").body);
        assert_eq!(world.deliver(&delivery).await.status, 401);
        world.set_up(source).await;
        assert_eq!(until_accepted(world, &delivery).await, "200 accepted");
    });
}

#[test]
fn a_secret_broken_by_mistake_does_not_stop_those_who_know_the_source() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let delivery = story.delivery(&recorded("glossi/job-complete").body);
        assert_eq!(story.send(&delivery).await.told(), "200 accepted");
        story.source.set_up_as(&world.aws, &world.stack, "{").await;
        until_within(NOTICED_WITHIN, "an answer by an instance that knows the source", async || {
            // So many at once reach every instance that there is.
            let answers = join_all([&delivery; 20].map(|delivery| world.send(delivery))).await;
            let told: Vec<String> = answers.iter().map(Answer::told).collect();
            // An instance that never saw the source asks the sender to come again; none calls it a stranger.
            assert!(told.iter().all(|told| told.starts_with("200") || told.starts_with("503")), "{told:?}");
            if told.contains(&"200 duplicate".to_owned()) { Ok(()) } else { Err(told.join(", ")) }
        })
        .await;
    });
}

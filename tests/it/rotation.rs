//! Changing a source's secret while deliveries come in: nothing is deployed, and nothing genuine is lost.

use std::time::Duration;

use domain::provider::Provider;
use futures_util::future::join_all;
use tests::http::{Answer, Request};
use tests::observe::until_within;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::{World, run};

/// An unknown name is remembered for a minute by each instance.
const KNOWN_WITHIN: Duration = Duration::from_secs(150);
/// A secret is read again at most every five seconds by each instance. Without a refused delivery as the reason it would
/// be read again after five minutes only, so this bound tells the two apart.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);

/// So many at once reach every instance that there is, or nearly.
const BURST: usize = 12;

/// Sends `delivery` to many instances at once and gives what they answered.
async fn burst(world: &World, delivery: &Request) -> Vec<String> {
    let answers = join_all([delivery; BURST].map(|delivery| world.send(delivery))).await;
    answers.iter().map(Answer::told).collect()
}

/// Lets all instances know a source of `provider`, has its secret or token changed by `rotate`, and demands that soon
/// all of them take the sender's next delivery.
fn check(provider: Provider, rotate: fn(Source) -> Source, recorded_before: &str, recorded_after: &str) {
    run(async |world| {
        let source = world.source(provider).await;
        let before = world.delivery(&source, &recorded(recorded_before).body);
        until_within(NOTICED_WITHIN, "all instances to know the source", all_take(world, &before)).await;
        let rotated = world.set_up(rotate(source)).await;
        let after = world.delivery(&rotated, &recorded(recorded_after).body);
        until_within(NOTICED_WITHIN, "all instances to know the change", all_take(world, &after)).await;
    });
}

fn all_take(world: &World, delivery: &Request) -> impl AsyncFnMut() -> Result<(), String> {
    async || {
        let told = burst(world, delivery).await;
        if told.iter().all(|told| told.starts_with("200 ")) { Ok(()) } else { Err(told.join(", ")) }
    }
}

#[test]
fn a_rotated_secret_works_without_a_deploy() {
    check(Provider::Glossi, Source::with_fresh_secret, "glossi/model-processed", "glossi/job-complete");
}

#[test]
fn a_new_token_works_without_a_deploy() {
    check(Provider::Csm, Source::with_fresh_token, "csm/image-to-3d-complete", "csm/image-to-3d-failed");
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
fn a_source_that_comes_after_its_first_delivery_is_known_soon() {
    run(async |world| {
        let source = Source::new(Provider::Modelslab);
        let delivery = world.delivery(&source, &recorded("modelslab/video-success").body);
        assert_eq!(world.deliver(&delivery).await.status, 401);
        world.set_up(source).await;
        until_within(KNOWN_WITHIN, "the source to be known", async || {
            let answer = world.send(&delivery).await.told();
            if answer == "200 accepted" { Ok(()) } else { Err(answer) }
        })
        .await;
    });
}

#[test]
fn a_secret_broken_by_mistake_does_not_stop_those_who_know_the_source() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let delivery = world.delivery(&source, &recorded("glossi/job-complete").body);
        until_within(NOTICED_WITHIN, "all instances to know the source", all_take(world, &delivery)).await;
        source.set_up_as(&world.aws, &world.stack, "{").await;
        until_within(NOTICED_WITHIN, "an answer by an instance that knows the source", async || {
            let told = burst(world, &delivery).await;
            // An instance that never saw the source asks the sender to come again; none calls it a stranger.
            assert!(told.iter().all(|told| told.starts_with("200") || told.starts_with("503")), "{told:?}");
            if told.contains(&"200 duplicate".to_owned()) { Ok(()) } else { Err(told.join(", ")) }
        })
        .await;
    });
}

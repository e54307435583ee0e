//! Deliveries that are not the sender's: refused with one text, and nothing of them is left anywhere.

use domain::provider::Provider;
use expect_test::{Expect, expect};
use tests::forgery::Forgery;
use tests::recorded::recorded;
use tests::source::Source;
use tests::story::Story;
use tests::world::run;

/// Sends the recorded delivery `path` to `source` forged in all of these ways, then once as its sender sends it. That
/// this one is new to Landfall shows that no forgery took its place.
fn check(source: Source, path: &str, forgeries: &[Forgery], expected: Expect) {
    run(async |world| {
        let body = recorded(path).body;
        let mut story = Story::about(world, world.set_up(source.clone()).await);
        for forgery in forgeries {
            let forged = forgery.of(&world.stack, &story.source, &body);
            let answer = story.send(&forged).await;
            assert_eq!(answer.status, 401, "{forgery:?}");
            assert_eq!(answer.body, story.answers[0].body, "one text for all of them, {forgery:?} too");
        }
        assert_eq!(world.records(&story.source).await.len(), 0);
        let delivery = story.delivery(&body);
        story.send(&delivery).await;
        story.check(expected).await;
    });
}

#[test]
fn nobody_can_pretend_to_be_csm() {
    check(
        Source::new(Provider::Csm),
        "csm/image-to-3d-complete",
        &Forgery::OF_TOKEN,
        expect![
            "4 x 401 the delivery could not be verified, 200 accepted | ledger: done after 1 attempt | published: landfall.job.completed once"
        ],
    );
}

#[test]
fn nobody_can_pretend_to_be_get3w() {
    check(
        Source::new(Provider::Get3w),
        "get3w/v3-completed",
        &Forgery::OF_SIGNED,
        expect![
            "9 x 401 the delivery could not be verified, 200 accepted | ledger: done after 1 attempt | published: landfall.job.completed once"
        ],
    );
}

#[test]
fn nobody_can_pretend_to_be_modelslab() {
    check(
        Source::new(Provider::Modelslab),
        "modelslab/video-success",
        &Forgery::OF_TOKEN,
        expect![
            "4 x 401 the delivery could not be verified, 200 accepted | ledger: done after 1 attempt | published: landfall.job.completed once"
        ],
    );
}

#[test]
fn nobody_can_pretend_to_be_glossi() {
    check(
        Source::new(Provider::Glossi),
        "glossi/model-processed",
        &Forgery::OF_SIGNED,
        expect![
            "9 x 401 the delivery could not be verified, 200 accepted | ledger: done after 1 attempt | published: landfall.model.completed once"
        ],
    );
}

#[test]
fn a_source_with_secret_and_token_demands_both() {
    let source = Source::new(Provider::Glossi).with_fresh_token();
    let one_wrong = [Forgery::WrongSecret, Forgery::NoSignature, Forgery::WrongToken, Forgery::NoToken];
    check(
        source,
        "glossi/job-complete",
        &one_wrong,
        expect![
            "4 x 401 the delivery could not be verified, 200 accepted | ledger: done after 1 attempt | published: landfall.job.completed once"
        ],
    );
}

#[test]
fn a_forgery_of_what_was_delivered_learns_nothing() {
    run(async |world| {
        let body = recorded("get3w/v3-completed").body;
        let mut story = Story::begin(world, Provider::Get3w).await;
        let genuine = story.delivery(&body);
        for request in [&genuine, &Forgery::WrongSecret.of(&world.stack, &story.source, &body), &genuine] {
            story.send(request).await;
        }
        story.check(expect!["200 accepted, 401 the delivery could not be verified, 200 duplicate | ledger: done after 1 attempt | published: landfall.job.completed once"]).await;
    });
}

//! Jobs whose webhooks are lost, late, or come twice: each end is published once.

use domain::event::event_type::Thing;
use domain::expectation::{Expectation, Hint};
use domain::ledger::job::JobId;
use domain::provider::Provider;
use expect_test::{Expect, expect};
use futures_util::future::join_all;
use serde_json::json;
use tests::clock::now_millis;
use tests::expectation::{expectation, job_id, thing};
use tests::ledger::Record;
use tests::observe::until;
use tests::simulator::{Condition, End, Simulator};
use tests::source::Source;
use tests::story::Story;
use tests::world::{World, run};

/// A sender, a story about a source whose jobs are asked about there, and a job that it submitted and expects.
async fn begin(world: &'static World, provider: Provider) -> (Simulator, Story, String, JobId) {
    let simulator = Simulator::start(provider);
    let source = world.set_up(simulator.expects(Source::new(provider))).await;
    begin_with(world, simulator, source).await
}

async fn begin_with(world: &'static World, simulator: Simulator, source: Source) -> (Simulator, Story, String, JobId) {
    let story = Story::about(world, source);
    let subject = simulator.submit();
    world.expect(&expectation(&story.source, thing(story.source.provider), &subject)).await;
    let job = job_id(&story.source, thing(story.source.provider), &subject);
    (simulator, story, subject, job)
}

/// Waits until the ledger has the expectation.
async fn expected(world: &World, job: &JobId) -> Record {
    until(&format!("the expectation {job}"), async || world.record(job.as_str()).await.ok_or("no record")).await
}

/// What was published, each event with how it came.
async fn published(story: &Story, count: usize) -> String {
    let events = until(&format!("{count} events"), async || {
        let events = story.world.events(&story.source);
        if events.len() >= count { Ok(events) } else { Err(format!("{} events", events.len())) }
    })
    .await;
    let told = events.iter().map(|event| {
        format!("{} {} {}", event.text("/type"), event.text("/data/origin"), event.text("/data/verified_by"))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Sends a webhook, and gives the record of its event once that is finished.
async fn deliver(story: &mut Story, body: &[u8]) -> Record {
    let delivery = story.delivery(body);
    let id = story.send(&delivery).await.event_id().expect("a genuine delivery is accepted");
    story.world.finished(&id).await
}

/// CSM tells that a session goes on.
fn csm_progress(subject: &str) -> Vec<u8> {
    let payload = json!({
        "session_id": subject,
        "session_type": "image_to_3d",
        "new_status": "incomplete",
        "timestamp": "2025-09-01T07:26:50.484Z",
    });
    json!({"type": "session_status_changed", "payload": payload}).to_string().into_bytes()
}

/// Lets the webhook of a job be lost, and checks what comes in its place; then lets it come after all.
fn check_lost(provider: Provider, end: End, expected_told: Expect, expected_late: Expect) {
    run(async |world| {
        let (simulator, mut story, subject, job) = begin(world, provider).await;
        simulator.finish(&subject, end);
        let record = world.job_in(&job, "ended").await;
        assert_eq!((record.number("due_at"), record.number("expires_at").is_some()), (None, true));
        expected_told.assert_eq(&published(&story, 1).await);
        assert_eq!(simulator.asked().len(), 1, "{:?}", simulator.asked());
        // The webhook comes after all.
        let late = deliver(&mut story, &simulator.webhook(&subject, end)).await;
        let outcome = if late.text("origin") == "poll" {
            "the same event".to_owned()
        } else {
            format!("{}, {}", late.told(), late.outcome_names())
        };
        expected_late.assert_eq(&outcome);
        assert_eq!(world.events(&story.source).len(), 1, "nothing is published twice");
    });
}

#[test]
fn a_lost_webhook_of_csms_comes_back() {
    // CSM's key holds a time that its API does not tell, so the late webhook has another id.
    check_lost(
        Provider::Csm,
        End::Completed,
        expect!["landfall.job.completed poll confirmed"],
        expect!["done after 1 attempt, superseded_by"],
    );
}

#[test]
fn a_lost_webhook_of_get3ws_comes_back() {
    check_lost(Provider::Get3w, End::Failed, expect!["landfall.job.failed poll confirmed"], expect!["the same event"]);
}

#[test]
fn a_lost_webhook_of_modelslabs_comes_back() {
    check_lost(
        Provider::Modelslab,
        End::Completed,
        expect!["landfall.job.completed poll confirmed"],
        expect!["the same event"],
    );
}

#[test]
fn a_lost_webhook_of_glossis_comes_back() {
    check_lost(
        Provider::Glossi,
        End::Completed,
        expect!["landfall.model.completed poll confirmed"],
        expect!["done after 1 attempt, superseded_by"],
    );
}

#[test]
fn a_webhook_in_time_is_all_that_it_takes() {
    run(async |world| {
        let (simulator, mut story, subject, job) = begin(world, Provider::Csm).await;
        expected(world, &job).await;
        simulator.finish(&subject, End::Completed);
        deliver(&mut story, &simulator.webhook(&subject, End::Completed)).await;
        let record = world.job_in(&job, "ended").await;
        assert_eq!((record.number("sweeps"), record.number("due_at")), (None, None));
        expect!["landfall.job.completed webhook token"].assert_eq(&published(&story, 1).await);
        assert_eq!(simulator.asked(), Vec::<String>::new());
    });
}

#[test]
fn an_expectation_may_come_after_the_end() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Csm);
        let source = world.set_up(simulator.expects(Source::new(Provider::Csm))).await;
        let mut story = Story::about(world, source);
        let subject = simulator.submit();
        simulator.finish(&subject, End::Completed);
        deliver(&mut story, &simulator.webhook(&subject, End::Completed)).await;
        world.expect(&expectation(&story.source, Thing::Job, &subject)).await;
        let job = job_id(&story.source, Thing::Job, &subject);
        let listed = until("the expectation is listed", async || {
            let record = world.record(job.as_str()).await.ok_or("no record")?;
            if record.text("slot").starts_with('~') { Ok(record) } else { Err("not listed") }
        })
        .await;
        assert_eq!((listed.text("state"), listed.number("due_at")), ("ended", None));
    });
}

/// A sender that first says that a job goes on.
async fn goes_on(world: &'static World, provider: Provider) {
    let (simulator, story, subject, job) = begin(world, provider).await;
    let asked = until("a first question", async || {
        let record = world.record(job.as_str()).await.ok_or("no record")?;
        if record.number("sweeps").is_none() {
            world.hurry(&record).await;
            world.sweep().await;
        }
        if simulator.look_ups().is_empty() { Err("not asked") } else { Ok(record) }
    })
    .await;
    assert_eq!((asked.text("state"), world.events(&story.source).len()), ("waiting", 0));
    simulator.finish(&subject, End::Completed);
    let record = world.job_in(&job, "ended").await;
    assert!(record.number("sweeps") >= Some(2), "{record:?}");
    let told = format!("landfall.{}.completed poll confirmed", thing(provider).as_str());
    assert_eq!(published(&story, 1).await, told);
}

#[test]
fn a_job_that_goes_on_is_asked_about_again() {
    run(async |world| drop(join_all(Simulator::PLAYED.map(|provider| goes_on(world, provider))).await));
}

/// A sender whose API is in trouble first.
async fn in_trouble(world: &'static World, provider: Provider, condition: Condition) {
    let simulator = Simulator::start(provider);
    let source = world.set_up(simulator.expects(Source::new(provider))).await;
    simulator.set_condition(condition);
    let (simulator, story, subject, job) = begin_with(world, simulator, source).await;
    simulator.finish(&subject, End::Completed);
    let pace = format!("@polls/{}", story.source.name);
    let blocked = until("the sender is left alone", async || {
        if let Some(record) = world.record(job.as_str()).await.filter(|record| record.number("due_at").is_some()) {
            world.hurry(&record).await;
            world.sweep().await;
        }
        let pace = world.record(&pace).await.ok_or("no pace")?;
        pace.number("blocked_until").ok_or("not blocked")
    })
    .await;
    assert!(blocked > now_millis() - 1_000);
    assert_eq!(simulator.asked().len(), 1);
    simulator.set_condition(Condition::Up);
    world.job_in(&job, "ended").await;
    let pace = world.record(&pace).await.expect("it stands");
    assert_eq!(pace.number("blocked_until"), None, "its first answer ends the trouble");
    let told = format!("landfall.{}.completed poll confirmed", thing(provider).as_str());
    assert_eq!(published(&story, 1).await, told);
}

#[test]
fn a_sender_in_trouble_is_left_alone_and_nothing_expires_meanwhile() {
    // ModelsLab says for how long it wants to be left alone, which is as long here as on AWS.
    let cases = [
        (Provider::Csm, Condition::Broken),
        (Provider::Csm, Condition::Limited),
        (Provider::Get3w, Condition::Limited),
        (Provider::Modelslab, Condition::Broken),
        (Provider::Glossi, Condition::Limited),
    ];
    run(async |world| drop(join_all(cases.map(|(provider, condition)| in_trouble(world, provider, condition))).await));
}

/// A sender that forgets a job whose webhook it sends all the same.
async fn forgets(world: &'static World, provider: Provider) {
    let simulator = Simulator::start(provider);
    let source = world.set_up(simulator.expects(Source::new(provider))).await;
    let mut story = Story::about(world, source);
    let subject = simulator.submit();
    simulator.finish(&subject, End::Completed);
    let webhook = simulator.webhook(&subject, End::Completed);
    simulator.forget(&subject);
    let short = expectation(&story.source, thing(provider), &subject);
    world.expect(&Expectation { give_up_seconds: Some(10), ..short }).await;
    let job = job_id(&story.source, thing(provider), &subject);
    world.job_in(&job, "expired").await;
    let told = format!("landfall.{}.expired poll confirmed", thing(provider).as_str());
    assert_eq!(published(&story, 1).await, told);
    let expired = world.events(&story.source).remove(0);
    assert_eq!((&expired.json["data"]["status"], &expired.json["data"]["error"]), (&json!(null), &json!(null)));
    assert_eq!(expired.text("/subject"), subject);
    deliver(&mut story, &webhook).await;
    published(&story, 2).await;
    assert_eq!(world.job_in(&job, "ended").await.text("state"), "ended");
}

#[test]
fn a_job_that_its_sender_forgets_is_given_up_and_its_late_webhook_is_published() {
    run(async |world| drop(join_all(Simulator::PLAYED.map(|provider| forgets(world, provider))).await));
}

#[test]
fn a_sender_that_tells_two_ends_has_both_published() {
    run(async |world| {
        let (simulator, mut story, subject, job) = begin(world, Provider::Get3w).await;
        simulator.finish(&subject, End::Completed);
        world.job_in(&job, "ended").await;
        published(&story, 1).await;
        deliver(&mut story, &simulator.webhook(&subject, End::Failed)).await;
        expect!["landfall.job.completed poll confirmed, landfall.job.failed webhook signature"]
            .assert_eq(&published(&story, 2).await);
    });
}

#[test]
fn a_webhook_that_its_sender_denies_leaves_the_job_to_be_asked_about() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Csm);
        let source = simulator.expects(simulator.confirms(Source::new(Provider::Csm)));
        let (simulator, mut story, subject, job) = begin_with(world, simulator, world.set_up(source).await).await;
        expected(world, &job).await;
        simulator.finish(&subject, End::Failed);
        let forged = deliver(&mut story, &simulator.webhook(&subject, End::Completed)).await;
        assert_eq!(forged.text("state"), "failed");
        world.job_in(&job, "ended").await;
        expect!["landfall.job.failed poll confirmed"].assert_eq(&published(&story, 1).await);
    });
}

#[test]
fn what_tells_of_a_beginning_is_an_expectation_where_the_source_says_so() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Csm);
        let source = simulator.expects(Source::new(Provider::Csm));
        let source = source.with_option("expect", json!({"from_events": true, "within_seconds": 10}));
        let mut story = Story::about(world, world.set_up(source).await);
        let subject = simulator.submit();
        deliver(&mut story, &csm_progress(&subject)).await;
        simulator.finish(&subject, End::Completed);
        world.job_in(&job_id(&story.source, Thing::Job, &subject), "ended").await;
        expect!["landfall.job.progress webhook token, landfall.job.completed poll confirmed"]
            .assert_eq(&published(&story, 2).await);
    });
}

#[test]
fn a_part_of_an_api_may_be_named_by_the_expectation() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Modelslab);
        let mut source = simulator.expects(Source::new(Provider::Modelslab));
        source.options.remove("api_family");
        let story = Story::about(world, world.set_up(source).await);
        let subject = simulator.submit();
        simulator.finish(&subject, End::Completed);
        let hint = Hint { family: Some("video".to_owned()), ..Hint::default() };
        let unhinted = expectation(&story.source, Thing::Job, &subject);
        world.expect(&Expectation { hint, ..unhinted }).await;
        world.job_in(&job_id(&story.source, Thing::Job, &subject), "ended").await;
        expect!["landfall.job.completed poll confirmed"].assert_eq(&published(&story, 1).await);
    });
}

#[test]
fn what_cannot_be_followed_lies_in_the_dead_letter_queue() {
    run(async |world| {
        let text = format!(r#"{{"v":1,"source":"nobody-{:x}","job_id":""}}"#, fastrand::u64(..));
        world.send_expectation(&text).await;
        let found = until("the dead letter", async || {
            world.dead_letters.all(|message| message.body == text).pop().ok_or("none")
        })
        .await;
        assert_eq!(found.body, text);
    });
}

/// The dead-letter queue is one for both queues, and a redrive moves all that it holds to the queue of events.
#[test]
fn an_expectation_that_is_moved_back_to_the_queue_of_events_counts() {
    run(async |world| {
        let simulator = Simulator::start(Provider::Csm);
        let source = world.set_up(simulator.expects(Source::new(Provider::Csm))).await;
        let subject = simulator.submit();
        let expectation = expectation(&source, thing(source.provider), &subject).to_string();
        let send = world.aws.sqs.send_message().queue_url(&world.stack.events_queue_url);
        send.message_body(expectation).send().await.expect("the queue takes it");
        let record = expected(world, &job_id(&source, thing(source.provider), &subject)).await;
        assert_eq!(record.text("state"), "waiting");
    });
}

#[test]
fn no_progress_is_published_after_the_end_where_ends_win() {
    run(async |world| {
        let source = world.set_up(Source::new(Provider::Csm).with_option("order", "end-wins")).await;
        let mut story = Story::about(world, source);
        let simulator = Simulator::start(Provider::Csm);
        let subject = simulator.submit();
        deliver(&mut story, &simulator.webhook(&subject, End::Completed)).await;
        published(&story, 1).await;
        let record = deliver(&mut story, &csm_progress(&subject)).await;
        assert_eq!(format!("{}, {}", record.told(), record.outcome_names()), "done after 1 attempt, suppressed");
        assert_eq!(world.events(&story.source).len(), 1);
    });
}

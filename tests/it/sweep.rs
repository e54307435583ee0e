//! What lies behind comes back: the sweep finds every unfinished event whose time is over, whatever became of its
//! message and of whoever worked on it.

use domain::provider::Provider;
use expect_test::expect;
use tests::clock::now_millis;
use tests::ledger::Record;
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::{World, run};

const MINUTE_MILLIS: i64 = 60_000;

/// A record that ingest wrote a while ago, of a source of its own.
fn overdue(provider: Provider, path: &str) -> (Source, Record) {
    let source = Source::new(provider);
    let record = Record::received(&source, &recorded(path).body).due_at(now_millis() - MINUTE_MILLIS);
    (source, record)
}

/// Lets the sweep run now instead of at the next minute.
async fn sweep(world: &World) {
    let report = world.sweep().await;
    // A count of zero is left out.
    assert!(report["unread_shards"].is_null(), "{report}");
}

#[test]
fn an_event_whose_message_never_came_is_brought_back() {
    run(async |world| {
        let (source, record) = overdue(Provider::Glossi, "glossi/model-processed");
        world.put_record(&record).await;
        sweep(world).await;
        let finished = world.finished(record.id()).await;
        expect!["done after 1 attempt"].assert_eq(&finished.told());
        let event = world.event(&source, record.id()).await;
        expect!["landfall.model.completed"].assert_eq(event.text("/type"));
    });
}

#[test]
fn an_event_whose_processor_died_is_taken_over() {
    run(async |world| {
        let (source, record) = overdue(Provider::Csm, "csm/image-to-3d-complete");
        let lapsed = record
            .with("state", "processing")
            .with("claimed_by", "somebody-long-gone")
            .with_number("attempts", 1)
            .with_number("lease_until", now_millis() - MINUTE_MILLIS);
        world.put_record(&lapsed).await;
        sweep(world).await;
        let finished = world.finished(lapsed.id()).await;
        expect!["done after 2 attempts"].assert_eq(&finished.told());
        assert_ne!(finished.text("claimed_by"), "somebody-long-gone");
        world.event(&source, lapsed.id()).await;
    });
}

#[test]
fn an_event_that_was_waiting_for_its_next_attempt_gets_it() {
    run(async |world| {
        let (source, record) = overdue(Provider::Get3w, "get3w/v3-completed");
        let waiting = record
            .with("last_error", "the topic could not be reached")
            .with_number("attempts", 7)
            .with_number("not_before", now_millis() - MINUTE_MILLIS);
        world.put_record(&waiting).await;
        sweep(world).await;
        let finished = world.finished(waiting.id()).await;
        expect!["done after 8 attempts"].assert_eq(&finished.told());
        world.event(&source, waiting.id()).await;
    });
}

#[test]
fn an_event_that_was_tried_too_often_is_given_up() {
    run(async |world| {
        let (source, record) = overdue(Provider::Get3w, "get3w/v3-completed");
        let exhausted = record.with("state", "processing").with_number("attempts", 9).with_number("lease_until", 0);
        world.put_record(&exhausted).await;
        sweep(world).await;
        let finished = world.finished(exhausted.id()).await;
        expect!["failed after 10 attempts"].assert_eq(&finished.told());
        assert!(!finished.text("last_error").is_empty(), "a failed record says why: {finished:?}");
        assert_eq!(world.events(&source).len(), 0);
    });
}

/// Writes `record`, lets the sweep run until it has brought another event back, and demands that the record was left as
/// it was.
async fn left_alone(world: &World, source: &Source, record: Record) {
    world.put_record(&record).await;
    let (other, witness) = overdue(Provider::Glossi, "glossi/job-complete");
    world.put_record(&witness).await;
    sweep(world).await;
    world.finished(witness.id()).await;
    world.event(&other, witness.id()).await;
    let now = world.record(record.id()).await.expect("a record that is left alone is still there");
    assert_eq!(now.0, record.0);
    assert_eq!(world.events(source).len(), 0);
}

#[test]
fn a_finished_event_is_left_alone() {
    run(async |world| {
        for state in ["done", "failed"] {
            // No finished record is due; one that is nevertheless, by some mistake, must not be published twice.
            let (source, record) = overdue(Provider::Glossi, "glossi/job-failed");
            let expires_at = (now_millis() + 60 * MINUTE_MILLIS) / 1000;
            let finished = record.with("state", state).with_number("expires_at", expires_at);
            left_alone(world, &source, finished).await;
        }
    });
}

#[test]
fn an_event_that_is_being_worked_on_is_left_alone() {
    run(async |world| {
        let (source, record) = overdue(Provider::Glossi, "glossi/job-failed");
        let leased = record
            .with("state", "processing")
            .with("claimed_by", "somebody-at-work")
            .with_number("attempts", 1)
            .with_number("lease_until", now_millis() + 60 * MINUTE_MILLIS);
        left_alone(world, &source, leased).await;
    });
}

#[test]
fn an_event_that_is_not_due_yet_is_left_alone() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let fresh =
            Record::received(&source, &recorded("glossi/job-failed").body).due_at(now_millis() + 60 * MINUTE_MILLIS);
        left_alone(world, &source, fresh).await;
    });
}

#[test]
fn the_schedule_sweeps_by_itself() {
    run(async |world| {
        // Each run writes one line, and those that a test called for are counted.
        until("a run of the sweep that nobody called for", async || {
            let lines = world.logs(&[&world.stack.sweep_log_group]).await;
            let runs = lines.iter().filter(|line| line.contains(r#""message":"sweep""#)).count();
            let called = world.sweeps_called();
            if runs > called { Ok(()) } else { Err(format!("{runs} runs, {called} called for")) }
        })
        .await;
    });
}

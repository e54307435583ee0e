use std::time::Duration;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const LEASE: Duration = Duration::from_secs(LEASE_SECONDS);

fn id() -> ReplayJobId {
    ReplayJobId::parse("0123456789abcdef").unwrap()
}

fn job() -> ReplayJob {
    ReplayJob {
        id: id(),
        state: ReplayJobState::Freezing,
        filter: "{}".to_owned(),
        count: 0,
        chunks: 0,
        rate_per_second: 50,
        by: "arn:aws:iam::000000000000:user/one".to_owned(),
        replays_contradicted: true,
        next_chunk: 0,
        runner: None,
        expires_at_seconds: ReplayJob::expiry(NOW),
    }
}

/// The job after these writes, of which each must land.
fn after(writes: &[Write<'_>]) -> ReplayJob {
    let item = writes.iter().fold(None, |item: Option<Item<'_>>, write| {
        Some(write.evaluate(item.as_ref()).unwrap_or_else(|| panic!("{write:?} is refused by {item:?}")))
    });
    ReplayJob::of_item(&id(), &item.expect("there are writes")).unwrap()
}

/// Which states the job's item may be in for `write` to land, with no runner.
fn lands(write: &Write<'_>) -> String {
    let states = ReplayJobState::ALL.into_iter().filter(|state| {
        let mut item = Item::default();
        item.set(Attribute::State, state.as_str());
        write.evaluate(Some(&item)).is_some()
    });
    states.map(ReplayJobState::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_job_is_frozen_run_and_done_and_reads_back() {
    let (job, item_id) = (job(), id().item_id());
    let begun = job.begin(&item_id);
    assert_eq!(after(std::slice::from_ref(&begun)), job);
    let frozen = freeze(&item_id, 201, 2);
    let ran = run(&item_id, "me", NOW, ReplayJobState::Frozen);
    let advanced = advance(&item_id, "me", 2, NOW + LEASE);
    let running = after(&[begun.clone(), frozen.clone(), ran.clone(), advanced.clone()]);
    assert_eq!((running.state, running.count, running.chunks), (ReplayJobState::Running, 201, 2));
    assert_eq!((running.next_chunk, running.runner), (2, Some(("me".to_owned(), NOW + 2 * LEASE))));
    let finished = finish(&item_id, "me");
    let writes = [begun, frozen, ran, advanced, finished, run(&item_id, "you", NOW, ReplayJobState::Done)];
    assert_eq!(after(&writes[..5]).state, ReplayJobState::Done);
    assert_eq!(after(&writes).next_chunk, 0, "it begins again");
}

#[test]
fn each_step_has_the_states_that_it_leads_from() {
    let item_id = id().item_id();
    assert_eq!(lands(&freeze(&item_id, 1, 1)), "freezing");
    assert_eq!(lands(&pause(&item_id)), "frozen running");
    assert_eq!(lands(&cancel(&item_id)), "freezing frozen running paused");
    for state in ReplayJobState::ALL {
        assert_eq!(lands(&run(&item_id, "me", NOW, state)), state.as_str());
    }
    assert_eq!(lands(&advance(&item_id, "me", 1, NOW)), "", "nobody runs it");
}

#[test]
fn nobody_takes_a_job_from_its_runner_before_the_lease_is_over() {
    let (job, item_id) = (job(), id().item_id());
    let before = [job.begin(&item_id), freeze(&item_id, 1, 1), run(&item_id, "one", NOW, ReplayJobState::Frozen)];
    let item = before.iter().fold(None, |item: Option<Item<'_>>, write| write.evaluate(item.as_ref()));
    let takes = |now| run(&item_id, "other", now, ReplayJobState::Running).evaluate(item.as_ref()).is_some();
    assert_eq!([takes(NOW), takes(NOW + LEASE)], [false, true]);
    let paused = pause(&item_id).evaluate(item.as_ref());
    assert!(advance(&item_id, "one", 1, NOW).evaluate(paused.as_ref()).is_none(), "the runner is told");
    assert!(run(&item_id, "other", NOW, ReplayJobState::Paused).evaluate(paused.as_ref()).is_some());
}

#[test]
fn a_chunk_holds_ids() {
    let ids = ["shop/1", "shop/2"].map(|text| EventId::parse(text).unwrap());
    let (job, chunk_id) = (job(), id().chunk_id(0));
    assert_eq!(chunk_id, "@replay/0123456789abcdef/0");
    let item = job.chunk(&chunk_id, &ids).evaluate(None).unwrap();
    assert_eq!(ReplayJob::ids_of_chunk(&item), ids);
    assert!(EventId::parse(&chunk_id).is_err());
}

#[test]
fn other_names_are_none() {
    for text in ["", "short", "0123456789abcde/", &"0".repeat(65)] {
        assert_eq!(ReplayJobId::parse(text), Err(NotAReplayJob), "{text}");
    }
}

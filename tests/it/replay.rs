//! Replays: each event once, however often the terminal dies.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::event::event_id::EventId;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::replay::Replayability;
use domain::ledger::replay_job::{ReplayJobId, ReplayJobState};
use domain::provider::Provider;
use operator::replay::ReplayError;
use operator::replay::freeze::FreezeRequest;
use operator::replay::run::RunResult;
use operator::replay::show::ReplayResult;
use serde_json::json;
use tests::clock::now_millis;
use tests::ledger::Record;
use tests::observe::until_within;
use tests::world::{World, run};

use crate::listing::{failed, name, numbered};
use crate::operator::replays;

/// So many events are replayed.
const EVENTS: usize = 200;
const LONG: Duration = Duration::from_secs(240);

fn request() -> FreezeRequest {
    FreezeRequest {
        by: "arn:aws:iam::000000000000:user/test".to_owned(),
        rate_per_second: 0,
        replays_contradicted: false,
    }
}

async fn put(world: &World, records: &[Record]) {
    for record in records {
        world.put_record(record).await;
    }
}

#[test]
fn a_replay_that_is_killed_and_resumed_replays_each_event_once() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let records: Vec<Record> = (0..EVENTS).map(|number| failed(&source, number, "sns: away")).collect();
        put(world, &records).await;
        let replays = replays(world);
        let filter = Filter::of_source(name(&source), View::Failed);
        let mut request = request();
        // Slow enough that it is killed in the middle.
        request.rate_per_second = 40;
        let job = replays.freeze(filter, request).await.expect("the ids can be written");
        assert_eq!((job.state, job.count as usize), (ReplayJobState::Frozen, EVENTS));
        for _ in 0..3 {
            let killed = tokio::time::timeout(Duration::from_millis(1500), replays.run(&job.id, "one", |_| {})).await;
            assert!(killed.is_err(), "it was killed in the middle: {killed:?}");
            let other = replays.run(&job.id, "another", |_| {}).await;
            assert!(matches!(&other, Err(ReplayError::RunByAnother { runner, .. }) if runner == "one"), "{other:?}");
        }
        replays.pause(&job.id).await.expect("it can be paused");
        assert_eq!(replays.job(&job.id).await.expect("it stands").state, ReplayJobState::Paused);
        let report = replays.run(&job.id, "another", |_| {}).await.expect("it goes on");
        assert_eq!(report.result, RunResult::Done);
        assert_eq!(report.events.values().sum::<u64>(), EVENTS as u64, "one chunk, from its beginning");
        until_within(LONG, "the replayed events", async || {
            let told = replays.show(&job.id).await.expect("the ledger can be read").results;
            if told == BTreeMap::from([(ReplayResult::Done, EVENTS as u64)]) {
                Ok(())
            } else {
                Err(format!("{told:?}"))
            }
        })
        .await;
        let again = replays.run(&job.id, "one", |_| {}).await.expect("what is done can be run again");
        assert_eq!(again.events, BTreeMap::from([(Replayability::Mine, EVENTS as u64)]));
        for record in &records {
            let event = world.event(&source, record.id()).await;
            assert_eq!((&event.json["landfallreplay"], event.text("/data/origin")), (&json!(1), "replay"));
            let after = world.record(record.id()).await.expect("it stands");
            assert_eq!((after.number("replay"), after.text("origin")), (Some(1), "webhook"));
        }
    });
}

#[test]
fn what_cannot_be_replayed_is_told_and_left_alone() {
    run(async |world| {
        let source = world.source(Provider::Glossi).await;
        let far = 24 * 60 * 60 * 1000;
        let contradicted = failed(&source, 0, "contradicted: no such job");
        let busy = numbered(&source, 1).due_at(now_millis() + far);
        let expiring = failed(&source, 2, "sns: away").with_number("expires_at", now_millis() / 1000 + 60);
        let absent = numbered(&source, 3);
        put(world, &[contradicted.clone(), busy.clone(), expiring.clone()]).await;
        let replays = replays(world);
        let all = [&contradicted, &busy, &expiring, &absent];
        let ids: Vec<_> = all.iter().map(|record| EventId::parse(record.id()).expect("it is an id")).collect();
        let job = replays.freeze_ids(&ids, request()).await.expect("the ids can be written");
        let report = replays.run(&job.id, "one", |_| {}).await.expect("it runs");
        let told = [(Replayability::Busy, 1), (Replayability::Gone, 2), (Replayability::Contradicted, 1)];
        assert_eq!(report.events, BTreeMap::from(told));
        for record in all {
            let after = world.record(record.id()).await;
            assert_eq!(after.map(|after| after.number("replay")), (record.id() != absent.id()).then_some(Some(0)));
        }
        let frozen = replays.freeze(Filter::of_source(name(&source), View::Failed), request()).await;
        assert_eq!(frozen.expect("the ids can be written").count, 1, "what is contradicted is left out");
        replays.cancel(&job.id).await.expect_err("it is done");
        let none = ReplayJobId::parse("nosuchjobatall").expect("it has the form of a name");
        assert!(matches!(replays.job(&none).await, Err(ReplayError::NoSuchJob(_))));
    });
}

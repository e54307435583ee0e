//! The listing of a large ledger, and a large replay. `make large` runs them with 100,000 and 10,000 events; here they have
//! fewer.

use std::time::Duration;

use domain::provider::Provider;
use serde_json::{Value, json};
use tests::clock::now_millis;
use tests::ledger::Record;
use tests::observe::{until, until_within};
use tests::source::Source;
use tests::tool::{Tool, landfall_on};
use tests::tool_proxy::ToolProxy;
use tests::world::{World, run};

use crate::cli_events::{documents, tool};
use crate::cli_replay::{frozen, put_failed, results};
use crate::listing::{done, failed};

/// How long the first page of any filter may take.
const FIRST_PAGE: Duration = Duration::from_secs(2);
/// The events are spread over so long.
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
const LONG: Duration = Duration::from_secs(1800);

/// What `make large` asks for in this variable.
fn count(variable: &str, usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "make large says here how large")]
    std::env::var(variable).ok().map_or(usual, |text| text.parse().expect("a number"))
}

/// The records of a source: one in a hundred failed, and one in a thousand is of a rare type.
fn records(source: &Source, count: usize) -> Vec<Record> {
    let (now, step) = (now_millis() - 10_000, DAY_MILLIS / i64::try_from(count).expect("it is small"));
    let record = |number: usize| {
        let at = now - step * i64::try_from(count - number).expect("it is small");
        match number {
            number if number % 100 == 99 => failed(source, number, "sns: away").with_number("received_at", at),
            number if number % 1000 == 500 => done(source, number, at).with("type", "landfall.job.failed"),
            number => done(source, number, at),
        }
    };
    (0..count).map(record).collect()
}

#[test]
fn the_first_page_of_any_filter_comes_at_once_and_reads_what_it_should() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let records = records(&source, count("LISTED_EVENTS", 5_000));
        world.put_records(&records).await;
        let subject = records[records.len() / 2].text("subject").to_owned();
        let proxy = ToolProxy::start(&world.stack).await;
        // Beside all other tests, the time says nothing.
        let is_alone = count("LISTED_EVENTS", 0) > 0;
        // 16 queries of half a unit, and half a unit for each of 50 rows.
        let page = 8.0 + 25.0;
        // An entry of the index has about 190 B: 23 units for 1,000 entries, read in parts.
        let read_through = |entries: f64| 8.0 + entries * 0.030;
        let of_subject = read_through(records.len() as f64 / 16.0 + 100.0);
        let of_type = 30.0 + read_through(records.len().min(11_000) as f64);
        let cases: [(&str, &[&str], usize, f64); 7] = [
            ("newest", &[], 50, page),
            // Some of the newest are not done, so it reads on.
            ("done", &["--state", "done"], 50, page + 8.0 + 5.0),
            ("of a rare type", &["--type", "landfall.job.failed"], 5, of_type),
            ("of a provider", &["--provider", "glossi"], 50, page),
            ("failed", &["--state", "failed"], 50, page),
            ("of one job", &["--subject", &subject], 1, of_subject),
            ("of a window", &["--since", "1h"], 50, page),
        ];
        for (name, filter, rows, read_units) in cases {
            let began_at_millis = now_millis();
            let arguments = ["events", "list", "--output", "ndjson", "--source", &source.name];
            let run = landfall_on(&proxy.file, &[&arguments[..], filter].concat(), "").await;
            let took = Duration::from_millis(u64::try_from(now_millis() - began_at_millis).unwrap_or(0));
            let calls = proxy.take_reads();
            let read: f64 = calls.iter().map(|call| call.read_units).sum();
            assert!(run.code == Some(0) && run.documents().len() >= rows, "{name}: {}", run.told());
            assert!(read <= read_units, "{name} read {read} units in {} calls", calls.len());
            assert!(!is_alone || took < FIRST_PAGE, "{name} took {took:?} and {} calls", calls.len());
        }
    });
}

#[test]
fn pages_neither_skip_nor_repeat_while_fifty_events_a_second_arrive() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let stand = records(&source, count("LISTED_EVENTS", 5_000) / 10);
        world.put_records(&stand).await;
        let mut expected: Vec<(i64, String)> = stand
            .iter()
            .map(|record| (record.number("received_at").expect("it has one"), record.id().to_owned()))
            .collect();
        expected.sort_by(|one, other| other.cmp(one));
        let arrive = async {
            let mut second = tokio::time::interval(Duration::from_secs(1));
            for number in 0.. {
                second.tick().await;
                let new: Vec<Record> =
                    (0..50).map(|it| done(&source, stand.len() + 50 * number + it, now_millis())).collect();
                world.put_records(&new).await;
            }
        };
        let list = async {
            let first =
                ["events", "list", "--output", "ndjson", "--limit", "50", "--source", &source.name, "--until", "5s"];
            let mut run = tool(world, &first).await;
            let mut seen = Vec::new();
            loop {
                assert_eq!(run.code, Some(0), "{}", run.words);
                seen.extend(run.documents().iter().filter_map(|row| row["id"].as_str().map(str::to_owned)));
                let Some((_, cursor)) = run.words.split_once("--cursor ") else { return seen };
                let cursor = cursor.trim().to_owned();
                run =
                    tool(world, &["events", "list", "--output", "ndjson", "--limit", "50", "--cursor", &cursor]).await;
            }
        };
        let seen = tokio::select! {
            seen = list => seen,
            () = arrive => unreachable!("they go on arriving"),
        };
        assert_eq!(seen, expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    });
}

#[test]
fn a_replay_that_is_killed_five_times_replays_each_event_once() {
    run(async |world| killed_replay(world, count("REPLAYED_EVENTS", 300)).await);
}

/// Freezes a job of `count` events, kills its runner five times, and lets the sixth end it.
async fn killed_replay(world: &World, count: usize) {
    let source = world.source(Provider::Glossi).await;
    let records = put_failed(world, &source, count).await;
    let rate = (count / 10).to_string();
    let job = frozen(world, &["--state", "failed", "--source", &source.name, "--rate", &rate]).await;
    for _ in 0..5 {
        let mut runner = Tool::start(&world.stack_file(), &["replay", "run", &job]);
        until("a runner", async || {
            let shown = documents(world, &["replay", "show", &job, "--fields", "state"]).await.remove(0);
            if shown["state"] == "running" { Ok(()) } else { Err(shown.to_string()) }
        })
        .await;
        // Somewhere in its work: this is the point of the test, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..900))).await;
        assert_eq!(runner.kill().await.code, None, "it is killed in the middle");
        // Its lease would last for a minute.
        let paused = tool(world, &["replay", "pause", &job]).await;
        assert_eq!(paused.code, Some(0), "{}", paused.told());
    }
    let last = documents(world, &["replay", "run", &job]).await.remove(0);
    assert_eq!((&last["state"], &last["busy"]), (&json!("done"), &json!(0)), "{last}");
    until_within(LONG, "the replayed events", async || {
        let results: Value = results(world, &job).await;
        if results == json!({"done": count}) { Ok(()) } else { Err(results.to_string()) }
    })
    .await;
    for record in &records {
        assert_eq!(world.event(&source, record.id()).await.json["landfallreplay"], 1, "{}", record.id());
        assert_eq!(world.record(record.id()).await.expect("it stands").number("replay"), Some(1));
    }
}

//! The listing of a large ledger, and a large replay. `make large` runs them with 100,000 and 10,000 events, and says what
//! they took; here they have fewer.
#![expect(clippy::print_stdout, reason = "make large shows how far it is")]

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use domain::event::event_id::EventId;
use domain::ledger::{due_shard, slot};
use domain::provider::Provider;
use serde_json::{Value, json};
use tests::aws::Aws;
use tests::clock::{Stopwatch, now_millis};
use tests::http::Http;
use tests::implementation::Server;
use tests::ledger::{Record, put_records};
use tests::observe::{until, until_within};
use tests::source::Source;
use tests::stack::Stack;
use tests::tool::{Run, Tool, landfall_on};
use tests::tool_proxy::ToolProxy;
use tests::world::{World, run};

use crate::cli_events::{documents, tool};
use crate::cli_replay::{frozen, put_failed, results};
use crate::listing::{done, failed, name, numbered};
use crate::template::TEMPLATE;

/// How long the first page of any filter may take, where nothing else runs.
const FIRST_PAGE: Duration = Duration::from_secs(2);
/// Each is listed so often there; the fastest counts.
const TRIES: usize = 3;
/// The events are spread over so long.
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// So many are unfinished beside them.
const UNFINISHED: u32 = 10;
/// A page shows so many.
const PAGE_ROWS: usize = 50;
const LONG: Duration = Duration::from_secs(1800);

/// What `make large` asks for in this variable.
pub(crate) fn asked(variable: &str) -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "make large says here how large")]
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Where events are listed. MiniStack reads its whole table for each query, so that its time would say nothing of a large
/// one. dynalite reads an index from the key on that is asked for, as DynamoDB does; so `make large` lists there.
struct Place {
    stack: Stack,
    aws: Aws,
    _dynalite: Option<Server>,
}

impl Place {
    async fn open(world: &World) -> Place {
        if asked("LISTED_EVENTS").is_none() {
            return Place { stack: world.stack.clone(), aws: world.aws.clone(), _dynalite: None };
        }
        let folder = std::env::temp_dir().join(format!("landfall-dynalite-{:016x}", fastrand::u64(..)));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let dynalite = Server::dynalite(&folder);
        let aws = Aws::new(Http::default(), Some(&dynalite.endpoint));
        let ledger = &TEMPLATE["Resources"]["Ledger"]["Properties"];
        let table = json!({
            "TableName": world.stack.ledger_table,
            "BillingMode": ledger["BillingMode"],
            "AttributeDefinitions": ledger["AttributeDefinitions"],
            "KeySchema": ledger["KeySchema"],
            "GlobalSecondaryIndexes": ledger["GlobalSecondaryIndexes"],
        });
        let headers =
            [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.CreateTable")];
        aws.call("dynamodb", "POST", "/", &headers, table.to_string().into()).await;
        let stack = Stack { endpoint: Some(dynalite.endpoint.clone()), ..world.stack.clone() };
        Place { stack, aws, _dynalite: Some(dynalite) }
    }

    async fn put(&self, records: &[Record]) {
        put_records(&self.aws, &self.stack.ledger_table, records).await;
    }

    /// A file that describes it, as the tool reads it.
    fn file(&self) -> PathBuf {
        let file = std::env::temp_dir().join(format!("landfall-listed-{:016x}.json", fastrand::u64(..)));
        std::fs::write(&file, json!(self.stack).to_string()).expect("a file can be written");
        file
    }
}

/// The records of a source: one in a hundred failed, and one in a thousand is of a rare type.
fn records(source: &Source, count: usize) -> Vec<Record> {
    let (now, step) = (now_millis() - 10_000, DAY_MILLIS / i64::try_from(count).expect("it is small"));
    let (of_failed, of_done) = (failed(source, 0, "sns: away"), done(source, 0, now));
    let record = |number: usize| {
        let at = now - step * i64::try_from(count - number).expect("it is small");
        match number {
            number if number % 100 == 99 => renumbered(&of_failed, source, number, at).with_number("due_at", at),
            number if number % 1000 == 500 => {
                renumbered(&of_done, source, number, at).with("type", "landfall.job.failed")
            }
            number => renumbered(&of_done, source, number, at),
        }
    };
    (0..count).map(record).collect()
}

/// The same record of another event: to make each from a body would take longer than the rest of the test.
fn renumbered(record: &Record, source: &Source, number: usize, received_at: i64) -> Record {
    let subject = format!("job-{number:08}");
    let id = EventId::new(&name(source), [subject.as_str(), "completed"]);
    let slot = slot::of_subject(&name(source), &subject);
    let renumbered = record.clone().with("id", id.as_str()).with("subject", &subject).with("slot", &slot);
    let renumbered = renumbered.with_number("received_at", received_at);
    match record.text("due_shard") {
        "" => renumbered,
        _ => renumbered.with("due_shard", &format!("f/{slot}")),
    }
}

/// Events of `source` that wait for longer than this test takes. They arrived at `received_at`, and each is in a shard of
/// its own, so that none is read twice.
fn unfinished(source: &Source, received_at: i64) -> Vec<Record> {
    let due_at = now_millis() + DAY_MILLIS;
    let record = |number: u32| {
        let record = numbered(source, number as usize).with_number("received_at", received_at);
        record.with_number("due_at", due_at).with("due_shard", due_shard::name(number))
    };
    (0..UNFINISHED).map(record).collect()
}

/// What a page of a source's newest events costs at most: half a unit for each slot, once more where the first ten entries
/// do not reach to the end of the page, and half a unit for each row.
fn page_units<'r>(newest_first: impl Iterator<Item = &'r Record>) -> f64 {
    let mut entries: HashMap<&str, usize> = HashMap::new();
    // Until the slots with more are read on, the page seems to end a few events later.
    for record in newest_first.take(PAGE_ROWS + 20) {
        *entries.entry(record.text("slot")).or_default() += 1;
    }
    let again = entries.values().filter(|count| **count >= 10).count();
    (usize::from(slot::SLOTS) + again + PAGE_ROWS) as f64 / 2.0
}

#[test]
fn the_first_page_of_any_filter_comes_at_once_and_reads_what_it_should() {
    run(async |world| {
        let (place, source) = (Place::open(world).await, Source::new(Provider::Glossi));
        let records = records(&source, asked("LISTED_EVENTS").unwrap_or(5_000));
        place.put(&records).await;
        place.put(&unfinished(&source, records[0].number("received_at").expect("it has one"))).await;
        println!("  {} events are in the ledger", records.len());
        let subject = records[records.len() / 2].text("subject").to_owned();
        let proxy = ToolProxy::start(&place.stack).await;
        // Beside all other tests, the time says nothing.
        let is_alone = asked("LISTED_EVENTS").is_some();
        let page = page_units(records.iter().rev());
        let of_failed = page_units(records.iter().rev().filter(|record| record.text("state") == "failed"));
        // An entry of the index has about 190 B: 23 units for 1,000 entries, read in parts.
        let read_through = |entries: f64| entries * 0.030;
        // In 31 slices, most of which are empty; the others are read in parts.
        let of_subject = 16.0 + 4.0 + read_through(records.len() as f64 / 16.0 + 100.0);
        let of_type = 38.0 + read_through(records.len().min(11_000) as f64);
        // 64 shards of half a unit, and the rows. The shards are those of all sources: other tests have events in them.
        let of_unfinished = 32.0 + f64::from(UNFINISHED) / 2.0 + if is_alone { 0.0 } else { 20.0 };
        let cases: [(&str, &[&str], usize, f64); 8] = [
            ("newest", &[], PAGE_ROWS, page),
            // Some of the newest are not done, so it reads on.
            ("done", &["--state", "done"], PAGE_ROWS, page + 8.0 + 5.0),
            ("of a rare type", &["--type", "landfall.job.failed"], 5, of_type),
            ("of a provider", &["--provider", "glossi"], PAGE_ROWS, page),
            ("failed", &["--state", "failed"], PAGE_ROWS, of_failed),
            ("unfinished", &["--view", "unfinished"], UNFINISHED as usize, of_unfinished),
            ("of one job", &["--subject", &subject], 1, of_subject),
            ("of a window", &["--since", "1h"], PAGE_ROWS, page),
        ];
        for (name, filter, rows, read_units) in cases {
            let arguments = ["events", "list", "--output", "ndjson", "--source", &source.name];
            let mut fastest = Duration::MAX;
            for _ in 0..if is_alone { TRIES } else { 1 } {
                let began = Stopwatch::start();
                let run = landfall_on(&proxy.file, &[&arguments[..], filter].concat(), "").await;
                fastest = fastest.min(began.elapsed());
                let calls = proxy.take_read_units();
                let read: f64 = calls.iter().sum();
                assert!(run.code == Some(0) && run.documents().len() >= rows, "{name}: {}", run.told());
                assert!(read <= read_units, "{name} read {read} units in {} calls", calls.len());
                let seconds = began.elapsed().as_secs_f64();
                println!("  {name}: {seconds:.2} s, {read} read units, {} calls", calls.len());
            }
            assert!(!is_alone || fastest < FIRST_PAGE, "{name} took {fastest:?}");
        }
    });
}

#[test]
fn pages_neither_skip_nor_repeat_while_fifty_events_a_second_arrive() {
    run(async |world| {
        let (place, source) = (Place::open(world).await, Source::new(Provider::Glossi));
        let stand = records(&source, asked("LISTED_EVENTS").unwrap_or(500));
        place.put(&stand).await;
        let mut expected: Vec<(i64, String)> = stand
            .iter()
            .map(|record| (record.number("received_at").expect("it has one"), record.id().to_owned()))
            .collect();
        expected.sort_by(|one, other| other.cmp(one));
        let arrived = std::cell::Cell::new(0);
        let arrive = async {
            let of_done = done(&source, 0, now_millis());
            let mut second = tokio::time::interval(Duration::from_secs(1));
            for number in 0.. {
                second.tick().await;
                let new: Vec<Record> = (0..50)
                    .map(|it| renumbered(&of_done, &source, stand.len() + 50 * number + it, now_millis()))
                    .collect();
                place.put(&new).await;
                arrived.set(arrived.get() + new.len());
            }
        };
        let file = place.file();
        let rows_of_page = (stand.len() / 50).clamp(50, 1000).to_string();
        let page = async |more: &[&str]| -> Run {
            let arguments = ["events", "list", "--output", "ndjson", "--limit", &rows_of_page];
            landfall_on(&file, &[&arguments[..], more].concat(), "").await
        };
        let list = async {
            let mut run = page(&["--source", &source.name, "--until", "5s"]).await;
            let (mut seen, mut pages) = (Vec::new(), 1);
            loop {
                assert_eq!(run.code, Some(0), "{}", run.words);
                seen.extend(run.documents().iter().filter_map(|row| row["id"].as_str().map(str::to_owned)));
                let Some((_, cursor)) = run.words.split_once("--cursor ") else { return (seen, pages) };
                run = page(&["--cursor", cursor.trim()]).await;
                pages += 1;
            }
        };
        let (seen, pages) = tokio::select! {
            seen = list => seen,
            () = arrive => unreachable!("they go on arriving"),
        };
        println!("  {} events on {pages} pages, while {} arrived", seen.len(), arrived.get());
        assert!(seen.iter().eq(expected.iter().map(|(_, id)| id)), "{}", difference(&seen, &expected));
    });
}

/// What was skipped and what was seen twice, in a few words: the lists themselves are long.
fn difference(seen: &[String], expected: &[(i64, String)]) -> String {
    let mut counts: BTreeMap<&str, i32> = expected.iter().map(|(_, id)| (id.as_str(), -1)).collect();
    for id in seen {
        *counts.entry(id).or_default() += 1;
    }
    counts.retain(|_, count| *count != 0);
    format!("{} of {} in another order, or: {:?}", seen.len(), expected.len(), counts.iter().take(10))
}

#[test]
fn a_replay_that_is_killed_five_times_replays_each_event_once() {
    run(async |world| killed_replay(world, asked("REPLAYED_EVENTS").unwrap_or(300)).await);
}

/// Freezes a job of `count` events, kills its runner five times, and lets the sixth end it.
async fn killed_replay(world: &World, count: usize) {
    let (source, began) = (world.source(Provider::Glossi).await, Stopwatch::start());
    let say = |what: &str| println!("  {:>4.0} s: {what}", began.elapsed().as_secs_f64());
    let records = put_failed(world, &source, count).await;
    say(&format!("{count} failed events are in the ledger"));
    let rate = (count / 10).to_string();
    let job = frozen(world, &["--state", "failed", "--source", &source.name, "--rate", &rate]).await;
    say("they are frozen");
    for _ in 0..5 {
        let mut runner = Tool::start(&world.stack_file(), &["replay", "run", &job]);
        until("a runner", async || {
            let item = world.record(&format!("@replay/{job}")).await.expect("it stands");
            if item.text("state") == "running" { Ok(()) } else { Err(item.text("state").to_owned()) }
        })
        .await;
        // Somewhere in its work: this is the point of the test, not a wait for anything.
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..900))).await;
        assert_eq!(runner.kill().await.code, None, "it is killed in the middle");
        // Its lease would last for a minute.
        let paused = tool(world, &["replay", "pause", &job]).await;
        assert_eq!(paused.code, Some(0), "{}", paused.told());
        let next_chunk = world.record(&format!("@replay/{job}")).await.and_then(|item| item.number("next_chunk"));
        say(&format!("its runner is killed in chunk {}", next_chunk.unwrap_or_default() + 1));
    }
    let last = documents(world, &["replay", "run", &job]).await.remove(0);
    say(&format!("the sixth has ended: {last}"));
    assert_eq!((&last["state"], &last["busy"]), (&json!("done"), &json!(0)), "{last}");
    until_within(LONG, "the replayed events", async || {
        let results: Value = results(world, &job).await;
        if results == json!({"done": count}) { Ok(()) } else { Err(results.to_string()) }
    })
    .await;
    let published = until_within(LONG, "the published events", async || {
        let mut replays: HashMap<String, Vec<Value>> = HashMap::new();
        for event in world.events(&source) {
            replays.entry(event.text("/id").to_owned()).or_default().push(event.json["landfallreplay"].clone());
        }
        if replays.len() == count { Ok(replays) } else { Err(format!("{} of {count}", replays.len())) }
    })
    .await;
    say("all are published");
    for record in &records {
        let replays = published.get(record.id()).map(Vec::as_slice).unwrap_or_default();
        assert!(!replays.is_empty() && replays.iter().all(|replay| *replay == 1), "{}: {replays:?}", record.id());
    }
    let after = world.records(&source).await;
    assert!(after.len() == count && after.iter().all(|record| record.number("replay") == Some(1)));
}

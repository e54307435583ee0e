//! What an operator sees of the ledger: pages, single events, what failed and what waits.

use domain::event::event_id::EventId;
use domain::ledger::listing::cursor::Cursor;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::listing::follow::Follow;
use domain::ledger::listing::row::Row;
use domain::ledger::slot;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use operator::backfill::{self, BackfillReport};
use operator::listing::Count;
use tests::clock::now_millis;
use tests::ledger::{Record, sha256};
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::story::Story;
use tests::world::{World, run};

use crate::operator::listing;
use crate::writes;

const MINUTE_MILLIS: i64 = 60_000;
const MONTH_SECONDS: i64 = 30 * 24 * 60 * 60;
const JOB: &str = "c2f4be1d-51c7-4f55-9f0b-8e64c8f7ad03";

/// The record of an event of its own, as ingest writes it.
pub(crate) fn numbered(source: &Source, number: usize) -> Record {
    let body = String::from_utf8(recorded("glossi/job-complete").body).expect("it is JSON");
    let job = format!("{}{number:08}", &JOB[..JOB.len() - 8]);
    let record = Record::received(source, body.replace(JOB, &job).as_bytes());
    let slot = slot::of_subject(&name(source), record.text("subject"));
    record.with("slot", &slot)
}

/// The record of one that was given up.
pub(crate) fn failed(source: &Source, number: usize, reason: &str) -> Record {
    let record = numbered(source, number);
    let shard = format!("f/{}", record.text("slot"));
    record
        .with("state", "failed")
        .with("last_error", reason)
        .with("claimed_by", "the-last-of-eight")
        .with_number("attempts", 8)
        .with_number("expires_at", now_millis() / 1000 + MONTH_SECONDS)
        .with_number("due_at", now_millis() - MINUTE_MILLIS + i64::try_from(number).expect("it is small"))
        .with("due_shard", &shard)
}

pub(crate) fn done(source: &Source, number: usize, received_at: i64) -> Record {
    let mut record = numbered(source, number)
        .with("state", "done")
        .with_number("received_at", received_at)
        .with_number("expires_at", now_millis() / 1000 + MONTH_SECONDS);
    record.0.retain(|name, _| !name.starts_with("due_"));
    record
}

pub(crate) fn name(source: &Source) -> SourceName {
    SourceName::parse(&source.name).expect("the harness makes names")
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(now_millis())
}

fn ids(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.event.id.to_string()).collect()
}

/// All ids of one view.
async fn all(world: &World, filter: Filter) -> Vec<String> {
    // The index is read as it is now, so that a test need not wait until what it wrote is two seconds old.
    let page = listing(world).first_page(filter, now() + MINUTE, 100).await.expect("the ledger can be listed");
    assert!(page.cursor.is_none());
    ids(&page.rows)
}

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn what_was_delivered_is_listed_with_its_body() {
    run(async |world| {
        let mut story = Story::begin(world, Provider::Glossi).await;
        let body = recorded("glossi/job-complete").body;
        story.send(&story.delivery(&body)).await;
        story.settle().await;
        let (id, source) = (story.ids().remove(0), name(&story.source));
        assert_eq!(all(world, Filter::of_source(source.clone(), View::Arrived)).await, std::slice::from_ref(&id));
        let of_job = Filter::of_source(source.clone(), View::Subject(JOB.to_owned()));
        assert_eq!(all(world, of_job).await, std::slice::from_ref(&id));
        let other = Filter::of_source(source.clone(), View::Subject("another".to_owned()));
        assert!(all(world, other).await.is_empty());
        let typed = |event_type: &str| Filter {
            event_type: Some(event_type.to_owned()),
            ..Filter::of_source(source.clone(), View::Arrived)
        };
        assert_eq!(all(world, typed("landfall.job.completed")).await.len(), 1);
        assert!(all(world, typed("landfall.job.failed")).await.is_empty());
        let id = EventId::parse(&id).expect("it is an id");
        let row = listing(world).get(&id).await.expect("the ledger can be read").expect("it stands");
        assert_eq!((row.lifecycle.state.as_str(), row.event.subject.as_deref()), ("done", Some(JOB)));
        let kept = listing(world).body(&id).await.expect("the ledger can be read");
        assert_eq!(kept, Some(body));
        let none = EventId::new(&source, ["none"]);
        assert!(listing(world).get(&none).await.expect("the ledger can be read").is_none());
    });
}

#[test]
fn pages_neither_skip_nor_repeat_while_events_arrive() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let began = now_millis() - MINUTE_MILLIS;
        let mut expected = Vec::new();
        for number in 0..80 {
            // Four have the same instant: the index does not order those.
            let record = done(&source, number, began + i64::try_from(number / 4).expect("it is small"));
            world.put_record(&record).await;
            expected.push((record.number("received_at"), record.id().to_owned()));
        }
        expected.sort_by(|one, other| other.cmp(one));
        let filter = Filter::of_source(name(&source), View::Arrived);
        let listing = listing(world);
        let mut page = listing.first_page(filter.clone(), now(), 7).await.expect("a page");
        let (mut seen, mut arrived) = (ids(&page.rows), 80);
        while let Some(cursor) = page.cursor {
            for _ in 0..5 {
                world.put_record(&done(&source, arrived, now_millis())).await;
                arrived += 1;
            }
            let cursor = Cursor::decode(&cursor.encode()).expect("it was just written");
            page = listing.next_page(cursor, now(), 7).await.expect("a page");
            seen.extend(ids(&page.rows));
        }
        let expected: Vec<String> = expected.into_iter().map(|(_, id)| id).collect();
        assert_eq!(seen, expected);
        let count = |max| listing.count(&filter, now(), max);
        assert_eq!(count(1000).await.expect("a count"), Count::Exactly(arrived as u64));
        assert!(matches!(count(10).await.expect("a count"), Count::AtLeast(10..)));
    });
}

#[test]
fn what_failed_and_what_waits_are_lists_of_their_own() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let given_up: Vec<Record> = (0..3).map(|number| failed(&source, number, "sns: away")).collect();
        let waiting: Vec<Record> = (10..13)
            .map(|number| numbered(&source, number).due_at(now_millis() + 60 * MINUTE_MILLIS + number as i64))
            .collect();
        let mut expired = failed(&source, 20, "long ago");
        expired = expired.with_number("expires_at", now_millis() / 1000 - 60);
        for record in given_up.iter().chain(&waiting).chain([&expired, &done(&source, 21, now_millis())]) {
            world.put_record(record).await;
        }
        let id = |record: &Record| record.id().to_owned();
        let failed = all(world, Filter::of_source(name(&source), View::Failed)).await;
        assert_eq!(failed, given_up.iter().rev().map(id).collect::<Vec<_>>(), "the latest first");
        let unfinished = all(world, Filter::of_source(name(&source), View::Unfinished)).await;
        assert_eq!(unfinished, waiting.iter().map(id).collect::<Vec<_>>(), "the next one first");
    });
}

#[test]
fn a_processor_that_gives_up_puts_the_event_on_the_list_of_what_failed() {
    run(async |world| {
        // All its attempts lie behind it.
        let source = world.source(Provider::Glossi).await;
        let record = numbered(&source, 0).due_at(now_millis() - MINUTE_MILLIS).with_number("attempts", 8);
        world.put_record(&record).await;
        world.sweep().await;
        assert_eq!(world.finished(record.id()).await.text("state"), "failed");
        until("the list", async || {
            let listed = all(world, Filter::of_source(name(&source), View::Failed)).await;
            if listed == [record.id()] { Ok(()) } else { Err(format!("{listed:?}")) }
        })
        .await;
    });
}

#[test]
fn following_shows_each_arrival_once() {
    run(async |world| {
        let source = Source::new(Provider::Glossi);
        let filter = Filter::of_source(name(&source), View::Arrived);
        let (listing, mut follow) = (listing(world), Follow::from(now()));
        for round in 0..3 {
            let new: Vec<Record> = (0..2).map(|number| done(&source, 10 * round + number, now_millis())).collect();
            for record in &new {
                world.put_record(record).await;
            }
            let mut rows = ids(&listing.look(&filter, &mut follow, now()).await.expect("a look"));
            let mut expected: Vec<String> = new.iter().map(|record| record.id().to_owned()).collect();
            rows.sort();
            expected.sort();
            assert_eq!(rows, expected, "round {round}");
        }
    });
}

#[test]
fn records_of_before_are_listed_by_a_backfill_that_can_be_repeated() {
    run(async |world| {
        let (table, ledger) = writes::table(world).await;
        let source = Source::new(Provider::Glossi);
        let new = [numbered(&source, 0), failed(&source, 1, "sns: away")];
        for record in &new {
            let mut old = record.clone();
            old.0.remove("slot");
            if old.text("state") == "failed" {
                old.0.retain(|name, _| !name.starts_with("due_"));
            }
            let put = world.aws.dynamodb.put_item().table_name(&table).set_item(Some(old.0));
            put.send().await.expect("the table takes an item");
        }
        let report = backfill::run(&ledger).await.expect("the table can be read");
        assert_eq!(report, BackfillReport { read: 2, written: 2 });
        let again = backfill::run(&ledger).await.expect("the table can be read");
        assert_eq!(again, BackfillReport { read: 2, written: 0 });
        for record in &new {
            let item = ledger.item(record.id()).await.expect("the table can be read").expect("it stands");
            let text = |name: &str| item.get(name.parse().expect("an attribute")).and_then(|value| value.as_text());
            assert_eq!(text("slot"), Some(record.text("slot")));
            assert_eq!(text("due_shard"), Some(record.text("due_shard")));
        }
    });
}

/// The digest of the harness is the domain's.
#[test]
fn the_slot_is_the_last_digit_of_the_subjects_digest() {
    let source = Source::new(Provider::Glossi);
    let record = numbered(&source, 7);
    let digest = sha256(record.text("subject").as_bytes());
    assert_eq!(record.text("slot"), format!("{}#{}", source.name, &digest[63..]));
}

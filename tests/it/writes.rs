//! What the ledger's writes mean to the model of the protocol is what they mean to the table: the same writes in random
//! order, rendered to DynamoDB and evaluated, give the same items and the same refusals.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
};
use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::EventType;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::admit::RetryWait;
use domain::ledger::attribute::Attribute;
use domain::ledger::backfill::backfill;
use domain::ledger::claim::ClaimRequest;
use domain::ledger::condition::Condition;
use domain::ledger::item::Item;
use domain::ledger::record::{BodyRef, PackedBody, RecordBody};
use domain::ledger::replay::ReplayRequest;
use domain::ledger::replay_index;
use domain::ledger::replay_job::{self, ReplayJob, ReplayJobId, ReplayJobState};
use domain::ledger::schedule::Schedule;
use domain::ledger::settle::Settlement;
use domain::ledger::sweep::Overdue;
use domain::ledger::write::{Change, Update, Write};
use domain::ledger::writes::{self, DueTime, PutCondition, Takeover};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use fastrand::Rng;
use platform::aws::Limits;
use platform::ledger::{Ledger, WriteOutcome};
use tests::observe::until;
use tests::world::{World, run};

use crate::operator;

mod sender_jobs;

/// How many events there are, and how many writes each of them meets.
const EVENTS: u32 = 150;
const WRITES: u32 = 40;
/// How many replay jobs there are.
const JOBS: u32 = 50;
const KINDS: [&str; 12] = [
    "record",
    "make claimed",
    "claim",
    "settle",
    "bring forward",
    "ask again",
    "return",
    "replay",
    "mark swept",
    "take the mark back",
    "record as before the listing",
    "backfill",
];
const JOB_KINDS: [&str; 10] =
    ["begin", "write ids", "freeze", "run", "advance", "finish", "pause", "cancel", "name", "name no longer"];
/// A second try of these is written once more to the same effect, or is refused and nothing depends on that.
const NEVER_OWN: [&str; 4] = ["settle", "record as before the listing", "backfill", "advance"];

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SCHEDULE: Schedule = Schedule::at(TimeScale::REAL);

/// Items in the real table and in the evaluated one.
struct Tables<'w> {
    ledger: &'w Ledger,
    evaluated: BTreeMap<String, Item<'static>>,
    /// Which kind of write came to what.
    seen: &'w mut BTreeSet<(&'static str, &'static str)>,
}

impl Tables<'_> {
    /// Makes `write` in both.
    async fn check(&mut self, kind: &'static str, write: &Write<'_>) {
        let before = self.evaluated.get(write.id);
        let after = write.evaluate(before);
        let is_own = after.is_none() && write.own.holds(before);
        let expected = match &after {
            Some(after) => WriteOutcome::Written(write.reads_item.then(|| owned(after))),
            None if is_own => WriteOutcome::Written(before.cloned()),
            None => WriteOutcome::Refused(before.cloned()),
        };
        self.seen.insert((kind, if after.is_some() { "written" } else { "refused" }));
        if is_own {
            self.seen.insert((kind, "own"));
        }
        let outcome = self.ledger.write("a write", write).await.expect("the table can be reached");
        assert_eq!(outcome, expected, "{kind}: {write:#?}");
        if let Some(after) = after {
            let after = owned(&after);
            self.evaluated.insert(write.id.to_owned(), after);
        }
        assert_eq!(self.read(write.id).await.as_ref(), self.evaluated.get(write.id), "after {kind}: {write:#?}");
    }

    /// What the real table holds: a write that never lands is refused with it.
    async fn read(&self, id: &str) -> Option<Item<'static>> {
        let refused = Write {
            id,
            condition: Condition::equal(Attribute::Id, "another"),
            change: Change::Update(vec![Update::Remove(Attribute::Outcome)]),
            reads_item: false,
            own: Condition::NEVER,
        };
        match self.ledger.write("a read", &refused).await {
            Ok(WriteOutcome::Refused(item)) => item,
            other => panic!("it has another id: {other:?}"),
        }
    }

    /// Makes a write of some kind to an event, at some time, by one of three. Often it is made a second time.
    async fn step(&mut self, id: &EventId, random: &mut Rng) {
        let kind = KINDS[random.usize(..KINDS.len())];
        let token = name(random);
        let request = ClaimRequest { token: token.clone(), now: NOW, lease_until: time(random), schedule: SCHEDULE };
        let (event, packed) = (event(id, name(random)), PackedBody { bytes: vec![0, 255], is_zstd: random.bool() });
        let reference = BodyRef::of("bucket", &event, 2);
        let body = if random.bool() { RecordBody::Inline(&packed) } else { RecordBody::Referenced(&reference) };
        let condition = if random.bool() { PutCondition::Absent } else { PutCondition::Expired(seconds(random)) };
        let due = if random.bool() { DueTime::Unchanged } else { DueTime::AfterLease };
        let takeover = if random.bool() { Takeover::Refused } else { Takeover::Allowed };
        let settlement = settlement(random);
        let outcome = [("type", "landfall.job.completed".to_owned())];
        // The token of a mark and of a claim come from the same few, so that they meet.
        let mark = Overdue { id: id.to_string(), due_at: time(random), sweeps: 0 }.mark(token.clone(), NOW, SCHEDULE);
        // An end is returned on the condition of its very expiry, which chance alone would seldom name.
        let known = self.evaluated.get(id.as_str()).and_then(|item| item.record_state().ok()?.expires_at_seconds);
        let expiry = known.filter(|_| random.bool()).unwrap_or_else(|| seconds(random));
        let job = ReplayJobId::parse(&format!("replay{token}")).expect("it is a word");
        let replays_contradicted = random.bool();
        // Records of this test expire around now, so it is asked of the day before.
        let replay = ReplayRequest { job, now: NOW - DAY, schedule: SCHEDULE, replays_contradicted };
        let before_the_listing = recorded_before_the_listing(&event, &packed, random);
        let write = match kind {
            "record" => writes::record(&event, body, time(random), condition),
            "make claimed" => writes::make_claimed(&event, body, &request, condition),
            "claim" => writes::claim(id, &request, due, takeover),
            "settle" => writes::settle(&event, &token, &settlement, &outcome[..random.usize(..2)]),
            "bring forward" => writes::bring_forward(id, time(random)),
            "ask again" => {
                let brought_forward_at = random.bool().then(|| time(random));
                let waiting = RetryWait { not_before: time(random), attempts: random.u32(..3), brought_forward_at };
                writes::ask_again(id, &token, waiting, NOW)
            }
            "return" => writes::return_failed(id, &token, time(random), expiry),
            "replay" => replay.write(id),
            "mark swept" => writes::mark_swept(&mark),
            "take the mark back" => writes::take_mark_back(&mark, time(random)),
            "record as before the listing" => Write {
                id: id.as_str(),
                condition: Condition::Absent(Attribute::Id),
                change: Change::Put(before_the_listing.clone()),
                reads_item: false,
                own: Condition::NEVER,
            },
            _ => backfill(&before_the_listing).expect("it has no slot"),
        };
        for _ in 0..random.usize(1..3) {
            self.check(kind, &write).await;
        }
    }
}

impl Tables<'_> {
    /// Makes a write of some kind to a replay job, to its ids or to the list of jobs.
    async fn job_step(&mut self, job: &ReplayJobId, random: &mut Rng) {
        let kind = JOB_KINDS[random.usize(..JOB_KINDS.len())];
        let (item_id, chunk_id, runner) = (job.item_id(), job.chunk_id(0), name(random));
        let replay_job = ReplayJob {
            id: job.clone(),
            state: ReplayJobState::Freezing,
            filter: "{}".to_owned(),
            count: 0,
            chunks: 0,
            rate_per_second: random.u32(..3),
            by: name(random),
            replays_contradicted: random.bool(),
            next_chunk: 0,
            runner: None,
            expires_at_seconds: seconds(random),
        };
        let ids: Vec<EventId> = ["writes/1", "writes/ä"].iter().filter_map(|id| EventId::parse(id).ok()).collect();
        let seen = [ReplayJobState::Frozen, ReplayJobState::Running, ReplayJobState::Paused, ReplayJobState::Done];
        let write = match kind {
            "begin" => replay_job.begin(&item_id),
            "write ids" => replay_job.chunk(&chunk_id, &ids[..random.usize(1..=ids.len())]),
            "freeze" => replay_job::freeze(&item_id, random.u32(..3), random.u32(..3)),
            "run" => replay_job::run(&item_id, &runner, time(random), seen[random.usize(..seen.len())]),
            "advance" => replay_job::advance(&item_id, &runner, random.u32(..3), time(random)),
            "finish" => replay_job::finish(&item_id, &runner),
            "pause" => replay_job::pause(&item_id),
            // Nothing comes after it.
            "cancel" if random.u8(..4) > 0 => return,
            "cancel" => replay_job::cancel(&item_id),
            "name" => replay_index::insert(job),
            _ => replay_index::withdraw(job),
        };
        for _ in 0..random.usize(1..3) {
            self.check(kind, &write).await;
        }
    }
}

/// A record as versions wrote it that had no listing: unfinished, done or failed.
fn recorded_before_the_listing<'a>(event: &'a Event, body: &'a PackedBody, random: &mut Rng) -> Item<'a> {
    let mut item = Item::received(event, RecordBody::Inline(body), time(random));
    item.remove(Attribute::Slot);
    if random.bool() {
        item.set(Attribute::State, if random.bool() { "done" } else { "failed" });
        item.set(Attribute::ExpiresAt, seconds(random));
        item.remove(Attribute::DueAt);
        item.remove(Attribute::DueShard);
    }
    item
}

/// The item with a life of its own.
fn owned(item: &Item<'_>) -> Item<'static> {
    use domain::ledger::value::Value;
    fn value(from: &Value<'_>) -> Value<'static> {
        match from {
            Value::Text(text) => Value::from(text.clone().into_owned()),
            Value::Number(number) => Value::Number(*number),
            Value::Bytes(bytes) => Value::Bytes(bytes.clone().into_owned().into()),
            Value::Map(values) => {
                let values = values.iter().map(|(name, it)| (name.clone().into_owned().into(), value(it)));
                Value::Map(values.collect())
            }
            Value::Texts(texts) => Value::Texts(texts.iter().map(|text| text.clone().into_owned().into()).collect()),
            Value::Other => Value::Other,
        }
    }
    item.iter().map(|(attribute, it)| (attribute, value(it))).collect()
}

fn name(random: &mut Rng) -> String {
    format!("n{}", random.u8(1..=3))
}

/// Some instant around now: those that a mark sets among them, a retry's and an expiry's.
fn time(random: &mut Rng) -> Timestamp {
    let seconds = [-60, 0, 60, 90][random.usize(..4)];
    Timestamp::from_millis(NOW.as_millis() + seconds * 1000)
}

fn seconds(random: &mut Rng) -> i64 {
    time(random).as_seconds_rounded_up()
}

fn settlement(random: &mut Rng) -> Settlement {
    let word = if random.bool() { "because " } else { "contradicted " };
    let reason = word.repeat(random.usize(1..40));
    match random.u8(..3) {
        0 => Settlement::Done { expires_at_seconds: seconds(random) },
        1 => Settlement::Failed { at: time(random), expires_at_seconds: seconds(random), reason },
        _ => Settlement::Again { at: time(random), reason, attempts: random.u32(..3) },
    }
}

fn event(id: &EventId, recorded_by: String) -> Event {
    Event {
        id: id.clone(),
        source: SourceName::parse("writes").expect("a plain word is a name"),
        provider: Provider::Glossi,
        event_type: EventType::parse("landfall.job.completed"),
        subject: Some("ä \"subject\"".to_owned()),
        verified_by: VerifiedBy::Signature,
        key_meaning: domain::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 1,
        received_at: NOW,
        recorded_by,
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body_sha256: Digest::of(b"{}"),
    }
}

/// A table of a test's own, which no sweep reads and which has no index; its name, and the ledger in it.
pub(crate) async fn table(world: &World) -> (String, Ledger) {
    let table = format!("writes-{:016x}", fastrand::u64(..));
    let id = || Attribute::Id.as_str();
    let attribute = AttributeDefinition::builder().attribute_name(id()).attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name(id()).key_type(KeyType::Hash);
    let create = world.aws.dynamodb.create_table().table_name(&table).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(attribute.build().expect("it is whole"));
    create.key_schema(key.build().expect("it is whole")).send().await.expect("a table can be made");
    until("the table", async || {
        let told = world.aws.dynamodb.describe_table().table_name(&table).send().await;
        let status = told.ok().and_then(|told| told.table).and_then(|table| table.table_status);
        if status == Some(TableStatus::Active) { Ok(()) } else { Err(format!("{status:?}")) }
    })
    .await;
    let ledger = Ledger::new(&operator::aws(world), table.clone(), Limits { attempts: 1, ..Limits::PATIENT });
    (table, ledger)
}

/// Each kind was written and refused, and knew itself when it was tried twice.
fn check_all_met(kinds: &[&'static str], never_own: &[&str], seen: &BTreeSet<(&'static str, &'static str)>) {
    let all = kinds.iter().flat_map(|kind| ["written", "refused", "own"].map(|came_to| (*kind, came_to)));
    let unseen: Vec<_> = all.filter(|it| !(seen.contains(it) || it.1 == "own" && never_own.contains(&it.0))).collect();
    assert!(unseen.is_empty(), "never met: {unseen:?}");
}

#[test]
fn the_table_does_with_each_write_what_the_model_believes() {
    run(async |world| {
        let ((_, ledger), mut random, mut seen) = (table(world).await, Rng::with_seed(1), BTreeSet::new());
        let mut tables = Tables { ledger: &ledger, evaluated: BTreeMap::new(), seen: &mut seen };
        for event in 0..EVENTS {
            let id = EventId::parse(&format!("writes/{event}")).expect("it has the form of an id");
            for _ in 0..WRITES {
                tables.step(&id, &mut random).await;
            }
        }
        check_all_met(&KINDS, &NEVER_OWN, &seen);
    });
}

#[test]
fn the_table_does_with_each_write_of_a_replay_job_what_its_evaluation_says() {
    run(async |world| {
        let ((_, ledger), mut random, mut seen) = (table(world).await, Rng::with_seed(1), BTreeSet::new());
        let mut tables = Tables { ledger: &ledger, evaluated: BTreeMap::new(), seen: &mut seen };
        for job in 0..JOBS {
            let job = ReplayJobId::parse(&format!("replayjob{job}")).expect("it is a word");
            for _ in 0..WRITES {
                tables.job_step(&job, &mut random).await;
            }
        }
        check_all_met(&JOB_KINDS, &NEVER_OWN, &seen);
    });
}

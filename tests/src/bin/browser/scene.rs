//! What the pages show: a day of events of five senders, written into the ledger as the functions write it.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::event::event_id::EventId;
use domain::event::event_type::Thing;
use domain::ledger::job::Job;
use domain::ledger::slot;
use domain::ledger::source_directory::DIRECTORY_ID;
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use serde_json::json;
use tests::clock::now_millis;
use tests::ledger::{Record, put_records, sha256};
use tests::observe::until;
use tests::recorded::recorded;
use tests::source::Source;
use tests::world::World;

const MINUTE: i64 = 60_000;
const MONTH_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The senders, each with its source, what it delivers and how many in a day.
const SENDERS: [(&str, Provider, &str, i64); 5] = [
    ("replicate-prod", Provider::Replicate, "prediction-succeeded-object", 90),
    ("csm-prod", Provider::Csm, "image-to-3d-complete", 40),
    ("modelslab-prod", Provider::Modelslab, "video-success", 30),
    ("glossi-prod", Provider::Glossi, "job-complete", 20),
    ("fal-prod", Provider::Fal, "", 0),
];

/// Expected jobs of CSM's.
const JOBS: i64 = 14;

/// An event that has the sender's outputs, of which the first is copied.
pub(crate) const WITH_COPY: &str = "replicate-prod/copied/1";

/// What the sender of the event [`HOSTILE`] wrote.
const HOSTILE_BODY: &[u8] =
    br#"{"id":12345678901234567890,"html":"</script><script>document.title='run'</script><img src=http://169.254.169.254/x>","emoji":"\ud83d\ude00 \u202e abc"}"#;
/// An event whose id and body try what they can.
pub(crate) const HOSTILE: &str = "glossi-prod/a%2Fb%3Ac/%F0%9F%98%80";

/// A record of `source`, with a subject of its own.
fn record(source: &Source, body: &[u8], id: &str, subject: &str, received_at: i64) -> Record {
    let name = SourceName::parse(&source.name).expect("it is a name");
    EventId::parse(id).expect("it is an id");
    let mut record = Record::received(source, body)
        .with("id", id)
        .with("subject", subject)
        .with("body_sha256", &sha256(body))
        .with("slot", &slot::of_subject(&name, subject))
        .with_number("received_at", received_at);
    record.0.insert("body".to_owned(), AttributeValue::B(Blob::new(body)));
    record
}

fn ended(mut record: Record, state: &str) -> Record {
    let ended_at = record.number("received_at").unwrap_or_default() + 2_000;
    record = record
        .with("state", state)
        .with_number("attempts", 1)
        .with_number("expires_at", ended_at / 1000 + MONTH_SECONDS);
    record.0.retain(|name, _| !name.starts_with("due_"));
    record
}

fn failed(record: Record, reason: &str) -> Record {
    let (at, shard) =
        (record.number("received_at").unwrap_or_default() + 5 * MINUTE, format!("f/{}", record.text("slot")));
    ended(record, "failed")
        .with("last_error", reason)
        .with_number("attempts", 8)
        .with_number("due_at", at)
        .with("due_shard", &shard)
}

/// An event that has just come.
pub(crate) fn fresh(number: usize) -> Record {
    let source = source("replicate-prod", Provider::Replicate);
    let body = recorded("replicate/prediction-succeeded-one").body;
    let id = format!("replicate-prod/fresh/{number}");
    ended(record(&source, &body, &id, &format!("fresh{number:08}"), now_millis()), "done")
}

fn source(name: &str, provider: Provider) -> Source {
    Source { name: name.to_owned(), ..Source::new(provider) }
}

/// An expected job of CSM's, of each kind in turn.
fn job(number: i64, now: i64) -> Record {
    let submitted_at = now - 4 * MINUTE * (number + 1);
    let subject = format!("SESSION_{number}");
    let of = Job {
        source: SourceName::parse("csm-prod").expect("it is a name"),
        provider: Provider::Csm,
        thing: Thing::Job,
        subject: subject.clone(),
    };
    let record = Record(HashMap::new())
        .with("id", of.id().as_str())
        .with("source", "csm-prod")
        .with("provider", Provider::Csm.as_str())
        .with("thing", Thing::Job.as_str())
        .with("subject", &subject)
        .with("slot", &of.slot())
        .with_number("received_at", submitted_at)
        .with_number("give_up_at", submitted_at + 60 * MINUTE);
    let waiting = |record: Record, sweeps| {
        record
            .with("state", "waiting")
            .with_number("sweeps", sweeps)
            .with("due_shard", &of.due_shard())
            .with_number("due_at", now + 60 * MINUTE)
    };
    let ended = |mut record: Record, end: &str, by: &str| {
        let at = (submitted_at + 3 * MINUTE).to_string();
        let marker = HashMap::from([
            ("id".to_owned(), AttributeValue::S(format!("csm-prod/{subject}/{by}"))),
            ("by".to_owned(), AttributeValue::S(by.to_owned())),
            ("at".to_owned(), AttributeValue::N(at)),
        ]);
        record.0.insert(end.to_owned(), AttributeValue::M(marker));
        record.with("state", "ended").with_number("expires_at", now / 1000 + MONTH_SECONDS)
    };
    match number % 6 {
        0 => waiting(record, 0),
        1 => waiting(record, 3),
        2 => ended(record.with_number("sweeps", 1), "end_completed", "poll"),
        3 => ended(record, "end_failed", "webhook"),
        4 => record
            .with("state", "expired")
            .with_number("sweeps", 5)
            .with_number("expired_at", submitted_at + 3 * MINUTE)
            .with_number("expires_at", now / 1000 + MONTH_SECONDS),
        _ => ended(record, "end_completed", "webhook"),
    }
}

/// Writes it all. `picture` becomes the copy of an output.
pub(crate) async fn write(world: &World, picture: Vec<u8>) {
    let now = now_millis();
    for (name, provider, delivery, count) in SENDERS {
        let source = source(name, provider);
        source.set_up(&world.aws, &world.stack).await;
        if provider == Provider::Glossi {
            write_refused(world, &source, now).await;
        }
        if delivery.is_empty() {
            continue;
        }
        let body = recorded(&format!("{provider}/{delivery}")).body;
        for number in 0..count {
            // More in the last hour, as on a day that has begun.
            let at = now - 10_000 - number * number * 24 * 60 * MINUTE / (count * count);
            let subject = format!("{:x}{:x}", (number + 7) * 7_919_717_351, number * 104_729 + count);
            let id = format!("{name}/{subject}/completed");
            let event = record(&source, &body, &id, &subject, at);
            let event = match number % 17 {
                5 => failed(event, "modelslab's API refused the key: 401"),
                11 if number < 12 => event
                    .with_number("attempts", 3)
                    .due_at(now + 12 * MINUTE)
                    .with("last_error", "the sender's API: processing"),
                13 if number < 14 => event.due_at(now + MINUTE),
                _ => ended(event, "done"),
            };
            world.put_record(&event).await;
        }
    }
    for number in 0..JOBS {
        world.put_record(&job(number, now)).await;
    }
    // The sweep lists the sources within a minute, and lists of all sources begin there.
    until("the directory of sources", async || {
        let directory = world.record(DIRECTORY_ID).await.ok_or("there is none")?;
        let names = directory.0.get("names").and_then(|names| names.as_m().ok()).ok_or("it has no names")?;
        SENDERS.iter().all(|(name, ..)| names.contains_key(*name)).then_some(()).ok_or("it lacks a source")
    })
    .await;
    let replicate = source("replicate-prod", Provider::Replicate);
    let body = recorded("replicate/prediction-succeeded-object").body;
    world.put_record(&ended(record(&replicate, &body, WITH_COPY, "copied0001", now - 30_000), "done")).await;
    let day: String = domain::time::Timestamp::from_millis(now - 30_000).to_string().chars().take(10).collect();
    let prefix = format!("assets/replicate-prod/{}/{}/", day.replace('-', "/"), sha256(WITH_COPY.as_bytes()));
    put_copy(world, &prefix, &body, picture).await;
    let glossi = source("glossi-prod", Provider::Glossi);
    world
        .put_record(&ended(
            record(&glossi, HOSTILE_BODY, HOSTILE, "\"><script>document.title='run'</script>", now - 20_000),
            "done",
        ))
        .await;
}

/// Stores a delivery that was refused for this reason.
async fn put_refused(world: &World, source: &Source, refusal: &str, body: &str, at: i64) {
    let items = Record::refused(source, body.as_bytes(), at).map(|item| match item.text("kind") {
        "" => item,
        _ => item.with("refusal", refusal),
    });
    put_records(&world.aws, &world.stack.refused_table, &items).await;
}

/// One more delivery is refused by CSM's source, now.
pub(crate) async fn refuse(world: &World) {
    let csm = source("csm-prod", Provider::Csm).with_fresh_secret();
    put_refused(world, &csm, "token_wrong", "{}", now_millis()).await;
}

/// What was refused lately: by Glossi's source, which has the right secret by now, and by CSM's, whose token is wrong.
async fn write_refused(world: &World, glossi: &Source, now: i64) {
    let csm = source("csm-prod", Provider::Csm).with_fresh_secret();
    for (source, refusal, count) in
        [(glossi, "signature_wrong", 15), (glossi, "signature_missing", 2), (&csm, "token_wrong", 4)]
    {
        for number in 0..count {
            let body = json!({"event": "job.complete", "data": {"jobId": format!("{refusal}-{number}")}}).to_string();
            put_refused(world, source, refusal, &body, now - 2_000 - number * 3 * MINUTE).await;
        }
    }
}

/// The key of a copy ends with the name in its link.
async fn put_copy(world: &World, prefix: &str, body: &[u8], picture: Vec<u8>) {
    let text = String::from_utf8_lossy(body);
    let links = text.split('"').filter(|text| text.starts_with("https://replicate.delivery"));
    for (number, link) in links.enumerate() {
        let key = format!("{prefix}{number}-{}", link.rsplit('/').next().unwrap_or_default());
        let put = world
            .aws
            .s3
            .put_object()
            .bucket(&world.stack.bucket)
            .key(key)
            .content_type("image/png")
            .body(picture.clone().into());
        put.send().await.expect("the bucket takes it");
    }
}

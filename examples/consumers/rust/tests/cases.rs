//! Runs the cases that all three consumers share.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consumer::claims::{Claim, Claims, Error, LeaseSeconds, MemoryClaims};
use consumer::consumer::{Consumer, Objects};
use consumer::event::Event;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

const LEASE: LeaseSeconds = LeaseSeconds(60);

#[derive(Deserialize)]
struct Case {
    types: Vec<String>,
    #[serde(default)]
    objects: HashMap<String, Stored>,
    #[serde(default)]
    claims: HashMap<String, Held>,
    batches: Vec<Batch>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stored {
    Example(String),
    Text(String),
    Base64(String),
}

#[derive(Deserialize)]
struct Held {
    lease_until: Option<u64>,
}

#[derive(Deserialize)]
struct Batch {
    now: u64,
    records: Vec<Record>,
    #[serde(default)]
    failing: Vec<String>,
    #[serde(default)]
    broken: Vec<String>,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: Option<String>,
    example: Option<String>,
    #[serde(default)]
    with: Map<String, Value>,
}

#[derive(Deserialize)]
struct Expected {
    handled: Vec<Handled>,
    failures: Vec<String>,
}

#[derive(Deserialize)]
struct Handled {
    key: String,
    #[serde(default)]
    data: Map<String, Value>,
}

/// What a case changes from batch to batch, and what the handlers saw.
#[derive(Default)]
struct World {
    now: AtomicU64,
    failing: Mutex<Vec<String>>,
    broken: Mutex<Vec<String>>,
    handled: Mutex<Vec<Event>>,
}

/// Fails in the calls that a case names.
struct BrokenClaims<N> {
    claims: MemoryClaims<N>,
    world: Arc<World>,
}

impl<N> BrokenClaims<N> {
    fn fail_in(&self, call: &str) -> Result<(), Error> {
        if locked(&self.world.broken).iter().any(|broken| broken == call) { Err(call.into()) } else { Ok(()) }
    }
}

impl<N: Fn() -> u64 + Send + Sync> Claims for BrokenClaims<N> {
    async fn claim(&self, key: &str, token: &str) -> Result<Claim, Error> {
        self.fail_in("claim")?;
        self.claims.claim(key, token).await
    }

    async fn complete(&self, key: &str, token: &str) -> Result<(), Error> {
        self.fail_in("complete")?;
        self.claims.complete(key, token).await
    }

    async fn release(&self, key: &str, token: &str) -> Result<(), Error> {
        self.fail_in("release")?;
        self.claims.release(key, token).await
    }
}

struct Bucket(HashMap<String, Stored>);

impl Objects for Bucket {
    async fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Error> {
        match self.0.get(&format!("{bucket}/{key}")).ok_or("no such object")? {
            Stored::Example(object) => {
                let (name, field) = object.split_once('.').ok_or("an example's name and a field")?;
                Ok(example(name)[field].as_str().ok_or("no such field")?.as_bytes().to_vec())
            }
            Stored::Text(text) => Ok(text.clone().into_bytes()),
            Stored::Base64(text) => Ok(STANDARD.decode(text)?),
        }
    }
}

#[tokio::test]
async fn every_case_holds() {
    let cases: BTreeMap<String, Case> = read("consumers/cases.json");
    assert!(!cases.is_empty());
    for (name, case) in cases {
        check(&name, case).await;
    }
}

#[derive(Deserialize)]
struct Pair {
    event: Change,
    earlier: Change,
    replaces: [bool; 2],
}

/// An example, and what is other in it; null leaves a field out.
#[derive(Deserialize)]
struct Change {
    example: String,
    #[serde(default)]
    with: Map<String, Value>,
}

#[test]
fn a_later_state_replaces_an_earlier_one() {
    let pairs: BTreeMap<String, Pair> = read("consumers/order.json");
    assert!(!pairs.is_empty());
    for (about, pair) in pairs {
        let of = |change: Change| {
            let mut event = example(&change.example)["event"].take();
            let members = event.as_object_mut().expect("an event is an object");
            members.extend(change.with);
            members.retain(|_, value| !value.is_null());
            Event::parse(&event.to_string()).expect("an example is an event")
        };
        let (event, earlier) = (of(pair.event), of(pair.earlier));
        assert_eq!([event.replaces(&earlier), earlier.replaces(&event)], pair.replaces, "{about}");
    }
}

async fn check(name: &str, case: Case) {
    let world = Arc::<World>::default();
    let clock = Arc::clone(&world);
    let mut claims = MemoryClaims::new(LEASE, move || clock.now.load(Ordering::SeqCst));
    for (key, held) in case.claims {
        claims = claims.with(&key, held.lease_until);
    }
    let claims = BrokenClaims { claims, world: Arc::clone(&world) };
    let mut consumer = Consumer::new(claims, Bucket(case.objects), "landfall-bucket");
    for event_type in case.types {
        let world = Arc::clone(&world);
        consumer = consumer.on(event_type.leak(), move |event| {
            let fails = locked(&world.failing).contains(&event.key());
            locked(&world.handled).push(event);
            async move { if fails { Err("the handler failed".into()) } else { Ok(()) } }
        });
    }
    for (index, batch) in case.batches.into_iter().enumerate() {
        let place = format!("{name}, batch {index}");
        world.now.store(batch.now, Ordering::SeqCst);
        *locked(&world.failing) = batch.failing;
        *locked(&world.broken) = batch.broken;
        let records: Vec<Value> = batch.records.into_iter().map(sqs_record).collect();
        let records = serde_json::from_value(json!({"Records": records})).expect("a batch of SQS");
        let answer = consumer.handle_batch(records).await;
        let failures: Vec<Value> = batch.expected.failures.iter().map(|id| json!({"itemIdentifier": id})).collect();
        assert_eq!(json!(answer), json!({"batchItemFailures": failures}), "{place}");
        let handled = std::mem::take(&mut *locked(&world.handled));
        let keys: Vec<String> = handled.iter().map(Event::key).collect();
        assert_eq!(keys, batch.expected.handled.iter().map(|event| event.key.as_str()).collect::<Vec<_>>(), "{place}");
        for (event, expected) in handled.iter().zip(&batch.expected.handled) {
            for (field, value) in &expected.data {
                assert_eq!(event.data.get(field), Some(value), "{place}: {field}");
            }
        }
    }
}

fn sqs_record(record: Record) -> Value {
    let body = record.body.unwrap_or_else(|| {
        let mut event = example(&record.example.expect("a body or an example"))["event"].take();
        event.as_object_mut().expect("an event is an object").extend(record.with);
        event.to_string()
    });
    json!({"messageId": record.message_id, "body": body})
}

/// The example of an event of this name: `event`, and what lies in the bucket for it.
fn example(name: &str) -> Value {
    let mut examples: Map<String, Value> = read("events.json");
    examples.remove(name).unwrap_or_else(|| panic!("no example {name}"))
}

/// A file of the examples.
fn read<T: DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let content = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&content).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn locked<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

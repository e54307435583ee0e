//! A delivery that lists several events meets faults in the midst of making them durable. Its sender comes again until it
//! hears of success; then every event of it must have come.

use std::time::Duration;

use domain::provider::Provider;
use serde_json::{Value, json};
use tests::proxy::{Fault, Proxy, Rule};
use tests::source::Source;
use tests::watch::{self, Expected};
use tests::world::World;

use crate::case::{DeliveryAnswer, RETRIES_MAX, deliver};
use crate::tally::Outcome;

/// More than ingest makes durable side by side.
const EVENTS: usize = 24;
/// So many calls of the delivery go through first, and so many after them meet the fault.
const SKIPPED: u32 = 7;
const DISTURBED: u32 = 5;
/// What ingest does for each event, as the table names it and as the services do.
const OPERATIONS: [(&str, &str); 2] = [
    ("ingest: put the record of a batch", "dynamodb:PutItem"),
    ("ingest: send the message of a batch", "sqs:SendMessage"),
];

/// Plays each fault at both writes of ingest, as far as its name in the table contains `only`.
pub(crate) async fn play(world: &'static World, proxy: &Proxy, only: &str) -> Vec<Outcome> {
    let faults = Fault::SURVIVED.into_iter().chain([Fault::KilledBefore, Fault::KilledAfter]);
    let cases: Vec<_> =
        faults.flat_map(|fault| OPERATIONS.into_iter().map(move |operation| (operation, fault))).collect();
    let mut sent = Vec::new();
    // One after the other: ingest already makes many events durable at once.
    for (operation, fault) in cases {
        if format!("{} {}", operation.0, fault.name()).contains(only) {
            sent.push(Batch::send(world, proxy, operation, fault).await);
        }
    }
    let acknowledged = sent.iter().filter(|batch| batch.is_acknowledged());
    let expected: Vec<&Expected> = acknowledged.flat_map(|batch| &batch.expected).collect();
    watch::until_quiet(world, &expected).await;
    let mut outcomes = Vec::new();
    for batch in sent {
        outcomes.push(batch.judge(world).await);
    }
    outcomes
}

/// A delivery that has been sent.
struct Batch {
    name: &'static str,
    fault: Fault,
    hits: u32,
    expected: Vec<Expected>,
    answers: Vec<DeliveryAnswer>,
    slowest: Duration,
}

impl Batch {
    async fn send(
        world: &'static World,
        proxy: &Proxy,
        (name, operation): (&'static str, &'static str),
        fault: Fault,
    ) -> Batch {
        let scheme = json!({
            "scheme": {"kind": "url-token"},
            "batch": {"items": ""},
            "shape": [{"subject": "/job", "key": "/job", "names": "event", "otherwise": "event.occurred"}],
        });
        let source = Source::new(Provider::Custom).with_fresh_token().with_option("scheme", scheme);
        let source = world.set_up(source).await;
        let rule = Rule {
            function: world.stack.ingest_function.clone(),
            operation,
            mark: "",
            about: vec![source.name.clone()],
            skip: SKIPPED,
            fault,
            times: DISTURBED,
        };
        let disturbed = proxy.impose(rule);
        let body: Vec<Value> = (0..EVENTS).map(|job| json!({"job": job})).collect();
        let request = world.delivery(&source, Value::from(body).to_string().as_bytes());
        let (answers, slowest) = deliver(world, &request, RETRIES_MAX).await;
        let expected = (0..EVENTS).map(|job| Expected::Published { id: format!("{}/{job}", source.name) }).collect();
        Batch { name, fault, hits: disturbed.hits(), expected, answers, slowest }
    }

    fn is_acknowledged(&self) -> bool {
        self.answers.contains(&DeliveryAnswer::Acknowledged)
    }

    async fn judge(self, world: &World) -> Outcome {
        let (published, unfinished) = (watch::published(world), world.unfinished().await);
        let times: Vec<usize> = self.expected.iter().map(|event| event.times(world, &published)).collect();
        let acknowledged = if self.is_acknowledged() { EVENTS } else { 0 };
        let come = times.iter().filter(|times| **times > 0).count();
        Outcome {
            operation: self.name.to_owned(),
            fault: self.fault.name().to_owned(),
            hits: self.hits,
            sent: EVENTS,
            acknowledged,
            published: come.min(acknowledged),
            repeated: times.iter().map(|times| times.saturating_sub(1)).sum(),
            lost: acknowledged.saturating_sub(come),
            stuck: self.expected.iter().filter(|event| event.is_unfinished(&unfinished)).count(),
            complaint: (acknowledged == 0).then(|| format!("the sender was never told of success: {:?}", self.answers)),
            answers: self.answers,
            slowest: self.slowest,
        }
    }
}

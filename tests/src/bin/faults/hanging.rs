//! How long a sender waits while one store does not answer. One of them hangs up after five seconds, a cold start
//! included, so the answer must be there after three.

use std::time::Duration;

use tests::clock::Stopwatch;
use tests::ledger::Record;
use tests::proxy::{Fault, Proxy, Rule};
use tests::source::Source;
use tests::watch::{self, Expected};
use tests::world::World;

use crate::case::{DeliveryAnswer, GOES_MAX};
use crate::tally::{Outcome, told};
use crate::way::{PROVIDER, Way};

/// What ingest asks of each store.
const STORES: [(&str, &[&str]); 4] = [
    ("the secrets hang", &["secretsmanager:GetSecretValue"]),
    ("the bucket hangs", &["s3:PutObject"]),
    ("the ledger hangs", &["dynamodb:PutItem", "dynamodb:UpdateItem"]),
    ("the queue hangs", &["sqs:SendMessage"]),
];
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);

/// Lets one store after the other hang, and times the answers. Nothing else happens meanwhile.
pub(crate) async fn play(world: &'static World, proxy: &Proxy) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (name, operations) in STORES {
        outcomes.push(answer_while(world, proxy, name, operations).await);
    }
    outcomes
}

async fn answer_while(
    world: &'static World,
    proxy: &Proxy,
    name: &str,
    operations: &'static [&'static str],
) -> Outcome {
    let source = world.set_up(Source::new(PROVIDER)).await;
    let body = Way::LargeBody.body();
    let id = Record::received(&source, &body).id().to_owned();
    let imposed: Vec<_> = operations
        .iter()
        .map(|operation| {
            let (function, fault) = (world.stack.ingest_function.clone(), Fault::Late);
            proxy.impose(Rule { function, operation, mark: "", about: Vec::new(), fault, skip: 0, times: u32::MAX })
        })
        .collect();
    let hits = || imposed.iter().map(|imposed| imposed.hits()).sum::<u32>();
    let (mut answers, mut slowest) = (Vec::new(), Duration::ZERO);
    // On a busy machine a store before this one may be too slow already. That is answered with 503 and tried again.
    while answers.len() < GOES_MAX && hits() == 0 {
        let begun = Stopwatch::start();
        answers.push(DeliveryAnswer::of(&world.send(&world.delivery(&source, &body)).await));
        slowest = slowest.max(begun.elapsed());
    }
    let hits = hits();
    println!("  while {name}, the answer takes {:.2} s: {}", slowest.as_secs_f64(), told(&answers));
    let expected = Expected::Published { id };
    let acknowledged = usize::from(answers.contains(&DeliveryAnswer::Acknowledged));
    if acknowledged == 1 {
        watch::until_quiet(world, &[&expected]).await;
    }
    let published = expected.times(world, &watch::published(world));
    let wrong = answers.iter().find_map(|answer| match answer {
        DeliveryAnswer::Wrong(status) => Some(format!("answered with {status}")),
        _ => None,
    });
    let too_slow = || (slowest > ANSWERED_WITHIN).then(|| format!("the answer took {:.1} s", slowest.as_secs_f64()));
    Outcome {
        operation: "ingest: answer".to_owned(),
        fault: name.to_owned(),
        hits,
        sent: 1,
        slowest,
        acknowledged,
        published: published.min(acknowledged),
        repeated: published.saturating_sub(1),
        lost: acknowledged.saturating_sub(published),
        stuck: usize::from(expected.is_unfinished(&world.unfinished().await)),
        complaint: wrong.or_else(too_slow),
        answers,
    }
}

//! More than the processor can do: ingest goes on answering, the sweep does not feed the backlog, and each message says
//! whose it is, so that SQS can be fair.

use std::time::Duration;

use domain::ledger::schedule::Schedule;
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use futures_util::StreamExt as _;
use futures_util::stream;
use tests::clock::Stopwatch;
use tests::ledger::Record;
use tests::proxy::{ActiveFault, Fault, Proxy, Rule};
use tests::source::Source;
use tests::stack::TIME_SCALE;
use tests::watch::{self, Expected};
use tests::world::World;

use crate::case::{DeliveryAnswer, RETRIES_MAX, RETRY_AFTER};
use crate::tally::{Outcome, told};
use crate::way::{PROVIDER, Way};

/// What the noisy source sends, so many at a time.
const BURST: usize = 150;
const SIDE_BY_SIDE: usize = 6;
/// What another source sends in the midst of it.
const QUIET: usize = 5;
/// The processor does at most two batches of ten at a time, and each of an event's three calls takes so long.
const PROCESSORS: u32 = 2;
const CALL_TAKES: Duration = Duration::from_secs(1);

pub(crate) async fn play(world: &'static World, proxy: &Proxy) -> Outcome {
    println!("overload: {BURST} deliveries, {SIDE_BY_SIDE} at a time, and a processor that manages six a second");
    world.limit_processors(PROCESSORS).await;
    let (noisy, quiet) = (world.set_up(Source::new(PROVIDER)).await, world.set_up(Source::new(PROVIDER)).await);
    let impose = |function: &str, operation, about: String, takes| {
        let (function, about, fault) = (function.to_owned(), vec![about], Fault::Slow(takes));
        proxy.impose(Rule { function, operation, mark: "", about, skip: 0, fault, times: u32::MAX })
    };
    let slowed = ["dynamodb:UpdateItem", "sns:Publish"]
        .map(|operation| impose(&world.stack.process_function, operation, noisy.name.clone(), CALL_TAKES));
    // These only count.
    let swept = impose(&world.stack.sweep_function, "sqs:SendMessage", noisy.name.clone(), Duration::ZERO);
    let grouped = [&noisy, &quiet].map(|source| {
        let group = format!(r#""MessageGroupId":"{}""#, source.name);
        impose(&world.stack.ingest_function, "sqs:SendMessage", group, Duration::ZERO)
    });

    let begun = Stopwatch::start();
    let burst = (0..BURST + QUIET).map(|number| {
        let source = if number % (BURST / QUIET) == BURST / QUIET / 2 { &quiet } else { &noisy };
        deliver(world, source)
    });
    let answers: Vec<(Expected, DeliveryAnswer, Duration)> =
        stream::iter(burst).buffer_unordered(SIDE_BY_SIDE).collect().await;
    let sending = begun.elapsed();
    let overdue = Stopwatch::start();
    let backlog = make_overdue(world, &noisy).await;
    println!(
        "  all are answered after {:.1} s, the slowest in {:.1} s; {backlog} events are behind, and made overdue",
        sending.as_secs_f64(),
        slowest(&answers).as_secs_f64()
    );
    let acknowledged = answers.iter().filter(|(_, heard, _)| *heard == DeliveryAnswer::Acknowledged);
    let expected: Vec<&Expected> = acknowledged.map(|(expected, _, _)| expected).collect();
    watch::until_quiet(world, &expected).await;
    let allowed = sweeps_within(overdue.elapsed());
    let published = watch::published(world);
    let times: Vec<usize> = expected.iter().map(|expected| expected.times(world, &published)).collect();
    let heard: Vec<DeliveryAnswer> = answers.iter().map(|(_, heard, _)| *heard).collect();
    println!(
        "  the sweep ran each second and sent {} messages more for {backlog} overdue events, by its schedule at most \
         {allowed} for each; {} and {} messages named their source as their group",
        swept.hits(),
        grouped[0].hits(),
        grouped[1].hits()
    );
    world.limit_processors(crate::PROCESSORS).await;
    let come = times.iter().filter(|times| **times > 0).count();
    Outcome {
        operation: "overload".to_owned(),
        fault: "more than the processor can do".to_owned(),
        hits: slowed.iter().map(ActiveFault::hits).sum(),
        sent: answers.len(),
        slowest: slowest(&answers),
        acknowledged: expected.len(),
        published: come,
        repeated: times.iter().map(|times| times.saturating_sub(1)).sum(),
        lost: times.len() - come,
        stuck: world.unfinished().await.len(),
        complaint: complaint(&heard, backlog, swept.hits() as usize <= allowed * backlog, &grouped),
        answers: heard,
    }
}

fn complaint(
    heard: &[DeliveryAnswer],
    backlog: usize,
    is_swept_by_schedule: bool,
    grouped: &[ActiveFault],
) -> Option<String> {
    let messages: u32 = grouped.iter().map(ActiveFault::hits).sum();
    if heard.iter().any(|heard| *heard != DeliveryAnswer::Acknowledged) {
        Some(format!("not all were acknowledged: {}", told(heard)))
    } else if backlog == 0 {
        Some("there was no backlog".to_owned())
    } else if !is_swept_by_schedule {
        Some("the sweep fed the backlog".to_owned())
    } else if (messages as usize) < heard.len() {
        Some("not every message named its source as its group".to_owned())
    } else {
        None
    }
}

/// How often the schedule lets the sweep send one event again while it stays overdue for `time`, the first time at once.
fn sweeps_within(time: Duration) -> usize {
    let schedule = Schedule::at(TimeScale::parse(TIME_SCALE).expect("the local stack runs at a valid scale"));
    let (begin, mut at) = (Timestamp::from_millis(0), Timestamp::from_millis(0));
    let mut sweeps = 0;
    while at <= begin + time {
        sweeps += 1;
        at = schedule.due_after_sweep(at, sweeps);
    }
    sweeps as usize
}

/// Sends a delivery as senders do: where this machine itself is too slow for the functions' limits, they say 503, and it
/// comes again. The time is that of the slowest answer.
async fn deliver(world: &World, source: &Source) -> (Expected, DeliveryAnswer, Duration) {
    let body = Way::Straight.body();
    let id = Record::received(source, &body).id().to_owned();
    let delivery = world.delivery(source, &body);
    let (mut tries, mut slowest) = (0, Duration::ZERO);
    loop {
        let begun = Stopwatch::start();
        let heard = DeliveryAnswer::of(&world.send(&delivery).await);
        slowest = slowest.max(begun.elapsed());
        tries += 1;
        if heard != DeliveryAnswer::ComeAgain || tries == RETRIES_MAX {
            return (Expected::Published { id }, heard, slowest);
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

fn slowest(answers: &[(Expected, DeliveryAnswer, Duration)]) -> Duration {
    answers.iter().map(|(_, _, took)| *took).max().unwrap_or_default()
}

/// Plays that the backlog has stood for as long as it takes until its events come due, and says how many they are.
async fn make_overdue(world: &World, source: &Source) -> usize {
    let mut count = 0;
    for record in world.records(source).await {
        if record.text("state") == "received" {
            world.hurry(&record).await;
            count += 1;
        }
    }
    count
}

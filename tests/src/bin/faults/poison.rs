//! Events that always fail: they end, with the reason, and hold up nobody.

use std::time::Duration;

use domain::ledger::schedule::ATTEMPTS_MAX;
use tests::clock::Stopwatch;
use tests::ledger::Record;
use tests::observe::until_within;
use tests::proxy::{Fault, Proxy, Rule};
use tests::source::Source;
use tests::world::World;

use crate::case::DeliveryAnswer;
use crate::tally::Outcome;
use crate::way::{PROVIDER, Way};

/// Eight rounds, each of which waits for a run of the sweep.
const BOUND: Duration = Duration::from_secs(240);
/// No attempt at publishing takes so long. One that seems to has died of something else, such as a neighbour's death.
const DEAD_AFTER: Duration = Duration::from_secs(20);

pub(crate) async fn play(world: &'static World, proxy: &Proxy) -> Vec<Outcome> {
    let refused = "sns:Publish: ";
    let deadly = "given up after 8 attempts; the last one never ended";
    vec![
        always(world, proxy, Fault::Failing, "fails each time", refused, i64::from(ATTEMPTS_MAX)).await,
        // The first death may have been a neighbour's, so it does not count; and the claim that finds the attempts used
        // up is one more.
        always(world, proxy, Fault::KilledBefore, "the function dies each time", deadly, i64::from(ATTEMPTS_MAX) + 2)
            .await,
    ]
}

/// Lets publishing an event fail in the same way each time, and turns the clock on between the attempts: the waits add
/// up to a day.
async fn always(
    world: &'static World,
    proxy: &Proxy,
    fault: Fault,
    told: &str,
    reason: &str,
    attempts: i64,
) -> Outcome {
    let source = world.set_up(Source::new(PROVIDER)).await;
    let body = Way::Straight.body();
    let id = Record::received(&source, &body).id().to_owned();
    let imposed = proxy.impose(Rule {
        function: world.stack.process_function.clone(),
        operation: "sns:Publish",
        mark: "",
        about: vec![source.name.clone()],
        skip: 0,
        fault,
        times: u32::MAX,
    });
    let begun = Stopwatch::start();
    let answer = world.deliver(&world.delivery(&source, &body)).await;
    let answered = begun.elapsed();
    let mut attempt = (None, Stopwatch::start());
    let mut other_deaths = 0;
    let record = until_within(BOUND, &format!("the end of {id}"), async || {
        let Some(record) = world.record(&id).await else { return Err("no record".to_owned()) };
        if record.is_finished() {
            return Ok(record);
        }
        if attempt.0 != record.number("attempts") {
            attempt = (record.number("attempts"), Stopwatch::start());
        }
        let may_be_dead = fault == Fault::KilledBefore && record.text("state") == "processing";
        let has_met_fault = |other_deaths| record.number("attempts") <= Some(i64::from(imposed.hits()) + other_deaths);
        if may_be_dead && !has_met_fault(other_deaths) && attempt.1.elapsed() > DEAD_AFTER {
            other_deaths += 1;
        }
        let waits = record.text("state") == "received" && record.number("not_before").is_some();
        if waits || (may_be_dead && has_met_fault(other_deaths)) {
            world.hurry(&record).await;
        }
        Err(record.told())
    })
    .await;
    let last = record.text("last_error");
    let as_it_must_be =
        record.text("state") == "failed" && record.number("attempts") == Some(attempts) && last.starts_with(reason);
    let complaint = (!as_it_must_be).then(|| format!("{}: {last:?}", record.told()));
    println!("  publishing {told}: {}: {last}", record.told());
    let heard = if answer.is_success() { DeliveryAnswer::Acknowledged } else { DeliveryAnswer::Wrong(answer.status) };
    Outcome {
        operation: "process: publish".to_owned(),
        fault: format!("{told}: failed in the end"),
        hits: imposed.hits(),
        sent: 1,
        answers: vec![heard],
        slowest: answered,
        acknowledged: 1,
        published: world.events(&source).len(),
        repeated: 0,
        lost: 0,
        stuck: 0,
        complaint,
    }
}

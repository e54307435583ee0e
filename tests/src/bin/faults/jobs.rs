//! Jobs whose ends are expected: an expectation meets the fault, or a question to the sender, or the webhook.

use std::sync::Arc;
use std::time::Duration;

use domain::event::event_id::EventId;
use domain::event::event_type::Thing;
use domain::expectation::Expectation;
use domain::ledger::job::JobId;
use domain::source::source_name::SourceName;
use tests::clock::Stopwatch;
use tests::expectation::{expectation, job_id};
use tests::ledger::Record;
use tests::simulator::{Condition, End, Simulator};
use tests::source::Source;
use tests::watch::Expected;
use tests::world::World;

use crate::case::{DeliveryAnswer, RETRIES_MAX, SentEvent, deliver};
use crate::way::{PROVIDER, Way};

/// A job is waited for so long where its webhook comes.
const WITHIN_SECONDS: u32 = 300;
/// The shortest time that is allowed: its sender is asked at once.
const AT_ONCE_SECONDS: u32 = 10;
/// What is under way is waited for so long.
const BOUND: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(500);

/// A job at a sender of its own.
pub(crate) struct ExpectedJob {
    id: JobId,
    state: &'static str,
    /// Its API must answer until the end.
    _simulator: Arc<Simulator>,
}

/// Plays a job of `source` that comes `way`, and gives it with what was sent and how long the slowest answer took.
pub(crate) async fn play(
    world: &'static World,
    simulator: Simulator,
    source: &Source,
    way: Way,
) -> (ExpectedJob, SentEvent, Duration) {
    let simulator = Arc::new(simulator);
    let subject = simulator.submit();
    let webhook = simulator.webhook(&subject, End::Completed);
    let mut id = Record::received(source, &webhook).id().to_owned();
    let job = job_id(source, Thing::Job, &subject);
    let expected = |within_seconds| Expectation {
        within_seconds: Some(within_seconds),
        ..expectation(source, Thing::Job, &subject)
    };
    let (mut state, mut answers, mut slowest) = ("ended", vec![DeliveryAnswer::Acknowledged], Duration::ZERO);
    let delivery = world.delivery(source, &webhook);
    match way {
        Way::JobGivenUp => {
            let name = SourceName::parse(&source.name).expect("the harness makes names that can be parsed");
            id = EventId::expired(&name, Thing::Job, &subject).to_string();
            state = "expired";
            let short = Expectation { give_up_seconds: Some(AT_ONCE_SECONDS), ..expected(AT_ONCE_SECONDS) };
            world.expect(&short).await;
        }
        Way::JobEndedBefore => {
            simulator.finish(&subject, End::Completed);
            (answers, slowest) = deliver(world, &delivery, RETRIES_MAX).await;
            let begun = Stopwatch::start();
            while begun.elapsed() < BOUND && world.record(job.as_str()).await.is_none() {
                tokio::time::sleep(LOOK).await;
            }
            world.expect(&expected(WITHIN_SECONDS)).await;
        }
        Way::SenderInTrouble => {
            simulator.finish(&subject, End::Completed);
            simulator.set_condition(Condition::Broken);
            world.expect(&expected(AT_ONCE_SECONDS)).await;
            let simulator = Arc::clone(&simulator);
            tokio::spawn(async move {
                while simulator.asked().is_empty() {
                    tokio::time::sleep(LOOK).await;
                }
                simulator.set_condition(Condition::Up);
            });
        }
        Way::LostWebhook => {
            simulator.finish(&subject, End::Completed);
            world.expect(&expected(AT_ONCE_SECONDS)).await;
        }
        _ => {
            world.expect(&expected(WITHIN_SECONDS)).await;
            simulator.finish(&subject, End::Completed);
            (answers, slowest) = deliver(world, &delivery, RETRIES_MAX).await;
        }
    }
    let sent = SentEvent { expected: Expected::Published { id }, answers, assets: Vec::new() };
    (ExpectedJob { id: job, state, _simulator: simulator }, sent, slowest)
}

/// `source` with what is needed to ask `simulator` about its jobs.
pub(crate) fn begin(source: Source) -> (Simulator, Source) {
    let simulator = Simulator::start(PROVIDER);
    let source = simulator.expects(source);
    (simulator, source)
}

impl ExpectedJob {
    /// What is not as it must be with its record, when its event has come.
    pub(crate) async fn complaint(&self, world: &World) -> Option<String> {
        let begun = Stopwatch::start();
        loop {
            let seen = match world.record(self.id.as_str()).await {
                Some(record) if record.text("state") != self.state => format!("it is {}", record.text("state")),
                Some(record) if record.text("slot").is_empty() => "its expectation is not listed".to_owned(),
                Some(record) if record.number("due_at").is_some() => "it is still due".to_owned(),
                Some(_) => return None,
                None => "it has no record".to_owned(),
            };
            if begun.elapsed() > BOUND {
                return Some(format!("{}: {seen}", self.id));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

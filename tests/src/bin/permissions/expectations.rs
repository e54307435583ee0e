//! The paths of jobs whose ends are expected, through process and the sweep.

use std::time::Duration;

use domain::event::event_type::Thing;
use domain::expectation::Expectation;
use domain::provider::Provider;
use domain::time::Timestamp;
use tests::clock::now_millis;
use tests::expectation::expectation;
use tests::simulator::{Condition, End, Simulator};
use tests::source::Source;

use crate::contents::Outcome;
use crate::lambda::EXPECTATIONS;
use crate::path::Path;
use crate::world::{Outage, World};

/// Longer ago than a job is waited for.
const LONG_AGO: Duration = Duration::from_secs(2 * 24 * 60 * 60);

pub(crate) const PATHS: [Path; 11] = [
    Path {
        function: "Process",
        name: "job expected",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let expected = job.expect(Outage::None).await;
                world.outcome(&[expected]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "job expected and ledger away",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let expected = job.expect(Outage::DynamoDb).await;
                world.outcome(&[expected]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "job expected after its end",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let ended = job.end().await;
                let expected = job.expect(Outage::None).await;
                world.outcome(&[ended, expected]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "webhook of an expected job",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let expected = job.expect(Outage::None).await;
                let ended = job.end().await;
                world.outcome(&[expected, ended]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "lost webhook",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let expected = job.expect(Outage::None).await;
                let asked = job.ask().await;
                world.outcome(&[expected, asked]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "late webhook",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let expected = job.expect(Outage::None).await;
                let asked = job.ask().await;
                let ended = job.end().await;
                world.outcome(&[expected, asked, ended]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "job given up",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                job.sender.reopen(&job.subject);
                let submitted_at = Timestamp::from_millis(now_millis()) - LONG_AGO;
                let expected = Expectation { submitted_at: Some(submitted_at), ..job.expectation() };
                let expected = job.send(&expected.to_string(), Outage::None).await;
                let asked = job.ask().await;
                world.outcome(&[expected, asked]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "sender in trouble, and well again",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                job.sender.set_condition(Condition::Broken);
                let expected = job.expect(Outage::None).await;
                let asked = job.ask().await;
                job.sender.set_condition(Condition::Up);
                let again = job.ask().await;
                world.outcome(&[expected, asked, again]).await
            })
        },
    },
    Path {
        function: "Process",
        name: "unreadable expectation",
        walk: |world, name| {
            Box::pin(async move {
                let job = Job::begin(world, name).await;
                let processed = job.send("this is no expectation", Outage::None).await;
                world.outcome(&[processed]).await
            })
        },
    },
    Path {
        function: "Sweep",
        name: "job is due",
        walk: |world, name| Box::pin(async move { due(world, name, Outage::None).await }),
    },
    Path {
        function: "Sweep",
        name: "job is due and queues away",
        walk: |world, name| Box::pin(async move { due(world, name, Outage::Sqs).await }),
    },
];

/// A job that has ended at its sender.
struct Job<'a> {
    world: &'a World,
    sender: Simulator,
    source: Source,
    subject: String,
}

impl<'a> Job<'a> {
    async fn begin(world: &'a World, name: &str) -> Job<'a> {
        let sender = Simulator::start(Provider::Csm);
        let name = name.replace([' ', ','], "-");
        let source = world.set_up(&name, sender.expects(Source::new(Provider::Csm))).await;
        let subject = sender.submit();
        world.mask(&subject, "JOB");
        sender.finish(&subject, End::Completed);
        Job { world, sender, source, subject }
    }

    fn expectation(&self) -> Expectation {
        Expectation { within_seconds: None, ..expectation(&self.source, Thing::Job, &self.subject) }
    }

    async fn expect(&self, outage: Outage) -> String {
        self.send(&self.expectation().to_string(), outage).await
    }

    /// Sends a message to the queue of expectations, and has it processed.
    async fn send(&self, text: &str, outage: Outage) -> String {
        let account = &self.world.account;
        let send = account.operator.sqs.send_message().queue_url(&account.stack.expect_queue_url);
        let sent = send.message_body(text).send().await;
        sent.unwrap_or_else(|error| panic!("sending to the queue of expectations: {error:?}"));
        self.world.process_from(EXPECTATIONS, outage).await
    }

    /// Lets the time come at which its sender is asked.
    async fn ask(&self) -> String {
        self.world.hurry().await;
        let swept = self.world.sweep(Outage::None).await;
        format!("{swept}; {}", self.world.process_from(EXPECTATIONS, Outage::None).await)
    }

    /// Lets its webhook come.
    async fn end(&self) -> String {
        self.world.feed(&self.source, &self.sender.webhook(&self.subject, End::Completed), Outage::None).await;
        self.world.process(Outage::None).await
    }
}

/// The sweep, when the time has come to ask a job's sender.
async fn due(world: &World, name: &str, outage: Outage) -> Outcome {
    let job = Job::begin(world, name).await;
    let expected = job.expect(Outage::None).await;
    world.hurry().await;
    let swept = world.sweep(outage).await;
    world.outcome(&[expected, swept]).await
}

//! The processor: batches of what ingest recorded and sent.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Result;
use crate::contender::{Contender, LEDGER_TABLE, SOURCES_PREFIX, environment};
use crate::delivery::{Authenticity, Delivery, SOURCE, delivery, secret_value};
use crate::instance::Instance;
use crate::scenario::{Testbed, Transport};
use crate::services::{Counts, Delays, Services, State};
use crate::share::Share;

/// What a batch size took.
#[derive(Clone, Debug)]
pub struct ProcessorSample {
    /// The CPU time of a message.
    pub cpu: Duration,
    /// The time of a whole batch, for each.
    pub latencies: Vec<Duration>,
    /// From the start of the process until its first batch was done.
    pub first_answer: Duration,
    /// The most memory that the process had, in bytes.
    pub peak_memory: u64,
    /// What the measured messages asked of AWS.
    pub counts: Counts,
    /// How many they were.
    pub messages: usize,
    /// Bytes logged a message.
    pub log_bytes: f64,
}

/// What is to be processed, and how.
#[derive(Clone, Copy, Debug)]
pub struct ProcessorLoad {
    /// Messages in a batch.
    pub batch: usize,
    /// Batches that are measured.
    pub batches: usize,
    /// How it speaks with AWS.
    pub transport: Transport,
    /// How long AWS takes.
    pub delays: Delays,
}

impl Testbed {
    /// Has ingest take `deliveries`, whose source's secret is `secret`, and gives the account as it is then.
    ///
    /// # Errors
    /// If it does not take all.
    pub fn ingested(&self, deliveries: &[Delivery], secret: &str) -> Result<State> {
        let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), secret);
        let mut ingest = self.start(Contender::Landfall, state, Transport::Plain, Delays::NONE)?;
        ingest.instance.handle(deliveries.iter().map(|delivery| delivery.payload.clone()))?;
        let state = ingest.services.into_state();
        if state.messages.len() != deliveries.len() {
            return Err(format!("{} messages of {} deliveries", state.messages.len(), deliveries.len()).into());
        }
        Ok(state)
    }

    /// Runs the processor over bodies of `body_bytes`.
    ///
    /// # Errors
    /// If it fails, or leaves anything undone.
    pub fn process(&self, body_bytes: usize, processing: &ProcessorLoad) -> Result<ProcessorSample> {
        let count = processing.batch * (processing.batches + 1);
        let deliveries: Vec<_> =
            (0..count as u64).map(|number| delivery(number, body_bytes, Authenticity::Genuine)).collect();
        let state = self.ingested(&deliveries, &secret_value())?;
        self.process_all(state, processing, None)
    }

    /// Runs the processor over all messages of `state`, on a `share` of a processor if one is given; the first batch only
    /// warms it up.
    ///
    /// # Errors
    /// If it fails, or leaves anything undone.
    pub fn process_all(
        &self,
        mut state: State,
        processing: &ProcessorLoad,
        share: Option<&Share>,
    ) -> Result<ProcessorSample> {
        let messages = std::mem::take(&mut state.messages);
        state.take_counts();
        let tls = (processing.transport == Transport::Tls).then(|| self.authority.server.clone());
        let services = Services::start(state, processing.delays, tls)?;
        let mut command = Command::new(self.places.target.join("lambda/process/bootstrap"));
        environment(&mut command, &services, &self.authority);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let mut instance = Instance::spawn(command, &self.directory.join("function.log"))?;
        instance.first_poll()?;
        if let Some(share) = share {
            share.take(&instance)?;
        }
        let (warming, measured) = messages.split_at(processing.batch.min(messages.len()));
        let warmed = instance.handle([batch(warming)])?;
        let first_answer = instance.since_spawn(&warmed[0]);
        services.state().take_counts();
        let (cpu_before, log_before) = (instance.cpu()?, instance.log_bytes()?);
        let outcomes = instance.handle(measured.chunks(processing.batch).map(batch))?;
        let (cpu, log_bytes) = (instance.cpu()? - cpu_before, instance.log_bytes()? - log_before);

        let mut state = services.state();
        for outcome in &outcomes {
            let answer: Value = serde_json::from_slice(&outcome.answer)?;
            if answer != json!({"batchItemFailures": []}) {
                return Err(format!("a batch was answered {answer}").into());
            }
        }
        let done = state.items.iter().filter(|((table, _), item)| {
            table == LEDGER_TABLE && item.get("state").is_some_and(|state| state["S"] == "done")
        });
        let (done, published) = (done.count(), state.published);
        if (done, published) != (messages.len(), messages.len()) || !state.failures.is_empty() {
            let failures = state.failures.join("; ");
            return Err(
                format!("of {} messages, {published} published, {done} done. {failures}", messages.len()).into()
            );
        }
        let count = measured.len();
        Ok(ProcessorSample {
            cpu: cpu / u32::try_from(count.max(1))?,
            latencies: outcomes.iter().map(|outcome| outcome.latency).collect(),
            first_answer,
            peak_memory: instance.peak_memory()?,
            counts: state.take_counts(),
            messages: count,
            log_bytes: log_bytes as f64 / count.max(1) as f64,
        })
    }
}

/// An event of SQS's event source.
fn batch(messages: &[String]) -> Vec<u8> {
    let records = messages.iter().enumerate().map(|(number, message)| {
        json!({
            "messageId": format!("059f36b4-87a3-44ab-83d2-{number:012x}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a".repeat(4),
            "body": message,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1545082649183",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185",
                "MessageGroupId": SOURCE,
            },
            "messageAttributes": {},
            "md5OfBody": "098f6bcd4621d373cade4e832627b4f6",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:events",
            "awsRegion": "us-east-1",
        })
    });
    json!({"Records": records.collect::<Vec<_>>()}).to_string().into_bytes()
}

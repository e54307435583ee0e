//! What an event costs, from what it takes: the billed time, the calls and the write units of a run, times list prices.

use serde::Serialize;

use crate::Result;
use crate::contender::{Contender, SOURCES_PREFIX};
use crate::delivery::{Authenticity, Credential, Delivery, SOURCE, delivery, payload, secret_value};
use crate::prices::Prices;
use crate::processor::ProcessorLoad;
use crate::report::{millis, short, table};
use crate::scenario::{Testbed, Transport};
use crate::services::{Counts, Delays, State};
use crate::share::Share;

/// A deployment and its senders.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is shown.
    pub name: String,
    /// What comes; the first batch of it only warms up.
    pub deliveries: Vec<Delivery>,
    /// The source's secret.
    pub secret: String,
    /// Ingest's memory.
    pub ingest_mb: u64,
    /// The processor's memory.
    pub process_mb: u64,
    /// Messages in a batch.
    pub batch: usize,
}

/// Dollars for a million events.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// The case.
    pub name: String,
    /// The mean size of a body.
    pub body_bytes: usize,
    /// Ingest's invocations.
    pub ingest: f64,
    /// The processor's.
    pub process: f64,
    /// Writes to the ledger.
    pub dynamodb: f64,
    /// The events queue: sends, and what Lambda asks of it.
    pub sqs: f64,
    /// Publishes.
    pub sns: f64,
    /// Objects.
    pub s3: f64,
    /// Log lines.
    pub logs: f64,
    /// Write units of an event in ingest and in the processor.
    pub write_units: (f64, f64),
    /// What ingest is billed for.
    pub ingest_billed_ms: f64,
    /// What the processor is billed for a batch.
    pub process_billed_ms: f64,
}

/// So many deliveries: a batch to warm up and nine that count.
const EVENTS: usize = 100;

impl Cost {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.ingest + self.process + self.dynamodb + self.sqs + self.sns + self.s3 + self.logs
    }

    /// What stands below the table.
    #[must_use]
    pub fn notes(prices: &Prices) -> String {
        format!(
            "List prices of {}, x86, {}; without free tiers. Not in it: what lies stored, the sweep (the same for any \
             number of events), the first starts, what consumers read. Compare with:\n{}",
            prices.region,
            prices.stated,
            prices.pages.join("\n")
        )
    }

    /// As a table.
    #[must_use]
    pub fn table(costs: &[Cost]) -> String {
        let rows = costs.iter().map(|cost| {
            let parts =
                [cost.ingest, cost.process, cost.dynamodb, cost.sqs, cost.sns, cost.s3, cost.logs, cost.total()];
            let parts = parts.iter().map(|dollars| format!("{dollars:.2}"));
            let (first, second) = cost.write_units;
            [cost.name.clone(), cost.body_bytes.to_string()]
                .into_iter()
                .chain(parts)
                .chain([format!("{} + {}", short(first), short(second))])
                .chain([format!("{}, {}", short(cost.ingest_billed_ms), short(cost.process_billed_ms))])
                .collect()
        });
        let header = [
            "$ per million events",
            "bytes",
            "ingest",
            "process",
            "DynamoDB",
            "SQS",
            "SNS",
            "S3",
            "logs",
            "total",
            "write units",
            "billed ms",
        ];
        table(&header, rows)
    }
}

impl Case {
    /// The defaults of the template, with bodies of `body_bytes`.
    #[must_use]
    pub fn usual(name: &str, body_bytes: usize) -> Case {
        Case {
            name: name.to_owned(),
            deliveries: (0..EVENTS as u64).map(|number| delivery(number, body_bytes, Authenticity::Genuine)).collect(),
            secret: secret_value(),
            ingest_mb: INGEST_MB,
            process_mb: PROCESS_MB,
            batch: 10,
        }
    }

    /// The defaults of the template, with `body` as a sender of `provider` delivers it; `job` in it is what tells its
    /// jobs apart.
    #[must_use]
    pub fn of_sender(provider: &str, credential: Credential, body: &str, job: &str) -> Case {
        let delivery = |number: u64| {
            let body = body.replace(job, &format!("{}{number:08x}", &job[..job.len().saturating_sub(8)]));
            let payload = payload(&body, &credential, number);
            Delivery { event_id: String::new(), body: body.into_bytes(), payload }
        };
        Case {
            name: format!("{provider}'s usual body"),
            deliveries: (0..EVENTS as u64).map(delivery).collect(),
            secret: credential.secret_value(provider),
            ..Case::usual(provider, 512)
        }
    }
}

/// The template's defaults; a test holds them against it.
pub const INGEST_MB: u64 = 256;
/// The processor's.
pub const PROCESS_MB: u64 = 1024;

impl Testbed {
    /// Runs `case`, on the shares of a processor that its memory buys, and adds up.
    ///
    /// # Errors
    /// If a function fails, or this machine lets nobody set quotas: without them, nothing is billed as on Lambda.
    pub fn cost(&self, case: &Case, prices: &Prices) -> Result<Cost> {
        let state = State::with_secret(&format!("{SOURCES_PREFIX}/source/{SOURCE}"), &case.secret);
        let share = Share::of_memory(case.ingest_mb)?;
        let mut ingest = self.start(Contender::Landfall, state, Transport::Tls, Delays::USUAL)?;
        share.take(&ingest.instance)?;
        let payloads = case.deliveries.iter().map(|delivery| delivery.payload.clone()).collect::<Vec<_>>();
        let (warming, measured) = payloads.split_at(10);
        ingest.instance.handle(warming.iter().cloned())?;
        ingest.services.state().take_counts();
        let log_before = ingest.instance.log_bytes()?;
        let outcomes = ingest.instance.handle(measured.iter().cloned())?;
        let ingest_log_bytes = (ingest.instance.log_bytes()? - log_before) as f64 / measured.len() as f64;
        let billed: f64 = outcomes.iter().map(|outcome| millis(outcome.latency).ceil()).sum();
        let ingest_billed_ms = billed / outcomes.len() as f64;
        drop(ingest.instance);
        drop(share);
        let mut state = ingest.services.into_state();
        let ingested = Events { counts: state.take_counts(), number: measured.len() as f64 };
        if state.messages.len() != payloads.len() {
            return Err(format!("{}: {} messages of {} events", case.name, state.messages.len(), payloads.len()).into());
        }

        let share = Share::of_memory(case.process_mb)?;
        let processing =
            ProcessorLoad { batch: case.batch, batches: 0, transport: Transport::Tls, delays: Delays::USUAL };
        let processed = self.process_all(state, &processing, Some(&share))?;
        let batches = processed.latencies.len() as f64;
        let process_billed_ms =
            processed.latencies.iter().map(|latency| millis(*latency).ceil()).sum::<f64>() / batches;
        let batch = processed.messages as f64 / batches;
        let processed_events = Events { counts: processed.counts, number: processed.messages as f64 };

        let write_units = (ingested.write_units(), processed_events.write_units());
        // Lambda receives a batch with one call and deletes it with another.
        let queue_calls = ingested.message_units() + 2.0 / batch;
        let both = |operation| ingested.calls(operation) + processed_events.calls(operation);
        Ok(Cost {
            name: case.name.clone(),
            body_bytes: case.deliveries.iter().map(|delivery| delivery.body.len()).sum::<usize>() / payloads.len(),
            ingest: prices.invocations_per_million(case.ingest_mb, ingest_billed_ms),
            process: prices.invocations_per_million(case.process_mb, process_billed_ms) / batch,
            dynamodb: (write_units.0 + write_units.1) * prices.dynamodb_write_units_per_million,
            sqs: queue_calls * prices.sqs_requests_per_million,
            sns: processed_events.message_units() * prices.sns_publishes_per_million,
            s3: both("s3:PutObject") * prices.s3_puts_per_million + both("s3:GetObject") * prices.s3_gets_per_million,
            logs: (ingest_log_bytes + processed.log_bytes) * 1e6 / 1e9 * prices.logs_per_gb,
            write_units,
            ingest_billed_ms,
            process_billed_ms,
        })
    }
}

/// What a number of events asked of AWS.
struct Events {
    counts: Counts,
    number: f64,
}

impl Events {
    fn calls(&self, operation: &str) -> f64 {
        self.counts.calls.get(operation).copied().unwrap_or_default() as f64 / self.number
    }

    fn write_units(&self) -> f64 {
        self.counts.write_units as f64 / self.number
    }

    fn message_units(&self) -> f64 {
        self.counts.message_units as f64 / self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_prices_that_are_used() {
        assert!(include_str!("../performance.md").contains(&Cost::notes(&Prices::read().unwrap())));
    }

    #[test]
    fn the_defaults_are_the_templates() {
        let template = include_str!("../../template.yaml");
        for (parameter, memory_mb) in [("IngestMemory", INGEST_MB), ("ProcessMemory", PROCESS_MB)] {
            let expected = format!("  {parameter}:\n    Type: Number\n    Default: {memory_mb}\n");
            assert!(template.contains(&expected), "{expected}");
        }
    }
}

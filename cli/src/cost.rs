//! What the stack has cost, by what CloudWatch counted and AWS's list prices.

use std::time::Duration;

use domain::metric::{FUNCTION, Metric, NAMESPACE};
use domain::time::Timestamp;
use serde::Serialize;

use crate::alarms::alarms;
use crate::aws_error::OrError as _;
use crate::error::Result;
use crate::metrics::{MetricQuestion, Metrics, Statistic};
use crate::output::Row;
use crate::prices::Prices;
use crate::queues::Queues;
use crate::session::Session;
use crate::source_store::SourceStore;
use crate::stack::Stack;

const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
const GB: f64 = 1e9;
const MILLION: f64 = 1e6;

/// One part of the bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expense {
    /// What it is for.
    pub part: String,
    /// How much of it there was.
    pub amount: f64,
    /// Of what.
    pub unit: &'static str,
    /// What that costs.
    pub dollars: f64,
    /// Whether it grows with the events.
    pub by_event: bool,
}

impl Row for Expense {
    const COLUMNS: &'static [&'static str] = &["part", "amount", "unit", "dollars"];
}

/// The bill of a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// Its parts, as far as they are counted.
    pub expenses: Vec<Expense>,
    /// How many events were accepted in that time.
    pub events: f64,
}

impl Bill {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.expenses.iter().map(|expense| expense.dollars).sum()
    }

    /// What a million events cost at this rate, without what a month costs anyway; none without events.
    #[must_use]
    pub fn per_million(&self) -> Option<f64> {
        let by_event = self.expenses.iter().filter(|expense| expense.by_event).map(|expense| expense.dollars);
        (self.events > 0.0).then(|| by_event.sum::<f64>() / self.events * MILLION)
    }

    fn add(&mut self, part: impl Into<String>, amount: f64, unit: &'static str, price: f64, by_event: bool) {
        let dollars = amount * price;
        self.expenses.push(Expense { part: part.into(), amount, unit, dollars, by_event });
    }
}

/// The bill of the `window` before `now`.
///
/// # Errors
/// If a service refuses.
pub async fn bill(session: &Session, window: Duration, now: Timestamp, prices: &Prices) -> Result<Bill> {
    let stack = session.stack().await?;
    let counted = Usage::ask(session, window, now).await?;
    let mut bill = Bill { expenses: Vec::new(), events: counted.accepted };
    let gb_second = match stack.parameters.get("Architecture").map(String::as_str) {
        Some("arm64") => prices.lambda_gb_second_arm,
        _ => prices.lambda_gb_second_x86,
    };
    for (function, FunctionUse { calls, millis }) in FUNCTIONS.iter().zip(counted.functions) {
        let gb = function.memory_mb(stack) / 1024.0;
        let by_event = function.name != "sweep";
        bill.add(
            format!("{} calls", function.name),
            calls,
            "calls",
            prices.lambda_requests_per_million / MILLION,
            by_event,
        );
        bill.add(format!("{} time", function.name), millis / 1000.0 * gb, "GB s", gb_second, by_event);
        if function.name == "sweep" {
            // Each run is called by the scheduler, and lists the secrets once, as long as a page holds them.
            bill.add("sweep schedule", calls, "calls", prices.scheduler_invocations_per_million / MILLION, false);
            bill.add("lists of secrets", calls, "calls", prices.secrets_manager_calls_per_million / MILLION, false);
        }
    }
    bill.add("ledger writes", counted.units_written, "units", prices.dynamodb_write_units_per_million / MILLION, true);
    bill.add("ledger reads", counted.units_read, "units", prices.dynamodb_read_units_per_million / MILLION, false);
    bill.add("events queue", counted.queue_calls, "calls", prices.sqs_requests_per_million / MILLION, true);
    // At most: a batch counts as one publish.
    bill.add("topic", counted.published, "events", prices.sns_publishes_per_million / MILLION, true);
    bill.add("log lines", counted.log_bytes / GB, "GB", prices.logs_per_gb, true);

    let months = window.as_secs_f64() / MONTH.as_secs_f64();
    let stored = stored_gb(session).await? * months;
    bill.add("ledger storage", stored, "GB months", prices.dynamodb_storage_gb_month, true);
    bill.add("ledger backups", stored, "GB months", prices.dynamodb_recovery_gb_month, true);
    let secrets = SourceStore::of(session).await?.list().await?.len();
    let fixed = [
        ("secrets", secrets, prices.secret_month),
        ("alarms", alarms(session).await?.len(), prices.alarm_month),
        ("metrics", counted.metrics, prices.metric_month),
        // Unless it is among the account's first three: it has no more metrics than a free one may have.
        ("dashboard", 1, prices.dashboard_month),
    ];
    for (part, count, price) in fixed {
        bill.add(part, count as f64 * months, "months", price, false);
    }
    Ok(bill)
}

/// A function, and where its name and memory are.
struct Function {
    name: &'static str,
    output: &'static str,
    memory: &'static str,
    /// As the template has it.
    usual_mb: f64,
}

const FUNCTIONS: [Function; 3] = [
    Function { name: "ingest", output: "IngestFunction", memory: "IngestMemory", usual_mb: 256.0 },
    Function { name: "process", output: "ProcessFunction", memory: "ProcessMemory", usual_mb: 1024.0 },
    Function { name: "sweep", output: "SweepFunction", memory: "SweepMemory", usual_mb: 256.0 },
];

impl Function {
    fn memory_mb(&self, stack: &Stack) -> f64 {
        stack.parameters.get(self.memory).and_then(|memory| memory.parse().ok()).unwrap_or(self.usual_mb)
    }
}

/// What CloudWatch counted.
struct Usage {
    accepted: f64,
    /// In the order of [`FUNCTIONS`].
    functions: Vec<FunctionUse>,
    units_written: f64,
    units_read: f64,
    queue_calls: f64,
    published: f64,
    log_bytes: f64,
    /// How many of Landfall's own metrics had a value.
    metrics: usize,
}

/// How much a function ran.
struct FunctionUse {
    calls: f64,
    millis: f64,
}

/// Questions to CloudWatch, each of which is remembered by the place of its answer.
#[derive(Default)]
struct Questions(Vec<MetricQuestion>);

/// Where an answer is.
#[derive(Clone, Copy)]
struct Place(usize);

impl Questions {
    fn ask(&mut self, namespace: &'static str, name: &str, dimensions: &[(&'static str, &str)]) -> Place {
        let dimensions = dimensions.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let name = name.to_owned();
        self.0.push(MetricQuestion { namespace, name, dimensions, statistic: Statistic::Sum });
        Place(self.0.len() - 1)
    }
}

impl Usage {
    async fn ask(session: &Session, window: Duration, now: Timestamp) -> Result<Usage> {
        let stack = session.stack().await?;
        let mut questions = Questions::default();
        let mut runs = Vec::new();
        for function in &FUNCTIONS {
            let of_function = [("FunctionName", stack.output(function.output)?)];
            let calls = questions.ask("AWS/Lambda", "Invocations", &of_function);
            runs.push((calls, questions.ask("AWS/Lambda", "Duration", &of_function)));
        }
        let table = stack.output("LedgerTable")?;
        let mut units = |name| {
            let of_table = questions.ask("AWS/DynamoDB", name, &[("TableName", table)]);
            let of_index = |index| {
                questions.ask("AWS/DynamoDB", name, &[("TableName", table), ("GlobalSecondaryIndexName", index)])
            };
            [vec![of_table], ["due", "arrived"].map(of_index).to_vec()].concat()
        };
        let (written, read) = (units("ConsumedWriteCapacityUnits"), units("ConsumedReadCapacityUnits"));
        let queue = Queues::of(session).await?.find(stack.output("EventsQueueUrl")?).await?;
        let queue = [("QueueName", queue.as_ref().map_or("", |queue| queue.name()))];
        let messages = questions.ask("AWS/SQS", "NumberOfMessagesSent", &queue);
        let empty_receives = questions.ask("AWS/SQS", "NumberOfEmptyReceives", &queue);
        let topic = stack.output("TopicArn")?.rsplit(':').next().unwrap_or_default();
        let published = questions.ask("AWS/SNS", "NumberOfMessagesPublished", &[("TopicName", topic)]);
        let mut logged = Vec::new();
        for group in ["IngestLogGroup", "ProcessLogGroup", "SweepLogGroup"] {
            logged.push(questions.ask("AWS/Logs", "IncomingBytes", &[("LogGroupName", stack.output(group)?)]));
        }
        let ingest = stack.output("IngestFunction")?;
        let accepted = questions.ask(NAMESPACE, Metric::Accepted.as_str(), &[(FUNCTION, ingest)]);
        let mut own = Vec::new();
        for function in &FUNCTIONS {
            for metric in Metric::ALL {
                own.push(questions.ask(NAMESPACE, metric.as_str(), &[(FUNCTION, stack.output(function.output)?)]));
            }
        }
        let answers = Metrics::of(session).await?.ask(&questions.0, window, now).await?;
        let answer = |place: Place| answers.get(place.0).copied().flatten();
        let number = |place| answer(place).unwrap_or_default();
        let sum = |places: &[Place]| places.iter().map(|place| number(*place)).sum();
        let function = |(calls, millis)| FunctionUse { calls: number(calls), millis: number(millis) };
        let functions: Vec<FunctionUse> = runs.into_iter().map(function).collect();
        let of_process = FUNCTIONS.iter().zip(&functions).filter(|(function, _)| function.name == "process");
        let batches: f64 = of_process.map(|(_, function)| function.calls).sum();
        Ok(Usage {
            accepted: number(accepted),
            units_written: sum(&written),
            units_read: sum(&read),
            // A batch is received with one call and deleted with another.
            queue_calls: number(messages) + number(empty_receives) + 2.0 * batches,
            published: number(published),
            log_bytes: sum(&logged),
            metrics: own.into_iter().filter(|place| answer(*place).is_some()).count(),
            functions,
        })
    }
}

/// What lies in the table and its indexes, as DynamoDB counts it every six hours.
async fn stored_gb(session: &Session) -> Result<f64> {
    let client = aws_sdk_dynamodb::Client::new(session.config().await?);
    let table = session.stack().await?.output("LedgerTable")?;
    let answer = client.describe_table().table_name(table).send().await.or_error("dynamodb:DescribeTable")?;
    let Some(table) = answer.table() else { return Ok(0.0) };
    let indexes = table.global_secondary_indexes().iter().filter_map(|index| index.index_size_bytes());
    Ok((table.table_size_bytes().unwrap_or_default() + indexes.sum::<i64>()) as f64 / GB)
}

//! What a month costs beside the events' own way: what lies stored, what is watched, what runs while nothing comes, and
//! what can stand in front. Nothing runs for it: prices times figures that are known.

use std::collections::BTreeSet;

use testdata::log_line;

use crate::prices::Prices;
use crate::report::table;

/// Its place in benches/performance.md.
pub const PART: &str = "standing";

const MINUTES_A_MONTH: f64 = 30.0 * 24.0 * 60.0;
const GB: f64 = 1e9;
/// Parts of the index that a sweep asks. Each query that finds nothing takes half a read unit.
const SHARDS: f64 = 64.0;
/// What a sweep is billed for, roughly: nothing was measured on AWS.
const SWEEP_BILLED_MS: f64 = 250.0;
/// The sweep's memory.
const SWEEP_MB: u64 = 256;
/// The log line of a sweep, as its unit test has it.
const SWEEP_LINE: &str = "sweep-complete";
/// Metrics that the sweep writes in each run, whatever it finds.
const SWEEP_METRICS: [&str; 2] = ["duration_ms", "sweep_runs"];
/// Lambda's pollers of a queue: it begins with so many, and keeps as few as the first where little comes.
const POLLERS: [f64; 2] = [2.0, 5.0];
/// Each waits for up to 20 s.
const POLLS_A_MINUTE: f64 = 3.0;
/// An instance reads a secret again after so long.
const SECRET_READ_MINUTES: f64 = 5.0;
/// An item of up to 1 KiB, with the 100 bytes that DynamoDB adds.
const RECORD_GB: f64 = 1124.0 / GB;
/// What a record's next KiB adds.
const KIB_GB: f64 = 1024.0 / GB;
/// Its entry in the index of arrivals, of about 190 bytes, with the same.
const ENTRY_GB: f64 = 290.0 / GB;
/// A body in the bucket lies there as it came, and for two months.
const BODY_GB_MONTHS: f64 = 2.0 * 200.0 * 1024.0 / GB;
/// The log lines of an event, as their unit tests have them; that of process has two copies to count.
const LINES: [&str; 2] = ["ingest-accepted", "process-done"];

const TEMPLATE: &str = include_str!("../../template.yaml");
const LOGGING: &str = include_str!("../../docs/logs.md");

/// What something costs, from the least to the most.
struct Expense {
    name: String,
    least: f64,
    most: f64,
}

impl Expense {
    fn of(name: impl Into<String>, dollars: f64) -> Expense {
        Expense { name: name.into(), least: dollars, most: dollars }
    }

    /// As a row of a table.
    fn row(&self) -> Vec<String> {
        let [least, most] = [self.least, self.most].map(|dollars| format!("{dollars:.2}"));
        let dollars = if least == most { most } else { format!("{least} to {most}") };
        vec![self.name.clone(), dollars]
    }
}

/// The alarms of the template: those that every inbox has, and those that it has with `Expectations=on`.
fn alarms() -> (f64, f64) {
    let heads =
        TEMPLATE.split("Type: AWS::CloudWatch::Alarm\n").skip(1).filter_map(|rest| rest.split("Properties:").next());
    let (of_expectations, of_all): (Vec<&str>, Vec<&str>) =
        heads.partition(|head| head.contains("Condition: Expects\n"));
    (of_all.len() as f64, of_expectations.len() as f64)
}

/// The most metrics that an inbox can have; a test holds the page against the code.
fn metrics() -> f64 {
    let (_, rest) = LOGGING.split_once("at most ").unwrap_or_default();
    rest.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// How many metrics the template's dashboard shows; one with two statistics counts once.
fn dashboard_metrics() -> usize {
    let (_, dashboard) = TEMPLATE.split_once("DashboardBody:").unwrap_or_default();
    let graphs = dashboard.lines().map(str::trim).filter(|line| line.starts_with("[\""));
    graphs.filter_map(|line| line.split(", {").next()).collect::<BTreeSet<_>>().len()
}

/// A run each minute: what Lambda, the schedule, the ledger, Secrets Manager and the log take for it.
fn sweeps(prices: &Prices) -> f64 {
    let runs = MINUTES_A_MONTH / 1e6;
    let lambda = prices.invocations_per_million(SWEEP_MB, SWEEP_BILLED_MS);
    // The directory of sources is read and written once.
    let ledger =
        (SHARDS * 0.5 + 1.0) * prices.dynamodb_read_units_per_million + prices.dynamodb_write_units_per_million;
    let line_gb = log_line::all()[SWEEP_LINE].len() as f64 / GB;
    runs * (lambda + prices.scheduler_invocations_per_million + ledger + prices.secrets_manager_calls_per_million)
        + MINUTES_A_MONTH * line_gb * prices.logs_per_gb
}

fn polling(name: &str, prices: &Prices) -> Expense {
    let [least, most] =
        POLLERS.map(|pollers| MINUTES_A_MONTH * pollers * POLLS_A_MINUTE / 1e6 * prices.sqs_requests_per_million);
    Expense { name: name.to_owned(), least, most }
}

/// What an inbox with one source costs a month while nothing comes, the last of it being the sum.
fn idle(prices: &Prices) -> Vec<Expense> {
    let (alarms, _) = alarms();
    let dashboard =
        format!("the dashboard, of {} metrics, unless it is among the account's first three", dashboard_metrics());
    let sweep_metrics = SWEEP_METRICS.len() as f64;
    let mut all = vec![
        Expense::of(format!("{alarms} alarms"), alarms * prices.alarm_month),
        Expense::of(dashboard, prices.dashboard_month),
        Expense::of(
            format!("{sweep_metrics} metrics of the sweep, in every hour"),
            sweep_metrics * prices.metric_month,
        ),
        Expense::of(
            "a sweep each minute: Lambda, its schedule, 64 queries, the directory, a list of secrets, a line",
            sweeps(prices),
        ),
        polling("Lambda polling the idle queue, with two to five pollers (inferred)", prices),
        Expense::of("the secret of a source", prices.secret_month),
    ];
    let sum = |dollars: fn(&Expense) -> f64| all.iter().map(dollars).sum();
    let (least, most) = (sum(|it| it.least), sum(|it| it.most));
    all.push(Expense { name: "together".to_owned(), least, most });
    all
}

/// What a month costs besides, if it is so or you choose it.
fn chosen(prices: &Prices) -> Vec<Expense> {
    let reads = MINUTES_A_MONTH / SECRET_READ_MINUTES / 1e6;
    let (_, alarms) = alarms();
    vec![
        Expense::of(
            format!("all {} metrics, if each had a value in every hour", metrics()),
            metrics() * prices.metric_month,
        ),
        Expense::of(
            "an instance that works all the time, reading the secret of one source",
            reads * prices.secrets_manager_calls_per_million,
        ),
        polling("Expectations=on: Lambda polling a second queue (inferred)", prices),
        Expense::of(format!("Expectations=on: alarms, {alarms}"), alarms * prices.alarm_month),
        Expense::of("a key of your own, without its calls", prices.key_month),
        Expense::of(
            "the front: WAF with its one rule, and its secret",
            prices.waf_acl_month + prices.waf_rule_month + prices.secret_month,
        ),
    ]
}

/// What a million events cost besides their own way.
fn per_million(prices: &Prices) -> Vec<Expense> {
    let lines_gb = LINES.map(|line| log_line::all()[line].len() as f64 / GB).iter().sum::<f64>();
    let stored = prices.dynamodb_storage_gb_month + prices.dynamodb_recovery_gb_month;
    // One call sends an event; two receive and delete its batch.
    let fair = |batch: f64| (1.0 + 2.0 / batch) * prices.sqs_fair_requests_per_million;
    vec![
        Expense::of("30 days of records below 1 KiB", 1e6 * RECORD_GB * prices.dynamodb_storage_gb_month),
        Expense::of("their point-in-time recovery", 1e6 * RECORD_GB * prices.dynamodb_recovery_gb_month),
        Expense::of("both, for each KiB more of a record", 1e6 * KIB_GB * stored),
        Expense::of("their entries in the index of arrivals", 1e6 * ENTRY_GB * prices.dynamodb_storage_gb_month),
        Expense::of("60 days of bodies of 200 KiB in the bucket", 1e6 * BODY_GB_MONTHS * prices.s3_storage_gb_month),
        Expense::of("30 days of log lines, before they are compressed", 1e6 * lines_gb * prices.logs_storage_gb_month),
        Expense {
            name: "fair queues, by a third-party guide, in batches of 10 to 1".to_owned(),
            least: fair(10.0),
            most: fair(1.0),
        },
        Expense::of(
            "an HTTP API in place of the function URL, for each 512 KB begun",
            prices.http_api_requests_per_million,
        ),
        Expense::of(
            "CloudFront with WAF in front, without bytes",
            prices.cloudfront_requests_per_million + prices.waf_requests_per_million,
        ),
        Expense::of("traces, if X-Ray records all of ingest's", prices.traces_per_million),
    ]
}

/// All of it, as it is published.
#[must_use]
pub fn text(prices: &Prices) -> String {
    let rows = |expenses: Vec<Expense>| expenses.iter().map(Expense::row).collect::<Vec<_>>();
    format!(
        "{}\n\n{}\n\n{}\nCloudWatch bills a metric for the hours in which it has a value: a quiet inbox pays for the sweep's {} and \
         few others.",
        table(&["a month while nothing comes, with one source", "$"], rows(idle(prices))),
        table(&["a month besides, if it is so", "$"], rows(chosen(prices))),
        table(&["a million events, besides", "$"], rows(per_million(prices))),
        SWEEP_METRICS.len(),
    )
}

#[cfg(test)]
mod tests;

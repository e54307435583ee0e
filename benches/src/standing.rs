//! What a month costs beside the events' own way: what lies stored, what is watched, what runs while nothing comes, and
//! what can stand in front. Nothing runs for it: prices times figures that are known.

use testdata::log_line;

use crate::prices::Prices;
use crate::report::table;

/// Its place in benches/performance.md.
pub const PART: &str = "standing";

const MINUTES_A_MONTH: f64 = 30.0 * 24.0 * 60.0;
/// Parts of the index that a sweep asks. Each query that finds nothing takes half a read unit.
const SHARDS: f64 = 64.0;
/// What a sweep is billed for, roughly: nothing was measured on AWS.
const SWEEP_BILLED_MS: f64 = 250.0;
/// The sweep's memory.
const SWEEP_MB: u64 = 256;
/// The log line of a sweep, as its unit test has it.
const SWEEP_LINE: &str = "sweep-complete";
/// Metrics that the sweep writes in each run, overdue events or none: its runs, and how long they take.
const SWEEP_METRICS: f64 = 2.0;
/// Lambda begins with so many pollers of a queue, and each waits for up to 20 s.
const POLLS_A_MINUTE: f64 = 5.0 * 3.0;
/// An item of up to 1 KiB, with the 100 bytes that DynamoDB adds.
const RECORD_GB: f64 = 1124.0 / 1e9;
/// Its entry in the index of arrivals, of about 190 bytes, with the same.
const ENTRY_GB: f64 = 290.0 / 1e9;
/// The log lines of an event, as their unit tests have them; that of process has two copies to count.
const LINES: [&str; 2] = ["ingest-accepted", "process-done"];
/// An event's calls to its queue: one to send, and in batches of ten a tenth each to receive and to delete.
const QUEUE_CALLS: f64 = 1.2;

const TEMPLATE: &str = include_str!("../../template.yaml");
const LOGGING: &str = include_str!("../../docs/logs.md");

/// The alarms of the template.
fn alarms() -> f64 {
    TEMPLATE.matches("Type: AWS::CloudWatch::Alarm\n").count() as f64
}

/// The most metrics that an inbox can have; a test holds the page against the code.
fn metrics() -> f64 {
    let (_, rest) = LOGGING.split_once("at most ").unwrap_or_default();
    rest.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// All of it, as it is published.
#[must_use]
pub fn text(prices: &Prices) -> String {
    let sweep_gb = MINUTES_A_MONTH * log_line::all()[SWEEP_LINE].len() as f64 / 1e9;
    let sweep = MINUTES_A_MONTH / 1e6 * prices.invocations_per_million(SWEEP_MB, SWEEP_BILLED_MS)
        + MINUTES_A_MONTH * SHARDS * 0.5 / 1e6 * prices.dynamodb_read_units_per_million
        + sweep_gb * prices.logs_per_gb;
    let a_month = [
        (format!("{} alarms", alarms()), alarms() * prices.alarm_month),
        ("the dashboard, unless it is among the account's first three".to_owned(), prices.dashboard_month),
        (format!("{SWEEP_METRICS} metrics of the sweep, in every hour"), SWEEP_METRICS * prices.metric_month),
        (format!("all {} metrics, if each had a value in every hour", metrics()), metrics() * prices.metric_month),
        ("a sweep each minute: Lambda, 64 queries, a line".to_owned(), sweep),
        (
            "Lambda polling the idle queue (inferred)".to_owned(),
            MINUTES_A_MONTH * POLLS_A_MINUTE / 1e6 * prices.sqs_requests_per_million,
        ),
        ("the secret of a source".to_owned(), prices.secret_month),
        ("a key of your own, without its calls".to_owned(), prices.key_month),
        ("WAF with the one rule of the front".to_owned(), prices.waf_acl_month + prices.waf_rule_month),
    ];
    let lines_gb = LINES.map(|line| log_line::all()[line].len() as f64 / 1e9).iter().sum::<f64>();
    let per_million = [
        ("30 days of records below 1 KiB".to_owned(), 1e6 * RECORD_GB * prices.dynamodb_storage_gb_month),
        ("their point-in-time recovery".to_owned(), 1e6 * RECORD_GB * prices.dynamodb_recovery_gb_month),
        ("their entries in the index of arrivals".to_owned(), 1e6 * ENTRY_GB * prices.dynamodb_storage_gb_month),
        ("30 days of log lines, before they are compressed".to_owned(), 1e6 * lines_gb * prices.logs_storage_gb_month),
        (
            "fair queues, by a third-party guide, in batches of 10".to_owned(),
            QUEUE_CALLS * prices.sqs_fair_requests_per_million,
        ),
        ("an HTTP API in place of the function URL".to_owned(), prices.http_api_requests_per_million),
        (
            "CloudFront with WAF in front, without bytes".to_owned(),
            prices.cloudfront_requests_per_million + prices.waf_requests_per_million,
        ),
        ("traces, if X-Ray records all of ingest's".to_owned(), prices.traces_per_million),
    ];
    let rows = |part: &[(String, f64)]| -> Vec<Vec<String>> {
        part.iter().map(|(name, dollars)| vec![name.clone(), format!("{dollars:.2}")]).collect()
    };
    format!(
        "{}\n\n{}",
        table(&["a month, whatever comes", "$"], rows(&a_month)),
        table(&["a million events, besides", "$"], rows(&per_million))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_what_is_computed() {
        let text = text(&Prices::read().unwrap());
        let page = include_str!("../performance.md");
        assert!(page.contains(&text), "`make cost PUBLISH=1` writes it:\n{text}");
    }

    #[test]
    fn what_is_read_of_other_files_is_found() {
        assert!(alarms() > 15.0 && metrics() > 50.0);
    }
}

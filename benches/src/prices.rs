//! AWS's list prices.

use serde::Deserialize;

use crate::Result;

/// List prices in dollars, without free tiers and discounts: `benches/prices.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Where they hold.
    pub region: String,
    /// How far they can be trusted: who compares them with AWS's pages says so here.
    pub stated: String,
    /// The pages to compare them with.
    pub pages: Vec<String>,
    /// Invocations.
    pub lambda_requests_per_million: f64,
    /// Memory over time, on x86.
    pub lambda_gb_second_x86: f64,
    /// Memory over time, on arm64.
    pub lambda_gb_second_arm: f64,
    /// On-demand write units of 1 KiB.
    pub dynamodb_write_units_per_million: f64,
    /// Calls of up to 64 KiB, of whatever kind.
    pub sqs_requests_per_million: f64,
    /// Publishes of up to 64 KiB. Delivery to SQS is free.
    pub sns_publishes_per_million: f64,
    /// Objects written.
    pub s3_puts_per_million: f64,
    /// Objects read.
    pub s3_gets_per_million: f64,
    /// Log lines taken in.
    pub logs_per_gb: f64,
    /// What lies in a bucket.
    pub s3_storage_gb_month: f64,
    /// Calls to Secrets Manager: reads and lists.
    pub secrets_manager_calls_per_million: f64,
    /// A secret.
    pub secret_month: f64,
    /// On-demand read units.
    pub dynamodb_read_units_per_million: f64,
    /// A write a second of up to 1 KiB, provisioned.
    pub dynamodb_write_capacity_hour: f64,
    /// A strongly consistent read a second of up to 4 KiB, provisioned.
    pub dynamodb_read_capacity_hour: f64,
    /// What lies in a table.
    pub dynamodb_storage_gb_month: f64,
    /// The same, restorable to any second.
    pub dynamodb_recovery_gb_month: f64,
    /// Log lines that lie stored.
    pub logs_storage_gb_month: f64,
    /// A custom metric, of the first 10,000.
    pub metric_month: f64,
    /// An alarm on one metric.
    pub alarm_month: f64,
    /// A dashboard, after the account's first three, or with more than 50 metrics.
    pub dashboard_month: f64,
    /// What a request to a queue costs more that uses message groups, as a third party's guide has it: no page of AWS's
    /// was found that names it (cloudburn.io, "Amazon SQS Pricing", March 2026).
    pub sqs_fair_requests_per_million: f64,
    /// What the scheduler calls.
    pub scheduler_invocations_per_million: f64,
    /// Requests of an HTTP API, of up to 512 KB.
    pub http_api_requests_per_million: f64,
    /// HTTPS requests to CloudFront, in the cheapest regions.
    pub cloudfront_requests_per_million: f64,
    /// A web ACL of WAF's.
    pub waf_acl_month: f64,
    /// A rule in it.
    pub waf_rule_month: f64,
    /// Requests that it looks at.
    pub waf_requests_per_million: f64,
    /// Traces that X-Ray records.
    pub traces_per_million: f64,
    /// A key of one's own.
    pub key_month: f64,
}

impl Prices {
    /// Those of the table.
    ///
    /// # Errors
    /// If somebody has broken it.
    pub fn read() -> Result<Prices> {
        Ok(serde_json::from_str(include_str!("../prices.json"))?)
    }

    /// A million invocations of `memory_mb` that are each billed for `billed_ms`, on x86.
    #[must_use]
    pub fn invocations_per_million(&self, memory_mb: u64, billed_ms: f64) -> f64 {
        let gb_seconds = memory_mb as f64 / 1024.0 * billed_ms / 1000.0 * 1e6;
        self.lambda_requests_per_million + gb_seconds * self.lambda_gb_second_x86
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_requests_of_a_gigabyte_second_cost_what_the_page_says() {
        let prices = Prices::read().unwrap();
        let total = prices.invocations_per_million(1024, 1000.0);
        assert!((total - 16.8667).abs() < 0.001, "{total}");
    }
}

//! AWS's list prices, of the file that the benchmarks use too.

use serde::Deserialize;

/// Dollars, in us-east-1.
#[derive(Clone, Debug, Deserialize)]
pub struct Prices {
    /// When they were written down.
    pub stated: String,
    /// The region that they are of.
    pub region: String,
    pub(crate) lambda_requests_per_million: f64,
    pub(crate) lambda_gb_second_x86: f64,
    pub(crate) lambda_gb_second_arm: f64,
    pub(crate) dynamodb_write_units_per_million: f64,
    pub(crate) dynamodb_read_units_per_million: f64,
    pub(crate) dynamodb_storage_gb_month: f64,
    pub(crate) dynamodb_recovery_gb_month: f64,
    pub(crate) sqs_requests_per_million: f64,
    pub(crate) sns_publishes_per_million: f64,
    pub(crate) logs_per_gb: f64,
    pub(crate) scheduler_invocations_per_million: f64,
    pub(crate) secrets_manager_calls_per_million: f64,
    pub(crate) secret_month: f64,
    pub(crate) metric_month: f64,
    pub(crate) alarm_month: f64,
    pub(crate) dashboard_month: f64,
}

impl Prices {
    /// Those that the program was built with.
    #[must_use]
    pub fn known() -> Prices {
        serde_json::from_str(include_str!("../../benches/prices.json")).expect("a test reads it")
    }
}

#[cfg(test)]
mod tests {
    use super::Prices;

    #[test]
    fn the_prices_can_be_read() {
        assert!(Prices::known().logs_per_gb > 0.0);
    }
}

//! What was measured of expected jobs, of all sources together.

use std::time::Duration;

use domain::metric::{FUNCTION, Metric, NAMESPACE};
use domain::time::Timestamp;

use crate::error::Result;
use crate::metrics::{MetricQuestion, Metrics, Statistic};
use crate::session::Session;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts of expected jobs; each is absent where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobMetrics {
    /// Ends that the senders' APIs told, because no webhook did in time.
    pub ended_by_poll: Option<u64>,
    /// Webhooks that came after that, or after their jobs were given up.
    pub late: Option<u64>,
    /// Jobs that were given up.
    pub expired: Option<u64>,
}

impl JobMetrics {
    /// Those of the time from `since` to `until`.
    ///
    /// # Errors
    /// If CloudWatch refuses.
    pub async fn ask(session: &Session, since: Timestamp, until: Timestamp, now: Timestamp) -> Result<JobMetrics> {
        let stack = session.stack().await?;
        let (ingest, process) = (stack.output("IngestFunction")?, stack.output("ProcessFunction")?);
        let question = |metric: Metric, function: &str| MetricQuestion {
            namespace: NAMESPACE,
            name: metric.as_str().to_owned(),
            dimensions: vec![(FUNCTION, function.to_owned())],
            statistic: Statistic::Sum,
        };
        let questions = [
            question(Metric::EndedByPoll, process),
            question(Metric::Late, process),
            question(Metric::Late, ingest),
            question(Metric::Expired, process),
        ];
        let window = whole_periods(since.until(until), since.until(now));
        let answers = Metrics::of(session).await?.ask(&questions, window, until).await?;
        let count = |number: usize| answers.get(number).copied().flatten().map(whole);
        Ok(JobMetrics {
            ended_by_poll: count(0),
            late: match (count(1), count(2)) {
                (None, None) => None,
                (one, other) => Some(one.unwrap_or(0) + other.unwrap_or(0)),
            },
            expired: count(3),
        })
    }
}

/// A window as CloudWatch takes it: the longer ago its start is, the coarser are the values that are left.
fn whole_periods(window: Duration, age: Duration) -> Duration {
    // To round up moves the start back.
    let unit_seconds = match age + HOUR {
        age if age <= 15 * DAY => 60,
        age if age <= 63 * DAY => 300,
        _ => 3_600,
    };
    Duration::from_secs(window.as_secs().next_multiple_of(unit_seconds).max(unit_seconds))
}

/// Counts have no fraction, and none is below 0.
fn whole(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest number that there is"
    )]
    let whole = value.round() as u64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_a_multiple_of_the_period_that_cloudwatch_still_has() {
        let check = |window, age, expected_seconds| {
            assert_eq!(whole_periods(window, age).as_secs(), expected_seconds, "{window:?}, {age:?} ago");
        };
        let second = Duration::from_secs(1);
        check(Duration::ZERO, Duration::ZERO, 60);
        check(60 * second, 60 * second, 60);
        check(7 * DAY, 7 * DAY, 7 * 86_400);
        check(DAY + second, 14 * DAY, 86_460);
        // Rounded up by a minute, it would begin more than 15 days ago.
        check(15 * DAY - second, 15 * DAY - second, 15 * 86_400);
        check(DAY + second, 16 * DAY, 86_700);
        check(second, 62 * DAY, 300);
        check(DAY + second, 64 * DAY, 90_000);
        check(second, 400 * DAY, 3_600);
    }
}

//! What was measured of expected jobs, of all sources together.

use std::time::Duration;

use domain::metric::{FUNCTION, Metric, NAMESPACE};
use domain::time::Timestamp;

use crate::error::Result;
use crate::metrics::{MetricQuestion, Metrics, Statistic};
use crate::session::Session;

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
    /// Those of the time of `window` until `now`.
    ///
    /// # Errors
    /// If CloudWatch refuses.
    pub async fn ask(session: &Session, window: Duration, now: Timestamp) -> Result<JobMetrics> {
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
        // CloudWatch takes whole minutes.
        let window = Duration::from_secs(window.as_secs().next_multiple_of(60).max(60));
        let answers = Metrics::of(session).await?.ask(&questions, window, now).await?;
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

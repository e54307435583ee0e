//! What CloudWatch has measured.

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_smithy_types::DateTime;
use domain::time::Timestamp;

use crate::aws_error::OrError as _;
use crate::error::Result;
use crate::session::Session;

/// CloudWatch answers so many questions at once.
const QUERIES_MAX: usize = 500;

/// What CloudWatch has measured.
#[derive(Debug)]
pub struct Metrics {
    client: Client,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricQuestion {
    /// Whose: `Landfall`, `AWS/SQS`.
    pub namespace: &'static str,
    /// The metric.
    pub name: String,
    /// What it is split by, and the part that is asked for.
    pub dimensions: Vec<(&'static str, String)>,
    /// How values become one.
    pub statistic: Statistic,
}

/// How values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// All together.
    Sum,
    /// The largest.
    Maximum,
}

impl Metrics {
    /// Those of the region.
    ///
    /// # Errors
    /// If no region is known.
    pub async fn of(session: &Session) -> Result<Metrics> {
        Ok(Metrics { client: Client::new(session.config().await?) })
    }

    /// The answers, each over the whole time up to `now`; `None` where nothing was measured.
    ///
    /// # Errors
    /// If CloudWatch refuses.
    pub async fn ask(
        &self,
        questions: &[MetricQuestion],
        window: Duration,
        now: Timestamp,
    ) -> Result<Vec<Option<f64>>> {
        let mut answers = Vec::new();
        for questions in questions.chunks(QUERIES_MAX) {
            answers.extend(self.ask_some(questions, window, now).await?);
        }
        Ok(answers)
    }

    async fn ask_some(
        &self,
        questions: &[MetricQuestion],
        window: Duration,
        now: Timestamp,
    ) -> Result<Vec<Option<f64>>> {
        let mut request = self
            .client
            .get_metric_data()
            .start_time(DateTime::from_millis((now - window).as_millis()))
            .end_time(DateTime::from_millis(now.as_millis()));
        for (number, question) in questions.iter().enumerate() {
            request = request.metric_data_queries(question.query(number, window));
        }
        let mut answers: Vec<Option<f64>> = vec![None; questions.len()];
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            for result in page.or_error("cloudwatch:GetMetricData")?.metric_data_results() {
                let number = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                let (Some(number), values) = (number, result.values()) else { continue };
                let Some(answer) = answers.get_mut(number) else { continue };
                // The window may touch two periods.
                for &value in values {
                    *answer = Some(questions[number].statistic.join(*answer, value));
                }
            }
        }
        Ok(answers)
    }
}

impl MetricQuestion {
    fn query(&self, number: usize, window: Duration) -> MetricDataQuery {
        let dimensions =
            self.dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(value).build());
        let metric = Metric::builder()
            .namespace(self.namespace)
            .metric_name(&self.name)
            .set_dimensions(Some(dimensions.collect()))
            .build();
        let period = i32::try_from(window.as_secs()).unwrap_or(i32::MAX);
        let stat = MetricStat::builder().metric(metric).period(period).stat(self.statistic.as_str()).build();
        MetricDataQuery::builder().id(format!("m{number}")).metric_stat(stat).build()
    }
}

impl Statistic {
    const fn as_str(self) -> &'static str {
        match self {
            Statistic::Sum => "Sum",
            Statistic::Maximum => "Maximum",
        }
    }

    fn join(self, one: Option<f64>, other: f64) -> f64 {
        match (self, one) {
            (_, None) => other,
            (Statistic::Sum, Some(one)) => one + other,
            (Statistic::Maximum, Some(one)) => one.max(other),
        }
    }
}

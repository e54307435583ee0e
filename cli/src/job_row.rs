//! Replay jobs as data.

use std::collections::BTreeMap;

use domain::ledger::replay_job::ReplayJob;
use operator::replay::show::{ReplayReport, ReplayResult};
use serde::Serialize;

use crate::output::Row;

/// A replay job.
#[derive(Debug, Serialize)]
pub struct JobRow {
    job: String,
    state: &'static str,
    events: u32,
    rate_per_second: u32,
    contradicted: bool,
    frozen_at: String,
    by: String,
    runner: Option<String>,
    filter: serde_json::Value,
}

/// A replay job and its events.
#[derive(Debug, Serialize)]
pub struct JobReport {
    #[serde(flatten)]
    job: JobRow,
    /// How many events stand how.
    results: BTreeMap<&'static str, u64>,
    /// Those that failed again.
    failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
struct Failure {
    id: String,
    reason: String,
}

impl Row for JobRow {
    const COLUMNS: &'static [&'static str] = &["job", "state", "events", "frozen_at", "by"];
}

impl Row for JobReport {
    const COLUMNS: &'static [&'static str] =
        &["job", "state", "events", "frozen_at", "by", "runner", "filter", "results", "failures"];
}

impl From<ReplayJob> for JobRow {
    fn from(job: ReplayJob) -> JobRow {
        JobRow {
            job: job.id.to_string(),
            state: job.state.as_str(),
            events: job.count,
            rate_per_second: job.rate_per_second,
            contradicted: job.replays_contradicted,
            frozen_at: job.frozen_at().to_string(),
            by: job.by,
            runner: job.runner.map(|(runner, _)| runner),
            filter: serde_json::from_str(&job.filter).unwrap_or_default(),
        }
    }
}

impl From<ReplayReport> for JobReport {
    fn from(report: ReplayReport) -> JobReport {
        let word = |result: ReplayResult| match result {
            ReplayResult::Done => "done",
            ReplayResult::Failed => "failed",
            ReplayResult::Waiting => "waiting",
            ReplayResult::Not(replayability) => replayability.as_str(),
        };
        let failures = report.failed.into_iter().map(|(id, reason)| Failure { id: id.to_string(), reason });
        JobReport {
            job: JobRow::from(report.job),
            results: report.results.into_iter().map(|(result, count)| (word(result), count)).collect(),
            failures: failures.collect(),
        }
    }
}

//! The one log line of a sweep.

use std::time::Instant;

use domain::delivery::trace::Trace;
use platform::log::{self, Level};
use serde::Serialize;

use crate::report::Report;

/// What is told of a run.
pub(crate) struct SweepLog {
    request_id: String,
    trace_id: Option<String>,
    began_at: Instant,
}

/// The line. Fields that have the name of a metric are measured.
#[derive(Serialize)]
struct SweepLine<'a> {
    request_id: &'a str,
    trace_id: Option<&'a str>,
    outcome: &'static str,
    sweep_runs: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<u32>,
    #[serde(flatten)]
    report: &'a Report,
    duration_ms: f64,
}

impl SweepLog {
    pub(crate) fn begin(request_id: &str, trace: Option<&Trace>) -> SweepLog {
        #[expect(clippy::disallowed_methods, reason = "measures a duration; no decision depends on it")]
        let began_at = Instant::now();
        let trace_id = trace.and_then(Trace::sampled_id).map(str::to_owned);
        SweepLog { request_id: request_id.to_owned(), trace_id, began_at }
    }

    /// Writes the line.
    pub(crate) fn end(self, report: &Report) {
        let (level, line) = self.line(report);
        log::write(level, "sweep", line);
    }

    fn line<'a>(&'a self, report: &'a Report) -> (Level, SweepLine<'a>) {
        let (level, outcome) = match (report.is_complete(), report.silent + report.only_refused) {
            (false, _) => (Level::Error, "incomplete"),
            (true, 0) => (Level::Info, "complete"),
            (true, _) => (Level::Warn, "complete"),
        };
        let line = SweepLine {
            request_id: &self.request_id,
            trace_id: self.trace_id.as_deref(),
            outcome,
            sweep_runs: 1,
            incomplete: (!report.is_complete()).then_some(1),
            report,
            duration_ms: self.began_at.elapsed().as_secs_f64() * 1000.0,
        };
        (level, line)
    }
}

#[cfg(test)]
mod tests;

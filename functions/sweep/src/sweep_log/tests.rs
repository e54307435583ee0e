//! The lines are in `tests/log_lines/sweep.json`, where alarms, dashboard and docs are tested against them.

use domain::time::Timestamp;
use platform::service_error::ServiceError;
use testdata::log_line;

use super::*;

const AT: Timestamp = Timestamp::from_millis(1_756_711_611_484);

fn check(name: &str, report: &Report) {
    let log = SweepLog::begin("1c2f6a58-52d4-4c53-9a77-6f9f6f2f0e11", None);
    let (level, mut line) = log.line(report);
    line.duration_ms = 240.0;
    log_line::check("sweep", name, &log::render(Some("Sweep"), AT, level, "sweep", line));
}

#[test]
fn a_run_is_counted_with_what_it_found_and_sent() {
    check("complete", &Report { overdue: 3, sent: 2, passed_over: 1, ..Report::default() });
}

#[test]
fn a_run_that_left_something_undone_says_so() {
    let mut report = Report { overdue: 1, troubled: 1, left_some: true, ..Report::default() };
    report.note(&ServiceError::retryable("sqs:SendMessage", "timed out"));
    check("incomplete", &report);
}

#[test]
fn a_run_that_finds_watched_sources_silent_names_them() {
    let silent_sources = vec!["csm-prod".to_owned(), "glossi-prod".to_owned()];
    check("silent", &Report { silent: 2, silent_sources, ..Report::default() });
}

#[test]
fn a_run_that_finds_sources_with_only_refusals_names_them() {
    let only_refused_sources = vec!["glossi-prod".to_owned()];
    check("only-refused", &Report { only_refused: 1, only_refused_sources, ..Report::default() });
}

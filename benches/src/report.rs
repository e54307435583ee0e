//! What a run printed: tables for the terminal, JSON for everything else.

use std::time::Duration;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::contender::Contender;
use crate::scenario::{Sample, Scenario};

/// The figures of a contender in a scenario: medians of its rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Who.
    pub contender: Contender,
    /// In what.
    pub scenario: Scenario,
    /// From the start of the process until it asked for an event.
    pub first_poll_ms: f64,
    /// From the start of the process until it had answered its first event.
    pub first_answer_ms: f64,
    /// The answer's latency.
    pub p50_ms: f64,
    /// Its 90th percentile.
    pub p90_ms: f64,
    /// Its 99th percentile.
    pub p99_ms: f64,
    /// How long AWS kept an event waiting.
    pub aws_ms: f64,
    /// The CPU time of an event.
    pub cpu_ms: f64,
    /// The most memory that the process had.
    pub peak_memory_mib: f64,
    /// Calls to AWS an event.
    pub calls: f64,
}

impl Figures {
    /// The medians of `samples`.
    #[must_use]
    pub fn of(contender: Contender, scenario: Scenario, samples: &[Sample]) -> Figures {
        let over = |figure: &dyn Fn(&Sample) -> f64| median(samples.iter().map(figure).collect());
        Figures {
            contender,
            scenario,
            first_poll_ms: over(&|sample| millis(sample.first_poll)),
            first_answer_ms: over(&|sample| millis(sample.first_answer)),
            p50_ms: over(&|sample| percentile(&sample.latencies, 50)),
            p90_ms: over(&|sample| percentile(&sample.latencies, 90)),
            p99_ms: over(&|sample| percentile(&sample.latencies, 99)),
            aws_ms: over(&|sample| millis(sample.held)),
            cpu_ms: over(&|sample| millis(sample.cpu)),
            peak_memory_mib: over(&|sample| sample.peak_memory as f64 / 1024.0 / 1024.0),
            calls: over(&|sample| sample.calls),
        }
    }
}

/// Milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The median; 0 of nothing.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// The latency, in milliseconds, that `percent` of all stay within; 0 of nothing.
#[must_use]
pub fn percentile(latencies: &[Duration], percent: usize) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort();
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().map_or(0.0, millis)
}

/// A table whose first column is text and whose others are figures.
#[must_use]
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(header.iter().copied());
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// A figure, and how many times Landfall's it is.
#[must_use]
pub fn beside(figure: f64, landfall: f64) -> String {
    if landfall > 0.0 && figure > 0.0 {
        format!("{} ({:.1}x)", short(figure), figure / landfall)
    } else {
        short(figure)
    }
}

/// A figure with three digits that count.
#[must_use]
pub fn short(figure: f64) -> String {
    match figure {
        figure if figure >= 100.0 => format!("{figure:.0}"),
        figure if figure >= 10.0 => format!("{figure:.1}"),
        figure => format!("{figure:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_are_those_of_the_books() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        let hundred: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!((percentile(&hundred, 50), percentile(&hundred, 99)), (50.0, 99.0));
        assert_eq!(percentile(&[], 50), 0.0);
    }
}

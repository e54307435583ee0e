//! What runs came to, as a table and as pictures.

use super::{Outcome, Second, World};
use crate::plot::Plot;
use crate::report::{short, table};

/// The table of runs.
#[must_use]
pub fn text(runs: &[(World, Outcome)]) -> String {
    let header = [
        "rate, settings",
        "arrived",
        "429 (%)",
        "message only",
        "cold starts",
        "ingest at once",
        "process at once",
        "messages, peak",
        "age p50, p99, most",
        "left for later",
        "swept",
        "drained after",
    ];
    table(&header, runs.iter().map(|(world, outcome)| row(world, outcome)))
}

fn row(world: &World, outcome: &Outcome) -> Vec<String> {
    let sum = |figure: fn(&Second) -> u64| outcome.seconds.iter().map(figure).sum::<u64>();
    let most = |figure: fn(&Second) -> u64| outcome.seconds.iter().map(figure).max().unwrap_or(0);
    let arrived = sum(|it| it.arrived);
    let ages = [50, 99, 100].map(|percent| duration(age(&outcome.ages, percent)));
    let unfinished = outcome.seconds.last().map_or(0, |last| last.unfinished);
    let drained = (outcome.seconds.len() as u64).saturating_sub(world.load_seconds);
    vec![
        world.name.clone(),
        arrived.to_string(),
        short(100.0 * sum(|it| it.refused) as f64 / arrived.max(1) as f64),
        sum(|it| it.in_message_only).to_string(),
        sum(|it| it.cold_starts).to_string(),
        most(|it| it.ingest_instances).to_string(),
        most(|it| it.process_instances).to_string(),
        most(|it| it.messages).to_string(),
        ages.join(", "),
        sum(|it| it.kept).to_string(),
        sum(|it| it.swept).to_string(),
        if unfinished == 0 { duration(drained) } else { format!("{unfinished} left") },
    ]
}

/// The age that `percent` of all finished events stay within. Ages are sorted.
fn age(ages: &[(u64, u64)], percent: u64) -> u64 {
    let all: u64 = ages.iter().map(|(_, count)| count).sum();
    let mut left = (all * percent).div_ceil(100);
    for (age, count) in ages {
        if left <= *count {
            return *age;
        }
        left -= count;
    }
    0
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{:.1} h", seconds as f64 / 3600.0),
    }
}

/// A picture of the highest `figure` of each five minutes, of the first `hours`.
#[must_use]
pub fn plot(title: &str, hours: u64, runs: &[(World, Outcome)], figure: fn(&Second) -> u64) -> Plot {
    const STEP_SECONDS: usize = 300;
    let steps = hours as usize * 3600 / STEP_SECONDS;
    let label = |step: usize| if step.is_multiple_of(4) { format!("{} min", step * 5) } else { String::new() };
    let line = |outcome: &Outcome| -> Vec<f64> {
        let mut highest: Vec<f64> = outcome
            .seconds
            .chunks(STEP_SECONDS)
            .take(steps)
            .map(|chunk| chunk.iter().map(figure).max().unwrap_or(0) as f64)
            .collect();
        highest.resize(steps, 0.0);
        highest
    };
    Plot {
        title: title.to_owned(),
        steps: (0..steps).map(label).collect(),
        lines: runs.iter().map(|(world, outcome)| (world.name.clone(), line(outcome))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_weighed_by_their_events() {
        let ages = [(0, 50), (10, 49), (100, 1)];
        assert_eq!([50, 51, 99, 100].map(|percent| age(&ages, percent)), [0, 10, 10, 100]);
        assert_eq!(age(&[], 50), 0);
    }
}

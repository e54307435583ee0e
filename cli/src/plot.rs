//! Plots of plain characters.

use std::fmt::Write as _;
use std::time::Duration;

use crate::moment::whole;

/// How many characters the longest bar has.
const WIDTH: u64 = 40;
/// The bounds of a histogram's bars, in seconds: each about three times the one before.
const BOUNDS_SECONDS: [u64; 13] = [1, 3, 10, 30, 60, 180, 600, 1_800, 3_600, 10_800, 36_000, 86_400, 259_200];

/// A line for each count: its name, the count, its share and a bar.
#[must_use]
pub fn bars(counts: &[(String, u64)]) -> String {
    let width = |length: fn(&(String, u64)) -> usize| counts.iter().map(length).max().unwrap_or(0);
    let (names, digits) = (width(|(name, _)| name.len()), width(|(_, count)| count.to_string().len()));
    let (total, largest) =
        (counts.iter().map(|(_, count)| count).sum::<u64>(), counts.iter().map(|(_, count)| *count).max());
    let mut text = String::new();
    for (name, count) in counts {
        let share = 100.0 * *count as f64 / total.max(1) as f64;
        // Whatever is there shows.
        let length = (WIDTH * count).div_ceil(largest.unwrap_or(0).max(1));
        let bar = "#".repeat(usize::try_from(length).unwrap_or(0));
        let line = format!("{name:<names$}  {count:>digits$}  {share:>5.1} %  {bar}");
        writeln!(text, "{}", line.trim_end()).expect("a text takes any");
    }
    text
}

/// How many of the durations, sorted, lie between which bounds: a bar for each, from the first to the last that has some.
#[must_use]
pub fn histogram(sorted: &[Duration]) -> String {
    let below = |seconds: u64| sorted.partition_point(|it| *it < Duration::from_secs(seconds));
    let mut bins = Vec::new();
    let mut before = 0;
    for seconds in BOUNDS_SECONDS {
        let count = below(seconds);
        bins.push((format!("below {}", whole(Duration::from_secs(seconds))), count - before));
        before = count;
    }
    bins.push(("longer".to_owned(), sorted.len() - before));
    let (Some(first), Some(last)) =
        (bins.iter().position(|(_, count)| *count > 0), bins.iter().rposition(|(_, count)| *count > 0))
    else {
        return String::new();
    };
    let shown: Vec<(String, u64)> =
        bins[first..=last].iter().map(|(name, count)| (name.clone(), *count as u64)).collect();
    bars(&shown)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn the_largest_count_has_the_longest_bar_and_a_small_one_shows() {
        let counts = [("webhook", 650), ("poll", 300), ("late", 1), ("never", 0)];
        let counts = counts.map(|(name, count)| (name.to_owned(), count));
        expect![[r#"
            webhook  650   68.3 %  ########################################
            poll     300   31.5 %  ###################
            late       1    0.1 %  #
            never      0    0.0 %
        "#]]
        .assert_eq(&bars(&counts));
        assert_eq!(bars(&[("none".to_owned(), 0)]), "none  0    0.0 %\n");
    }

    #[test]
    fn a_histogram_shows_the_part_in_which_something_is() {
        let check = |seconds: &[u64], expected: Expect| {
            let sorted: Vec<Duration> = seconds.iter().map(|it| Duration::from_secs(*it)).collect();
            expected.assert_eq(&histogram(&sorted));
        };
        check(&[], expect![""]);
        check(
            &[30, 59, 60, 700],
            expect![[r#"
                below 1m   2   50.0 %  ########################################
                below 3m   1   25.0 %  ####################
                below 10m  0    0.0 %
                below 30m  1   25.0 %  ####################
            "#]],
        );
        check(
            &[900_000],
            expect![[r#"
            longer  1  100.0 %  ########################################
        "#]],
        );
    }
}

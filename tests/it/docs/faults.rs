//! Whatever fails, somebody hears of it: each row of the lifecycle's table of faults names its alarm.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::schedule::{ATTEMPTS_MAX, Schedule};
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use expect_test::expect;
use serde_json::Value;

use super::pages::all;
use crate::alarms::{alarms, datapoints_to_alarm};

/// Each attempt waits for the sweep that sends its message.
const SWEEP_SECONDS: u64 = 60;

/// The seconds after which an alarm has rung at the latest: until its metric breaches, and for as long as it evaluates.
fn seconds() -> BTreeMap<&'static str, u64> {
    let number = |alarm: &Value, name: &str| alarm[name].as_u64().expect("a number");
    let until_breach = |name: &str, alarm: &Value| match name {
        "RetriesAlarm" => until_attempt(u32::try_from(number(alarm, "Threshold")).expect("few")),
        // Where they are named, the last attempt has failed.
        "FailedAlarm" | "ContradictedAlarm" => until_attempt(ATTEMPTS_MAX),
        "OldestMessageAlarm" | "OldestExpectationAlarm" => number(alarm, "Threshold"),
        _ => 0,
    };
    let evaluation = |alarm: &Value| number(alarm, "Period") * datapoints_to_alarm(alarm);
    alarms().map(|(name, alarm)| (name, until_breach(name, alarm) + evaluation(alarm))).collect()
}

/// From the first attempt to the one with this number, at the latest.
fn until_attempt(number: u32) -> u64 {
    const FIRST: Timestamp = Timestamp::from_millis(0);
    let schedule = Schedule::at(TimeScale::REAL);
    let waits = (1..number).map(|attempt| schedule.retry_at(FIRST, attempt, 1.0).expect("an attempt follows"));
    waits.map(|at| FIRST.until(at).as_secs() + SWEEP_SECONDS).sum()
}

/// The alarms that `cell` names, each with the seconds after which it is said to ring.
fn named(cell: &str) -> Vec<(String, u64)> {
    let parts: Vec<&str> = cell.split('`').collect();
    let pairs = parts[1..].chunks_exact(2);
    pairs
        .map(|pair| {
            let mut words = pair[1].trim_start_matches([',', ' ']).split([' ', ';', ',']);
            let number: u64 = words.next().and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("no time: {cell}"));
            let seconds = match words.next() {
                Some("min") => 60,
                Some("h") => 60 * 60,
                other => panic!("{other:?} is no unit of time: {cell}"),
            };
            (pair[0].to_owned(), number * seconds)
        })
        .collect()
}

/// That the metrics of all alarms are measured, and that each alarm fires for its lines, are tests of their own
/// (`metrics.rs`, `alarms.rs`).
#[test]
fn every_fault_rings_an_alarm_or_needs_none() {
    let page = all().into_iter().find(|page| page.path == "docs/reliability.md").expect("the page");
    let (_, table) = page.text.split_once("| what happens |").expect("the table of faults");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let (known, mut rung, mut count) = (seconds(), BTreeSet::new(), 0);
    for row in rows {
        count += 1;
        let cell = row.split(" | ").nth(4).unwrap_or_else(|| panic!("no alarm: {row}"));
        let alarms = named(cell);
        assert!(!alarms.is_empty() || cell.starts_with("none: "), "no alarm, and no reason: {row}");
        for (name, seconds) in alarms {
            let needs = known.get(name.as_str()).unwrap_or_else(|| panic!("there is no {name}: {row}"));
            // Told in whole minutes or hours: neither too early nor with room to spare.
            let unit = if seconds % 3600 == 0 { 3600 } else { 60 };
            assert_eq!(seconds, needs.next_multiple_of(unit), "{name} needs {needs} s: {row}");
            rung.insert(name);
        }
    }
    assert!(count > 30, "only {count} rows were found");
    // What is left rings for senders, consumers and limits, and not for a fault of a store or a function.
    let left: Vec<&str> = known.into_keys().filter(|name| !rung.contains(*name)).collect();
    expect!["ConsumerDeadLettersAlarm DuplicateDiffersAlarm OnlyRefusedAlarm RefusedAlarm SilentAlarm ThrottledAlarm UndeliveredAlarm UnrecognizedAlarm UnverifiedAlarm"]
        .assert_eq(&left.join(" "));
}

//! Each alarm of `template.yaml` fires for what it watches, and for nothing else: its definition, evaluated as CloudWatch
//! does, over what the functions' own log lines measure. No stack is needed.
//!
//! The lines are those in `tests/log_lines`, which the functions' unit tests write. What AWS itself measures is made up
//! here, under names that `AWS_METRICS` lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use domain::message::hide_for;
use expect_test::{Expect, expect};
use serde_json::Value;
use testdata::log_line;
use tests::measured::{MetricSample, measured};

use crate::template::TEMPLATE;

/// What AWS measures of a queue and of a function: namespace, metric, dimension.
pub(crate) const AWS_METRICS: [(&str, &str, &str); 6] = [
    ("AWS/SNS", "NumberOfNotificationsFailed", "TopicName"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName"),
    ("AWS/Lambda", "Errors", "FunctionName"),
    ("AWS/Lambda", "Throttles", "FunctionName"),
    ("AWS/Lambda", "ConcurrentExecutions", "FunctionName"),
];

const MINUTE_MILLIS: i64 = 60_000;
/// How long a story is: longer than any alarm looks back.
const MINUTES: i64 = 60;

/// What each kept line measures.
static MEASURED: LazyLock<BTreeMap<String, Vec<MetricSample>>> = LazyLock::new(|| {
    let lines = log_line::all().into_iter();
    lines.map(|(name, line)| (name, measured(&line).expect("CloudWatch can read it"))).collect()
});

/// An hour, in which all goes well but for what is added or taken away.
struct Story(Vec<MetricSample>);

impl Story {
    fn quiet() -> Story {
        let mut story = Story(Vec::new());
        for minute in 0..MINUTES {
            for line in
                ["ingest-accepted", "ingest-duplicate", "ingest-unknown-source", "process-done", "sweep-complete"]
            {
                story.line(minute, line);
            }
            for queue in ["EventsQueue", "DeadLetterQueue", "ConsumerDeadLetterQueue"] {
                story.aws(minute, "ApproximateNumberOfMessagesVisible", queue, 0.0);
            }
            for queue in ["EventsQueue", "ExpectQueue"] {
                story.aws(minute, "ApproximateAgeOfOldestMessage", queue, 2.0);
            }
            for function in ["Ingest", "Process", "Sweep"] {
                story.aws(minute, "Errors", function, 0.0);
            }
            story.aws(minute, "Throttles", "Ingest", 0.0);
        }
        story
    }

    /// In `minute`, a function writes the line `name`.
    fn line(&mut self, minute: i64, name: &str) {
        let measured = MEASURED.get(name).unwrap_or_else(|| panic!("no line is kept as {name}"));
        self.0.extend(measured.iter().map(|it| MetricSample { at_millis: minute * MINUTE_MILLIS, ..it.clone() }));
    }

    /// In `minute`, AWS measures `value` of the queue or the function `of`.
    fn aws(&mut self, minute: i64, metric: &str, of: &str, value: f64) {
        let (namespace, metric, dimension) =
            AWS_METRICS.into_iter().find(|known| known.1 == metric).expect("it is listed");
        self.0.push(MetricSample {
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: BTreeMap::from([(dimension.to_owned(), of.to_owned())]),
            at_millis: minute * MINUTE_MILLIS,
            value,
        });
    }

    /// In the last `minutes`, nothing of `metric` is measured.
    fn without(&mut self, minutes: i64, metric: &str) {
        self.0.retain(|it| it.metric != metric || it.at_millis < (MINUTES - minutes) * MINUTE_MILLIS);
    }

    /// The alarms that fire at the end.
    fn alarms(&self) -> BTreeSet<&'static str> {
        alarms().filter(|(_, alarm)| fires(alarm, &self.0)).map(|(name, _)| name).collect()
    }
}

/// Compares the alarms that fire when `happens` to an otherwise quiet inbox.
fn check(happens: impl FnOnce(&mut Story), expected: Expect) -> BTreeSet<&'static str> {
    let mut story = Story::quiet();
    happens(&mut story);
    let alarms = story.alarms();
    expected.assert_eq(&alarms.iter().copied().collect::<Vec<_>>().join(" "));
    alarms
}

#[test]
fn a_quiet_inbox_alarms_nobody() {
    check(|_| {}, expect![""]);
}

#[test]
fn each_alarm_fires_for_what_it_watches() {
    const LAST: i64 = MINUTES - 1;
    let of_lines = [
        ("process-failed", expect!["FailedAlarm RetriesAlarm"]),
        ("process-contradicted", expect!["ContradictedAlarm FailedAlarm"]),
        ("ingest-duplicate-differs", expect!["DuplicateDiffersAlarm"]),
        ("process-unrecognized", expect!["UnrecognizedAlarm"]),
        ("ingest-deferred", expect!["DeferredAlarm"]),
        ("ingest-unavailable", expect!["UnavailableAlarm"]),
        ("ingest-unrecorded", expect!["UnrecordedAlarm"]),
        ("ingest-refused", expect!["UnverifiedAlarm"]),
        ("ingest-unlisted", expect![""]),
        ("process-retry", expect![""]),
        ("process-retry-fourth", expect!["RetriesAlarm"]),
        ("process-done-not-archived", expect![""]),
        ("sweep-silent", expect!["SilentAlarm"]),
        ("sweep-only-refused", expect!["OnlyRefusedAlarm"]),
    ];
    let of_aws = [
        ("ApproximateNumberOfMessagesVisible", "DeadLetterQueue", expect!["DeadLettersAlarm"]),
        ("ApproximateNumberOfMessagesVisible", "ConsumerDeadLetterQueue", expect!["ConsumerDeadLettersAlarm"]),
        ("ApproximateNumberOfMessagesVisible", "EventsQueue", expect![""]),
        ("Throttles", "Ingest", expect!["ThrottledAlarm"]),
        ("NumberOfNotificationsFailed", "Topic", expect!["UndeliveredAlarm"]),
        ("Errors", "Ingest", expect!["IngestErrorsAlarm"]),
        ("Errors", "Process", expect!["ProcessErrorsAlarm"]),
        ("Errors", "Sweep", expect!["SweepErrorsAlarm"]),
    ];
    let mut fired = BTreeSet::new();
    for (line, expected) in of_lines {
        fired.extend(check(|story| story.line(LAST, line), expected));
    }
    for (metric, of, expected) in of_aws {
        fired.extend(check(|story| story.aws(LAST, metric, of, 1.0), expected));
    }
    // The alarm looks at five minutes, in each of which somebody is refused when all is quiet.
    let refusals = |count| move |story: &mut Story| (5..count).for_each(|_| story.line(LAST, "ingest-unknown-source"));
    fired.extend(check(refusals(99), expect![""]));
    fired.extend(check(refusals(100), expect!["RefusedAlarm"]));
    let waiting = |minutes: i64, queue: &'static str| {
        move |story: &mut Story| {
            (MINUTES - minutes..MINUTES)
                .for_each(|minute| story.aws(minute, "ApproximateAgeOfOldestMessage", queue, 600.0));
        }
    };
    fired.extend(check(waiting(4, "EventsQueue"), expect![""]));
    fired.extend(check(waiting(5, "EventsQueue"), expect!["OldestMessageAlarm"]));
    fired.extend(check(waiting(5, "ExpectQueue"), expect!["OldestExpectationAlarm"]));
    for (line, alarm) in [
        ("process-hidden", expect!["HiddenAlarm"]),
        ("process-dead-letter-failed", expect!["HiddenAlarm"]),
        ("sweep-incomplete", expect!["SweepIncompleteAlarm"]),
    ] {
        check(|story| story.line(LAST, line), expect![""]);
        fired.extend(check(|story| [LAST - 5, LAST].into_iter().for_each(|minute| story.line(minute, line)), alarm));
    }
    fired.extend(check(|story| story.without(4, "sweep_runs"), expect![""]));
    fired.extend(check(|story| story.without(5, "sweep_runs"), expect!["SweepAlarm"]));
    let all: BTreeSet<&str> = alarms().map(|(name, _)| name).collect();
    assert_eq!(fired, all, "every alarm must have been made to fire");
}

/// A ledger that refuses every write: one message comes back again and again, after ever longer waits.
#[test]
fn one_message_that_comes_back_for_an_hour_keeps_its_alarm_ringing() {
    let hides_ms: Vec<i64> = (1..100)
        .scan(0, |at, receives| {
            let this = *at;
            *at += i64::try_from(hide_for(receives).as_millis()).expect("minutes");
            Some(this)
        })
        .collect();
    let hidden = &MEASURED["process-hidden"];
    for since_minutes in 10..MINUTES {
        let begins_ms = (MINUTES - since_minutes) * MINUTE_MILLIS;
        let mut story = Story::quiet();
        let times = hides_ms.iter().map(|at| begins_ms + at).filter(|at| *at < MINUTES * MINUTE_MILLIS);
        story.0.extend(times.flat_map(|at| hidden.iter().map(move |it| MetricSample { at_millis: at, ..it.clone() })));
        assert!(story.alarms().contains("HiddenAlarm"), "after {since_minutes} minutes");
    }
}

#[test]
fn an_alarm_that_fired_ends_when_its_cause_has() {
    const LONG_AGO: i64 = 47;
    let lines = [
        "process-contradicted",
        "process-unrecognized",
        "process-hidden",
        "process-retry-fourth",
        "ingest-deferred",
        "ingest-unavailable",
        "sweep-incomplete",
    ];
    check(|story| lines.iter().for_each(|line| story.line(LONG_AGO, line)), expect![""]);
}

#[test]
fn every_alarm_sends_an_e_mail_if_there_is_an_address() {
    for (name, alarm) in alarms() {
        let expected = r#"{"Fn::If":["SendsAlarms",[{"Ref":"AlarmTopic"}],{"Ref":"AWS::NoValue"}]}"#;
        assert_eq!(alarm["AlarmActions"].to_string(), expected, "{name}");
    }
    let resources = &TEMPLATE["Resources"];
    for resource in ["AlarmTopic", "AlarmTopicPolicy", "AlarmSubscription"] {
        assert_eq!(resources[resource]["Condition"], "SendsAlarms", "{resource}");
    }
    assert_eq!(TEMPLATE["Parameters"]["AlarmEmail"]["Default"], "");
    let address = r#"{"Fn::Not":[{"Fn::Equals":[{"Ref":"AlarmEmail"},""]}]}"#;
    assert_eq!(TEMPLATE["Conditions"]["SendsAlarms"].to_string(), address);
}

/// The properties of all alarms, by name.
pub(crate) fn alarms() -> impl Iterator<Item = (&'static str, &'static Value)> {
    let resources = TEMPLATE["Resources"].as_object().expect("a template has resources");
    let alarms = resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(name, resource)| (name.as_str(), &resource["Properties"]))
}

/// Whether an alarm fires at the end of the story.
fn fires(alarm: &Value, story: &[MetricSample]) -> bool {
    let number = |property: &str| value(&alarm[property]).as_i64().unwrap_or_else(|| panic!("no {property}: {alarm}"));
    let (period, periods) = (number("Period") * 1000, number("EvaluationPeriods"));
    let breaches = |ago: &i64| {
        let from = MINUTES * MINUTE_MILLIS - *ago * period;
        let values: Vec<f64> = story
            .iter()
            .filter(|it| watches(alarm, it) && (from..from + period).contains(&it.at_millis))
            .map(|it| it.value)
            .collect();
        if values.is_empty() {
            return match text(&alarm["TreatMissingData"]).as_str() {
                "breaching" => true,
                "notBreaching" => false,
                other => panic!("{other} is not evaluated here"),
            };
        }
        let statistic = match text(&alarm["Statistic"]).as_str() {
            "Sum" => values.iter().sum::<f64>(),
            "Maximum" => values.iter().copied().fold(f64::MIN, f64::max),
            other => panic!("{other} is not evaluated here"),
        };
        let threshold = value(&alarm["Threshold"]).as_f64().expect("a number");
        match text(&alarm["ComparisonOperator"]).as_str() {
            "GreaterThanOrEqualToThreshold" => statistic >= threshold,
            "LessThanThreshold" => statistic < threshold,
            other => panic!("{other} is not evaluated here"),
        }
    };
    (1..=periods).filter(breaches).count() as u64 >= datapoints_to_alarm(alarm)
}

/// How many periods of those that an alarm looks at must breach: all, unless it says otherwise.
pub(crate) fn datapoints_to_alarm(alarm: &Value) -> u64 {
    alarm.get("DatapointsToAlarm").unwrap_or(&alarm["EvaluationPeriods"]).as_u64().expect("a number")
}

/// Whether `measured` is of the metric that the alarm watches, split exactly as that is.
fn watches(alarm: &Value, measured: &MetricSample) -> bool {
    text(&alarm["Namespace"]) == measured.namespace
        && text(&alarm["MetricName"]) == measured.metric
        && dimensions(alarm) == measured.dimensions
}

/// An alarm's dimensions; a resource stands for the name that CloudFormation gives it.
pub(crate) fn dimensions(alarm: &Value) -> BTreeMap<String, String> {
    let dimensions = alarm["Dimensions"].as_array().expect("a list");
    dimensions.iter().map(|it| (text(&it["Name"]), resource(&it["Value"]))).collect()
}

fn resource(reference: &Value) -> String {
    text(reference.get("Ref").unwrap_or(&reference["Fn::GetAtt"][0]))
}

/// A value, or the default of the parameter that is put there.
fn value(value: &Value) -> &Value {
    match value.get("Ref") {
        Some(parameter) => &TEMPLATE["Parameters"][parameter.as_str().expect("a name")]["Default"],
        None => value,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

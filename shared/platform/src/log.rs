//! The log: one JSON object a line on standard output, where Lambda collects it.
//!
//! A field that has the name of a [`Metric`] and holds a number is that metric: the line then carries CloudWatch's block
//! (its embedded metric format) that says so, and nothing else has to be called or paid for to measure.
//!
//! **Never logged:** a body or a part of one, a token, a signature, a secret, a header's value, a URL's path. What is
//! logged is named field by field by whoever logs it; nothing is printed whole.

use std::io::Write;
use std::sync::OnceLock;

use domain::metric::{FUNCTION, Metric, NAMESPACE};
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For somebody who looks for a fault.
    Debug,
    /// The normal course of things.
    Info,
    /// Something that an operator should look at in time.
    Warn,
    /// Something that an operator should look at now.
    Error,
}

/// What the process knows of its log.
struct Setup {
    least: Level,
    function: Option<String>,
}

static SETUP: OnceLock<Setup> = OnceLock::new();

impl Level {
    /// Reads a level's name, as Lambda's own settings spell it.
    pub(crate) fn parse(name: &str) -> Result<Level, &'static str> {
        match name.to_ascii_uppercase().as_str() {
            "TRACE" | "DEBUG" => Ok(Level::Debug),
            "INFO" => Ok(Level::Info),
            "WARN" => Ok(Level::Warn),
            "ERROR" | "FATAL" => Ok(Level::Error),
            _ => Err("a log level is DEBUG, INFO, WARN or ERROR"),
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// Sets the least level that is written and the function's name, once, before anything is written, and has panics logged
/// like everything else: where they happened, never what they say, which could quote what was sent.
pub(crate) fn start(least: Level, function: Option<String>) {
    // A second call changes nothing: the log belongs to the process.
    let _ = SETUP.set(Setup { least, function });
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        write(Level::Error, "panic", serde_json::json!({ "location": location }));
    }));
}

/// Writes a line: `message` says what happened, the fields of `fields` say to what.
pub fn write(level: Level, message: &str, fields: impl Serialize) {
    let (least, function) = SETUP.get().map_or((Level::Info, None), |setup| (setup.least, setup.function.as_deref()));
    if level < least {
        return;
    }
    let mut text = render(function, clock::now(), level, message, fields);
    text.push('\n');
    // One write for the whole line, so that lines of tasks never mix. If nobody reads the output there is nobody to tell.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// The text of a line that `function` writes at `at`. Without a function's name there is nobody whose metrics they could
/// be, and the line has none.
#[must_use]
pub fn render(function: Option<&str>, at: Timestamp, level: Level, message: &str, fields: impl Serialize) -> String {
    let mut line = Map::new();
    line.insert("timestamp".to_owned(), Value::from(at.to_string()));
    line.insert("level".to_owned(), Value::from(level.as_str()));
    line.insert("message".to_owned(), Value::from(message));
    if let Ok(Value::Object(fields)) = serde_json::to_value(fields) {
        // What is not known is left out instead of written as null.
        line.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    }
    let mut aws = None;
    if let Some(function) = function {
        line.insert(FUNCTION.to_owned(), Value::from(function));
        aws = EmbeddedMetrics::of(&line, at);
    }
    serde_json::to_string(&LogLine { aws, fields: line }).unwrap_or_default()
}

#[derive(Serialize)]
struct LogLine {
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    aws: Option<EmbeddedMetrics>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// CloudWatch's block: which of a line's fields are metrics.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EmbeddedMetrics {
    /// In milliseconds since the Unix epoch.
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

/// Metrics that are split alike.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    // No unit: it would be 20 bytes of each line, and names and docs tell it.
    name: &'static str,
}

impl EmbeddedMetrics {
    /// The block for the fields of `line`; none if no field is a metric.
    fn of(line: &Map<String, Value>, at: Timestamp) -> Option<EmbeddedMetrics> {
        let mut directives: Vec<Directive> = Vec::new();
        for (name, value) in line {
            let Ok(metric) = name.parse::<Metric>() else { continue };
            if !value.is_number() {
                continue;
            }
            let dimensions = metric.dimensions();
            let definition = Definition { name: metric.as_str() };
            match directives.iter_mut().find(|directive| directive.dimensions == dimensions) {
                Some(directive) => directive.metrics.push(definition),
                None => directives.push(Directive { namespace: NAMESPACE, dimensions, metrics: vec![definition] }),
            }
        }
        (!directives.is_empty())
            .then_some(EmbeddedMetrics { timestamp: at.as_millis(), cloud_watch_metrics: directives })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_756_711_611_484);

    fn check(function: Option<&str>, fields: Value, expected: Expect) {
        expected.assert_eq(&render(function, AT, Level::Info, "delivery", fields));
    }

    #[test]
    fn a_number_under_a_metrics_name_is_that_metric() {
        check(
            Some("ingest"),
            json!({"source": "glossi-prod", "accepted": 1, "duration_ms": 4.5, "body_bytes": 812}),
            expect![[
                r#"{"_aws":{"Timestamp":1756711611484,"CloudWatchMetrics":[{"Namespace":"Landfall","Dimensions":[["function"]],"Metrics":[{"Name":"accepted"},{"Name":"duration_ms"}]}]},"accepted":1,"body_bytes":812,"duration_ms":4.5,"function":"ingest","level":"INFO","message":"delivery","source":"glossi-prod","timestamp":"2025-09-01T07:26:51.484Z"}"#
            ]],
        );
    }

    #[test]
    fn refusals_are_counted_by_their_reason_too() {
        check(
            Some("ingest"),
            json!({"refused": 1, "refusal": "token_wrong"}),
            expect![[
                r#"{"_aws":{"Timestamp":1756711611484,"CloudWatchMetrics":[{"Namespace":"Landfall","Dimensions":[["function"],["function","refusal"]],"Metrics":[{"Name":"refused"}]}]},"function":"ingest","level":"INFO","message":"delivery","refusal":"token_wrong","refused":1,"timestamp":"2025-09-01T07:26:51.484Z"}"#
            ]],
        );
    }

    #[test]
    fn what_is_absent_or_no_number_is_no_metric() {
        check(
            Some("ingest"),
            json!({"accepted": null, "failed": "text"}),
            expect![[
                r#"{"failed":"text","function":"ingest","level":"INFO","message":"delivery","timestamp":"2025-09-01T07:26:51.484Z"}"#
            ]],
        );
    }

    #[test]
    fn outside_of_a_function_nothing_is_measured() {
        check(
            None,
            json!({"accepted": 1}),
            expect![[r#"{"accepted":1,"level":"INFO","message":"delivery","timestamp":"2025-09-01T07:26:51.484Z"}"#]],
        );
    }
}

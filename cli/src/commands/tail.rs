//! `landfall tail`.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use platform::clock;
use platform::log_group::LogLine;
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::error::Result;
use crate::options::Format;
use crate::output::Row;
use crate::services::Services;

/// How often CloudWatch is asked: each group takes one of the few calls a second that an account has.
const EVERY: Duration = Duration::from_secs(2);
/// How far back is read again each time: CloudWatch shows a line some seconds after it was written.
const OVERLAP: Duration = Duration::from_secs(15);

/// The functions, each with the output that names its log group.
const FUNCTIONS: [(&str, &str); 3] =
    [("ingest", "IngestLogGroup"), ("process", "ProcessLogGroup"), ("sweep", "SweepLogGroup")];

/// The options of `landfall tail`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Lines of this function; several times for several, without it all
    #[arg(long = "function", value_name = "NAME", value_parser = ["ingest", "process", "sweep"])]
    functions: Vec<String>,
    /// Lines with this text in them, such as an event's id or a source's name
    #[arg(long, value_name = "TEXT")]
    containing: Option<String>,
    /// Only lines of warnings and errors
    #[arg(long)]
    troubles: bool,
}

/// A line, in words.
#[derive(Serialize)]
struct Words {
    at: String,
    function: String,
    level: String,
    words: String,
}

impl Row for Words {
    const COLUMNS: &'static [&'static str] = &["at", "function", "level", "words"];
}

/// Shows what the functions log, until it is interrupted.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    context.interrupt.or(follow(arguments, context)).await.map(drop)
}

async fn follow(arguments: &Arguments, context: &Context) -> Result<()> {
    let is_asked = |name: &str| arguments.functions.is_empty() || arguments.functions.iter().any(|it| it == name);
    let groups: Vec<&str> = FUNCTIONS.into_iter().filter(|(name, _)| is_asked(name)).map(|(_, group)| group).collect();
    let logs = Services::of(&context.session).await?.logs(&groups)?;
    let began_at = clock::now();
    let mut seen = BTreeSet::new();
    loop {
        let now = clock::now();
        let from = (now - OVERLAP).max(began_at);
        for line in logs.lines(from, now, arguments.containing.as_deref()).await? {
            if seen.insert((line.at, line.id.clone())) {
                show(&line, arguments, context)?;
            }
        }
        seen.retain(|(at, _)| *at >= from);
        tokio::time::sleep(EVERY).await;
    }
}

fn show(line: &LogLine, arguments: &Arguments, context: &Context) -> Result<()> {
    // Lambda's own lines about an invocation, such as START, are no JSON and say nothing.
    let Ok(json) = serde_json::from_str::<Value>(&line.text) else { return Ok(()) };
    let level = json["level"].as_str().unwrap_or_default();
    if json["message"].is_null() || (arguments.troubles && !matches!(level, "WARN" | "ERROR")) {
        return Ok(());
    }
    match context.output.format() {
        Format::Table => context.output.line(&Words {
            at: line.at.to_string(),
            function: json["function"].as_str().unwrap_or("-").to_owned(),
            level: level.to_owned(),
            words: words(&json),
        }),
        Format::Json | Format::Ndjson => context.output.text(&format!("{json}\n")),
    }
}

/// What the line says, without what every line has.
fn words(json: &Value) -> String {
    const FIRST: [&str; 7] = ["message", "outcome", "status", "refusal", "event_id", "event_type", "reason"];
    const LEFT_OUT: [&str; 7] = ["_aws", "timestamp", "level", "function", "request_id", "trace_id", "message_id"];
    // An event's id begins with its source.
    let is_left_out = |name: &str| LEFT_OUT.contains(&name) || (name == "source" && !json["event_id"].is_null());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut words: Vec<String> =
        FIRST.iter().filter(|name| !json[**name].is_null()).map(|name| text(&json[*name])).collect();
    let rest = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !FIRST.contains(&name.as_str()) && !is_left_out(name));
    // A count of nothing says nothing.
    let rest = rest.filter(|(_, value)| value.as_f64() != Some(0.0) && value.as_bool() != Some(false));
    words.extend(rest.map(|(name, value)| format!("{name}={}", text(value))));
    words.join("  ")
}

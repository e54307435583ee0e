//! `landfall try`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use vectors::Proof;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::options::Format;
use crate::output::{Output, Row};
use crate::sender_options::description;
use crate::vector::Vector;
use crate::verdict::{EventVerdict, proof};

/// The options of `landfall try`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files of recorded requests, in the format of the conformance vectors (tests/vectors/README.md)
    #[arg(required = true, value_name = "VECTOR")]
    files: Vec<PathBuf>,
    /// Only the cases of these names
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,
    /// A description of the sender, in TOML or JSON, in place of the files' own
    #[arg(long, value_name = "FILE")]
    description: Option<PathBuf>,
    /// One JSON document a vector, as with --output ndjson
    #[arg(long)]
    json: bool,
}

/// What becomes of a recorded request.
#[derive(Serialize)]
struct Trial {
    file: String,
    case: String,
    /// What the answer is for, or the reason of a refusal.
    verdict: String,
    status: u16,
    body: String,
    proof: Option<Proof>,
    id: Option<String>,
    #[serde(rename = "type")]
    event_type: Option<String>,
    subject: Option<String>,
    published: Option<Value>,
    /// Of a delivery that lists several, all but what is the same for each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<ListedEvent>,
    /// Whether all that the vector expects holds.
    holds: bool,
    differences: Vec<String>,
}

/// One of several events of a delivery.
#[derive(Serialize)]
struct ListedEvent {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
    subject: Option<String>,
    published: Option<Value>,
}

impl Row for Trial {
    const COLUMNS: &'static [&'static str] = &["case", "verdict", "status", "type", "id", "holds"];
}

/// Says what ingest makes of recorded requests. Fails if one is not as its file expects.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let scheme = arguments.description.as_deref().map(description).transpose()?;
    let mut trials = Vec::new();
    for file in &arguments.files {
        for mut vector in Vector::read(file)? {
            if arguments.cases.is_empty() || arguments.cases.contains(&vector.name) {
                if let Some(scheme) = &scheme {
                    vector.describe(scheme);
                }
                trials.push(Trial::of(file.display().to_string(), &vector)?);
            }
        }
    }
    if let Some(case) = arguments.cases.iter().find(|case| !trials.iter().any(|trial| trial.case == **case)) {
        return Err(Error::NotFound(format!("there is no case {case}")));
    }
    if arguments.json {
        Output::new(Format::Ndjson, Vec::new()).rows(&trials)?;
    } else {
        context.output.rows(&trials)?;
    }
    let wrong: Vec<String> = trials.iter().filter(|trial| !trial.holds).map(Trial::complaint).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Error::Failed(format!("{} of {} vectors came out otherwise:\n{}", wrong.len(), trials.len(), wrong.join("\n"))))
}

impl ListedEvent {
    fn of(EventVerdict { verified, published }: &EventVerdict) -> ListedEvent {
        let event = verified.event();
        ListedEvent {
            id: event.id.to_string(),
            event_type: event.event_type.to_string(),
            subject: event.subject.clone(),
            published: published.clone(),
        }
    }
}

impl Trial {
    fn of(file: String, vector: &Vector) -> Result<Trial> {
        let verdict = vector.verdict()?;
        let differences = vector.differences(&verdict);
        let (event, listed) = match &*verdict.events {
            [event] => (Some(event), &[][..]),
            events => (None, events),
        };
        Ok(Trial {
            file,
            case: vector.name.clone(),
            verdict: verdict.word(),
            status: verdict.response.status_code,
            body: verdict.response.body.clone(),
            proof: verdict.events.first().map(|event| proof(&event.verified)),
            id: event.map(|event| event.verified.event().id.to_string()),
            event_type: event.map(|event| event.verified.event().event_type.to_string()),
            subject: event.and_then(|event| event.verified.event().subject.clone()),
            published: event.and_then(|event| event.published.clone()),
            events: listed.iter().map(ListedEvent::of).collect(),
            holds: differences.is_empty(),
            differences,
        })
    }

    fn complaint(&self) -> String {
        format!("  {}: {}: {}", self.file, self.case, self.differences.join("; "))
    }
}

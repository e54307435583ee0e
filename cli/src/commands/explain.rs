//! `landfall explain`.

use std::path::PathBuf;

use clap::Args;
use domain::source::source_name::SourceName;
use domain::verify::explain::{Evidence, Explanation, Step, explain};
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::options::Format;
use crate::output::Row;
use crate::sender_options::{SenderOptions, description};
use crate::source_store::{SourceStore, Version};
use crate::vector::Vector;

/// The options of `landfall explain`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A file of recorded requests, in the format of the conformance vectors (tests/vectors/README.md)
    #[arg(value_name = "VECTOR")]
    file: PathBuf,
    /// Only the cases of these names; without any, all that are refused
    #[arg(long = "case", value_name = "NAME")]
    cases: Vec<String>,
    /// Judge by the secret of this source of the stack, as it is and as it was before its last change
    #[arg(long, value_name = "NAME", conflicts_with_all = ["description", "secret_stdin"])]
    source: Option<String>,
    #[command(flatten)]
    sender: SenderOptions,
}

/// Why a recorded request is refused.
#[derive(Serialize)]
pub(crate) struct Report {
    case: String,
    refusal: Option<&'static str>,
    steps: Vec<String>,
    causes: Vec<String>,
}

impl Row for Report {
    const COLUMNS: &'static [&'static str] = &["case", "refusal", "steps", "causes"];
}

/// What is known of the source beside the file.
struct Judge {
    name: SourceName,
    secret: String,
    previous: Option<String>,
}

/// Explains, step by step, why recorded requests are refused.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let scheme = arguments.sender.description.as_deref().map(description).transpose()?;
    let judge = judge(arguments, context).await?;
    let mut reports = Vec::new();
    for mut vector in Vector::read(&arguments.file)? {
        if let Some(scheme) = &scheme {
            vector.describe(scheme);
        }
        let is_named = arguments.cases.contains(&vector.name);
        if !is_named && !arguments.cases.is_empty() {
            continue;
        }
        let report = report(&vector, judge.as_ref())?;
        if is_named || report.refusal.is_some() {
            reports.push(report);
        }
    }
    if let Some(case) = arguments.cases.iter().find(|case| !reports.iter().any(|report| report.case == **case)) {
        return Err(Error::NotFound(format!("there is no case {case}")));
    }
    if reports.is_empty() {
        context.output.words("Nothing is refused.");
    }
    if context.output.format() == Format::Table {
        let texts: Vec<String> = reports.iter().map(Report::text).collect();
        return context.output.text(&texts.join("\n"));
    }
    context.output.rows(&reports)
}

async fn judge(arguments: &Arguments, context: &Context) -> Result<Option<Judge>> {
    let Some(name) = &arguments.source else {
        if !arguments.sender.secret_stdin {
            return Ok(None);
        }
        let name = SourceName::parse("given").expect("a word is a name");
        let provider = Vector::read(&arguments.file)?
            .first()
            .and_then(|vector| Some(vector.secret.get("provider")?.as_str()?.to_owned()));
        let secret = arguments.sender.source_secret(context, &name, provider.as_deref()).await?.json;
        return Ok(Some(Judge { name, secret, previous: None }));
    };
    let name = SourceName::parse(name).map_err(|error| Error::Usage(format!("--source: {error}")))?;
    let store = SourceStore::of(&context.session).await?;
    let secret = store.existing(&name).await?;
    let previous = store.read(&name, Version::Previous).await?;
    Ok(Some(Judge { name, secret, previous }))
}

fn report(vector: &Vector, judge: Option<&Judge>) -> Result<Report> {
    let delivery = vector.delivery()?;
    let own = vector.secret_json();
    let (source, secret, previous_secret) =
        judge.map_or((&vector.source, &own, None), |judge| (&judge.name, &judge.secret, judge.previous.as_deref()));
    let published = vector.published_keys(secret)?;
    let evidence = Evidence { delivery: &delivery, source, secret, previous_secret, published: &published };
    let explanation = explain(&evidence).map_err(|error| Error::Conflict(format!("the source's secret: {error}")))?;
    Ok(Report::of(vector.name.clone(), explanation))
}

impl Report {
    pub(crate) fn of(case: String, Explanation { refusal, steps, causes }: Explanation) -> Report {
        let step = |Step { is_right, text }| format!("{} {text}", if is_right { "right:" } else { "wrong:" });
        let steps = steps.into_iter().map(step).collect();
        Report { case, refusal: refusal.map(|refusal| refusal.as_str()), steps, causes }
    }

    pub(crate) fn text(&self) -> String {
        let title = format!("{}: {}\n", self.case, self.refusal.unwrap_or("genuine"));
        let steps = self.steps.iter().map(|step| format!("  {step}\n"));
        let causes = self.causes.iter().map(|cause| format!("  -> {cause}\n"));
        [title].into_iter().chain(steps).chain(causes).collect()
    }
}

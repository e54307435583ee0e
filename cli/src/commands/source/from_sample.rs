//! `landfall source add --from-sample`: how a sender signs, found by its recorded deliveries.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::options::Format;
use crate::output::Row;
use crate::sample::Sample;
use crate::scheme_search::{Match, SchemeSearch};
use crate::source_options::SourceOptions;

/// What was found out.
#[derive(Serialize)]
struct Report {
    /// The senders of the catalogue that prove theirs so, those first that read the bodies.
    senders: Vec<&'static str>,
    /// A description that verifies the deliveries, in TOML.
    description: Option<String>,
}

impl Row for Report {
    const COLUMNS: &'static [&'static str] = &["senders", "description"];
}

/// Says which senders of the catalogue would have made the deliveries in `files`, of these `cases` if any, and writes the
/// beginning of a description. It adds nothing.
pub(super) fn run(files: &[PathBuf], cases: &[String], options: &SourceOptions, context: &Context) -> Result<()> {
    let read: Vec<Vec<Sample>> = files.iter().map(|file| Sample::read(file)).collect::<Result<_>>()?;
    let mut samples: Vec<Sample> = read.into_iter().flatten().collect();
    if let Some(case) = cases.iter().find(|case| !samples.iter().any(|sample| sample.name == **case)) {
        return Err(Error::NotFound(format!("there is no delivery {case}")));
    }
    samples.retain(|sample| cases.is_empty() || cases.contains(&sample.name));
    if samples.is_empty() {
        return Err(Error::NotFound("there is no delivery in these files".into()));
    }
    let secret = match options.files.read()? {
        Some(secret) => secret,
        None => context.prompt.secret("The sender's secret, token, name:password or public key (not shown)")?,
    };
    if secret.is_empty() {
        return Err(Error::NotAgreed("Nothing can be tried without the sender's secret: use --secret-file.".into()));
    }
    let known = [("account", &options.account), ("token_header", &options.token_header)];
    let known = known.into_iter().filter_map(|(field, given)| Some((field.to_owned(), Value::from(given.clone()?))));
    let search = SchemeSearch::of(&samples, &secret, &known.collect::<Map<_, _>>());
    if search.is_empty() {
        return Err(Error::Failed(failure(&samples, search.was_cut)));
    }
    for found in &search.senders {
        context.output.words(&words(found));
    }
    match (context.output.format(), search.description) {
        (Format::Table, Some(description)) => {
            context.output.words(
                "This description verifies it. Say in it what the bodies hold, then: landfall source add --description FILE",
            );
            context.output.text(&description)
        }
        (Format::Table, None) => {
            context.output.words("No usual form fits beside, so there is no description to begin with.");
            Ok(())
        }
        (Format::Json | Format::Ndjson, description) => context.output.item(&Report {
            senders: search.senders.iter().map(|found| found.sender.provider.as_str()).collect(),
            description,
        }),
    }
}

fn words(found: &Match) -> String {
    let (name, title) = (found.sender.provider, found.sender.title());
    let read = if found.reads_body() { ", and its bodies look like this" } else { "; its bodies look different" };
    format!("{title} proves its deliveries so{read}: landfall source add {name}")
}

fn failure(samples: &[Sample], was_cut: bool) -> String {
    let names: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
    let bound = if was_cut { " Not all forms were tried: record a delivery with a shorter body." } else { "" };
    format!(
        "Nothing fits {} with this secret: no sender of the catalogue, and no usual form.{bound}\n\
         The secret may be another one, or the body may not be what was sent to the byte. A sender that signs for all of \
         its customers also needs --account. Public keys, JSON Web Tokens and signatures in the body are tried for the senders \
         of the catalogue alone.",
        names.join(", ")
    )
}

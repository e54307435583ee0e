//! `landfall expect`: saying that jobs are expected to end, and giving that up.

mod ask;
mod close;

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::confirm::JobInquiry;
use domain::event::event_type::Thing;
use domain::expectation::{Expectation, ExpectationMessage, Hint};
use domain::ledger::job::Job;
use domain::source::source_name::SourceName;
use domain::source::{ExpectOptions, JobWaits, Source};
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::clock;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::id_argument::THINGS;
use crate::moment::{duration, instant};
use crate::output::Row;
use crate::services::Services;
use crate::source_store::SourceStore;

/// How many messages are sent side by side.
const MESSAGES_AT_ONCE: usize = 8;

/// The options of `landfall expect`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<ExpectCommand>,
    /// The source by which the webhooks would come
    #[arg(required = true, value_name = "SOURCE", value_parser = SourceName::parse)]
    source: Option<SourceName>,
    /// The sender's ids of the jobs
    #[arg(required = true, value_name = "JOB_ID")]
    jobs: Vec<String>,
    /// What they are
    #[arg(long, value_name = "THING", default_value = "job", value_parser = PossibleValuesParser::new(THINGS))]
    thing: String,
    /// When they were submitted: RFC 3339, or how long ago (90s, 15m, 2h, 7d); default: now
    #[arg(long, value_name = "TIME", value_parser = instant)]
    submitted_at: Option<Timestamp>,
    /// How long after the submission the sender is asked; default: as the source says
    #[arg(long, value_name = "TIME", value_parser = duration)]
    within: Option<Duration>,
    /// How long after the submission a job is given up; default: as the source says
    #[arg(long, value_name = "TIME", value_parser = duration)]
    give_up: Option<Duration>,
    /// The part of the sender's API that knows the jobs; default: the source's api_family
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// What a webhook's body would say, where the sender's API must be told more than the id
    #[arg(long, value_name = "JSON", value_parser = object)]
    body: Option<Map<String, Value>>,
}

/// What else to do with expectations.
#[derive(Debug, Subcommand)]
pub(crate) enum ExpectCommand {
    /// Expect jobs no longer: their senders are not asked again, and no event is published
    Close(close::Arguments),
    /// Ask the sender how a job stands, and show its answer; nothing is published
    Ask(ask::Arguments),
}

/// A job that is expected from now on.
#[derive(Serialize)]
struct ExpectedRow {
    source: String,
    thing: &'static str,
    job_id: String,
    submitted_at: String,
    /// When the sender is asked first.
    asked_at: String,
    given_up_at: String,
}

impl Row for ExpectedRow {
    const COLUMNS: &'static [&'static str] = &["job_id", "submitted_at", "asked_at", "given_up_at"];
}

/// Expects jobs, or gives that up.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.command {
        Some(ExpectCommand::Close(arguments)) => close::run(arguments, context).await,
        Some(ExpectCommand::Ask(arguments)) => ask::run(arguments, context).await,
        None => send(arguments, context).await,
    }
}

async fn send(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = arguments.source.clone().ok_or_else(|| Error::Usage("name the source".into()))?;
    let services = Services::of(&context.session).await?;
    let queue = services.expectations()?;
    let source = SourceStore::of(&context.session).await?.existing(&name).await?;
    let source = Source::parse(name, &source).map_err(|error| Error::Conflict(error.to_string()))?;
    let now = clock::now();
    let submitted_at = arguments.submitted_at.unwrap_or(now);
    let jobs = arguments.jobs.iter().map(|id| arguments.expectation(&source, id, submitted_at, now));
    let jobs = jobs.collect::<Result<Vec<(Expectation, JobWaits)>>>()?;
    let queue = &queue;
    let sends = jobs.iter().map(async |(expectation, _)| queue.send_expectation(expectation).await);
    stream::iter(sends).buffered(MESSAGES_AT_ONCE).try_collect::<Vec<()>>().await?;
    let rows = jobs.into_iter().map(|(expectation, waits)| ExpectedRow::new(expectation, submitted_at, waits));
    context.output.rows(&rows.collect::<Vec<_>>())
}

impl Arguments {
    /// What is expected of a job, and how long it is waited for; refused if the functions could not act on it.
    fn expectation(
        &self,
        source: &Source,
        job_id: &str,
        submitted_at: Timestamp,
        now: Timestamp,
    ) -> Result<(Expectation, JobWaits)> {
        let options = expect_options(source)?;
        let seconds = |wait: Option<Duration>| wait.map(|it| u32::try_from(it.as_secs()).unwrap_or(u32::MAX));
        let expectation = Expectation {
            source: source.name.clone(),
            thing: self.thing.parse().map_err(|_| Error::Usage(format!("--thing: there is no {}", self.thing)))?,
            job_id: job_id.to_owned(),
            submitted_at: Some(submitted_at),
            within_seconds: seconds(self.within),
            give_up_seconds: seconds(self.give_up),
            hint: Hint { family: self.family.clone(), body: self.body.clone().unwrap_or_default() },
        };
        // As the other end reads it.
        ExpectationMessage::decode(&expectation.to_string(), now)
            .map_err(|error| Error::Usage(format!("the job {job_id} cannot be expected: {error}")))?;
        let waits = expectation.waits(options.waits).map_err(|error| Error::Usage(error.to_string()))?;
        let job = Job {
            source: source.name.clone(),
            provider: source.provider,
            thing: expectation.thing,
            subject: job_id.to_owned(),
        };
        if JobInquiry::about(&job, &expectation.hint, &source.sender, &options.access, now).is_none() {
            return Err(unaskable(source, expectation.thing));
        }
        Ok((expectation, waits))
    }
}

fn expect_options(source: &Source) -> Result<&ExpectOptions> {
    let name = &source.name;
    let options = source.options.as_ref();
    let options = options.map_err(|error| Error::Conflict(format!("the source {name} cannot be used: {error}")))?;
    options.expect.as_ref().ok_or_else(|| {
        Error::Conflict(format!(
            "the source {name} has no `expect`: put `\"expect\": {{}}` and the sender's `api_key` into its secret; \
             docs/expectations.md says how"
        ))
    })
}

fn unaskable(source: &Source, thing: Thing) -> Error {
    let provider = source.provider;
    Error::Usage(format!(
        "the sender's API cannot be asked about this {thing}: docs/providers/{provider}.md says about what it can be asked, and \
         whether it needs --family or --body"
    ))
}

fn object(text: &str) -> std::result::Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("it must be a JSON object: {error}"))
}

impl ExpectedRow {
    fn new(expectation: Expectation, submitted_at: Timestamp, waits: JobWaits) -> ExpectedRow {
        let after = |seconds: u32| (submitted_at + Duration::from_secs(seconds.into())).to_string();
        ExpectedRow {
            source: expectation.source.to_string(),
            thing: expectation.thing.as_str(),
            job_id: expectation.job_id,
            submitted_at: submitted_at.to_string(),
            asked_at: after(waits.within_seconds),
            given_up_at: after(waits.give_up_seconds),
        }
    }
}

//! `landfall expect close`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use domain::event::event_type::Thing;
use domain::ledger::job::JobId;
use domain::ledger::reconciliation::JobEnding;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use operator::jobs::{CloseResult, Jobs};
use platform::clock;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::id_argument::THINGS;
use crate::moment::instant;
use crate::output::Row;
use crate::services::Services;

/// How many jobs are closed side by side.
const JOBS_AT_ONCE: usize = 16;

/// The options of `landfall expect close`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The source
    #[arg(value_name = "SOURCE", value_parser = SourceName::parse)]
    source: SourceName,
    /// The sender's ids of the jobs
    #[arg(value_name = "JOB_ID", required_unless_present = "before")]
    jobs: Vec<String>,
    /// All jobs that were submitted until then and still wait: RFC 3339, or how long ago (90s, 15m, 2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with = "jobs")]
    before: Option<Timestamp>,
    /// What the jobs are
    #[arg(long, value_name = "THING", default_value = "job", value_parser = PossibleValuesParser::new(THINGS),
        conflicts_with = "before")]
    thing: String,
}

/// What became of a job.
#[derive(Serialize)]
struct ClosedRow {
    job_id: String,
    result: &'static str,
}

impl Row for ClosedRow {
    const COLUMNS: &'static [&'static str] = &["job_id", "result"];
}

/// Expects jobs no longer.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let (source, now) = (&arguments.source, clock::now());
    let ledger_jobs = Services::of(&context.session).await?.jobs()?;
    let jobs = match arguments.before {
        Some(before) => waiting(&ledger_jobs, source, before, now).await?,
        None => arguments.named()?,
    };
    let count = if jobs.len() == 1 { "1 job".to_owned() } else { format!("{} jobs", jobs.len()) };
    context.output.words(
        "The sender is not asked about them again, and no event says so. Their webhooks are published all the same.",
    );
    context.prompt.agree(&format!("Expect {count} of {source} no longer?"))?;
    let closes = jobs.into_iter().map(async |(job_id, id)| {
        let result = match ledger_jobs.close(&id, now).await? {
            CloseResult::Closed => "closed",
            CloseResult::HasEnded => "has ended",
            CloseResult::HasExpired => "was given up before",
            CloseResult::NotExpected => "was not expected",
        };
        Ok::<_, Error>(ClosedRow { job_id, result })
    });
    let rows: Vec<ClosedRow> = stream::iter(closes).buffered(JOBS_AT_ONCE).try_collect().await?;
    context.output.rows(&rows)
}

/// The jobs that still wait, with the ids of their records.
async fn waiting(jobs: &Jobs, source: &SourceName, before: Timestamp, now: Timestamp) -> Result<Vec<(String, JobId)>> {
    let records = jobs.records(source, Timestamp::from_millis(0), before, now).await?;
    let waiting = records.into_iter().filter(|record| JobEnding::of(record) == JobEnding::Waiting);
    let waiting: Vec<_> = waiting.map(|record| (record.job.subject.clone(), record.job.id())).collect();
    if waiting.is_empty() {
        return Err(Error::NotFound(format!("no job of {source} waits that was submitted until {before}")));
    }
    Ok(waiting)
}

impl Arguments {
    fn named(&self) -> Result<Vec<(String, JobId)>> {
        let thing: Thing =
            self.thing.parse().map_err(|_| Error::Usage(format!("--thing: there is no {}", self.thing)))?;
        Ok(self.jobs.iter().map(|job_id| (job_id.clone(), JobId::of(&self.source, thing, job_id))).collect())
    }
}

//! `landfall reconcile`.

use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use domain::ledger::reconciliation::{JobEnding, Reconciliation};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use operator::jobs::ExpectedJob;
use platform::clock;
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter_options::FilterOptions;
use crate::job_metrics::JobMetrics;
use crate::moment::{about, instant};
use crate::options::Format;
use crate::output::Row;
use crate::plot::{bars, histogram};
use crate::services::Services;

/// How far back it looks by default.
const LOOKED_BACK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The options of `landfall reconcile`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The sources; default: all
    #[arg(value_name = "SOURCE", value_parser = SourceName::parse)]
    sources: Vec<SourceName>,
    /// Jobs that were submitted from then on: RFC 3339, or how long ago (90s, 15m, 2h, 7d); default: 7d
    #[arg(long, value_name = "TIME", value_parser = instant)]
    since: Option<Timestamp>,
    /// Jobs that were submitted until then; default: now
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: Option<Timestamp>,
    /// List the jobs instead of counting them
    #[arg(long)]
    jobs: bool,
    /// With --jobs: only those that ended this way; several times for several
    #[arg(long = "ended-by", value_name = "HOW", requires = "jobs",
        value_parser = PossibleValuesParser::new(JobEnding::ALL.map(JobEnding::as_str)))]
    ended_by: Vec<String>,
}

/// How the jobs of a source ended.
#[derive(Debug, Serialize)]
struct Report {
    source: String,
    since: String,
    until: String,
    jobs: u64,
    webhook: u64,
    poll: u64,
    late: u64,
    never: u64,
    waiting: u64,
    /// Webhooks of all sources that came after the sender's API had reported the end, or the job was given up.
    late_of_all_sources: Option<u64>,
    /// From submission to webhook.
    wait_ms: Percentiles,
}

#[derive(Debug, Serialize)]
struct Percentiles {
    webhooks: usize,
    p50: Option<u64>,
    p90: Option<u64>,
    p99: Option<u64>,
    longest: Option<u64>,
}

impl Row for Report {
    const COLUMNS: &'static [&'static str] = &["source", "jobs", "webhook", "poll", "late", "never", "waiting"];
}

/// An expected job.
#[derive(Debug, Serialize)]
struct ExpectedJobRow {
    source: String,
    submitted_at: Option<String>,
    job_id: String,
    thing: &'static str,
    ended_by: &'static str,
    ended_at: Option<String>,
    wait_ms: Option<u64>,
    /// How often its sender was to be asked.
    polls: u32,
    given_up_at: Option<String>,
    /// The event that told its end.
    event_id: Option<String>,
}

impl Row for ExpectedJobRow {
    const COLUMNS: &'static [&'static str] = &["source", "submitted_at", "ended_by", "ended_at", "polls", "job_id"];
}

/// Shows how the jobs ended that were expected of a source.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let now = clock::now();
    let (since, until) = (arguments.since.unwrap_or(now - LOOKED_BACK), arguments.until.unwrap_or(now));
    if since > until {
        return Err(Error::Usage("--since must be before --until".into()));
    }
    let services = Services::of(&context.session).await?;
    let jobs = services.jobs()?;
    let options = FilterOptions { sources: arguments.sources.clone(), ..FilterOptions::default() };
    let sources = options.sources(&services.listing()?).await?;
    if arguments.jobs {
        let is_wanted = |job: &&ExpectedJob| {
            arguments.ended_by.is_empty() || arguments.ended_by.iter().any(|word| word == job.ending.as_str())
        };
        let mut rows = Vec::new();
        for source in &sources {
            let jobs = jobs.expected(source, since, until, now).await?;
            rows.extend(jobs.iter().filter(is_wanted).map(ExpectedJobRow::from));
        }
        return context.output.rows(&rows);
    }
    let metrics = JobMetrics::ask(&context.session, since, until, now).await?;
    for source in &sources {
        let jobs = jobs.expected(source, since, until, now).await?;
        let reconciliation = Reconciliation::of(jobs.iter().map(|job| (job.ending, job.wait)));
        let report = Report::new(source, since, until, &reconciliation, metrics.late);
        if context.output.format() == Format::Table && context.output.has_usual_fields() {
            context.output.text(&report.text(&reconciliation))?;
        } else {
            context.output.item(&report)?;
        }
    }
    Ok(())
}

impl Report {
    fn new(
        source: &SourceName,
        since: Timestamp,
        until: Timestamp,
        reconciliation: &Reconciliation,
        late: Option<u64>,
    ) -> Report {
        let millis = |per_cent| reconciliation.percentile(per_cent).map(whole_millis);
        Report {
            source: source.to_string(),
            since: since.to_string(),
            until: until.to_string(),
            jobs: reconciliation.total(),
            webhook: reconciliation.count(JobEnding::Webhook),
            poll: reconciliation.count(JobEnding::Poll),
            late: reconciliation.count(JobEnding::Late),
            never: reconciliation.count(JobEnding::Never),
            waiting: reconciliation.count(JobEnding::Waiting),
            late_of_all_sources: late,
            wait_ms: Percentiles {
                webhooks: reconciliation.waits().len(),
                p50: millis(50),
                p90: millis(90),
                p99: millis(99),
                longest: millis(100),
            },
        }
    }

    /// The report for people, with plots.
    fn text(&self, reconciliation: &Reconciliation) -> String {
        let Report { source, since, until, jobs, .. } = self;
        let mut text = format!("{source}: {jobs} expected jobs, submitted from {since} to {until}\n");
        let mut add = |part: String| text.push_str(&part);
        if *jobs > 0 {
            let counts = JobEnding::ALL.map(|ending| (ending.to_string(), reconciliation.count(ending)));
            add(format!("\nended by\n{}", bars(&counts)));
        }
        if let Some(late @ 1..) = self.late_of_all_sources {
            add(format!(
                "\n{late} webhooks of all sources came after the sender's API had reported the end, or the job was given up\n"
            ));
        }
        if self.wait_ms.webhooks > 0 {
            let within = |per_cent| reconciliation.percentile(per_cent).map(about).unwrap_or_default();
            add(format!(
                "\nfrom submission to webhook: half within {}, 90 % within {}, 99 % within {}, all within {}\n{}",
                within(50),
                within(90),
                within(99),
                within(100),
                histogram(reconciliation.waits())
            ));
        }
        text
    }
}

impl From<&ExpectedJob> for ExpectedJobRow {
    fn from(job: &ExpectedJob) -> ExpectedJobRow {
        let record = &job.record;
        ExpectedJobRow {
            source: job.record.job.source.to_string(),
            submitted_at: record.submitted_at.map(|at| at.to_string()),
            job_id: record.job.subject.clone(),
            thing: record.job.thing.as_str(),
            ended_by: job.ending.as_str(),
            ended_at: job.ended_at.map(|at| at.to_string()),
            wait_ms: job.wait.map(whole_millis),
            polls: record.sweeps,
            given_up_at: record.expired_at.map(|at| at.to_string()),
            event_id: job.end.as_ref().map(|end| end.id.clone()),
        }
    }
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_report_shows_counts_and_waits_as_plots() {
        let at = |seconds: i64| Timestamp::from_millis(1_700_000_000_000 + seconds * 1000);
        let webhook = |seconds| (JobEnding::Webhook, Some(Duration::from_secs(seconds)));
        let jobs = [webhook(40), webhook(45), webhook(700), (JobEnding::Poll, None), (JobEnding::Never, None)];
        let reconciliation = Reconciliation::of(jobs);
        let source = SourceName::parse("csm-prod").expect("it is a name");
        let report = Report::new(&source, at(0), at(3600), &reconciliation, Some(2));
        expect![[r#"
            csm-prod: 5 expected jobs, submitted from 2023-11-14T22:13:20.000Z to 2023-11-14T23:13:20.000Z

            ended by
            webhook  3   60.0 %  ########################################
            poll     1   20.0 %  ##############
            late     0    0.0 %
            never    1   20.0 %  ##############
            waiting  0    0.0 %

            2 webhooks of all sources came after the sender's API had reported the end, or the job was given up

            from submission to webhook: half within 45.0 s, 90 % within 11.7 min, 99 % within 11.7 min, all within 11.7 min
            below 1m   2   66.7 %  ########################################
            below 3m   0    0.0 %
            below 10m  0    0.0 %
            below 30m  1   33.3 %  ####################
        "#]]
        .assert_eq(&report.text(&reconciliation));
        let none = Reconciliation::of([]);
        let report = Report::new(&source, at(0), at(3600), &none, None);
        expect![[r#"
            csm-prod: 0 expected jobs, submitted from 2023-11-14T22:13:20.000Z to 2023-11-14T23:13:20.000Z
        "#]]
        .assert_eq(&report.text(&none));
    }
}

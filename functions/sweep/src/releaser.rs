//! Having senders asked about jobs whose webhooks did not come, no faster than each of them takes.

use domain::expectation::PollRequest;
use domain::ledger::job::due_shards;
use domain::ledger::job_writes::JobRelease;
use domain::ledger::poll_pace::Allowance;
use domain::ledger::schedule::Schedule;
use domain::ledger::sweep::Overdue;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::stream::{self, StreamExt as _};
use platform::ledger::Ledger;
use platform::queue::Queue;
use platform::service_error::ServiceError;
use platform::{clock, random};

use crate::report::Report;

/// How many calls are made side by side.
const CALLS_AT_ONCE: usize = 16;

/// What a run works with.
pub(crate) struct Releaser {
    pub(crate) ledger: Ledger,
    pub(crate) queue: Queue,
    pub(crate) schedule: Schedule,
}

impl Releaser {
    /// Has the senders of all sources asked about jobs that are due, until `stop_at`.
    pub(crate) async fn run(&self, stop_at: Timestamp) -> Report {
        let mut report = Report::default();
        let sources = match self.ledger.expecting_sources().await {
            Ok(sources) => sources,
            Err(trouble) => {
                report.unreleased = true;
                report.note(&trouble);
                return report;
            }
        };
        for source in sources {
            if clock::now() >= stop_at {
                report.left_some = true;
                return report;
            }
            if let Err(trouble) = self.release_source(&source, stop_at, &mut report).await {
                report.unreleased = true;
                report.note(&trouble);
            }
        }
        report
    }

    async fn release_source(
        &self,
        source: &SourceName,
        stop_at: Timestamp,
        report: &mut Report,
    ) -> Result<(), ServiceError> {
        let now = clock::now();
        let (count, is_probe) = match self.ledger.poll_pace(source).await?.allowance(now) {
            Allowance::Nothing => return Ok(()),
            Allowance::Probe => (1, true),
            Allowance::UpTo(count) => (count, false),
        };
        let jobs = self.due_jobs(source, now, count).await?;
        let jobs = jobs.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)).zip(0_u32..);
        let released = jobs.map(async |(job, index)| {
            // A call that is cut off between mark and message costs the job a wait, no more.
            if clock::now() >= stop_at {
                Ok(None)
            } else {
                self.release(source, job, (index, count), is_probe).await.map(Some)
            }
        });
        let mut released = stream::iter(released).buffer_unordered(CALLS_AT_ONCE);
        while let Some(outcome) = released.next().await {
            match outcome {
                Ok(Some(is_sent)) => report.polls += u32::from(is_sent),
                Ok(None) => report.left_some = true,
                Err(trouble) => {
                    report.unreleased = true;
                    report.note(&trouble);
                }
            }
        }
        Ok(())
    }

    /// The jobs of a source that are due, the longest overdue first.
    async fn due_jobs(&self, source: &SourceName, now: Timestamp, count: u32) -> Result<Vec<Overdue>, ServiceError> {
        let shards: Vec<String> = due_shards(source).collect();
        let read = stream::iter(&shards).map(|shard| self.ledger.due_jobs(shard, now, count)).buffered(CALLS_AT_ONCE);
        let read: Vec<Result<Vec<Overdue>, ServiceError>> = read.collect().await;
        let mut jobs = Vec::new();
        for part in read {
            jobs.extend(part?);
        }
        jobs.sort_by_key(|job| job.due_at);
        Ok(jobs)
    }

    /// Marks the job first and sends it then: a crash in between costs one wait. `turn` is its place among so many a minute.
    async fn release(
        &self,
        source: &SourceName,
        job: Overdue,
        turn: (u32, u32),
        is_probe: bool,
    ) -> Result<bool, ServiceError> {
        let delay = self.schedule.poll_delay(turn.0, turn.1);
        let polls = job.sweeps.saturating_add(1);
        let next_due_at = self.schedule.due_after_poll(clock::now() + delay, polls, random::fraction());
        let release = JobRelease { overdue: job, token: random::token(), next_due_at };
        let Some(sweeps) = self.ledger.release(&release).await? else {
            return Ok(false);
        };
        let request = PollRequest { job: release.overdue.id, sweeps, is_probe };
        self.queue.send_poll(source, &request, delay).await.map(|()| true)
    }
}

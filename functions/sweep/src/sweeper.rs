//! Finding what is overdue and sending it again, and beside that writing down which sources there are, and which are silent.

use std::sync::Arc;
use std::time::Duration;

use domain::delivery::trace::Trace;
use domain::ledger::due_shard::DUE_SHARDS;
use domain::ledger::schedule::Schedule;
use domain::ledger::sweep::Overdue;
use domain::message::outgoing::OutgoingMessage;
use domain::time::Timestamp;
use platform::ledger::Ledger;
use platform::queue::Queue;
use platform::service_error::ServiceError;
use platform::source_listing::SourceListing;
use platform::{clock, random};
use tokio::task::JoinSet;

use crate::releaser::Releaser;
use crate::report::Report;
use crate::silence::SilenceCheck;

/// How long a run works. The next one begins a minute after this one did.
const WORK_FOR: Duration = Duration::from_secs(45);
/// How much of that is for jobs whose webhooks did not come, after the events.
const RELEASE_FOR: Duration = Duration::from_secs(10);
/// What is left of the function's time when the last step begins.
pub(crate) const RESERVE: Duration = Duration::from_secs(5);
/// How many shards are worked on side by side.
const WORKERS: u32 = 16;

/// Everything that a run works with.
pub(crate) struct Sweeper {
    pub(crate) ledger: Ledger,
    pub(crate) sources: SourceListing,
    pub(crate) queue: Queue,
    pub(crate) schedule: Schedule,
    pub(crate) releaser: Option<Releaser>,
    pub(crate) silence: SilenceCheck,
}

/// What became of an overdue event.
enum SweepOutcome {
    Sent,
    PassedOver,
}

impl Sweeper {
    /// Goes through all shards once, writes the directory of sources, and looks for silence. What it sends belongs to
    /// `trace`.
    pub(crate) async fn run(self: Arc<Sweeper>, deadline: Timestamp, trace: Option<Trace>) -> Report {
        let end_at = (clock::now() + WORK_FOR).min(deadline - RESERVE);
        // A backlog of events must not keep jobs waiting for ever.
        let stop_at = if self.releaser.is_some() { end_at - RELEASE_FOR } else { end_at };
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let sweeper = Arc::clone(&self);
            let trace = trace.clone();
            workers.spawn(async move {
                let mut report = Report::default();
                for shard in (worker..DUE_SHARDS).step_by(WORKERS as usize) {
                    sweeper.sweep_shard(shard, stop_at, trace.as_ref(), &mut report).await;
                }
                report
            });
        }
        let sweeper = Arc::clone(&self);
        workers.spawn(async move { sweeper.write_directory(stop_at).await });
        let sweeper = Arc::clone(&self);
        workers.spawn(async move { sweeper.silence.run(stop_at).await });
        let mut total = Report::default();
        while let Some(ended) = workers.join_next().await {
            match ended {
                Ok(report) => total.add(report),
                // Whatever that worker had left to do is still due, and the next run finds it.
                Err(_) => total.left_some = true,
            }
        }
        if let Some(releaser) = &self.releaser {
            total.add(releaser.run(end_at).await);
        }
        total
    }

    /// Writes the directory of sources anew. What goes wrong, the next run makes good.
    async fn write_directory(&self, stop_at: Timestamp) -> Report {
        let mut report = Report::default();
        match tokio::time::timeout(clock::now().until(stop_at), self.relist()).await {
            Ok(Ok(())) => {}
            Ok(Err(trouble)) => {
                report.directory_failed = true;
                report.note(&trouble);
            }
            Err(_) => report.directory_failed = true,
        }
        report
    }

    async fn relist(&self) -> Result<(), ServiceError> {
        // Read first: a source that is made after the listing was is then in the way of the put.
        let directory = self.ledger.source_directory().await?.unwrap_or_default();
        let listed = self.sources.names().await?;
        // If a tool has written it meanwhile, it stays as that left it, for a minute.
        self.ledger.put_source_directory(&directory.relisted(listed, clock::now())).await.map(drop)
    }

    async fn sweep_shard(&self, shard: u32, stop_at: Timestamp, trace: Option<&Trace>, report: &mut Report) {
        let mut start = None;
        loop {
            let now = clock::now();
            if now >= stop_at {
                report.left_some = true;
                return;
            }
            let page = match self.ledger.overdue(shard, now, start).await {
                Ok(page) => page,
                Err(trouble) => {
                    report.unread_shards += 1;
                    report.note(&trouble);
                    return;
                }
            };
            for overdue in page.overdue {
                if clock::now() >= stop_at {
                    report.left_some = true;
                    return;
                }
                report.overdue += 1;
                match self.sweep(overdue, trace).await {
                    Ok(SweepOutcome::Sent) => report.sent += 1,
                    Ok(SweepOutcome::PassedOver) => report.passed_over += 1,
                    Err(trouble) => {
                        report.troubled += 1;
                        report.note(&trouble);
                    }
                }
            }
            match page.next {
                Some(next) => start = Some(next),
                None => return,
            }
        }
    }

    /// Marks the event first and sends it then: a crash in between costs one wait, the other way round could send the
    /// same event in every run.
    async fn sweep(&self, overdue: Overdue, trace: Option<&Trace>) -> Result<SweepOutcome, ServiceError> {
        let mark = overdue.mark(random::token(), clock::now(), self.schedule);
        let Some(event) = self.ledger.mark_swept(&mark).await? else {
            return Ok(SweepOutcome::PassedOver);
        };
        let message = self.queue.prepare(&OutgoingMessage::of_record(&event), trace);
        if let Err(trouble) = self.queue.send(message).await {
            let soon = self.schedule.deferred_due(clock::now());
            self.ledger.take_mark_back(&mark, soon).await?;
            return Err(trouble);
        }
        Ok(SweepOutcome::Sent)
    }
}

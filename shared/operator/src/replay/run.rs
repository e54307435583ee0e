//! Running a replay job.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::event::event_id::EventId;
use domain::ledger::replay::{ReplayRequest, Replayability};
use domain::ledger::replay_job::{ReplayJob, ReplayJobId, ReplayJobState, advance, finish, run};
use domain::ledger::replay_pace::ReplayPace;
use domain::message::outgoing::OutgoingMessage;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::clock;
use platform::ledger::WriteOutcome;
use platform::ledger::listing::ReplayOutcome;

use super::{ReplayError, Replays};

/// How many events are replayed side by side.
const EVENTS_AT_ONCE: usize = 64;
/// How often the depth of the consumer queue is read.
const QUEUE_LOOK_EVERY: Duration = Duration::from_secs(10);

/// How far a run has come.
#[derive(Clone, Copy, Debug)]
pub struct RunProgress<'a> {
    /// The job.
    pub job: &'a ReplayJob,
    /// How fast it goes now.
    pub pace: ReplayPace,
    /// What the run came to so far.
    pub events: &'a BTreeMap<Replayability, u64>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReport {
    /// How it ended.
    pub result: RunResult,
    /// How many events had which outcome; `mine` are those that this job had replayed before and that have been claimed
    /// since.
    pub events: BTreeMap<Replayability, u64>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunResult {
    /// All events were asked for.
    Done,
    /// Somebody paused or cancelled the job, or has taken it over.
    Stopped(ReplayJobState),
}

impl Replays {
    /// Runs a job from where it is, as `runner`. It may be stopped at any time and by anything: the next run goes on,
    /// and no event is replayed twice. `see` is called after each step.
    ///
    /// # Errors
    /// If the job cannot run, or a call did not go well.
    pub async fn run(
        &self,
        id: &ReplayJobId,
        runner: &str,
        mut see: impl FnMut(RunProgress<'_>),
    ) -> Result<RunReport, ReplayError> {
        let mut job = self.take(id, runner).await?;
        let mut events = BTreeMap::new();
        let (mut pace, mut look_at) = (ReplayPace::new(job.rate_per_second), clock::now());
        while job.next_chunk < job.chunks {
            let chunk = self.ledger.item(&id.chunk_id(job.next_chunk)).await?.unwrap_or_default();
            let ids = ReplayJob::ids_of_chunk(&chunk);
            let mut rest = ids.as_slice();
            while !rest.is_empty() {
                if !self.go_on(&job, runner).await? {
                    return self.stopped(id, events).await;
                }
                if clock::now() >= look_at {
                    pace.see(self.ready.depth().await?);
                    look_at = clock::now() + QUEUE_LOOK_EVERY;
                }
                let piece = match pace.per_second() {
                    0 => rest.len(),
                    rate => rest.len().min(rate as usize),
                };
                let wait = pace.time_for(piece);
                let (piece, later) = rest.split_at(piece);
                let (outcomes, ()) = tokio::join!(self.replay_all(&job, piece), tokio::time::sleep(wait));
                for outcome in outcomes? {
                    *events.entry(outcome).or_default() += 1;
                }
                see(RunProgress { job: &job, pace, events: &events });
                rest = later;
            }
            job.next_chunk += 1;
        }
        if !self.go_on(&job, runner).await? || !self.writes(&finish(&id.item_id(), runner)).await? {
            return self.stopped(id, events).await;
        }
        Ok(RunReport { result: RunResult::Done, events })
    }

    async fn take(&self, id: &ReplayJobId, runner: &str) -> Result<ReplayJob, ReplayError> {
        let job = self.job(id).await?;
        if matches!(job.state, ReplayJobState::Freezing | ReplayJobState::Cancelled) {
            return Err(ReplayError::State { id: id.clone(), state: job.state });
        }
        if self.writes(&run(&id.item_id(), runner, clock::now(), job.state)).await? {
            let next_chunk = if job.state == ReplayJobState::Done { 0 } else { job.next_chunk };
            return Ok(ReplayJob { state: ReplayJobState::Running, next_chunk, ..job });
        }
        let job = self.job(id).await?;
        Err(match job.runner {
            Some((runner, _)) => ReplayError::RunByAnother { id: id.clone(), runner },
            None => ReplayError::State { id: id.clone(), state: job.state },
        })
    }

    /// Says that `runner` is at the job's next chunk; `false` if another runner has it, or nobody may run it.
    async fn go_on(&self, job: &ReplayJob, runner: &str) -> Result<bool, ReplayError> {
        self.writes(&advance(&job.id.item_id(), runner, job.next_chunk, clock::now())).await
    }

    async fn writes(&self, write: &domain::ledger::write::Write<'_>) -> Result<bool, ReplayError> {
        let outcome = self.ledger.write("dynamodb:UpdateItem (replay job)", write).await?;
        Ok(matches!(outcome, WriteOutcome::Written(_)))
    }

    async fn stopped(&self, id: &ReplayJobId, events: BTreeMap<Replayability, u64>) -> Result<RunReport, ReplayError> {
        let job = self.job(id).await?;
        Ok(RunReport { result: RunResult::Stopped(job.state), events })
    }

    async fn replay_all(&self, job: &ReplayJob, ids: &[EventId]) -> Result<Vec<Replayability>, ReplayError> {
        // A list of them, so that the whole can be run on a task of its own.
        let replays: Vec<_> = ids.iter().map(|id| self.replay_event(job, id)).collect();
        stream::iter(replays).buffer_unordered(EVENTS_AT_ONCE).try_collect().await
    }

    /// One update, then one message. If the message is lost, the event comes due; running the job again sends another.
    async fn replay_event(&self, job: &ReplayJob, id: &EventId) -> Result<Replayability, ReplayError> {
        let request = ReplayRequest {
            job: job.id.clone(),
            now: clock::now(),
            schedule: self.schedule,
            replays_contradicted: job.replays_contradicted,
        };
        Ok(match self.ledger.replay(id, &request).await? {
            ReplayOutcome::Waits(event) => {
                self.events.send(self.events.prepare(&OutgoingMessage::of_record(&event), None)).await?;
                Replayability::Replayable
            }
            ReplayOutcome::Begun => Replayability::Mine,
            ReplayOutcome::Refused(refused) => refused,
        })
    }
}

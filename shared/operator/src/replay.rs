//! Replaying events: a job is frozen, then run, by any terminal and from wherever another one stopped.

pub mod freeze;
pub mod run;
pub mod show;

use std::cmp::Reverse;

use domain::ledger::item::Unreadable;
use domain::ledger::replay_index::{self, REPLAYS_ID};
use domain::ledger::replay_job::{ReplayJob, ReplayJobId, ReplayJobState, cancel, pause};
use domain::ledger::schedule::Schedule;
use domain::ledger::write::Write;
use platform::ledger::{Ledger, WriteOutcome};
use platform::queue::Queue;
use platform::service_error::ServiceError;

use crate::listing::Listing;

/// What replays need.
#[derive(Clone, Debug)]
pub struct Replays {
    /// The ledger.
    pub ledger: Ledger,
    /// Its listing.
    pub listing: Listing,
    /// Where events wait for the processor.
    pub events: Queue,
    /// Where they then wait for a consumer: while too many do, a replay slows down.
    pub ready: Queue,
    /// The pace of waits.
    pub schedule: Schedule,
}

/// Why a replay job does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such job: its name is mistyped, or it was frozen more than 30 days ago. Freeze another.
    #[error("there is no replay job {0}; it may have been frozen more than 30 days ago")]
    NoSuchJob(ReplayJobId),
    /// It is not in a state from which it can go there.
    #[error("the replay job {id} is {state}")]
    State {
        /// The job.
        id: ReplayJobId,
        /// How it stands.
        state: ReplayJobState,
    },
    /// Somebody else runs it; wait, or pause it first.
    #[error("the replay job {id} is run by {runner}")]
    RunByAnother {
        /// The job.
        id: ReplayJobId,
        /// Who runs it.
        runner: String,
    },
    /// Its item was changed by hand.
    #[error("the replay job cannot be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// A call did not go well. Run the job again: it goes on from where it was.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Replays {
    /// How a job stands.
    ///
    /// # Errors
    /// If there is none, or the ledger could not be reached.
    pub async fn job(&self, id: &ReplayJobId) -> Result<ReplayJob, ReplayError> {
        let item = self.ledger.item(&id.item_id()).await?;
        let item = item.ok_or_else(|| ReplayError::NoSuchJob(id.clone()))?;
        Ok(ReplayJob::of_item(id, &item)?)
    }

    /// All jobs of the last 30 days, the latest first.
    ///
    /// # Errors
    /// If the ledger could not be reached.
    pub async fn jobs(&self) -> Result<Vec<ReplayJob>, ReplayError> {
        let index = self.ledger.item(REPLAYS_ID).await?.unwrap_or_default();
        let mut jobs = Vec::new();
        for id in replay_index::jobs(&index) {
            match self.job(&id).await {
                Ok(job) => jobs.push(job),
                Err(ReplayError::NoSuchJob(_)) => {
                    self.ledger.write("dynamodb:UpdateItem (replay jobs)", &replay_index::withdraw(&id)).await?;
                }
                Err(error) => return Err(error),
            }
        }
        jobs.sort_by_key(|job| Reverse(job.expires_at_seconds));
        Ok(jobs)
    }

    /// Stops a job, so that it can go on. Its runner stops before its next second of work.
    ///
    /// # Errors
    /// If it is neither frozen nor running, or the ledger could not be reached.
    pub async fn pause(&self, id: &ReplayJobId) -> Result<(), ReplayError> {
        self.step(id, &pause(&id.item_id())).await
    }

    /// Stops a job for good.
    ///
    /// # Errors
    /// If it is done, or the ledger could not be reached.
    pub async fn cancel(&self, id: &ReplayJobId) -> Result<(), ReplayError> {
        self.step(id, &cancel(&id.item_id())).await
    }

    /// Makes a write of a job; if it is refused, says how the job stands.
    async fn step(&self, id: &ReplayJobId, write: &Write<'_>) -> Result<(), ReplayError> {
        match self.ledger.write("dynamodb:UpdateItem (replay job)", write).await? {
            WriteOutcome::Written(_) => Ok(()),
            WriteOutcome::Refused(_) => {
                let job = self.job(id).await?;
                Err(ReplayError::State { id: id.clone(), state: job.state })
            }
        }
    }
}

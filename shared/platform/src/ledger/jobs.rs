//! The records of senders' jobs.

use std::time::Duration;

use domain::ledger::attribute::Attribute;
use domain::ledger::condition::Condition;
use domain::ledger::item::Item;
use domain::ledger::job::{JobId, JobRecord};
use domain::ledger::job_end::JobEnd;
use domain::ledger::job_writes::{self, ExpectedJob, JobRelease};
use domain::ledger::listing::query::{Index, Order};
use domain::ledger::poll_pace::{self, EXPECTING_ID, PollPace};
use domain::ledger::schedule::Schedule;
use domain::ledger::sweep::Overdue;
use domain::ledger::write::Write;
use domain::ledger::writes::PutCondition;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;

use super::overdue::Answer;
use super::request::{QueryAnswer, QueryRequest};
use super::{Ledger, PUT_ITEM, UPDATE_ITEM, WriteOutcome, json, unreadable};
use crate::service_error::ServiceError;

/// What a write of a job's record came to.
#[derive(Debug)]
pub enum JobOutcome {
    /// It is written. Here is the record, if it was to be read back.
    Written(Option<Box<JobRecord>>),
    /// Its condition did not hold. Here is the record as it stands, if there is one.
    Refused(Option<Box<JobRecord>>),
}

impl Ledger {
    /// Reads the record of a job as it is now; `None` if there is none.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn job(&self, id: &JobId) -> Result<Option<JobRecord>, ServiceError> {
        let item = self.item(id.as_str()).await?;
        item.map(|item| JobRecord::of_item(&item).map_err(unreadable)).transpose()
    }

    /// Waits for the end of a job of which nothing is known.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the record may be written all the same.
    pub async fn expect(
        &self,
        id: &JobId,
        expected: &ExpectedJob,
        condition: PutCondition,
    ) -> Result<JobOutcome, ServiceError> {
        let write = job_writes::expect(id, expected, condition);
        outcome(self.send(PUT_ITEM, "dynamodb:PutItem (expect)", &write).await?)
    }

    /// Lists an expectation whose job has ended already.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn expect_ended(&self, id: &JobId, expected: &ExpectedJob) -> Result<JobOutcome, ServiceError> {
        let write = job_writes::expect_ended(id, expected);
        outcome(self.send(UPDATE_ITEM, "dynamodb:UpdateItem (expect)", &write).await?)
    }

    /// Makes an event the one that tells the end of its job.
    ///
    /// # Errors
    /// If the table could not be reached or refused; it may be written all the same.
    pub async fn win(
        &self,
        id: &JobId,
        end: &JobEnd,
        now: Timestamp,
        schedule: Schedule,
    ) -> Result<JobOutcome, ServiceError> {
        let write = job_writes::win(id, end, now, schedule);
        let outcome = outcome(self.send(UPDATE_ITEM, "dynamodb:UpdateItem (end)", &write).await?)?;
        let expired_at_seconds = match &outcome {
            JobOutcome::Refused(Some(record)) if record.is_over(now) => record.expires_at_seconds,
            _ => return Ok(outcome),
        };
        let write = job_writes::win_anew(id, end, now, schedule, expired_at_seconds.unwrap_or(0));
        self::outcome(self.send(PUT_ITEM, "dynamodb:PutItem (end)", &write).await?)
    }

    /// Gives a job up.
    ///
    /// # Errors
    /// If the table could not be reached or refused; it may be written all the same.
    pub async fn expire(&self, id: &JobId, now: Timestamp, schedule: Schedule) -> Result<JobOutcome, ServiceError> {
        let write = job_writes::expire(id, now, schedule);
        outcome(self.send(UPDATE_ITEM, "dynamodb:UpdateItem (expire)", &write).await?)
    }

    /// Has the sender asked about a job; gives which release of its record this is, or `None` if it is no longer for this
    /// sweep.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn release(&self, release: &JobRelease) -> Result<Option<u32>, ServiceError> {
        let write = job_writes::release(release);
        let outcome = outcome(self.send(UPDATE_ITEM, "dynamodb:UpdateItem (release)", &write).await?)?;
        Ok(match outcome {
            JobOutcome::Written(Some(record)) => Some(record.sweeps),
            JobOutcome::Written(None) | JobOutcome::Refused(_) => None,
        })
    }

    /// Reads up to `limit` jobs that wait in the shard `shard` and are due at `now`, the longest overdue first.
    ///
    /// # Errors
    /// If the index could not be reached or refused.
    pub async fn due_jobs(&self, shard: &str, now: Timestamp, limit: u32) -> Result<Vec<Overdue>, ServiceError> {
        let condition = Condition::All(vec![
            Condition::equal(Attribute::DueShard, shard),
            Condition::at_most(Attribute::DueAt, now),
        ]);
        let query = QueryRequest {
            table: &self.table,
            index: Index::Due.name(),
            condition: &condition,
            order: Order::Ascending,
            answer: QueryAnswer::Items(limit),
            start: None,
        };
        let Answer { items, .. } = self.query(&query).await?;
        items.into_iter().map(|it| json::item(it).unwrap_or_default().overdue().map_err(unreadable)).collect()
    }

    /// Reads which sources have or had jobs that wait.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn expecting_sources(&self) -> Result<Vec<SourceName>, ServiceError> {
        Ok(poll_pace::expecting(self.item(EXPECTING_ID).await?.as_ref()))
    }

    /// Reads how fast the sender of a source is asked.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn poll_pace(&self, source: &SourceName) -> Result<PollPace, ServiceError> {
        Ok(PollPace::of_item(self.item(&poll_pace::pace_id(source)).await?.as_ref()))
    }

    /// Names a source among those with jobs that wait, and says how fast its sender is asked.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn note_source(&self, source: &SourceName, per_minute: u32) -> Result<(), ServiceError> {
        self.change("dynamodb:UpdateItem (expecting)", &poll_pace::note_source(source)).await?;
        let id = poll_pace::pace_id(source);
        self.change("dynamodb:UpdateItem (pace)", &poll_pace::set_pace(&id, per_minute)).await.map(drop)
    }

    /// Leaves a source's sender alone, and gives until when.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn block(
        &self,
        source: &SourceName,
        retry_after: Option<Duration>,
        now: Timestamp,
        schedule: Schedule,
    ) -> Result<Timestamp, ServiceError> {
        let id = poll_pace::pace_id(source);
        let mut seen = PollPace::of_item(None);
        // Usually there was no trouble before; else what stands there says for how long.
        for _ in 0..2 {
            let until = seen.block_until(retry_after, now, schedule);
            match self.change("dynamodb:UpdateItem (block)", &poll_pace::block(&id, &seen, until, now)).await? {
                WriteOutcome::Written(_) => return Ok(until),
                WriteOutcome::Refused(item) => seen = PollPace::of_item(item.as_ref()),
            }
            if let Some(until) = seen.blocked_until.filter(|until| *until > now) {
                return Ok(until);
            }
        }
        // Others have changed it meanwhile: they know.
        Ok(now)
    }

    /// Ends the trouble of a source's sender.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn unblock(&self, source: &SourceName) -> Result<(), ServiceError> {
        let id = poll_pace::pace_id(source);
        self.change("dynamodb:UpdateItem (unblock)", &poll_pace::unblock(&id)).await.map(drop)
    }

    async fn change(&self, operation: &'static str, write: &Write<'_>) -> Result<WriteOutcome, ServiceError> {
        self.send(UPDATE_ITEM, operation, write).await
    }
}

fn outcome(outcome: WriteOutcome) -> Result<JobOutcome, ServiceError> {
    let record = |item: Option<Item<'static>>| {
        item.map(|item| JobRecord::of_item(&item).map(Box::new).map_err(unreadable)).transpose()
    };
    Ok(match outcome {
        WriteOutcome::Written(item) => JobOutcome::Written(record(item)?),
        WriteOutcome::Refused(item) => JobOutcome::Refused(record(item)?),
    })
}

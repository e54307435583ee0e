//! The jobs that were expected of a source: how each ended, and those that are given up by hand.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use domain::event::Origin;
use domain::ledger::attribute::Attribute;
use domain::ledger::job::{self, End, EndMarker, JobId, JobRecord, JobState};
use domain::ledger::job_writes;
use domain::ledger::listing::query::{Entry, Index, Order, Query};
use domain::ledger::listing::row::Row;
use domain::ledger::reconciliation::JobEnding;
use domain::ledger::schedule::Schedule;
use domain::ledger::value::Value;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use platform::ledger::{Ledger, WriteOutcome};
use platform::service_error::ServiceError;

/// How many slots are read side by side.
const SLOTS_AT_ONCE: usize = 8;
/// How many jobs are read at once in each.
const PAGE_JOBS: u32 = 100;
/// How many items DynamoDB reads in one batch.
const BATCH_ITEMS: usize = 100;

/// The jobs of a ledger.
#[derive(Clone, Debug)]
pub struct Jobs {
    ledger: Ledger,
    schedule: Schedule,
}

/// An expected job.
#[derive(Clone, Debug)]
pub struct ExpectedJob {
    /// What the ledger knows of it.
    pub record: JobRecord,
    /// How it ended.
    pub ending: JobEnding,
    /// The event that told its end.
    pub end: Option<EndMarker>,
    /// When that event arrived, or the sender's API answered.
    pub ended_at: Option<Timestamp>,
    /// How long after the submission its webhook came, if one did.
    pub wait: Option<Duration>,
}

/// The latest of the jobs that were expected of a source.
#[derive(Clone, Debug)]
pub struct LatestJobs {
    /// The latest first.
    pub jobs: Vec<ExpectedJob>,
    /// Whether there are no others.
    pub are_all: bool,
}

/// What giving a job up by hand came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseResult {
    /// It is expected no longer.
    Closed,
    /// Its end is known.
    HasEnded,
    /// It was given up before.
    HasExpired,
    /// Nobody expected it.
    NotExpected,
}

impl Jobs {
    /// Those of `ledger`.
    #[must_use]
    pub const fn new(ledger: Ledger, schedule: Schedule) -> Jobs {
        Jobs { ledger, schedule }
    }

    /// The jobs of a source that were submitted from `since` to `until` and expected, the earliest first, with the events
    /// that told their ends.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn expected(
        &self,
        source: &SourceName,
        since: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ExpectedJob>, ServiceError> {
        let records = self.records(source, since, until, now).await?;
        self.with_ends(records).await
    }

    /// The latest of these jobs, at most `limit`: of the others no record is read.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn latest(
        &self,
        source: &SourceName,
        since: Timestamp,
        now: Timestamp,
        limit: usize,
    ) -> Result<LatestJobs, ServiceError> {
        if since > now {
            return Ok(LatestJobs { jobs: Vec::new(), are_all: true });
        }
        let reads = job::slots(source).map(|key| self.latest_of_slot(key, since, now, limit));
        let parts: Vec<Vec<Entry>> = stream::iter(reads).buffered(SLOTS_AT_ONCE).try_collect().await?;
        let mut entries: Vec<Entry> = parts.into_iter().flatten().collect();
        entries.sort_by_key(|entry| Reverse(entry.at));
        let are_all = entries.len() <= limit;
        let ids: Vec<String> = entries.into_iter().take(limit).map(|entry| entry.id).collect();
        let items = self.ledger.items(&ids).await?;
        let records = items.iter().filter_map(|item| JobRecord::of_item(item).ok());
        let mut records: Vec<JobRecord> = records.filter(|record| !record.is_over(now)).collect();
        records.sort_by_key(|record| Reverse(record.submitted_at));
        Ok(LatestJobs { jobs: self.with_ends(records).await?, are_all })
    }

    async fn latest_of_slot(
        &self,
        key: String,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Entry>, ServiceError> {
        let query = Query { index: Index::Arrived, key, from, to, order: Order::Descending };
        let (mut found, mut start) = (Vec::new(), None);
        // One more than are wanted tells that there are others.
        while found.len() <= limit {
            let page = self.ledger.entries(&query, PAGE_JOBS, start.as_ref()).await?;
            found.extend(page.entries);
            match page.next {
                Some(next) => start = Some(next),
                None => break,
            }
        }
        Ok(found)
    }

    /// One job, if it is expected or was.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn job(&self, id: &JobId, now: Timestamp) -> Result<Option<ExpectedJob>, ServiceError> {
        let record = self.ledger.job(id).await?.filter(|record| !record.is_over(now));
        Ok(self.with_ends(record.into_iter().collect()).await?.pop())
    }

    async fn with_ends(&self, records: Vec<JobRecord>) -> Result<Vec<ExpectedJob>, ServiceError> {
        let arrivals = self.arrivals(&records).await?;
        Ok(records.into_iter().map(|record| ExpectedJob::of(record, &arrivals)).collect())
    }

    /// The same jobs as of [`expected`](Jobs::expected) without the events; none if `since` is after `until`.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn records(
        &self,
        source: &SourceName,
        since: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<JobRecord>, ServiceError> {
        // DynamoDB refuses such a query.
        if since > until {
            return Ok(Vec::new());
        }
        let reads = job::slots(source).map(|slot| self.of_slot(slot, since, until, now));
        let parts: Vec<Vec<JobRecord>> = stream::iter(reads).buffered(SLOTS_AT_ONCE).try_collect().await?;
        let mut records: Vec<JobRecord> = parts.into_iter().flatten().collect();
        records.sort_by_key(|record| record.submitted_at);
        Ok(records)
    }

    async fn of_slot(
        &self,
        key: String,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<JobRecord>, ServiceError> {
        let query = Query { index: Index::Arrived, key, from, to, order: Order::Ascending };
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let page = self.ledger.entries(&query, PAGE_JOBS, start.as_ref()).await?;
            let ids: Vec<String> = page.entries.into_iter().map(|entry| entry.id).collect();
            let items = self.ledger.items(&ids).await?;
            let records = items.iter().filter_map(|item| JobRecord::of_item(item).ok());
            found.extend(records.filter(|record| !record.is_over(now)));
            match page.next {
                Some(next) => start = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// When the webhooks arrived that told the ends of these jobs, by the ids of their events.
    async fn arrivals(&self, records: &[JobRecord]) -> Result<HashMap<String, Timestamp>, ServiceError> {
        let ends = records.iter().filter_map(first_end).filter(|end| end.by != Origin::Poll);
        let mut ids: Vec<String> = ends.map(|end| end.id.clone()).collect();
        // DynamoDB refuses a batch that names an item twice.
        ids.sort_unstable();
        ids.dedup();
        let reads: Vec<_> = ids.chunks(BATCH_ITEMS).map(|ids| self.ledger.items(ids)).collect();
        let parts: Vec<_> = stream::iter(reads).buffer_unordered(SLOTS_AT_ONCE).try_collect().await?;
        let rows = parts.iter().flatten().filter_map(|item| Row::of_item(item).ok());
        Ok(rows.map(|row| (row.event.id.to_string(), row.event.received_at)).collect())
    }

    /// Expects a job no longer, without an event.
    ///
    /// # Errors
    /// If the ledger could not be reached or refused.
    pub async fn close(&self, id: &JobId, now: Timestamp) -> Result<CloseResult, ServiceError> {
        let record = self.ledger.job(id).await?.filter(|record| !record.is_over(now));
        match record.map(|record| record.state) {
            None => return Ok(CloseResult::NotExpected),
            Some(JobState::Ended) => return Ok(CloseResult::HasEnded),
            Some(JobState::Expired) => return Ok(CloseResult::HasExpired),
            Some(JobState::Waiting) => {}
        }
        let write = job_writes::expire(id, now, self.schedule);
        match self.ledger.write("dynamodb:UpdateItem (expire)", &write).await? {
            WriteOutcome::Written(_) => Ok(CloseResult::Closed),
            WriteOutcome::Refused(item) => {
                // Its end has come meanwhile, or the record is gone.
                let has_ended = item.is_some_and(|item| item.get(Attribute::State).and_then(Value::as_text).is_some());
                Ok(if has_ended { CloseResult::HasEnded } else { CloseResult::NotExpected })
            }
        }
    }
}

impl ExpectedJob {
    fn of(record: JobRecord, arrivals: &HashMap<String, Timestamp>) -> ExpectedJob {
        let end = first_end(&record).cloned();
        let webhook_at = end.as_ref().and_then(|end| arrivals.get(&end.id).copied());
        ExpectedJob {
            ending: JobEnding::of(&record),
            ended_at: webhook_at.or(end.as_ref().and_then(|end| end.at)),
            wait: record.submitted_at.zip(webhook_at).map(|(submitted_at, at)| submitted_at.until(at)),
            end,
            record,
        }
    }
}

/// The end that counts: the one that was asked for, if the sender says two things.
fn first_end(record: &JobRecord) -> Option<&EndMarker> {
    let ends = [End::Completed, End::Failed].map(|end| record.end(end));
    let polled = ends.into_iter().flatten().find(|end| end.by == Origin::Poll);
    polled.or_else(|| record.any_end())
}

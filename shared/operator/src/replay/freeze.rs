//! Freezing: the ids of a replay are written down before any event is touched.

use std::collections::BTreeMap;

use domain::event::event_id::EventId;
use domain::ledger::listing::filter::Filter;
use domain::ledger::listing::row::Row;
use domain::ledger::record::State;
use domain::ledger::replay_index;
use domain::ledger::replay_job::{CHUNK_MAX_IDS, ReplayJob, ReplayJobId, ReplayJobState, freeze};
use platform::ledger::WriteOutcome;
use platform::{clock, random};

use super::{ReplayError, Replays};

/// How many rows are read before their ids are written.
const PAGE_ROWS: usize = 1_000;

/// What is to be frozen.
#[derive(Clone, Debug)]
pub struct FreezeRequest {
    /// Who asks for it: the ARN of the caller.
    pub by: String,
    /// How many events are replayed a second at most; 0 sets no limit.
    pub rate_per_second: u32,
    /// Whether also events are replayed that their senders contradicted.
    pub replays_contradicted: bool,
}

/// What a filter finds, as far as a replay is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Candidacy {
    /// It would be replayed.
    Finished,
    /// It is left out: it is not finished.
    Unfinished,
    /// It is left out unless its id is named: it was never published, since another event took its place.
    Unpublished,
    /// It is left out unless it is asked for: its sender says that it is not true.
    Contradicted,
}

impl Candidacy {
    /// That of an event.
    #[must_use]
    pub fn of(row: &Row) -> Candidacy {
        match row.lifecycle.state {
            State::Received | State::Processing => Candidacy::Unfinished,
            State::Failed if row.lifecycle.is_contradicted => Candidacy::Contradicted,
            State::Done if row.is_left_unpublished() => Candidacy::Unpublished,
            State::Done | State::Failed => Candidacy::Finished,
        }
    }

    const fn joins(self, request: &FreezeRequest) -> bool {
        match self {
            Candidacy::Finished => true,
            Candidacy::Unfinished | Candidacy::Unpublished => false,
            Candidacy::Contradicted => request.replays_contradicted,
        }
    }
}

impl Replays {
    /// Counts what `filter` finds, and writes nothing.
    ///
    /// # Errors
    /// If the ledger could not be reached.
    pub async fn survey(&self, filter: Filter) -> Result<BTreeMap<Candidacy, u64>, ReplayError> {
        let mut counts = BTreeMap::new();
        let mut page = self.listing.first_page(filter, clock::now(), PAGE_ROWS).await?;
        loop {
            for row in &page.rows {
                *counts.entry(Candidacy::of(row)).or_default() += 1;
            }
            let Some(cursor) = page.cursor else { return Ok(counts) };
            page = self.listing.next_page(cursor, clock::now(), PAGE_ROWS).await?;
        }
    }

    /// Writes down the ids of all finished events that `filter` finds. The count in what is given back is the dry run.
    ///
    /// # Errors
    /// If the ledger could not be reached; what is half frozen never runs, and expires.
    pub async fn freeze(&self, filter: Filter, request: FreezeRequest) -> Result<ReplayJob, ReplayError> {
        let mut job = self.begin(filter.to_json(), &request).await?;
        let mut ids = Vec::new();
        let mut page = self.listing.first_page(filter, clock::now(), PAGE_ROWS).await?;
        loop {
            ids.extend(page.rows.into_iter().filter(|row| Candidacy::of(row).joins(&request)).map(|row| row.event.id));
            while ids.len() >= CHUNK_MAX_IDS {
                self.put_chunk(&mut job, &ids.drain(..CHUNK_MAX_IDS).collect::<Vec<_>>()).await?;
            }
            let Some(cursor) = page.cursor else { break };
            page = self.listing.next_page(cursor, clock::now(), PAGE_ROWS).await?;
        }
        self.put_chunk(&mut job, &ids).await?;
        self.end(job).await
    }

    /// Writes these ids down.
    ///
    /// # Errors
    /// As for [`freeze`](Replays::freeze).
    pub async fn freeze_ids(&self, ids: &[EventId], request: FreezeRequest) -> Result<ReplayJob, ReplayError> {
        let mut job = self.begin("{}".to_owned(), &request).await?;
        for ids in ids.chunks(CHUNK_MAX_IDS) {
            self.put_chunk(&mut job, ids).await?;
        }
        self.end(job).await
    }

    async fn begin(&self, filter: String, request: &FreezeRequest) -> Result<ReplayJob, ReplayError> {
        let job = ReplayJob {
            id: ReplayJobId::parse(&random::token()).expect("a token is made of hex digits"),
            state: ReplayJobState::Freezing,
            filter,
            count: 0,
            chunks: 0,
            rate_per_second: request.rate_per_second,
            by: request.by.clone(),
            replays_contradicted: request.replays_contradicted,
            next_chunk: 0,
            runner: None,
            expires_at_seconds: ReplayJob::expiry(clock::now()),
        };
        let item_id = job.id.item_id();
        let outcome = self.ledger.write("dynamodb:PutItem (replay job)", &job.begin(&item_id)).await?;
        match outcome {
            WriteOutcome::Written(_) => {
                self.ledger.write("dynamodb:UpdateItem (replay jobs)", &replay_index::insert(&job.id)).await?;
                Ok(job)
            }
            WriteOutcome::Refused(_) => Err(ReplayError::State { id: job.id, state: ReplayJobState::Freezing }),
        }
    }

    async fn put_chunk(&self, job: &mut ReplayJob, ids: &[EventId]) -> Result<(), ReplayError> {
        if !ids.is_empty() {
            let chunk_id = job.id.chunk_id(job.chunks);
            self.ledger.write("dynamodb:PutItem (replay ids)", &job.chunk(&chunk_id, ids)).await?;
            job.chunks += 1;
            job.count += u32::try_from(ids.len()).expect("a chunk is small");
        }
        Ok(())
    }

    async fn end(&self, job: ReplayJob) -> Result<ReplayJob, ReplayError> {
        self.step(&job.id, &freeze(&job.id.item_id(), job.count, job.chunks)).await?;
        Ok(ReplayJob { state: ReplayJobState::Frozen, ..job })
    }
}

//! Freezing: the ids of a replay are written down before any event is touched.

use domain::event::event_id::EventId;
use domain::ledger::record::State;
use domain::ledger::replay_job::{CHUNK_MAX_IDS, ReplayJob, ReplayJobId, ReplayJobState, freeze};
use domain::listing::filter::Filter;
use domain::listing::row::Row;
use platform::ledger::WriteOutcome;
use platform::{clock, random};

use super::{ReplayError, Replays};
use crate::listing::Listing;

/// So many rows are read before their ids are written.
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

impl Replays {
    /// Writes down the ids of all finished events that `filter` finds. The count in what is given back is the dry run.
    ///
    /// # Errors
    /// If the ledger could not be reached; what is half frozen never runs, and expires.
    pub async fn freeze(&self, filter: Filter, request: FreezeRequest) -> Result<ReplayJob, ReplayError> {
        let listing = Listing::new(self.ledger.clone());
        let mut job = self.begin(filter.to_json(), &request).await?;
        let mut ids = Vec::new();
        let is_wanted = |row: &Row| {
            let state = row.lifecycle.state;
            let is_contradicted = state == State::Failed && row.lifecycle.is_contradicted;
            state.is_final() && (request.replays_contradicted || !is_contradicted)
        };
        let mut page = listing.first_page(filter, clock::now(), PAGE_ROWS).await?;
        loop {
            ids.extend(page.rows.into_iter().filter(is_wanted).map(|row| row.event.id));
            while ids.len() >= CHUNK_MAX_IDS {
                self.put_chunk(&mut job, &ids.drain(..CHUNK_MAX_IDS).collect::<Vec<_>>()).await?;
            }
            let Some(cursor) = page.cursor else { break };
            page = listing.next_page(cursor, clock::now(), PAGE_ROWS).await?;
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
            WriteOutcome::Written(_) => Ok(job),
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

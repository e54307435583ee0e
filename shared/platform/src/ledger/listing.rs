//! What is read of the indexes, and of many records at once: by operators, and by the sweep where it looks for silence.

use std::collections::HashMap;
use std::time::Duration;

use domain::event::Event;
use domain::event::event_id::EventId;
use domain::ledger::item::Item;
use domain::ledger::listing::query::{Entry, Query};
use domain::ledger::record::{Record, State};
use domain::ledger::replay::{ReplayRequest, Replayability};
use serde::Deserialize;
use serde_json::Value as Json;

use super::overdue::{Answer, PageStart};
use super::request::{BatchGetRequest, QueryAnswer, QueryRequest, ScanRequest};
use super::{Ledger, WriteOutcome, json, record, unreadable};
use crate::service_error::ServiceError;

/// How many items are read with one call.
const BATCH_MAX_ITEMS: usize = 100;
/// How often what the table left out of an answer is asked for again, and after how long first.
const BATCH_ROUNDS: u32 = 6;
const BATCH_WAIT: Duration = Duration::from_millis(50);

/// A part of the answer to a query.
#[derive(Debug)]
pub struct EntryPage {
    /// The entries, in the query's order.
    pub entries: Vec<Entry>,
    /// Where the answer goes on, if it does.
    pub next: Option<PageStart>,
}

/// A part of the table.
#[derive(Debug)]
pub struct ScanPage {
    /// The items, without bodies and headers.
    pub items: Vec<Item<'static>>,
    /// Where it goes on, if it does.
    pub next: Option<PageStart>,
}

/// What asking for a replay came to.
#[derive(Debug)]
pub enum ReplayOutcome {
    /// The event waits to be sent.
    Waits(Box<Event>),
    /// This job has replayed it before, and somebody has taken it since.
    Begun,
    /// It is not replayed.
    Refused(Replayability),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    responses: HashMap<String, Vec<Json>>,
    #[serde(default)]
    unprocessed_keys: HashMap<String, UnprocessedTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnprocessedTable {
    keys: Vec<HashMap<String, HashMap<String, String>>>,
}

impl Ledger {
    /// Reads at most `limit` entries of an index from `start` on.
    ///
    /// # Errors
    /// If the index could not be reached or refused.
    pub async fn entries(
        &self,
        query: &Query,
        limit: u32,
        start: Option<&PageStart>,
    ) -> Result<EntryPage, ServiceError> {
        let Answer { items, last_evaluated_key, .. } = self.ask(query, QueryAnswer::Items(limit), start).await?;
        let items = items.into_iter().filter_map(json::item);
        let entries = items.filter_map(|item| query.index.entry(&item)).collect();
        Ok(EntryPage { entries, next: last_evaluated_key.map(PageStart) })
    }

    /// Counts the entries of an index, as far as one call does, from `start` on; with where counting goes on.
    ///
    /// # Errors
    /// If the index could not be reached or refused.
    pub async fn count_entries(
        &self,
        query: &Query,
        start: Option<&PageStart>,
    ) -> Result<(u64, Option<PageStart>), ServiceError> {
        let answer = self.ask(query, QueryAnswer::Count, start).await?;
        Ok((answer.count, answer.last_evaluated_key.map(PageStart)))
    }

    async fn ask(&self, query: &Query, answer: QueryAnswer, start: Option<&PageStart>) -> Result<Answer, ServiceError> {
        let condition = query.condition();
        let request = QueryRequest {
            table: &self.table,
            index: query.index.name(),
            condition: &condition,
            order: query.order,
            answer,
            start: start.map(|start| &start.0),
        };
        self.query(&request).await
    }

    /// Reads the items with these ids as they were a moment ago, in any order and without bodies and headers. One that does
    /// not exist is left out.
    ///
    /// # Errors
    /// If the table could not be reached or refused, or left some out again and again.
    pub async fn items(&self, ids: &[String]) -> Result<Vec<Item<'static>>, ServiceError> {
        const OPERATION: &str = "dynamodb:BatchGetItem";
        let mut items = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH_MAX_ITEMS) {
            let (mut wanted, mut wait) = (ids.to_vec(), BATCH_WAIT);
            for round in 0.. {
                let request = BatchGetRequest { table: &self.table, ids: &wanted };
                let answer = self.call("DynamoDB_20120810.BatchGetItem", &request).await;
                let answer = answer.map_err(|error| ServiceError::with(OPERATION, error))?;
                let batch: Batch = serde_json::from_slice(&answer)
                    .map_err(|_| ServiceError::retryable(OPERATION, "the answer could not be read"))?;
                items.extend(batch.responses.into_values().flatten().filter_map(json::item));
                let keys = batch.unprocessed_keys.into_values().flat_map(|it| it.keys);
                wanted = keys.filter_map(|mut key| key.remove("id")?.remove("S")).collect();
                if wanted.is_empty() {
                    break;
                }
                if round == BATCH_ROUNDS {
                    return Err(ServiceError::retryable(OPERATION, "the table left items out again and again"));
                }
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
        Ok(items)
    }

    /// The record of the event `id` with its body; `None` if there is none.
    ///
    /// # Errors
    /// If the table could not be reached or refused, or the record is damaged.
    pub async fn record_of(&self, id: &EventId) -> Result<Option<Record>, ServiceError> {
        let item = self.item(id.as_str()).await?;
        Ok(item.map(record).transpose()?.map(|record| *record))
    }

    /// Has a finished event processed again, once for each replay job. Gives the event if it is to be sent: it waits, by
    /// this request or by an earlier one of the same job.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the event may be replayed all the same, and then the job's own name
    /// tells.
    pub async fn replay(&self, id: &EventId, request: &ReplayRequest) -> Result<ReplayOutcome, ServiceError> {
        let write = request.write(id);
        match self.write("dynamodb:UpdateItem (replay)", &write).await? {
            WriteOutcome::Refused(item) => Ok(ReplayOutcome::Refused(request.decide(item.as_ref()))),
            WriteOutcome::Written(item) => {
                let item = item.unwrap_or_default();
                let state = item.record_state().map_err(unreadable)?.state;
                let event = item.event().map_err(unreadable)?;
                Ok(if state == State::Received { ReplayOutcome::Waits(Box::new(event)) } else { ReplayOutcome::Begun })
            }
        }
    }

    /// Reads a part of the whole table: of its segment number `segment` of `segments`, from `start` on.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn scan(&self, segment: u32, segments: u32, start: Option<&PageStart>) -> Result<ScanPage, ServiceError> {
        const OPERATION: &str = "dynamodb:Scan";
        let request = ScanRequest { table: &self.table, segment, segments, start: start.map(|start| &start.0) };
        let answer = self.call("DynamoDB_20120810.Scan", &request).await;
        let answer = answer.map_err(|error| ServiceError::with(OPERATION, error))?;
        let answer: Answer = serde_json::from_slice(&answer)
            .map_err(|_| ServiceError::retryable(OPERATION, "the answer could not be read"))?;
        let items = answer.items.into_iter().filter_map(json::item).collect();
        Ok(ScanPage { items, next: answer.last_evaluated_key.map(PageStart) })
    }
}

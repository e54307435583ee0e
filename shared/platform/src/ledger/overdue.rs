//! The index of overdue events.

use domain::ledger::attribute::Attribute;
use domain::ledger::condition::Condition;
use domain::ledger::due_shard;
use domain::ledger::listing::query::{Index, Order};
use domain::ledger::sweep::Overdue;
use domain::time::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use super::request::{QueryAnswer, QueryRequest};
use super::{Ledger, json, unreadable};
use crate::service_error::ServiceError;

/// A page of the index.
#[derive(Debug)]
pub struct OverduePage {
    /// The overdue events of this page, the longest overdue first.
    pub overdue: Vec<Overdue>,
    /// Where the next page begins, if there is one.
    pub next: Option<PageStart>,
}

/// Where a page begins.
#[derive(Clone, Debug)]
pub struct PageStart(pub(super) Json);

/// What is read of an answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    #[serde(default)]
    pub(super) items: Vec<Json>,
    #[serde(default)]
    pub(super) count: u64,
    pub(super) last_evaluated_key: Option<Json>,
}

impl Ledger {
    /// Reads a page of what was overdue in shard `shard` at `now`.
    ///
    /// # Errors
    /// If the index could not be reached or refused.
    pub async fn overdue(
        &self,
        shard: u32,
        now: Timestamp,
        start: Option<PageStart>,
    ) -> Result<OverduePage, ServiceError> {
        let condition = Condition::All(vec![
            Condition::equal(Attribute::DueShard, due_shard::name(shard)),
            Condition::at_most(Attribute::DueAt, now),
        ]);
        let start = start.as_ref().map(|start| &start.0);
        let query = QueryRequest {
            table: &self.table,
            index: Index::Due.name(),
            condition: &condition,
            order: Order::Ascending,
            answer: QueryAnswer::Items(100),
            start,
        };
        let Answer { items, last_evaluated_key, .. } = self.query(&query).await?;
        let overdue = |json| json::item(json).unwrap_or_default().overdue().map_err(unreadable);
        let overdue = items.into_iter().map(overdue).collect::<Result<_, _>>()?;
        Ok(OverduePage { overdue, next: last_evaluated_key.map(PageStart) })
    }

    pub(super) async fn query(&self, query: &QueryRequest<'_>) -> Result<Answer, ServiceError> {
        const OPERATION: &str = "dynamodb:Query";
        let answer = self.call("DynamoDB_20120810.Query", query).await;
        let answer = answer.map_err(|error| ServiceError::with(OPERATION, error))?;
        serde_json::from_slice(&answer).map_err(|_| ServiceError::retryable(OPERATION, "the answer could not be read"))
    }
}

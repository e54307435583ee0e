//! How many events are unfinished, overdue and failed, counted in the index `due`.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use domain::ledger::due_shard;
use domain::ledger::slot;
use domain::ledger::source_directory::DIRECTORY_ID;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::aws_error::OrError as _;
use crate::error::Result;
use crate::session::Session;

/// How many queries go side by side.
const QUERIES_AT_ONCE: usize = 16;

/// How many events are unfinished, overdue and failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerCounts {
    /// Events that are neither done nor failed.
    pub unfinished: u64,
    /// Those of them whose time has come: the sweep sends them within a minute.
    pub overdue: u64,
    /// Events that were given up, of sources that there are.
    pub failed: u64,
}

/// Counts them.
///
/// # Errors
/// If DynamoDB refuses.
pub async fn count(session: &Session, now: Timestamp) -> Result<LedgerCounts> {
    let client = Client::new(session.config().await?);
    let index = DueIndex { client, table: session.stack().await?.output("LedgerTable")?.to_owned() };
    let shards: Vec<String> = (0..due_shard::DUE_SHARDS).map(|number| due_shard::name(number).to_owned()).collect();
    let slots = index.sources().await?.into_iter().flat_map(|source| slot::all(&source).collect::<Vec<_>>());
    let failed = slots.map(|slot| due_shard::of_failed(&slot)).collect();
    Ok(LedgerCounts {
        unfinished: index.sum(shards.clone(), None).await?,
        overdue: index.sum(shards, Some(now)).await?,
        failed: index.sum(failed, None).await?,
    })
}

struct DueIndex {
    client: Client,
    table: String,
}

impl DueIndex {
    /// All sources that the directory names.
    async fn sources(&self) -> Result<Vec<SourceName>> {
        let get = self.client.get_item().table_name(&self.table);
        let item = get.key("id", AttributeValue::S(DIRECTORY_ID.to_owned())).send().await;
        let item = item.or_error("dynamodb:GetItem")?.item.unwrap_or_default();
        let Some(AttributeValue::M(names)) = item.get("names") else { return Ok(Vec::new()) };
        Ok(names.keys().filter_map(|name| SourceName::parse(name).ok()).collect())
    }

    /// How many entries there are under these keys, due until then.
    async fn sum(&self, keys: Vec<String>, until: Option<Timestamp>) -> Result<u64> {
        let counts = stream::iter(keys.into_iter().map(|key| self.entries(key, until)));
        counts.buffer_unordered(QUERIES_AT_ONCE).try_fold(0, |sum, count| async move { Ok(sum + count) }).await
    }

    async fn entries(&self, key: String, until: Option<Timestamp>) -> Result<u64> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .select(Select::Count)
            .expression_attribute_values(":key", AttributeValue::S(key));
        query = match until {
            None => query.key_condition_expression("due_shard = :key"),
            Some(until) => query
                .key_condition_expression("due_shard = :key AND due_at <= :until")
                .expression_attribute_values(":until", AttributeValue::N(until.as_millis().to_string())),
        };
        let mut pages = query.into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += u64::try_from(page.or_error("dynamodb:Query")?.count()).unwrap_or_default();
        }
        Ok(count)
    }
}

//! The table of refused deliveries: nothing in it is verified, and nothing of the ledger is in it.

mod item;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::receive::refused::places::Place;
use domain::receive::refused::{RefusedContent, RefusedDelivery};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value as Json, json};

pub use self::item::RecentRefusal;
use self::item::{KIND, content_item, delivery_item, read_content, read_delivery, read_recent};
use crate::aws::{Aws, Limits};
use crate::body_codec::unpack;
use crate::service::{AwsJsonService, CallError, Service};
use crate::service_error::ServiceError;

const QUERY: &str = "DynamoDB_20120810.Query";
const PUT_ITEM: &str = "DynamoDB_20120810.PutItem";
const UPDATE_ITEM: &str = "DynamoDB_20120810.UpdateItem";
/// How many minutes are read side by side.
const MINUTES_AT_ONCE: usize = 16;

/// The table.
#[derive(Clone, Debug)]
pub struct RefusedDeliveries {
    service: Arc<Service>,
    table: String,
}

impl RefusedDeliveries {
    /// The table named `table`.
    #[must_use]
    pub fn new(aws: &Aws, table: String, limits: Limits) -> RefusedDeliveries {
        RefusedDeliveries { service: Arc::new(aws.service(AwsJsonService::DynamoDb, limits)), table }
    }

    /// Puts a delivery at `place`; `false` if another one stands there.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the delivery may be there all the same.
    pub async fn put(&self, place: &Place, delivery: &RefusedDelivery) -> Result<bool, ServiceError> {
        let put = json!({
            "TableName": self.table,
            "Item": delivery_item(place, delivery),
            "ConditionExpression": "attribute_not_exists(k)",
        });
        match self.call(PUT_ITEM, &put).await {
            Ok(()) => Ok(true),
            Err(CallError::Response(response)) if response.code == "ConditionalCheckFailedException" => Ok(false),
            Err(error) => Err(ServiceError::with("dynamodb:PutItem (refused)", error)),
        }
    }

    /// Puts the headers and the body of the delivery at `place` beside it, for as long as `delivery` stands there.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn put_content(
        &self,
        place: &Place,
        delivery: &RefusedDelivery,
        content: &RefusedContent,
    ) -> Result<(), ServiceError> {
        let put = json!({"TableName": self.table, "Item": content_item(place, delivery, content)});
        self.call(PUT_ITEM, &put).await.map_err(|error| ServiceError::with("dynamodb:PutItem (refused content)", error))
    }

    /// Notes that the delivery at `place` was released at `at`, if it is still there.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn mark_released(&self, place: &Place, at: Timestamp) -> Result<(), ServiceError> {
        let update = json!({
            "TableName": self.table,
            "Key": {"minute": {"S": place.minute}, "k": {"N": place.k.to_string()}},
            "ConditionExpression": "attribute_exists(k)",
            "UpdateExpression": "SET released = :at",
            "ExpressionAttributeValues": {":at": {"N": at.as_millis().to_string()}},
        });
        match self.call(UPDATE_ITEM, &update).await {
            Ok(()) => Ok(()),
            Err(CallError::Response(response)) if response.code == "ConditionalCheckFailedException" => Ok(()),
            Err(error) => Err(ServiceError::with("dynamodb:UpdateItem (refused)", error)),
        }
    }

    /// What has been refused since `since`, by its keys: one query, however many sources there are.
    ///
    /// # Errors
    /// If the index could not be reached or refused.
    pub async fn recent(&self, since: Timestamp) -> Result<Vec<RecentRefusal>, ServiceError> {
        let items = self
            .query(json!({
                "IndexName": "recent",
                "KeyConditionExpression": "#kind = :kind AND received_at >= :since",
                "ExpressionAttributeNames": {"#kind": "kind"},
                "ExpressionAttributeValues": {":kind": {"S": KIND}, ":since": {"N": since.as_millis().to_string()}},
            }))
            .await?;
        Ok(items.iter().filter_map(read_recent).collect())
    }

    /// The deliveries that those sources refused since `since` that `is_wanted` wants, for `cause` if there is one, the oldest
    /// first, without their headers and bodies. What was refused in the last moment may be missing.
    ///
    /// # Errors
    /// If the table or its index could not be reached or refused.
    pub async fn stored(
        &self,
        is_wanted: impl Fn(&SourceName) -> bool,
        cause: Option<Refusal>,
        since: Timestamp,
    ) -> Result<Vec<(Place, RefusedDelivery)>, ServiceError> {
        let recent = self.recent(since).await?.into_iter().filter(|refusal| is_wanted(&refusal.source));
        let minutes: BTreeMap<String, SourceName> = recent.map(|refusal| (refusal.minute, refusal.source)).collect();
        let read = stream::iter(minutes.into_iter().map(|(minute, source)| self.of_minute(source, minute)));
        let pages: Vec<_> = read.buffered(MINUTES_AT_ONCE).try_collect().await?;
        let mut found: Vec<_> = pages.into_iter().flatten().collect();
        found.retain(|(_, refused)| refused.received_at >= since && cause.is_none_or(|cause| cause == refused.refusal));
        found.sort_by_key(|(place, refused)| (refused.received_at, place.k));
        Ok(found)
    }

    async fn of_minute(
        &self,
        source: SourceName,
        minute: String,
    ) -> Result<Vec<(Place, RefusedDelivery)>, ServiceError> {
        let places = (0, Place { minute: minute.clone(), k: 0 }.content_k() - 1);
        let items = self.of_places(&minute, places).await?;
        Ok(items.iter().filter_map(|item| read_delivery(&source, &minute, item)).collect())
    }

    /// The delivery of `source` at `place`, without its headers and body; `None` if there is none.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn delivery(&self, source: &SourceName, place: &Place) -> Result<Option<RefusedDelivery>, ServiceError> {
        let items = self.of_places(&place.minute, (place.k, place.k)).await?;
        Ok(items.first().and_then(|item| read_delivery(source, &place.minute, item)).map(|(_, delivery)| delivery))
    }

    /// The headers and the unpacked body of the delivery at `place`; `None` if they are not there: its instance stopped
    /// before it had put them.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn content(&self, place: &Place) -> Result<Option<(RefusedContent, Option<Vec<u8>>)>, ServiceError> {
        let items = self.of_places(&place.minute, (place.content_k(), place.content_k())).await?;
        Ok(items.first().map(|item| {
            let content = read_content(item);
            let body = content.body.clone().and_then(unpack);
            (content, body)
        }))
    }

    /// The items of a minute between two numbers: some KiB, or one with its body.
    async fn of_places(&self, minute: &str, (first, last): (u32, u32)) -> Result<Vec<Json>, ServiceError> {
        self.query(json!({
            "KeyConditionExpression": "#minute = :minute AND k BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#minute": "minute"},
            "ExpressionAttributeValues": {
                ":minute": {"S": minute}, ":first": {"N": first.to_string()}, ":last": {"N": last.to_string()},
            },
        }))
        .await
    }

    /// All that a query finds, page by page.
    async fn query(&self, mut request: Json) -> Result<Vec<Json>, ServiceError> {
        const OPERATION: &str = "dynamodb:Query (refused)";
        request["TableName"] = json!(self.table);
        let mut items = Vec::new();
        loop {
            let prepared = self.service.prepare(QUERY, request.to_string().into_bytes());
            let answer = self.service.send(prepared).await.map_err(|error| ServiceError::with(OPERATION, error))?;
            let mut answer: Json = serde_json::from_slice(&answer)
                .map_err(|_| ServiceError::retryable(OPERATION, "the answer could not be read"))?;
            if let Some(Json::Array(page)) = answer.get_mut("Items").map(Json::take) {
                items.extend(page);
            }
            match answer.get_mut("LastEvaluatedKey").map(Json::take) {
                None | Some(Json::Null) => return Ok(items),
                Some(next) => request["ExclusiveStartKey"] = next,
            }
        }
    }

    async fn call(&self, target: &'static str, request: &Json) -> Result<(), CallError> {
        self.service.send(self.service.prepare(target, request.to_string().into_bytes())).await.map(drop)
    }
}

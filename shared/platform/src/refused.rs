//! The table of refused deliveries: nothing in it is verified, and nothing of the ledger is in it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ledger::record::PackedBody;
use domain::refused::places::Place;
use domain::refused::{PresentedTokens, RefusedContent, RefusedDelivery};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::aws::{Aws, Limits};
use crate::body_codec::unpack;
use crate::service::{AwsJsonService, CallError, Service};
use crate::service_error::ServiceError;

const QUERY: &str = "DynamoDB_20120810.Query";
const PUT_ITEM: &str = "DynamoDB_20120810.PutItem";
const UPDATE_ITEM: &str = "DynamoDB_20120810.UpdateItem";
/// What `body_encoding` says of a body that was compressed, as in the ledger.
const ZSTD: &str = "zstd";

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

    /// The deliveries that `source` refused in the minute of `at`, without their headers and bodies.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn of_minute(
        &self,
        source: &SourceName,
        at: Timestamp,
    ) -> Result<Vec<(Place, RefusedDelivery)>, ServiceError> {
        let minute = Place::minute_of(source, at);
        let places = (0, Place { minute: minute.clone(), k: 0 }.content_k() - 1);
        let items = self.query(&minute, places).await?;
        Ok(items.iter().filter_map(|item| read_delivery(source, &minute, item)).collect())
    }

    /// The headers and the unpacked body of the delivery at `place`; `None` if they are not there: its instance stopped
    /// before it had put them.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn content(&self, place: &Place) -> Result<Option<(RefusedContent, Option<Vec<u8>>)>, ServiceError> {
        let items = self.query(&place.minute, (place.content_k(), place.content_k())).await?;
        Ok(items.first().map(|item| {
            let content = read_content(item);
            let body = content.body.clone().and_then(unpack);
            (content, body)
        }))
    }

    /// The items of a minute between two numbers: some KiB, or one with its body.
    async fn query(&self, minute: &str, (first, last): (u32, u32)) -> Result<Vec<Json>, ServiceError> {
        const OPERATION: &str = "dynamodb:Query (refused)";
        let mut request = json!({
            "TableName": self.table,
            "KeyConditionExpression": "#minute = :minute AND k BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#minute": "minute"},
            "ExpressionAttributeValues": {
                ":minute": {"S": minute}, ":first": {"N": first.to_string()}, ":last": {"N": last.to_string()},
            },
        });
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

fn text<'i>(item: &'i Json, name: &str) -> Option<&'i str> {
    item.get(name)?.get("S")?.as_str()
}

fn number<T: std::str::FromStr>(item: &Json, name: &str) -> Option<T> {
    item.get(name)?.get("N")?.as_str()?.parse().ok()
}

/// `None` of what this version did not write.
fn read_delivery(source: &SourceName, minute: &str, item: &Json) -> Option<(Place, RefusedDelivery)> {
    let tokens = item.get("presented_sha256").and_then(|tokens| tokens.get("M"));
    let token = |name: &str| tokens.and_then(|tokens| text(tokens, name)?.parse().ok());
    let delivery = RefusedDelivery {
        source: source.clone(),
        received_at: Timestamp::from_millis(number(item, "received_at")?),
        request_id: text(item, "request_id")?.to_owned(),
        refusal: text(item, "refusal")?.parse().ok()?,
        body_sha256: text(item, "body_sha256")?.parse().ok()?,
        body_bytes: number(item, "size")?,
        presented: PresentedTokens { url: token("url"), header: token("header") },
        expires_at_seconds: number(item, "expires_at")?,
        released_at: number(item, "released").map(Timestamp::from_millis),
    };
    Some((Place { minute: minute.to_owned(), k: number(item, "k")? }, delivery))
}

fn read_content(item: &Json) -> RefusedContent {
    let headers = item.get("headers").and_then(|headers| headers.get("M")?.as_object());
    let headers = headers.into_iter().flatten();
    let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.get("S")?.as_str()?.to_owned())));
    let names = item.get("header_names").and_then(|names| names.get("SS")?.as_array());
    let names = names.into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned()));
    let bytes = item.get("body").and_then(|body| STANDARD.decode(body.get("B")?.as_str()?).ok());
    let is_zstd = text(item, "body_encoding") == Some(ZSTD);
    RefusedContent {
        headers: headers.collect(),
        header_names: names.collect(),
        body: bytes.map(|bytes| PackedBody { bytes, is_zstd }),
    }
}

/// What is known of a delivery without its headers and its body, as the table has it.
fn delivery_item(place: &Place, delivery: &RefusedDelivery) -> Json {
    let tokens = [("url", delivery.presented.url), ("header", delivery.presented.header)];
    let tokens =
        tokens.into_iter().filter_map(|(name, digest)| Some((name.to_owned(), json!({"S": digest?.to_string()}))));
    let mut item = json!({
        "minute": {"S": place.minute},
        "k": {"N": place.k.to_string()},
        "received_at": {"N": delivery.received_at.as_millis().to_string()},
        "request_id": {"S": delivery.request_id},
        "refusal": {"S": delivery.refusal.as_str()},
        "body_sha256": {"S": delivery.body_sha256.to_string()},
        "size": {"N": delivery.body_bytes.to_string()},
        "presented_sha256": {"M": tokens.collect::<serde_json::Map<_, _>>()},
        "expires_at": {"N": delivery.expires_at_seconds.to_string()},
    });
    if let Some(released_at) = delivery.released_at {
        item["released"] = json!({"N": released_at.as_millis().to_string()});
    }
    item
}

/// The headers and the body, as the table has them.
fn content_item(place: &Place, delivery: &RefusedDelivery, content: &RefusedContent) -> Json {
    let headers = content.headers.iter().map(|(name, value)| (name.clone(), json!({"S": value})));
    let mut item = json!({
        "minute": {"S": place.minute},
        "k": {"N": place.content_k().to_string()},
        "headers": {"M": headers.collect::<serde_json::Map<_, _>>()},
        "expires_at": {"N": delivery.expires_at_seconds.to_string()},
    });
    // DynamoDB refuses an empty set.
    if !content.header_names.is_empty() {
        item["header_names"] = json!({"SS": content.header_names});
    }
    if let Some(body) = &content.body {
        item["body"] = json!({"B": STANDARD.encode(&body.bytes)});
        if body.is_zstd {
            item["body_encoding"] = json!({"S": ZSTD});
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::digest::Digest;
    use domain::verify::Refusal;

    use super::*;

    #[test]
    fn a_delivery_is_written_in_two_items_and_the_first_costs_one_unit() {
        let place = Place { minute: format!("{}/20250901T0726", "n".repeat(63)), k: 29 };
        let digest = Digest::of(b"{}");
        let delivery = RefusedDelivery {
            source: SourceName::parse(&"n".repeat(63)).expect("a name"),
            received_at: Timestamp::from_millis(1_756_711_611_484),
            request_id: "8476a536-e9f4-11e8-9739-000000000000".to_owned(),
            refusal: Refusal::SignatureWrong,
            body_sha256: digest,
            body_bytes: 2,
            presented: PresentedTokens { url: Some(digest), header: Some(digest) },
            expires_at_seconds: 1_756_970_812,
            released_at: None,
        };
        let item = delivery_item(&place, &delivery);
        assert_eq!(item["presented_sha256"]["M"]["url"]["S"], json!(digest.to_string()));
        assert!(item.to_string().len() < 1024, "JSON is longer than what DynamoDB bills");
        assert_eq!(read_delivery(&delivery.source, &place.minute, &item), Some((place.clone(), delivery.clone())));
        assert_eq!(read_delivery(&delivery.source, &place.minute, &json!({"k": {"N": "1"}})), None);
        let content = RefusedContent {
            headers: BTreeMap::from([("x-signature".to_owned(), "aa".to_owned())]),
            header_names: BTreeSet::from(["host".to_owned(), "x-signature".to_owned()]),
            body: Some(PackedBody { bytes: b"{}".to_vec(), is_zstd: false }),
        };
        let expected = json!({
            "minute": {"S": place.minute}, "k": {"N": "10029"}, "expires_at": {"N": "1756970812"},
            "headers": {"M": {"x-signature": {"S": "aa"}}}, "header_names": {"SS": ["host", "x-signature"]},
            "body": {"B": "e30="},
        });
        assert_eq!(content_item(&place, &delivery, &content), expected);
        assert_eq!(read_content(&expected), content);
        let none = RefusedContent { headers: BTreeMap::new(), header_names: BTreeSet::new(), body: None };
        let item = content_item(&place, &delivery, &none);
        assert_eq!(read_content(&item), none);
        assert!(item.get("header_names").is_none() && item.get("body").is_none());
    }
}

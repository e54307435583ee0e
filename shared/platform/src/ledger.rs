//! The ledger: the DynamoDB table that knows how every event stands.
//!
//! Each method is one conditional write, which is the only way in which the table is ever changed. The conditions say
//! what the decisions of `domain::ledger` say; when one fails, the record that stood in the way comes back with the
//! refusal, and the decision is asked what to make of it.

mod claim;
mod item;
mod overdue;
mod settle;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use domain::event::Event;
use domain::event_id::EventId;
use domain::ledger::record::{Record, RecordState, State};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::claim::{Due, Taken};
pub use self::item::Body;
pub use self::settle::Settled;

use crate::aws::{Aws, Limits};
use crate::service::{AwsJsonService, Failure, Service};
use crate::service_error::ServiceError;

/// The number of shards of the index of overdue events. One partition of an index takes a thousand writes a second;
/// this many never hold up the table.
pub const DUE_SHARDS: u32 = 64;

/// The table.
#[derive(Clone, Debug)]
pub struct Ledger {
    client: aws_sdk_dynamodb::Client,
    service: Arc<Service>,
    table: String,
}

/// What a put came to.
#[derive(Debug)]
pub enum Put {
    /// The record was written.
    Created,
    /// Another stood there.
    Stands(Box<RecordState>),
}

/// Where a put may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Where nothing stands.
    Free,
    /// Where an expired record stands that still expires at this second.
    Expired(i64),
}

impl Ledger {
    /// The table named `table`.
    #[must_use]
    pub fn new(aws: &Aws, table: String, limits: Limits) -> Ledger {
        Ledger { client: aws.dynamodb(limits), service: Arc::new(aws.service(AwsJsonService::DynamoDb, limits)), table }
    }

    /// Records a fresh event, to come due at `due_at`.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the record may have been written all the same.
    pub async fn record(
        &self,
        event: &Event,
        body: &Body<'_>,
        due_at: Timestamp,
        place: Place,
    ) -> Result<Put, ServiceError> {
        self.put(item::received(event, body, due_at), place).await
    }

    /// Lets a recorded event come due earlier, because its message could not be sent.
    ///
    /// # Errors
    /// If the table could not be reached or refused. Nothing is lost: the event comes due later.
    pub async fn bring_forward(&self, id: &EventId, due_at: Timestamp) -> Result<(), ServiceError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", item::text(id.as_str()))
            .update_expression("SET due_at = :due_at")
            // Whoever has claimed it meanwhile knows better.
            .condition_expression("#state = :received AND due_at > :due_at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":due_at", item::time(due_at))
            .expression_attribute_values(":received", item::text(State::Received.as_str()));
        unless_refused("dynamodb:UpdateItem (bring forward)", Box::pin(update.send()).await).map(|_| ())
    }

    /// Opens the connection by which records are put.
    pub async fn connect(&self) {
        self.service.connect().await;
    }

    async fn put(&self, item: item::NewItem<'_>, place: Place) -> Result<Put, ServiceError> {
        const OPERATION: &str = "dynamodb:PutItem";
        let (condition_expression, expression_attribute_values) = match place {
            Place::Free => ("attribute_not_exists(id)", None),
            Place::Expired(seconds) => {
                ("attribute_not_exists(id) OR expires_at = :seen", Some(BTreeMap::from([(":seen", item::n(seconds))])))
            }
        };
        let put = PutItem {
            table_name: &self.table,
            item,
            condition_expression,
            expression_attribute_values,
            return_values_on_condition_check_failure: "ALL_OLD",
        };
        let body = serde_json::to_vec(&put).expect("strings and numbers are always JSON");
        match self.service.send(&self.service.prepare("DynamoDB_20120810.PutItem", body)).await {
            Ok(_) => Ok(Put::Created),
            Err(failure) => match refused_item(&failure) {
                Some(item) => Ok(Put::Stands(Box::new(item::standing(&item)?))),
                None => Err(ServiceError::with(OPERATION, &failure)),
            },
        }
    }
}

/// What PutItem is asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutItem<'a> {
    table_name: &'a str,
    item: item::NewItem<'a>,
    condition_expression: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression_attribute_values: Option<BTreeMap<&'static str, item::Attribute<'a>>>,
    return_values_on_condition_check_failure: &'static str,
}

/// What a conditional update gave; `None` if its condition did not hold, which is no trouble.
fn unless_refused<T>(
    operation: &'static str,
    result: Result<T, SdkError<UpdateItemError>>,
) -> Result<Option<T>, ServiceError> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => {
            Ok(None)
        }
        Err(error) => Err(ServiceError::of(operation, &error)),
    }
}

/// The record that stood in the way of a put, if that is why it failed.
fn refused_item(failure: &Failure) -> Option<item::Item> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Refused {
        item: Value,
    }
    match failure {
        Failure::Refused(refusal) if refusal.code == "ConditionalCheckFailedException" => {
            item::parse(serde_json::from_slice::<Refused>(&refusal.answer).ok()?.item)
        }
        _ => None,
    }
}

/// A record from what the table gave back.
fn record(item: item::Item) -> Result<Box<Record>, ServiceError> {
    Ok(Box::new(item::record(item)?))
}

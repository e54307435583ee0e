//! Claims.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::event::Event;
use domain::event_id::EventId;
use domain::ledger::claim::ClaimRequest;
use domain::ledger::record::{Record, State};

use super::item::{self, Body};
use super::{Ledger, Place, Put, record};
use crate::service_error::ServiceError;

/// What becomes of `due_at` under a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It stays, if it comes late enough; otherwise the claim is refused.
    Stays,
    /// It moves behind the lease.
    Moves,
}

/// What a claim came to.
#[derive(Debug)]
pub enum Taken {
    /// The event is ours; here is its record.
    Yes(Box<Record>),
    /// It is not; here is the record as it stands, if there is one.
    No(Option<Box<Record>>),
}

impl Ledger {
    /// Takes an event whose record stands and may be claimed: received with its time come, or processing under a
    /// lapsed lease.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the claim may hold all the same, and then its own token tells.
    pub async fn take(&self, id: &EventId, request: &ClaimRequest, due: Due) -> Result<Taken, ServiceError> {
        const CLAIMABLE: &str = "((#state = :received AND (attribute_not_exists(not_before) OR not_before <= :claimable_until)) \
             OR (#state = :processing AND (attribute_not_exists(lease_until) OR lease_until <= :now)))";
        const CLAIM: &str = "SET #state = :processing, claimed_by = :token, lease_until = :lease_until, \
             attempts = if_not_exists(attempts, :zero) + :one";
        let (update, condition) = match due {
            Due::Stays => (format!("{CLAIM} REMOVE not_before, sweeps"), format!("{CLAIMABLE} AND due_at >= :due_at")),
            Due::Moves => (
                format!("{CLAIM}, due_at = :due_at, due_shard = :due_shard REMOVE not_before, sweeps"),
                CLAIMABLE.to_owned(),
            ),
        };
        let mut claim = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", item::text(id.as_str()))
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":received", item::text(State::Received.as_str()))
            .expression_attribute_values(":processing", item::text(State::Processing.as_str()))
            .expression_attribute_values(":token", item::text(&request.token))
            .expression_attribute_values(":now", item::time(request.now))
            .expression_attribute_values(":claimable_until", item::time(request.schedule.claimable_until(request.now)))
            .expression_attribute_values(":lease_until", item::time(request.lease_until))
            .expression_attribute_values(":due_at", item::time(request.due_at()))
            .expression_attribute_values(":zero", item::number(0))
            .expression_attribute_values(":one", item::number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if due == Due::Moves {
            claim = claim.expression_attribute_values(":due_shard", item::text(item::due_shard(id)));
        }
        match claim.send().await {
            Ok(answer) => Ok(Taken::Yes(record(answer.attributes.unwrap_or_default())?)),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Taken::No(refused.item.clone().map(record).transpose()?))
                }
                _ => Err(ServiceError::of("dynamodb:UpdateItem (claim)", &error)),
            },
        }
    }

    /// Makes the record of an event that the table does not have, under the claim at once.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the record may have been written all the same.
    pub async fn make_claimed(
        &self,
        event: &Event,
        body: &Body<'_>,
        request: &ClaimRequest,
        place: Place,
    ) -> Result<Put, ServiceError> {
        self.put(item::claimed(event, body, &request.token, request.lease_until, request.due_at()), place).await
    }
}

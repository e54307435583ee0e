//! The index of overdue events.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::event::Event;
use domain::ledger::record::State;
use domain::ledger::sweep::Overdue;
use domain::time::Timestamp;

use super::{Ledger, item, unless_refused};
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
pub struct PageStart(HashMap<String, AttributeValue>);

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
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due")
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", item::text(item::shard(shard)))
            .expression_attribute_values(":now", item::time(now))
            .limit(100)
            .set_exclusive_start_key(start.map(|start| start.0))
            .send()
            .await
            .map_err(|error| ServiceError::of("dynamodb:Query", &error))?;
        let overdue = answer.items.unwrap_or_default().iter().map(overdue).collect::<Result<_, _>>()?;
        Ok(OverduePage { overdue, next: answer.last_evaluated_key.map(PageStart) })
    }

    /// Marks an overdue event as swept, to come due again at `next`, and gives the event; `None` if it is no longer
    /// for the sweep.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn sweep(
        &self,
        overdue: &Overdue,
        now: Timestamp,
        next: Timestamp,
    ) -> Result<Option<Event>, ServiceError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", item::text(&overdue.id))
            .update_expression("SET due_at = :next, sweeps = if_not_exists(sweeps, :zero) + :one")
            .condition_expression(
                "due_at = :seen AND #state IN (:received, :processing) \
                 AND (attribute_not_exists(lease_until) OR lease_until <= :now)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":seen", item::time(overdue.due_at))
            .expression_attribute_values(":next", item::time(next))
            .expression_attribute_values(":now", item::time(now))
            .expression_attribute_values(":received", item::text(State::Received.as_str()))
            .expression_attribute_values(":processing", item::text(State::Processing.as_str()))
            .expression_attribute_values(":zero", item::number(0))
            .expression_attribute_values(":one", item::number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let marked = match result {
            Ok(answer) => answer.attributes,
            Err(error) => match error.as_service_error() {
                // An earlier try of this very update had landed, and only its answer was lost.
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    refused.item.clone().filter(|item| is_marked(item, overdue, next))
                }
                _ => return Err(ServiceError::of("dynamodb:UpdateItem (sweep)", &error)),
            },
        };
        marked.as_ref().map(item::event).transpose()
    }

    /// Takes a sweep back whose message could not be sent: it does not count, and the event comes due at `soon`.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the event then comes due a little later.
    pub async fn unsweep(&self, overdue: &Overdue, next: Timestamp, soon: Timestamp) -> Result<(), ServiceError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", item::text(&overdue.id))
            .update_expression("SET due_at = :soon, sweeps = sweeps - :one")
            .condition_expression("due_at = :next AND sweeps > :zero")
            .expression_attribute_values(":next", item::time(next))
            .expression_attribute_values(":soon", item::time(soon))
            .expression_attribute_values(":zero", item::number(0))
            .expression_attribute_values(":one", item::number(1))
            .send()
            .await;
        unless_refused("dynamodb:UpdateItem (unsweep)", result).map(|_| ())
    }
}

fn overdue(item: &item::Item) -> Result<Overdue, ServiceError> {
    let reader = item::Reader(item);
    let due_at = reader.optional_number("due_at")?.ok_or_else(|| item::unreadable("due_at"))?;
    Ok(Overdue { id: reader.text("id")?.to_owned(), due_at: Timestamp::from_millis(due_at), sweeps: sweeps(item) })
}

/// Whether the record stands as this sweep leaves it.
fn is_marked(item: &item::Item, overdue: &Overdue, next: Timestamp) -> bool {
    let due_at = item::Reader(item).optional_number("due_at");
    matches!(due_at, Ok(Some(millis)) if millis == next.as_millis()) && sweeps(item) == overdue.sweeps.saturating_add(1)
}

/// How often the event was swept. Whatever else stands there counts as never: the next sweep mends it.
fn sweeps(item: &item::Item) -> u32 {
    item::Reader(item).optional_number("sweeps").ok().flatten().and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}

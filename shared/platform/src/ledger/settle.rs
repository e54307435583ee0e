//! Settling.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::event_id::EventId;
use domain::ledger::record::State;
use domain::ledger::settle::Settlement;

use super::{Ledger, item, unless_refused};
use crate::service_error::ServiceError;

/// The reason in a record has at most this many characters; the log has all of it.
const REASON_MAX_CHARS: usize = 500;

/// What settling came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The record is settled.
    Yes,
    /// Somebody else holds the claim by now; what was done may be done again by them.
    ClaimLost,
}

impl Ledger {
    /// Settles an event, if it is still claimed with `token`. `outcome` is kept with a finished record; nothing is, if it
    /// is empty.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the lease then lapses, and the event comes due again.
    pub async fn settle(
        &self,
        id: &EventId,
        token: &str,
        settlement: &Settlement,
        outcome: &[(&str, String)],
    ) -> Result<Settled, ServiceError> {
        const FINISH: &str = "SET #state = :state, expires_at = :expires_at";
        const UNFINISH: &str = "REMOVE due_at, due_shard, lease_until, not_before, sweeps";
        let outcome: HashMap<String, AttributeValue> =
            outcome.iter().map(|(name, value)| ((*name).to_owned(), item::text(value))).collect();
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", item::text(id.as_str()))
            // The token alone is the fence: whoever claims the event after us has another one.
            .condition_expression("claimed_by = :token")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":token", item::text(token));
        let is_kept = !outcome.is_empty() && !matches!(settlement, Settlement::Again { .. });
        let (keep, update) = if is_kept {
            (", outcome = :outcome", update.expression_attribute_values(":outcome", AttributeValue::M(outcome)))
        } else {
            ("", update)
        };
        let update = match settlement {
            Settlement::Done { expires_at_seconds } => update
                .update_expression(format!("{FINISH}{keep} {UNFINISH}, last_error"))
                .expression_attribute_values(":state", item::text(State::Done.as_str()))
                .expression_attribute_values(":expires_at", item::number(*expires_at_seconds)),
            Settlement::Failed { expires_at_seconds, reason } => update
                .update_expression(format!("{FINISH}{keep}, last_error = :reason {UNFINISH}"))
                .expression_attribute_values(":state", item::text(State::Failed.as_str()))
                .expression_attribute_values(":expires_at", item::number(*expires_at_seconds))
                .expression_attribute_values(":reason", short(reason)),
            // The number of attempts itself, not a difference: the SDK may send the same update twice.
            Settlement::Again { at, reason, attempts } => update
                .update_expression(
                    "SET #state = :state, not_before = :at, due_at = :at, due_shard = :due_shard, last_error = :reason, \
                     attempts = :attempts REMOVE lease_until, expires_at",
                )
                .expression_attribute_values(":attempts", item::number((*attempts).into()))
                .expression_attribute_values(":state", item::text(State::Received.as_str()))
                .expression_attribute_values(":at", item::time(*at))
                .expression_attribute_values(":due_shard", item::text(item::due_shard(id)))
                .expression_attribute_values(":reason", short(reason)),
        };
        let settled = unless_refused("dynamodb:UpdateItem (settle)", update.send().await)?;
        Ok(settled.map_or(Settled::ClaimLost, |_| Settled::Yes))
    }
}

fn short(reason: &str) -> AttributeValue {
    item::text(reason.chars().take(REASON_MAX_CHARS).collect::<String>())
}

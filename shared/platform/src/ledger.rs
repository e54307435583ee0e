//! The ledger: the DynamoDB table that knows how every event stands.
//!
//! It is only ever changed by the writes of `domain::ledger`. Each method makes one of them; when its condition does not
//! hold, the record that stood in the way comes back with the refusal, and the decision is asked what to make of it.

mod directory;
mod expression;
pub mod jobs;
mod json;
pub mod listing;
pub mod overdue;
mod request;
mod silence;

use std::sync::Arc;

use domain::event::Event;
use domain::event::event_id::EventId;
use domain::ledger::admit::RetryWait;
use domain::ledger::claim::ClaimRequest;
use domain::ledger::item::{Item, Unreadable};
use domain::ledger::record::{Record, RecordBody, RecordState};
use domain::ledger::settle::Settlement;
use domain::ledger::sweep::SweepMark;
use domain::ledger::write::{Change, Write};
use domain::ledger::writes::{self, DueTime, PutCondition, Takeover};
use domain::time::Timestamp;
use domain::verify::VerifiedEvent;
use hyper::body::Bytes;
use serde::Serialize;
use serde_json::Value as Json;

use self::request::WriteRequest;
use crate::aws::{Aws, Limits};
use crate::body_codec::unpack;
use crate::service::{AwsJsonService, CallError, Service};
use crate::service_error::ServiceError;

const PUT_ITEM: &str = "DynamoDB_20120810.PutItem";
const UPDATE_ITEM: &str = "DynamoDB_20120810.UpdateItem";

/// The table.
#[derive(Clone, Debug)]
pub struct Ledger {
    service: Arc<Service>,
    table: String,
}

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is written, now or by an earlier try of the same write. Here is the item, if it was to be read back.
    Written(Option<Item<'static>>),
    /// Its condition did not hold. Here is what stood in the way, if anything did.
    Refused(Option<Item<'static>>),
}

/// What putting a record came to.
#[derive(Debug)]
pub enum PutOutcome {
    /// The record is written.
    Written,
    /// That of another stands there.
    Refused(Box<RecordState>),
}

/// What claiming a record came to.
#[derive(Debug)]
pub enum ClaimOutcome {
    /// The event is ours; here is its record.
    Claimed(Box<Record>),
    /// It is not; here is the record as it stands, if there is one.
    Refused(Option<Box<Record>>),
}

/// What settling came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettleOutcome {
    /// The record is settled.
    Settled,
    /// Somebody else holds the claim by now; what was done may be done again by them.
    ClaimLost,
}

impl Ledger {
    /// The table named `table`.
    #[must_use]
    pub fn new(aws: &Aws, table: String, limits: Limits) -> Ledger {
        Ledger { service: Arc::new(aws.service(AwsJsonService::DynamoDb, limits)), table }
    }

    /// Opens the connection by which the table is reached.
    pub async fn connect(&self) {
        self.service.connect().await;
    }

    /// Records a fresh event, to come due at `due_at`. Gives the record that stands in the way, if there is one.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the record may have been written all the same.
    pub async fn record(
        &self,
        verified: &VerifiedEvent,
        body: RecordBody<'_>,
        due_at: Timestamp,
        condition: PutCondition,
    ) -> Result<PutOutcome, ServiceError> {
        self.put(&writes::record(verified.event(), body, due_at, condition)).await
    }

    /// Makes the record of an event that the table does not have, under the claim at once.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the record may have been written all the same.
    pub async fn make_claimed(
        &self,
        event: &Event,
        body: RecordBody<'_>,
        request: &ClaimRequest,
        condition: PutCondition,
    ) -> Result<PutOutcome, ServiceError> {
        self.put(&writes::make_claimed(event, body, request, condition)).await
    }

    /// Takes an event whose record stands and may be claimed: received with its time come, or processing under a
    /// lapsed lease.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the claim may hold all the same, and then its own token tells.
    pub async fn claim(
        &self,
        id: &EventId,
        request: &ClaimRequest,
        due: DueTime,
        takeover: Takeover,
    ) -> Result<ClaimOutcome, ServiceError> {
        const OPERATION: &str = "dynamodb:UpdateItem (claim)";
        match self.send(UPDATE_ITEM, OPERATION, &writes::claim(id, request, due, takeover)).await? {
            WriteOutcome::Written(item) => Ok(ClaimOutcome::Claimed(record(item.unwrap_or_default())?)),
            WriteOutcome::Refused(item) => Ok(ClaimOutcome::Refused(item.map(record).transpose()?)),
        }
    }

    /// Settles an event, if it is still claimed with `token`. `outcome` is kept with a finished record; nothing is, if it
    /// is empty.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the lease then lapses, and the event comes due again.
    pub async fn settle(
        &self,
        event: &Event,
        token: &str,
        settlement: &Settlement,
        outcome: &[(&str, String)],
    ) -> Result<SettleOutcome, ServiceError> {
        let write = writes::settle(event, token, settlement, outcome);
        Ok(match self.send(UPDATE_ITEM, "dynamodb:UpdateItem (settle)", &write).await? {
            WriteOutcome::Written(_) => SettleOutcome::Settled,
            WriteOutcome::Refused(_) => SettleOutcome::ClaimLost,
        })
    }

    /// Lets a recorded event come due earlier, because its message could not be sent.
    ///
    /// # Errors
    /// If the table could not be reached or refused. Nothing is lost: the event comes due later.
    pub async fn bring_forward(&self, id: &EventId, soon: Timestamp) -> Result<(), ServiceError> {
        self.send(UPDATE_ITEM, "dynamodb:UpdateItem (bring forward)", &writes::bring_forward(id, soon)).await.map(drop)
    }

    /// Lets an event that waits be tried at once; `false` if it does not wait as it was seen to, or was let so a moment ago.
    ///
    /// # Errors
    /// If the table could not be reached or refused. Nothing is lost: the event is tried later.
    pub async fn ask_again(
        &self,
        id: &EventId,
        token: &str,
        waiting: RetryWait,
        now: Timestamp,
    ) -> Result<bool, ServiceError> {
        let write = writes::ask_again(id, token, waiting, now);
        self.is_written("dynamodb:UpdateItem (ask again)", &write).await
    }

    /// Gives an event that failed back to the processor; `false` if it is not the failed event that was seen.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the event may be back all the same.
    pub async fn return_failed(
        &self,
        id: &EventId,
        token: &str,
        due: Timestamp,
        expires_at_seconds: i64,
    ) -> Result<bool, ServiceError> {
        let write = writes::return_failed(id, token, due, expires_at_seconds);
        self.is_written("dynamodb:UpdateItem (return)", &write).await
    }

    async fn is_written(&self, operation: &'static str, write: &Write<'_>) -> Result<bool, ServiceError> {
        Ok(matches!(self.send(UPDATE_ITEM, operation, write).await?, WriteOutcome::Written(_)))
    }

    /// Marks an overdue event as swept, and gives the event; `None` if it is no longer for this sweep.
    ///
    /// # Errors
    /// If the table could not be reached or refused.
    pub async fn mark_swept(&self, mark: &SweepMark) -> Result<Option<Event>, ServiceError> {
        match self.send(UPDATE_ITEM, "dynamodb:UpdateItem (sweep)", &writes::mark_swept(mark)).await? {
            WriteOutcome::Written(item) => Ok(Some(item.unwrap_or_default().event().map_err(unreadable)?)),
            WriteOutcome::Refused(_) => Ok(None),
        }
    }

    /// Takes back a mark whose message could not be sent: it does not count, and the event comes due at `soon`.
    ///
    /// # Errors
    /// If the table could not be reached or refused; the event then comes due a little later.
    pub async fn take_mark_back(&self, mark: &SweepMark, soon: Timestamp) -> Result<(), ServiceError> {
        self.send(UPDATE_ITEM, "dynamodb:UpdateItem (take a mark back)", &writes::take_mark_back(mark, soon))
            .await
            .map(drop)
    }

    async fn put(&self, write: &Write<'_>) -> Result<PutOutcome, ServiceError> {
        const OPERATION: &str = "dynamodb:PutItem";
        match self.send(PUT_ITEM, OPERATION, write).await? {
            WriteOutcome::Written(_) => Ok(PutOutcome::Written),
            WriteOutcome::Refused(Some(item)) => {
                Ok(PutOutcome::Refused(Box::new(item.record_state().map_err(unreadable)?)))
            }
            WriteOutcome::Refused(None) => {
                Err(ServiceError::retryable(OPERATION, "refused although there is no record"))
            }
        }
    }

    /// Makes any write, which logs call `operation`.
    ///
    /// # Errors
    /// If the table could not be reached or refused, but on account of the condition; the write may have landed all the
    /// same.
    pub async fn write(&self, operation: &'static str, write: &Write<'_>) -> Result<WriteOutcome, ServiceError> {
        let target = match write.change {
            Change::Put(_) => PUT_ITEM,
            Change::Update(_) => UPDATE_ITEM,
        };
        self.send(target, operation, write).await
    }

    /// The same of a write whose target is known where it is called, so that a function's binary names only what the
    /// function calls.
    async fn send(
        &self,
        target: &'static str,
        operation: &'static str,
        write: &Write<'_>,
    ) -> Result<WriteOutcome, ServiceError> {
        let request = WriteRequest { table: &self.table, write };
        match self.call(target, &request).await {
            // Nothing is read of an answer in which there is nothing to be read.
            Ok(_) if !write.reads_item => Ok(WriteOutcome::Written(None)),
            Ok(answer) => Ok(WriteOutcome::Written(member(&answer, "Attributes"))),
            Err(CallError::Response(response)) if response.code == "ConditionalCheckFailedException" => {
                let item = member(&response.answer, "Item");
                let is_own = write.own.holds(item.as_ref());
                Ok(if is_own { WriteOutcome::Written(item) } else { WriteOutcome::Refused(item) })
            }
            Err(error) => Err(ServiceError::with(operation, error)),
        }
    }

    async fn call(&self, target: &'static str, request: &impl Serialize) -> Result<Bytes, CallError> {
        let body = serde_json::to_vec(request).expect("strings and numbers are always JSON");
        self.service.send(self.service.prepare(target, body)).await
    }
}

/// The item that an answer holds under `name`.
fn member(answer: &[u8], name: &str) -> Option<Item<'static>> {
    let mut answer: Json = serde_json::from_slice(answer).ok()?;
    json::item(answer.get_mut(name)?.take())
}

/// A record from what the table gave back.
fn record(item: Item<'_>) -> Result<Box<Record>, ServiceError> {
    Ok(Box::new(item.into_record(unpack).map_err(unreadable)?))
}

fn unreadable(error: Unreadable) -> ServiceError {
    ServiceError::permanent("reading a record", error.to_string())
}

#[cfg(test)]
mod formats;

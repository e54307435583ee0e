//! Claiming an event: from a message to a record that is ours to work on.

use domain::ledger::admit::allows_second_body;
use domain::ledger::claim::{Claim, ClaimRequest, Reason, claim};
use domain::ledger::record::{BodyRef, Record, RecordBody};
use domain::ledger::writes::{DueTime, PutCondition};
use domain::message::{Message, MessageBody};
use platform::body_codec::pack;
use platform::ledger::ClaimOutcome;
use platform::service_error::ServiceError;

use crate::desk::Desk;

/// How often the ledger is asked before the message is left for later. Each further round means that somebody else
/// changed the record in between.
const ROUNDS_MAX: u32 = 4;

/// What claiming came to.
#[derive(Debug)]
pub(crate) enum Claimed {
    /// The event is ours; here is its record.
    Ours(Box<Record>),
    /// It is not for us now; its due time brings it back if need be.
    Refused(Reason),
    /// Its id belongs to an event with another body that has failed.
    Beside,
    /// The message says that the ledger has the event, and it has not.
    Absent,
    /// Others kept changing the record.
    Contended,
}

impl Desk {
    /// Claims the event of `message`, beside a failed one if need be: ingest could not ask the ledger about an event
    /// that only its message has.
    pub(crate) async fn claim(&self, message: &Message, request: &ClaimRequest) -> Result<Claimed, ServiceError> {
        match self.claim_as_named(message, request).await? {
            Claimed::Beside => {}
            other => return Ok(other),
        }
        let Some(bytes) = self.brought(message).await? else {
            return Ok(Claimed::Refused(Reason::Finished));
        };
        let beside = Message { event: message.event.clone().with_body_digest(), body: MessageBody::Here(bytes) };
        self.claim_as_named(&beside, request).await
    }

    /// The body that a message brings; none if it only says that the ledger has it.
    async fn brought(&self, message: &Message) -> Result<Option<Vec<u8>>, ServiceError> {
        let Message { event, body } = message;
        match body {
            MessageBody::InLedger => Ok(None),
            MessageBody::Here(bytes) => Ok(Some(bytes.clone())),
            MessageBody::InBucket(claimed) => {
                let reference = BodyRef::of(self.bodies.bucket(), event, claimed.size);
                self.bodies.get(&reference, event.body_sha256).await.map(Some)
            }
        }
    }

    async fn claim_as_named(&self, message: &Message, request: &ClaimRequest) -> Result<Claimed, ServiceError> {
        let mut due = DueTime::Unchanged;
        for _ in 0..ROUNDS_MAX {
            let existing = match self.ledger.claim(&message.event.id, request, due).await? {
                ClaimOutcome::Claimed(record) => return Ok(Claimed::Ours(record)),
                ClaimOutcome::Refused(existing) => existing,
            };
            let existing = existing.as_ref().map(|record| &record.lifecycle);
            match claim(existing, request) {
                Claim::Refuse(_) if existing.is_some_and(|it| allows_second_body(it, message.event.body_sha256)) => {
                    return Ok(Claimed::Beside);
                }
                Claim::Refuse(reason) => return Ok(Claimed::Refused(reason)),
                Claim::Take { due_at } => {
                    due = if due_at.is_some() { DueTime::AfterLease } else { DueTime::Unchanged };
                }
                Claim::Make { expired_at_seconds } => {
                    let condition = expired_at_seconds.map_or(PutCondition::Absent, PutCondition::Expired);
                    if !self.make(message, request, condition).await? {
                        return Ok(Claimed::Absent);
                    }
                    // Whether that put was ours or somebody else's, the record stands now; the next round takes it or
                    // finds this claim's own token in it.
                }
            }
        }
        Ok(Claimed::Contended)
    }

    /// Makes the record of an event that only its message has, under the claim at once; `false` if the message has it
    /// no more than the ledger.
    async fn make(
        &self,
        message: &Message,
        request: &ClaimRequest,
        condition: PutCondition,
    ) -> Result<bool, ServiceError> {
        let event = &message.event;
        let reference = |size| BodyRef::of(self.bodies.bucket(), event, size);
        match &message.body {
            MessageBody::InLedger => return Ok(false),
            MessageBody::Here(bytes) => {
                let packed = pack(bytes);
                if packed.bytes.len() <= self.inline_body_bytes {
                    self.ledger.make_claimed(event, RecordBody::Inline(&packed), request, condition).await?;
                } else {
                    let reference = reference(bytes.len() as u64);
                    self.bodies.put(&reference, bytes).await?;
                    self.ledger.make_claimed(event, RecordBody::Referenced(&reference), request, condition).await?;
                }
            }
            // Where the body lies is derived from the event, never taken from the message.
            MessageBody::InBucket(claimed) => {
                let reference = reference(claimed.size);
                self.ledger.make_claimed(event, RecordBody::Referenced(&reference), request, condition).await?;
            }
        }
        Ok(true)
    }
}

//! Claiming an event: from a message to a record that is ours to work on.

use domain::ledger::admit::allows_second_body;
use domain::ledger::claim::{Claim, ClaimRequest, Reason, claim};
use domain::ledger::record::{BodyRef, Record, RecordBody, State};
use domain::ledger::writes::{DueTime, PutCondition, Takeover};
use domain::message::{Message, MessageBody};
use platform::body_codec::pack;
use platform::ledger::{ClaimOutcome, PutOutcome};
use platform::service_error::ServiceError;

use crate::clients::Clients;

/// How often the ledger is asked before the message is left for later. Each further round means that somebody else
/// changed the record in between.
const ROUNDS_MAX: u32 = 4;

/// What claiming came to.
#[derive(Debug)]
pub(crate) enum ClaimResult {
    /// The event is ours.
    Claimed {
        record: Box<Record>,
        /// Whether its last claim was never settled: whoever held it must have died.
        is_abandoned: bool,
        /// Whether the message brings another body, which is an event of its own and remains to be claimed.
        has_second_body: bool,
    },
    /// It is not for us now; its due time brings it back if need be.
    Refused(Reason),
    /// Its id belongs to an event with another body.
    SecondBody,
    /// The message says that the ledger has the event, and it has not.
    Absent,
    /// Others kept changing the record.
    Contended,
}

/// Claims the event of `message`, as one of its own beside that of another body if need be: ingest could not ask the
/// ledger about an event that only its message has.
pub(crate) async fn claim_event(
    clients: &Clients,
    message: &Message,
    request: &ClaimRequest,
) -> Result<ClaimResult, ServiceError> {
    match claim_as_named(clients, message, request).await? {
        ClaimResult::SecondBody => {}
        result => return Ok(result),
    }
    let Some(bytes) = read_sent_body(clients, message).await? else {
        return Ok(ClaimResult::Refused(Reason::Finished));
    };
    claim_as_named(clients, &second_event(message, bytes), request).await
}

/// The event of `message` under the id that no other body has.
fn second_event(message: &Message, bytes: Vec<u8>) -> Message {
    Message { event: message.event.clone().with_body_digest(), body: MessageBody::Here(bytes) }
}

/// The body that a message brings; none if it only says that the ledger has it.
async fn read_sent_body(clients: &Clients, message: &Message) -> Result<Option<Vec<u8>>, ServiceError> {
    let Message { event, body } = message;
    match body {
        MessageBody::InLedger => Ok(None),
        MessageBody::Here(bytes) => Ok(Some(bytes.clone())),
        MessageBody::InBucket(claimed) => {
            let reference = BodyRef::of(clients.bodies.bucket(), event, claimed.size);
            clients.bodies.get(&reference, event.body_sha256).await.map(Some)
        }
    }
}

pub(crate) async fn claim_as_named(
    clients: &Clients,
    message: &Message,
    request: &ClaimRequest,
) -> Result<ClaimResult, ServiceError> {
    let (mut due, mut takeover) = (DueTime::Unchanged, Takeover::Refused);
    for _ in 0..ROUNDS_MAX {
        let is_abandoned = takeover == Takeover::Allowed;
        let existing = match clients.ledger.claim(&message.event.id, request, due, takeover).await? {
            ClaimOutcome::Claimed(record) => {
                let has_second_body = !matches!(message.body, MessageBody::InLedger)
                    && allows_second_body(&record.lifecycle, &message.event);
                return Ok(ClaimResult::Claimed { record, is_abandoned, has_second_body });
            }
            ClaimOutcome::Refused(existing) => existing,
        };
        let state = existing.as_ref().map(|record| &record.lifecycle);
        match claim(state, request) {
            Claim::Refuse(_) if state.is_some_and(|it| allows_second_body(it, &message.event)) => {
                return Ok(ClaimResult::SecondBody);
            }
            Claim::Refuse(reason) => return Ok(ClaimResult::Refused(reason)),
            Claim::Take { due_at } => {
                due = if due_at.is_some() { DueTime::AfterLease } else { DueTime::Unchanged };
                let is_abandoned = state.is_some_and(|it| it.state == State::Processing);
                takeover = if is_abandoned { Takeover::Allowed } else { Takeover::Refused };
            }
            Claim::Make { expired_at_seconds } => {
                let condition = expired_at_seconds.map_or(PutCondition::Absent, PutCondition::Expired);
                if make_claimed(clients, message, request, condition).await?.is_none() {
                    return Ok(ClaimResult::Absent);
                }
                // Whether that put was ours or somebody else's, the record stands now; the next round takes it or finds
                // this claim's own token in it.
            }
        }
    }
    Ok(ClaimResult::Contended)
}

/// Makes the record of an event that only its message has, under the claim at once; `None` if the message has it no more
/// than the ledger.
pub(crate) async fn make_claimed(
    clients: &Clients,
    message: &Message,
    request: &ClaimRequest,
    condition: PutCondition,
) -> Result<Option<PutOutcome>, ServiceError> {
    let (event, ledger) = (&message.event, &clients.ledger);
    let reference = |size| BodyRef::of(clients.bodies.bucket(), event, size);
    let outcome = match &message.body {
        MessageBody::InLedger => return Ok(None),
        MessageBody::Here(bytes) => {
            let packed = pack(bytes);
            if packed.bytes.len() <= clients.inline_body_bytes {
                ledger.make_claimed(event, RecordBody::Inline(&packed), request, condition).await?
            } else {
                let reference = reference(bytes.len() as u64);
                clients.bodies.put(&reference, bytes).await?;
                ledger.make_claimed(event, RecordBody::Referenced(&reference), request, condition).await?
            }
        }
        // Where the body lies is derived from the event, never taken from the message.
        MessageBody::InBucket(claimed) => {
            ledger.make_claimed(event, RecordBody::Referenced(&reference(claimed.size)), request, condition).await?
        }
    };
    Ok(Some(outcome))
}

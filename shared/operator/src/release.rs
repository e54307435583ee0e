//! Making a released delivery an event: recorded and sent by the decisions by which ingest does it.

use domain::event::event_id::EventId;
use domain::ledger::admit::{Admission, admit};
use domain::ledger::record::RecordBody;
use domain::ledger::schedule::Schedule;
use domain::ledger::writes::PutCondition;
use domain::message::BodyLocation;
use domain::message::outgoing::OutgoingMessage;
use domain::verify::VerifiedEvent;
use platform::body_codec::pack;
use platform::clock;
use platform::ledger::{Ledger, PutOutcome};
use platform::queue::Queue;
use platform::service_error::ServiceError;

/// As often as ingest tries: see its store.
const ROUNDS_MAX: u32 = 4;

/// Where released events go.
#[derive(Clone, Debug)]
pub struct Releases {
    /// The ledger.
    pub ledger: Ledger,
    /// Where events wait for the processor.
    pub events: Queue,
    /// The pace of waits.
    pub schedule: Schedule,
}

/// An event that was released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedEvent {
    /// The event.
    pub id: EventId,
    /// It was known already, so nothing comes of it.
    pub is_duplicate: bool,
}

impl Releases {
    /// Records an event and sends it. A second release of the same delivery finds the record of the first, so that
    /// nothing is lost where an earlier call failed half-way, and the processor takes it once. A stored body is small enough for a
    /// record, so the bucket is not needed.
    ///
    /// # Errors
    /// If the ledger or the queue could not be reached or refused. Release the delivery again.
    pub async fn release(&self, mut verified: VerifiedEvent) -> Result<ReleasedEvent, ServiceError> {
        let packed = pack(verified.body());
        let mut condition = PutCondition::Absent;
        for _ in 0..ROUNDS_MAX {
            let event = verified.event();
            let now = clock::now();
            let due_at = self.schedule.first_due(now);
            let recorded = self.ledger.record(&verified, RecordBody::Inline(&packed), due_at, condition).await?;
            let existing = match recorded {
                PutOutcome::Written => return self.send(&verified).await,
                PutOutcome::Refused(existing) => existing,
            };
            let claim = format!("delivery:{}", event.recorded_by);
            match admit(&existing, event, now, self.schedule) {
                Admission::Duplicate { .. } => {
                    return Ok(ReleasedEvent { id: event.id.clone(), is_duplicate: true });
                }
                Admission::AskAgain(waiting) => {
                    if self.ledger.ask_again(&event.id, &claim, waiting, now).await? {
                        self.events.send(self.events.prepare(&OutgoingMessage::of_record(event), None)).await?;
                    }
                    return Ok(ReleasedEvent { id: event.id.clone(), is_duplicate: true });
                }
                Admission::Return { expires_at_seconds } => {
                    if self.ledger.return_failed(&event.id, &claim, due_at, expires_at_seconds).await? {
                        return self.send(&verified).await;
                    }
                    condition = PutCondition::Absent;
                }
                Admission::Expired { expires_at_seconds } => condition = PutCondition::Expired(expires_at_seconds),
                Admission::Beside => {
                    verified = verified.with_body_digest();
                    condition = PutCondition::Absent;
                }
            }
        }
        Err(ServiceError::retryable("dynamodb:PutItem", "other records kept taking the event's place"))
    }

    async fn send(&self, verified: &VerifiedEvent) -> Result<ReleasedEvent, ServiceError> {
        let message = OutgoingMessage::of_verified(verified, BodyLocation::Ledger);
        self.events.send(self.events.prepare(&message, None)).await?;
        Ok(ReleasedEvent { id: verified.event().id.clone(), is_duplicate: false })
    }
}

//! Making an event durable: the ledger, the queue, and the bucket for what is large.

use domain::delivery::trace::Trace;
use domain::event::Event;
use domain::event::event_id::EventId;
use domain::ledger::admit::{Admission, RetryWait, admit};
use domain::ledger::record::{BodyRef, RecordBody};
use domain::ledger::schedule::Schedule;
use domain::ledger::writes::PutCondition;
use domain::message::BodyLocation;
use domain::message::outgoing::OutgoingMessage;
use domain::receive::answer::Durability;
use domain::time::Timestamp;
use domain::verify::VerifiedEvent;
use platform::bodies::Bodies;
use platform::body_codec::pack;
use platform::clock;
use platform::ledger::{Ledger, PutOutcome};
use platform::queue::{Queue, SignedMessage};
use platform::service_error::ServiceError;

use crate::delivery_log::DeliveryLog;

/// The stores, and what goes into which.
pub(crate) struct Store {
    pub(crate) bodies: Bodies,
    pub(crate) ledger: Ledger,
    pub(crate) queue: Queue,
    pub(crate) schedule: Schedule,
    pub(crate) inline_body_bytes: usize,
}

/// How often a put is tried. An expired record, and one of another body that has failed, can each be in the way once:
/// whoever replaces the first makes one that is not expired, and an id with the body's digest is no other body's.
const ROUNDS_MAX: u32 = 4;

impl Store {
    /// Makes an event durable, under an id of its own if the one it has is another body's. The record is
    /// written before the message is sent: a crash in between leaves a record that comes due, whereas a message without a
    /// record would be one that nobody deduplicates.
    pub(crate) async fn persist(
        &self,
        mut verified: VerifiedEvent,
        trace: Option<&Trace>,
        log: &mut DeliveryLog,
    ) -> Durability {
        let packed = pack(verified.body());
        let is_inline = packed.bytes.len() <= self.inline_body_bytes;
        let mut condition = PutCondition::Absent;
        let mut bucket_ref = None;
        let mut rounds_left = ROUNDS_MAX;
        loop {
            if rounds_left == 0 {
                log.reason(&"other records kept taking the event's place");
                break;
            }
            rounds_left -= 1;
            bucket_ref = if is_inline { None } else { self.put_into_bucket(&verified, log).await };
            let (body, location) = match &bucket_ref {
                Some(reference) => (RecordBody::Referenced(reference), BodyLocation::Bucket(reference)),
                None if is_inline => (RecordBody::Inline(&packed), BodyLocation::Ledger),
                // The bucket failed and the record cannot hold the body, so only the message can.
                None => break,
            };
            let event = verified.event();
            let due_at = self.schedule.first_due(event.received_at);
            let (existing, message) = tokio::join!(
                self.ledger.record(&verified, body, due_at, condition),
                // While the ledger works, since the message is the same whatever comes of it.
                self.prepare_meanwhile(&verified, location, trace)
            );
            let existing = match existing {
                Ok(PutOutcome::Refused(existing)) => existing,
                Ok(PutOutcome::Written) => return self.send_recorded(&verified, message, log).await,
                Err(error) => {
                    log.reason(&error);
                    break;
                }
            };
            match admit(&existing, event, event.received_at, self.schedule) {
                Admission::Duplicate { differs, is_late } => {
                    log.duplicate(differs);
                    log.late(is_late);
                    return Durability::Duplicate { id: event.id.clone(), differs };
                }
                Admission::AskAgain(waiting) => {
                    log.duplicate(true);
                    let id = event.id.clone();
                    self.ask_again(&verified, waiting, trace, log).await;
                    return Durability::Duplicate { id, differs: true };
                }
                Admission::Return { expires_at_seconds } => {
                    match self.return_failed(&verified, due_at, expires_at_seconds).await {
                        Ok(true) => return self.send_recorded(&verified, message, log).await,
                        // Somebody else returned it, or it is gone: what stands there now says.
                        Ok(false) => condition = PutCondition::Absent,
                        Err(error) => {
                            log.reason(&error);
                            return Durability::Nowhere;
                        }
                    }
                }
                Admission::Expired { expires_at_seconds } => condition = PutCondition::Expired(expires_at_seconds),
                Admission::Beside => {
                    verified = verified.with_body_digest();
                    log.second_body(verified.event());
                    condition = PutCondition::Absent;
                }
            }
        }
        self.send_unrecorded(&verified, bucket_ref, is_inline, trace, log).await
    }

    async fn send_recorded(
        &self,
        verified: &VerifiedEvent,
        message: SignedMessage,
        log: &mut DeliveryLog,
    ) -> Durability {
        let id = verified.event().id.clone();
        if !self.send(message, log).await {
            self.bring_forward(&id, log).await;
        }
        Durability::Recorded(id)
    }

    /// Sends an event that has no record. A body that shrinks was not put into the bucket; if no message can hold it, the
    /// bucket is what is left.
    async fn send_unrecorded(
        &self,
        verified: &VerifiedEvent,
        bucket_ref: Option<BodyRef>,
        may_try_bucket: bool,
        trace: Option<&Trace>,
        log: &mut DeliveryLog,
    ) -> Durability {
        let by_reference =
            |reference: &BodyRef| OutgoingMessage::of_verified(verified, BodyLocation::Bucket(reference));
        let message = match &bucket_ref {
            Some(reference) => by_reference(reference),
            None => match OutgoingMessage::with_whole_body(verified) {
                Ok(message) => message,
                Err(error) => {
                    log.reason(&error);
                    let reference = if may_try_bucket { self.put_into_bucket(verified, log).await } else { None };
                    let Some(reference) = reference else { return Durability::Nowhere };
                    by_reference(&reference)
                }
            },
        };
        if self.send(self.queue.prepare(&message, trace), log).await {
            log.unrecorded();
            Durability::InMessageOnly(verified.event().id.clone())
        } else {
            Durability::Nowhere
        }
    }

    /// Has the sender's API asked at once about an event of which another body has come. Best effort: it is asked later in
    /// any case.
    async fn ask_again(
        &self,
        verified: &VerifiedEvent,
        waiting: RetryWait,
        trace: Option<&Trace>,
        log: &mut DeliveryLog,
    ) {
        let event = verified.event();
        match self.ledger.ask_again(&event.id, &token_of(event), waiting, event.received_at).await {
            // The message says no more than that the ledger has it: the second body is not kept.
            Ok(true) => drop(self.send(self.queue.prepare(&OutgoingMessage::of_record(event), trace), log).await),
            Ok(false) => {}
            Err(error) => log.reason(&error),
        }
    }

    /// Gives an event that failed back to the processor; `false` if its record is not as it was seen.
    async fn return_failed(
        &self,
        verified: &VerifiedEvent,
        due: Timestamp,
        expires_at_seconds: i64,
    ) -> Result<bool, ServiceError> {
        let event = verified.event();
        self.ledger.return_failed(&event.id, &token_of(event), due, expires_at_seconds).await
    }

    async fn put_into_bucket(&self, verified: &VerifiedEvent, log: &mut DeliveryLog) -> Option<BodyRef> {
        self.bodies.put_body(verified).await.map_err(|error| log.reason(&error)).ok()
    }

    /// Prepares the message, once what runs beside it has sent its request.
    async fn prepare_meanwhile(
        &self,
        verified: &VerifiedEvent,
        location: BodyLocation<'_>,
        trace: Option<&Trace>,
    ) -> SignedMessage {
        tokio::task::yield_now().await;
        self.queue.prepare(&OutgoingMessage::of_verified(verified, location), trace)
    }

    async fn send(&self, message: SignedMessage, log: &mut DeliveryLog) -> bool {
        self.queue.send(message).await.map_err(|error| log.reason(&error)).is_ok()
    }

    /// Lets the sweep find the event sooner. Best effort: the record comes due in any case.
    async fn bring_forward(&self, id: &EventId, log: &mut DeliveryLog) {
        log.deferred();
        let soon = self.schedule.deferred_due(clock::now());
        if let Err(error) = self.ledger.bring_forward(id, soon).await {
            log.reason(&error);
        }
    }
}

/// What stands in the place of a claim where a delivery gives an event back to the processor.
fn token_of(event: &Event) -> String {
    format!("delivery:{}", event.recorded_by)
}

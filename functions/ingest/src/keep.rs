//! Making an event durable: the ledger, the queue, and the bucket for what is large.

use domain::event::VerifiedEvent;
use domain::ledger::admit::{Admission, admit};
use domain::ledger::record::{BodyRef, RecordBody};
use domain::ledger::schedule::Schedule;
use domain::ledger::writes::PutCondition;
use domain::message::{self, Elsewhere};
use domain::trace::Trace;
use platform::bodies::Bodies;
use platform::body_codec::pack;
use platform::clock;
use platform::ledger::{Ledger, PutOutcome};
use platform::queue::{Message, Queue};
use platform::service_error::ServiceError;

use crate::delivery_log::DeliveryLog;

/// The stores, and what goes into which.
pub(crate) struct Keeper {
    pub(crate) bodies: Bodies,
    pub(crate) ledger: Ledger,
    pub(crate) queue: Queue,
    pub(crate) schedule: Schedule,
    pub(crate) inline_body_bytes: usize,
}

/// Where an event is durable now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// In its record. Its message is sent, or the sweep will send it.
    Recorded,
    /// In its message alone; the processor makes the record.
    InMessageOnly,
    /// In the record of an earlier delivery.
    Duplicate {
        /// That one's body is another one.
        differs: bool,
    },
    /// Nowhere yet: its id belongs to an event with another body that has failed. It must be kept under its own.
    Beside,
    /// Nowhere. It must not be acknowledged.
    Nowhere,
}

impl Kept {
    /// Whether a repeat of the very same bytes can be called a duplicate without asking the ledger.
    pub(crate) const fn has_record_of_this_body(self) -> bool {
        match self {
            Kept::Recorded | Kept::Duplicate { differs: false } => true,
            Kept::Duplicate { differs: true } | Kept::InMessageOnly | Kept::Beside | Kept::Nowhere => false,
        }
    }
}

/// How often a put is tried that finds an expired record in its way.
const RECORDING_ROUNDS_MAX: u32 = 3;

/// What recording came to.
enum Recorded {
    New,
    Known { differs: bool },
    Beside,
}

impl Keeper {
    /// Makes `verified` durable. The record is written before the message is sent: a crash in between leaves a record
    /// that comes due, whereas a message without a record would be one that nobody deduplicates.
    pub(crate) async fn keep(&self, verified: &VerifiedEvent, trace: Option<&Trace>, line: &mut DeliveryLog) -> Kept {
        let packed = pack(verified.body());
        let is_inline = packed.bytes.len() <= self.inline_body_bytes;
        let in_bucket = if is_inline { None } else { self.put_into_bucket(verified, line).await };
        let body = match &in_bucket {
            Some(reference) => Some(RecordBody::Referenced(reference)),
            None if is_inline => Some(RecordBody::Inline(&packed)),
            // The bucket failed and the record cannot hold the body, so only the message can.
            None => None,
        };
        let elsewhere = in_bucket.as_ref().map_or(Elsewhere::Ledger, Elsewhere::Bucket);
        let (recorded, message) = tokio::join!(
            self.record_unless_homeless(verified, body, line),
            // While the ledger works, since the message is the same whatever comes of it.
            self.prepare_meanwhile(verified, elsewhere, trace)
        );
        let is_recorded = match recorded {
            Some(Recorded::Known { differs }) => {
                line.duplicate(differs);
                return Kept::Duplicate { differs };
            }
            Some(Recorded::Beside) => return Kept::Beside,
            Some(Recorded::New) => true,
            None => {
                line.unrecorded();
                false
            }
        };
        let is_sent = if is_recorded || in_bucket.is_some() {
            self.send(&message, line).await
        } else {
            self.send_homeless(verified, is_inline, trace, line).await
        };
        match (is_sent, is_recorded) {
            (true, true) => Kept::Recorded,
            (true, false) => Kept::InMessageOnly,
            (false, true) => {
                self.defer(verified, line).await;
                Kept::Recorded
            }
            (false, false) => Kept::Nowhere,
        }
    }

    async fn put_into_bucket(&self, verified: &VerifiedEvent, line: &mut DeliveryLog) -> Option<BodyRef> {
        let reference = BodyRef::of(self.bodies.bucket(), verified.event(), verified.body().len() as u64);
        match self.bodies.put(&reference, verified.body()).await {
            Ok(()) => Some(reference),
            Err(trouble) => {
                line.trouble(&trouble);
                None
            }
        }
    }

    async fn record_unless_homeless(
        &self,
        verified: &VerifiedEvent,
        body: Option<RecordBody<'_>>,
        line: &mut DeliveryLog,
    ) -> Option<Recorded> {
        match self.record(verified, body?).await {
            Ok(recorded) => Some(recorded),
            Err(trouble) => {
                line.trouble(&trouble);
                None
            }
        }
    }

    async fn record(&self, verified: &VerifiedEvent, body: RecordBody<'_>) -> Result<Recorded, ServiceError> {
        let event = verified.event();
        let due_at = self.schedule.first_due(event.received_at);
        let mut condition = PutCondition::Absent;
        // An expired record can be in the way once; whoever replaces it makes one that is not expired.
        for _ in 0..RECORDING_ROUNDS_MAX {
            let existing = match self.ledger.record(event, body, due_at, condition).await? {
                PutOutcome::Written => return Ok(Recorded::New),
                PutOutcome::Refused(existing) => existing,
            };
            match admit(&existing, event.body_sha256, event.received_at) {
                Admission::Duplicate { differs } => return Ok(Recorded::Known { differs }),
                Admission::Beside => return Ok(Recorded::Beside),
                Admission::Expired { expires_at_seconds } => condition = PutCondition::Expired(expires_at_seconds),
            }
        }
        Err(ServiceError::retryable("recording the event", "expired records kept standing in the way"))
    }

    /// Sends an event that lies nowhere yet. A body that shrinks was not put into the bucket; if its record failed and
    /// no message can hold it, the bucket is what is left.
    async fn send_homeless(
        &self,
        verified: &VerifiedEvent,
        may_try_bucket: bool,
        trace: Option<&Trace>,
        line: &mut DeliveryLog,
    ) -> bool {
        let too_large = match message::encode_whole(verified.event(), verified.body()) {
            Ok(text) => return self.send(&self.queue.prepare(&verified.event().source, &text, trace), line).await,
            Err(too_large) => too_large,
        };
        line.reason(&too_large.to_string());
        let reference = if may_try_bucket { self.put_into_bucket(verified, line).await } else { None };
        match reference {
            Some(reference) => self.send(&self.prepare(verified, Elsewhere::Bucket(&reference), trace), line).await,
            None => false,
        }
    }

    /// Prepares the message of an event whose body lies `elsewhere`, with the body while it is small.
    fn prepare(&self, verified: &VerifiedEvent, elsewhere: Elsewhere<'_>, trace: Option<&Trace>) -> Message {
        let text = message::encode(verified.event(), verified.body(), elsewhere);
        self.queue.prepare(&verified.event().source, &text, trace)
    }

    /// The same, once what runs beside it has sent its request.
    async fn prepare_meanwhile(
        &self,
        verified: &VerifiedEvent,
        elsewhere: Elsewhere<'_>,
        trace: Option<&Trace>,
    ) -> Message {
        tokio::task::yield_now().await;
        self.prepare(verified, elsewhere, trace)
    }

    async fn send(&self, message: &Message, line: &mut DeliveryLog) -> bool {
        match self.queue.send(message).await {
            Ok(()) => true,
            Err(trouble) => {
                line.trouble(&trouble);
                false
            }
        }
    }

    /// Lets the sweep find the event sooner. Best effort: the record comes due in any case.
    async fn defer(&self, verified: &VerifiedEvent, line: &mut DeliveryLog) {
        line.deferred();
        let soon = self.schedule.deferred_due(clock::now());
        if let Err(trouble) = self.ledger.bring_forward(&verified.event().id, soon).await {
            line.trouble(&trouble);
        }
    }
}

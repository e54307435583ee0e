//! One attempt at an event, and what it has of the event.

use std::borrow::Cow;
use std::ops::Deref;

use domain::content::canonical::Canonical;
use domain::digest::Digest;
use domain::event::Event;
use domain::ledger::record::{BodyRef, StoredBody};
use domain::message::MessageBody;

use crate::clients::Clients;
use crate::deadline::Deadline;
use crate::memory::MemoryPermit;
use crate::publisher::PublishPlace;
use crate::stop::Stop;

/// One attempt at an event.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) clients: &'a Clients,
    /// Where its body lies.
    pub(crate) stored: &'a StoredBody,
    /// Its number, from 1.
    pub(crate) number: u32,
    /// Its place in what the batch publishes together.
    pub(crate) place: &'a PublishPlace,
    pub(crate) deadline: Deadline,
}

/// An event as it is passed on.
pub(crate) struct EventContent<'a> {
    /// How it is known; all else of it stays as it was delivered.
    pub(crate) event: Event,
    /// What it says.
    pub(crate) canonical: Canonical,
    /// The sender's own text of it.
    pub(crate) raw: RawBody<'a>,
}

/// The sender's own text of an event, and the memory that it takes: the delivery's body, or the API's answer once that
/// has taken its place.
pub(crate) struct RawBody<'a> {
    bytes: Cow<'a, [u8]>,
    /// Given back when the bytes go.
    _memory: MemoryPermit<'a>,
}

impl<'a> RawBody<'a> {
    pub(crate) fn new(bytes: impl Into<Cow<'a, [u8]>>, memory: MemoryPermit<'a>) -> RawBody<'a> {
        RawBody { bytes: bytes.into(), _memory: memory }
    }
}

impl Deref for RawBody<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<'a> Attempt<'a> {
    /// The body's bytes: from the record, or from the message if it brought the same, or from the bucket.
    pub(crate) async fn read_body(&self, event: &Event, sent: MessageBody) -> Result<RawBody<'a>, Stop> {
        let memory = &self.clients.memory;
        match (self.stored, sent) {
            (StoredBody::Inline(bytes), _) => Ok(RawBody::new(bytes, memory.take(bytes.len()).await)),
            (StoredBody::Referenced(_), MessageBody::Here(bytes)) if Digest::of(&bytes) == event.body_sha256 => {
                let held = memory.take(bytes.len()).await;
                Ok(RawBody::new(bytes, held))
            }
            (StoredBody::Referenced(reference), _) => {
                let size = usize::try_from(reference.size).unwrap_or(usize::MAX);
                let held = memory.take(size).await;
                // The parts in which it comes are put together at the end.
                let _parts = memory.take(size).await;
                self.deadline.check()?;
                let derived = BodyRef::of(self.clients.bodies.bucket(), event, reference.size);
                let bytes = self.clients.bodies.get(&derived, event.body_sha256).await?;
                Ok(RawBody::new(bytes, held))
            }
        }
    }
}

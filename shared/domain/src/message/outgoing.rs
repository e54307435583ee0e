//! What may be sent to the events queue.

use super::{BodyLocation, TooLarge, encode, encode_reference, encode_whole};
use crate::event::Event;
use crate::source::source_name::SourceName;
use crate::verify::VerifiedEvent;

/// A message for the events queue, which takes no other. Nothing that is not verified can be in it: it is made of a verified
/// event, or of a record and then without a body.
pub struct OutgoingMessage<'a> {
    source: &'a SourceName,
    text: String,
}

impl<'a> OutgoingMessage<'a> {
    /// The message of an event whose body is durable at `location`: with the body while that keeps the message small.
    #[must_use]
    pub fn of_verified(verified: &'a VerifiedEvent, location: BodyLocation<'_>) -> OutgoingMessage<'a> {
        let event = verified.event();
        OutgoingMessage { source: &event.source, text: encode(event, verified.body(), location) }
    }

    /// The message of an event whose body is durable nowhere else.
    ///
    /// # Errors
    /// If no message can hold the body.
    pub fn with_whole_body(verified: &'a VerifiedEvent) -> Result<OutgoingMessage<'a>, TooLarge> {
        let event = verified.event();
        Ok(OutgoingMessage { source: &event.source, text: encode_whole(event, verified.body())? })
    }

    /// The message of an event whose record stands. If there is no such record, the processor drops the message.
    #[must_use]
    pub fn of_record(event: &'a Event) -> OutgoingMessage<'a> {
        OutgoingMessage { source: &event.source, text: encode_reference(event) }
    }

    /// The source of the event.
    #[must_use]
    pub fn source(&self) -> &SourceName {
        self.source
    }

    /// The text that is sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

//! The event on its way to the processor: the wire form of the events queue.

pub mod outgoing;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::Event;
use crate::event::event_id::EventId;
use crate::event::event_type::EventType;
use crate::event::key_meaning::KeyMeaning;
use crate::ledger::record::BodyRef;
use crate::source::source_name::SourceName;
use crate::text::queue_text::escape_for_queues;
use crate::time::Timestamp;

/// The version of the wire form that this code writes.
pub const MESSAGE_VERSION: u32 = 1;
/// A message that carries its body has at most this many bytes: SQS bills by 64 KiB, and the rest is left for what
/// SQS adds.
pub const INLINE_MESSAGE_MAX_BYTES: usize = 60 * 1024;
/// No larger message is sent. SQS takes 1 MiB; the rest is left for the reason that goes with a message onto the
/// dead-letter queue.
pub const MESSAGE_MAX_BYTES: usize = 1020 * 1024;

/// A message that must stay on its queue is hidden for this long, doubled for every time it was received before ...
const HIDE_FIRST: Duration = Duration::from_secs(5);
/// ... up to this.
const HIDE_MAX: Duration = Duration::from_secs(15 * 60);

/// For how long a message stays hidden that was received so many times, this time included, and must come again.
#[must_use]
pub fn hide_for(receives: u32) -> Duration {
    let doublings = receives.saturating_sub(1).min(8);
    HIDE_MAX.min(HIDE_FIRST * 2_u32.pow(doublings))
}

/// A message as the processor reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What the event is.
    pub event: Event,
    /// Its body, or where that lies.
    pub body: MessageBody,
}

/// A message's body, or where it lies.
#[derive(Clone, PartialEq, Eq)]
pub enum MessageBody {
    /// Here.
    Here(Vec<u8>),
    /// In the event's record.
    InLedger,
    /// In the bucket.
    InBucket(BodyRef),
}

/// Where an event's body is durable besides the message.
#[derive(Clone, Copy, Debug)]
pub enum BodyLocation<'a> {
    /// In the event's record.
    Ledger,
    /// In the bucket.
    Bucket(&'a BodyRef),
}

/// The body is too large for any message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message would have {size_bytes} bytes, and SQS takes none so large")]
pub struct TooLarge {
    /// The size that the message would have.
    pub size_bytes: usize,
}

/// Why a message cannot be read. It never will be, so it belongs on the dead-letter queue.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// It is not JSON of the documented shape. Only the place is kept: the parser's text could quote the body.
    #[error("not a message of the documented form (line {line}, column {column})")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It was written by a version whose messages mean something else.
    #[error("version {0} of the message form is not known here")]
    Version(u32),
    /// A field does not hold what it must.
    #[error("`{0}` does not hold what it must")]
    Field(&'static str),
    /// The body is not the one that was sent.
    #[error("the body's SHA-256 is not `body_sha256`")]
    BodyChanged,
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    v: u32,
    id: Cow<'a, str>,
    source: Cow<'a, str>,
    provider: Cow<'a, str>,
    #[serde(rename = "type")]
    event_type: Cow<'a, str>,
    #[serde(default)]
    subject: Option<Cow<'a, str>>,
    verified_by: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_meaning: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    must_confirm: bool,
    origin: Cow<'a, str>,
    #[serde(default)]
    replay: u32,
    received_at: i64,
    delivery: Cow<'a, str>,
    #[serde(default)]
    headers: Cow<'a, BTreeMap<String, String>>,
    body_sha256: Cow<'a, str>,
    body: WireBody<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireBody<'a> {
    Text(Cow<'a, str>),
    Base64(Cow<'a, str>),
    Ledger(bool),
    S3(Cow<'a, BodyRef>),
}

/// Writes the message of an event whose body is durable location: with the body while that keeps the message small,
/// else without.
#[must_use]
pub fn encode(event: &Event, body: &[u8], location: BodyLocation<'_>) -> String {
    // A body that alone is too large need not be written out to learn so.
    if body.len() <= INLINE_MESSAGE_MAX_BYTES {
        let message = write(event, inline(body));
        if message.len() <= INLINE_MESSAGE_MAX_BYTES {
            return message;
        }
    }
    write(
        event,
        match location {
            BodyLocation::Ledger => WireBody::Ledger(true),
            BodyLocation::Bucket(body_ref) => WireBody::S3(Cow::Borrowed(body_ref)),
        },
    )
}

/// Writes the message of an event whose body is durable nowhere else: it must carry the body, whatever that costs.
///
/// # Errors
/// If no message can hold it.
pub fn encode_whole(event: &Event, body: &[u8]) -> Result<String, TooLarge> {
    let message = write(event, inline(body));
    let size_bytes = message.len();
    if size_bytes <= MESSAGE_MAX_BYTES { Ok(message) } else { Err(TooLarge { size_bytes }) }
}

/// Writes the message of an event whose record stands, without its body.
#[must_use]
pub fn encode_reference(event: &Event) -> String {
    write(event, WireBody::Ledger(true))
}

fn inline(body: &[u8]) -> WireBody<'_> {
    match std::str::from_utf8(body) {
        Ok(text) => WireBody::Text(Cow::Borrowed(text)),
        Err(_) => WireBody::Base64(Cow::Owned(STANDARD.encode(body))),
    }
}

fn write(event: &Event, body: WireBody<'_>) -> String {
    let wire = Wire {
        v: MESSAGE_VERSION,
        id: event.id.as_str().into(),
        source: event.source.as_str().into(),
        provider: event.provider.as_str().into(),
        event_type: event.event_type.to_string().into(),
        subject: event.subject.as_deref().map(Cow::Borrowed),
        verified_by: event.verified_by.as_str().into(),
        key_meaning: (event.key_meaning != KeyMeaning::Event).then(|| event.key_meaning.as_str().into()),
        must_confirm: event.must_confirm,
        origin: event.origin.as_str().into(),
        replay: event.replay,
        received_at: event.received_at.as_millis(),
        delivery: event.recorded_by.as_str().into(),
        headers: Cow::Borrowed(&event.headers),
        body_sha256: event.body_sha256.to_string().into(),
        body,
    };
    escape_for_queues(serde_json::to_string(&wire).expect("strings and numbers are always JSON"))
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// If it is not of the form that [`encode`] writes; unknown fields do not matter.
    pub fn decode(text: &str) -> Result<Message, Undecodable> {
        let wire: Wire<'_> = serde_json::from_str(text)
            .map_err(|error| Undecodable::Malformed { line: error.line(), column: error.column() })?;
        if wire.v != MESSAGE_VERSION {
            return Err(Undecodable::Version(wire.v));
        }
        let body_sha256: Digest = wire.body_sha256.parse().map_err(|_| Undecodable::Field("body_sha256"))?;
        let body = match wire.body {
            WireBody::Text(text) => MessageBody::Here(text.into_owned().into_bytes()),
            WireBody::Base64(text) => {
                MessageBody::Here(STANDARD.decode(text.as_bytes()).map_err(|_| Undecodable::Field("body"))?)
            }
            WireBody::Ledger(true) => MessageBody::InLedger,
            WireBody::Ledger(false) => return Err(Undecodable::Field("body")),
            WireBody::S3(body_ref) => MessageBody::InBucket(body_ref.into_owned()),
        };
        if let MessageBody::Here(bytes) = &body
            && Digest::of(bytes) != body_sha256
        {
            return Err(Undecodable::BodyChanged);
        }
        let event = Event {
            id: EventId::parse(&wire.id).map_err(|_| Undecodable::Field("id"))?,
            source: SourceName::parse(&wire.source).map_err(|_| Undecodable::Field("source"))?,
            provider: wire.provider.parse().map_err(|_| Undecodable::Field("provider"))?,
            event_type: EventType::parse(&wire.event_type),
            subject: wire.subject.map(Cow::into_owned),
            verified_by: wire.verified_by.parse().map_err(|_| Undecodable::Field("verified_by"))?,
            key_meaning: match wire.key_meaning {
                None => KeyMeaning::Event,
                Some(word) => word.parse().map_err(|_| Undecodable::Field("key_meaning"))?,
            },
            must_confirm: wire.must_confirm,
            origin: wire.origin.parse().map_err(|_| Undecodable::Field("origin"))?,
            replay: wire.replay,
            received_at: Timestamp::from_millis(wire.received_at),
            recorded_by: wire.delivery.into_owned(),
            headers: wire.headers.into_owned(),
            body_sha256,
        };
        Ok(Message { event, body })
    }
}

impl fmt::Debug for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MessageBody::Here(bytes) => write!(f, "Here({} bytes)", bytes.len()),
            MessageBody::InLedger => f.write_str("InLedger"),
            MessageBody::InBucket(body_ref) => f.debug_tuple("InBucket").field(body_ref).finish(),
        }
    }
}

#[cfg(test)]
mod tests;

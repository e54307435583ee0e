//! An event: a delivery proven genuine.

use std::collections::BTreeMap;
use std::fmt;

use crate::digest::Digest;
use crate::event_id::EventId;
use crate::event_type::EventType;
use crate::provider::Provider;
use crate::source_name::SourceName;
use crate::string_enum::string_enum;
use crate::time::Timestamp;

/// All that is known of an event but its body. The ledger and the message carry it field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The idempotency key.
    pub id: EventId,
    /// The configured sender.
    pub source: SourceName,
    /// Its kind.
    pub provider: Provider,
    /// What the body reports, as the thin function read it.
    pub event_type: EventType,
    /// The sender's id of the thing.
    pub subject: Option<String>,
    /// How it was proven genuine.
    pub verified_by: VerifiedBy,
    /// How it came to Landfall.
    pub origin: Origin,
    /// How often an operator has had it processed again.
    pub replay: u32,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The id of the invocation that recorded it.
    pub recorded_by: String,
    /// The kept headers, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The SHA-256 of the body's bytes.
    pub body_sha256: Digest,
}

impl Event {
    /// The same under an id of its own, because the one it had belongs to an event with another body that has failed.
    #[must_use]
    pub fn with_body_digest(self) -> Event {
        Event { id: self.id.with(self.body_sha256), ..self }
    }
}

/// A delivery proven genuine, with its event id. Only [`verify`](crate::verify::verify) makes one, so whatever takes
/// one cannot be given a stranger's bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    event: Event,
    body: Vec<u8>,
    matched: Matched,
    challenge: Option<String>,
}

/// Which of a source's secrets and tokens proved a delivery, counted from 0 in the order of the source's own secret. An
/// operator who replaces one learns from it when the old one is used no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The secret: one that signs, or one that is sent as it is.
    pub secret: Option<usize>,
    /// The token in the URL.
    pub token: Option<usize>,
    /// The public key that the operator gave.
    pub public_key: Option<usize>,
    /// The key in the set that the sender publishes. Its order says nothing of which is older.
    pub published_key: Option<usize>,
}

impl Matched {
    /// Whether any was not the first of its kind.
    #[must_use]
    pub fn is_previous(self) -> bool {
        self.secret.max(self.token).max(self.public_key) > Some(0)
    }
}

impl VerifiedEvent {
    pub(crate) fn new(event: Event, body: Vec<u8>, matched: Matched, challenge: Option<String>) -> VerifiedEvent {
        VerifiedEvent { event, body, matched, challenge }
    }

    /// The same, [beside](Event::beside) a failed event.
    #[must_use]
    pub fn with_body_digest(self) -> VerifiedEvent {
        VerifiedEvent { event: self.event.with_body_digest(), ..self }
    }

    /// All but the body.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The body's bytes, as they were sent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the sender wants to hear back. If this is there, nothing has happened, and nothing must be kept.
    #[must_use]
    pub fn challenge(&self) -> Option<&str> {
        self.challenge.as_deref()
    }

    /// What proved it.
    #[must_use]
    pub fn matched(&self) -> Matched {
        self.matched
    }
}

impl fmt::Debug for VerifiedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedEvent").field("event", &self.event).field("body_bytes", &self.body.len()).finish()
    }
}

/// How an event was proven genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifiedBy {
    /// A signature over all the bytes of its body.
    Signature,
    /// A token in the URL or in a header, a password, or a signature that leaves the body out: whoever knows the one, or
    /// has seen the other, could have sent it.
    Token,
    /// The sender's own API said the same.
    Confirmed,
}

/// How an event came to Landfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The sender delivered it.
    Webhook,
    /// Landfall asked the sender for it.
    Poll,
    /// An operator had it processed again.
    Replay,
}

string_enum!(VerifiedBy { Signature => "signature", Token => "token", Confirmed => "confirmed" });
string_enum!(Origin { Webhook => "webhook", Poll => "poll", Replay => "replay" });

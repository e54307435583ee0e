//! An event: a delivery proven genuine.

pub mod event_id;
pub mod event_type;
pub mod key_meaning;
pub mod recent;

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::event::event_id::EventId;
use crate::event::event_type::EventType;
use crate::event::key_meaning::KeyMeaning;
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::text::string_enum::string_enum;
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
    /// What its key names, and so what another body under the same id is.
    pub key_meaning: KeyMeaning,
    /// Whether the sender's API must confirm it if it ends something: its source asked for that when it arrived.
    pub must_confirm: bool,
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
    /// The same under an id of its own, because the one it had belongs to an event with another body.
    #[must_use]
    pub fn with_body_digest(self) -> Event {
        Event { id: self.id.with(self.body_sha256), ..self }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

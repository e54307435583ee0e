//! What identifies an event.

use crate::event::event_type::EventType;
use crate::event::key_meaning::KeyMeaning;

/// The few facts that identify an event, read from the sender's body and the kept headers alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the body reports.
    pub event_type: EventType,
    /// The sender's own id of the thing, if the body names one.
    pub subject: Option<String>,
    /// The components of the idempotency key; empty if the body lacks any of them, and then the whole body is the key.
    pub key: Vec<String>,
    /// What the key names.
    pub key_meaning: KeyMeaning,
    /// What joins the key if the source has a token in its URL.
    pub key_with_token: Vec<String>,
    /// Whether the whole body is part of the key besides; never without components.
    pub key_with_body: bool,
}

impl Head {
    /// A body whose shape nobody knows.
    #[must_use]
    pub const fn unrecognized() -> Head {
        Head {
            event_type: EventType::Unrecognized,
            subject: None,
            key: Vec::new(),
            key_meaning: KeyMeaning::Event,
            key_with_token: Vec::new(),
            key_with_body: false,
        }
    }
}

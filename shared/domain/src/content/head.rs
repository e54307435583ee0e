//! What identifies an event.

use crate::digest::Digest;
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

/// What of a source takes part in the ids of its events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyRules {
    /// Whether its sender's retries come with other bytes, so that of two bodies under one key the first counts.
    pub retries_differ: bool,
    /// Whether the URL has a token.
    pub has_url_token: bool,
    /// Whether the body joins every key.
    pub has_body: bool,
}

impl Head {
    /// Takes the components of the event's id out of it, and says what they name.
    pub(crate) fn take_key(&mut self, content_sha256: Digest, rules: KeyRules) -> (Vec<String>, KeyMeaning) {
        let mut key = std::mem::take(&mut self.key);
        // A thing may come to a state that ends nothing any number of times; an event has its id once, whatever it reports.
        let may_recur = self.key_meaning == KeyMeaning::State && self.event_type.may_recur();
        let has_body = key.is_empty() || self.key_with_body || may_recur || rules.has_body;
        if has_body {
            key.push(content_sha256.to_string());
        }
        if rules.has_url_token {
            key.append(&mut self.key_with_token);
        }
        // Where the body is part of the key, no other can come under it.
        let names_event = has_body || rules.retries_differ;
        (key, if names_event { KeyMeaning::Event } else { self.key_meaning })
    }

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

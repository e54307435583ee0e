//! How a body came, and what it is made into.

use std::collections::BTreeMap;

use crate::content::head::KeyRules;
use crate::digest::Digest;
use crate::event::event_id::EventId;
use crate::event::{Event, Origin, VerifiedBy};
use crate::source::{Dedupe, Source};
use crate::time::Timestamp;
use crate::verify::verified_event::MatchedCredentials;

/// How a body came, and what vouches for it.
pub(super) struct Arrival {
    pub(super) verified_by: VerifiedBy,
    pub(super) matched: MatchedCredentials,
    /// Those that are kept.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) received_at: Timestamp,
    /// What tells whose a record is.
    pub(super) recorded_by: String,
}

impl Arrival {
    /// The event that the body reports. `content_sha256` is of what stands for it under the signature.
    pub(super) fn into_event(self, source: &Source, body: &[u8], body_sha256: Digest, content_sha256: Digest) -> Event {
        let Arrival { verified_by, matched, headers, received_at, recorded_by } = self;
        let mut head = source.sender.head(&headers, body);
        let (mut key, key_meaning) = head.take_key(
            content_sha256,
            KeyRules {
                retries_differ: source.retries_differ || source.dedupe == Dedupe::Off,
                has_url_token: matched.token.is_some(),
                has_body: source.dedupe == Dedupe::Content,
            },
        );
        if source.dedupe == Dedupe::Off {
            key.push(recorded_by.clone());
        }
        Event {
            id: EventId::new(&source.name, key.iter().map(String::as_str)),
            source: source.name.clone(),
            provider: source.provider,
            event_type: head.event_type,
            subject: head.subject,
            verified_by,
            key_meaning,
            must_confirm: source.confirm && verified_by == VerifiedBy::Token,
            origin: Origin::Webhook,
            replay: 0,
            received_at,
            recorded_by,
            headers,
            body_sha256,
        }
    }
}

//! A verified event.

use std::fmt;

use crate::delivery::reply::Reply;
use crate::digest::Digest;
use crate::event::Event;

/// A delivery proven genuine, with its event id. Only [`verify`](super::verify) makes one: nothing outside of this module
/// can, so whatever takes one cannot be given a stranger's bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    event: Event,
    body: Vec<u8>,
    content_sha256: Digest,
    matched: MatchedCredentials,
    challenge: Option<Reply>,
    success: Option<Reply>,
}

/// Which of a source's secrets and tokens proved a delivery, counted from 0 in the order of the source's own secret. An
/// operator who replaces one learns from it when the old one is used no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchedCredentials {
    /// The secret: one that signs, or one that is sent as it is.
    pub secret: Option<usize>,
    /// The token in the URL.
    pub token: Option<usize>,
    /// The public key that the operator gave.
    pub public_key: Option<usize>,
    /// The key in the set that the sender publishes. Its order says nothing of which is older.
    pub published_key: Option<usize>,
}

impl MatchedCredentials {
    /// Whether any was not the first of its kind.
    #[must_use]
    pub fn is_previous(self) -> bool {
        self.secret.max(self.token).max(self.public_key) > Some(0)
    }
}

impl VerifiedEvent {
    /// `content_sha256` is of the body, or of what stands for it under the signature.
    pub(super) fn new(
        event: Event,
        body: Vec<u8>,
        content_sha256: Digest,
        matched: MatchedCredentials,
        challenge: Option<Reply>,
        success: Option<Reply>,
    ) -> VerifiedEvent {
        VerifiedEvent { event, body, content_sha256, matched, challenge, success }
    }

    /// The same under an id of its own, as [`Event::with_body_digest`] makes it; one form has one, however it is encoded.
    #[must_use]
    pub fn with_body_digest(self) -> VerifiedEvent {
        let id = self.event.id.with(self.content_sha256);
        VerifiedEvent { event: Event { id, ..self.event }, ..self }
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
    pub fn challenge(&self) -> Option<&Reply> {
        self.challenge.as_ref()
    }

    /// What the sender takes for success, if that is not the usual answer.
    #[must_use]
    pub fn success(&self) -> Option<&Reply> {
        self.success.as_ref()
    }

    /// What proved it.
    #[must_use]
    pub fn matched(&self) -> MatchedCredentials {
        self.matched
    }
}

impl fmt::Debug for VerifiedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedEvent").field("event", &self.event).field("body_bytes", &self.body.len()).finish()
    }
}

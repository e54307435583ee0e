//! Releasing a stored delivery: it is verified with the secret as it is now, and becomes the events that it would have
//! become on arrival.

use crate::delivery::Delivery;
use crate::description::{FieldPath, HeaderName, SignaturePlace, TemplatePart};
use crate::digest::Digest;
use crate::ledger::schedule::RECORD_RETENTION;
use crate::receive::refused::{RefusedContent, RefusedDelivery};
use crate::source::public_keys::PublicKeys;
use crate::source::{Proof, Source};
use crate::time::Timestamp;
use crate::verify::{LateTime, Refusal, TooManyEvents, VerifiedEvent, prove, verify_released};

/// What a stored delivery becomes.
#[derive(Debug)]
pub struct Release {
    /// Its events: one, or those that its body lists.
    pub events: Vec<VerifiedEvent>,
    /// It was made longer ago than events are remembered: if it was accepted then, it becomes an event once more.
    pub may_be_forgotten: bool,
}

/// Why a stored delivery is not released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseRefusal {
    /// It was released before. Nothing is to be done.
    #[error("it was released at {0}")]
    Released(Timestamp),
    /// Something without which it cannot be verified is not stored. Have the sender deliver again.
    #[error("{0}")]
    NotStored(&'static str),
    /// It is late, and nothing else is wrong. The caller may waive the time.
    #[error("it was made too long before it arrived; --waive-time releases it all the same")]
    Late,
    /// It is not genuine by what the source's secret says now. Fix the mistake that `explain` names.
    #[error("it is refused as {0} by what the source's secret says now; landfall refused explain names the mistake")]
    Unverified(Refusal),
    /// It asks about the URL, and reports nothing.
    #[error("it is a question about the URL, and reports no event")]
    Question,
    /// It lists too many events.
    #[error(transparent)]
    TooManyEvents(#[from] TooManyEvents),
}

impl RefusedDelivery {
    /// Verifies the stored delivery with what the source's secret says now, as of the moment when it arrived. With
    /// [`LateTime::Allowed`], a signed time that was too long ago by then is allowed, if all else is right.
    ///
    /// # Errors
    /// If it is not genuine, or cannot be verified.
    pub fn release(
        &self,
        source: &Source,
        content: &RefusedContent,
        body: Option<&[u8]>,
        published: &PublicKeys,
        (late, now): (LateTime, Timestamp),
    ) -> Result<Release, ReleaseRefusal> {
        if let Some(at) = self.released_at {
            return Err(ReleaseRefusal::Released(at));
        }
        if let Some(missing) = self.what_is_missing(content, body, source) {
            return Err(ReleaseRefusal::NotStored(missing));
        }
        let body = body.filter(|body| Digest::of(body) == self.body_sha256);
        let body = body.ok_or(ReleaseRefusal::NotStored("Its body was too large to be stored, or is damaged."))?;
        let delivery = self.delivery(source, content, body);
        let remembered_since = now - RECORD_RETENTION;
        let in_memory = Delivery { received_at: remembered_since, ..delivery.clone() };
        let may_be_forgotten = prove(&in_memory, source, published).err() == Some(Refusal::TimestampLate);
        let verified =
            verify_released(delivery, source, published, late).map_err(|rejection| match rejection.refusal {
                Refusal::TimestampLate => ReleaseRefusal::Late,
                refusal => ReleaseRefusal::Unverified(refusal),
            })?;
        if verified.challenge().is_some() {
            return Err(ReleaseRefusal::Question);
        }
        let events = verified.items(source)?.unwrap_or_else(|| vec![verified]);
        Ok(Release { events, may_be_forgotten })
    }

    /// Why the delivery cannot be verified again, in a sentence.
    pub(super) fn what_is_missing(
        &self,
        content: &RefusedContent,
        body: Option<&[u8]>,
        source: &Source,
    ) -> Option<&'static str> {
        if content.header_names.is_empty() && body.is_none() {
            return Some("Its headers and its body could not be stored in time, so nothing more can be tried.");
        }
        let description = source.sender.description();
        let signs_url =
            |part: &TemplatePart| matches!(part, TemplatePart::Url | TemplatePart::Path | TemplatePart::Query(_));
        match source.credentials.proof() {
            Some(Proof::Basic(_)) => Some("Name and password are not stored, so nothing more can be tried."),
            Some(Proof::StaticToken { header: HeaderName(header), .. })
                if self.presented.header.is_none() && content.header_names.contains(header) =>
            {
                Some(
                    "The header with the token was sent, but not as this sender writes it, or more than once. It is not stored, so nothing more can be tried.",
                )
            }
            Some(Proof::TokenAt { .. }) => Some("Its token is not stored, so nothing more can be tried."),
            Some(Proof::Signature { signing, .. })
                if description.scheme.message().is_some_and(|message| message.0.iter().any(signs_url))
                    || matches!(signing.place, SignaturePlace::At(FieldPath::Query(_))) =>
            {
                Some("This sender signs the URL, which is not stored, so nothing more can be tried.")
            }
            Some(Proof::Signature { signing, .. }) if !signing.vouches_for_body() => Some(NO_PROOF),
            Some(Proof::Jwt { scheme, .. })
                if !scheme.vouches_for_body() || scheme.jwt.header.iter().any(HeaderName::is_never_stored) =>
            {
                Some(NO_PROOF)
            }
            Some(Proof::Signature { .. } | Proof::Jwt { .. }) if body.is_none() => {
                Some("Its body was too large to be stored, so the signature cannot be tried.")
            }
            _ => None,
        }
    }
}

const NO_PROOF: &str =
    "What proves it would prove other bodies too, so it is not stored, and nothing more can be tried.";

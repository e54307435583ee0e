//! Refused deliveries that are stored for a while, for sources with `quarantine`: they can be explained, and released once
//! the mistake is fixed.
//!
//! Nothing here is verified, so nothing here is an event: what is stored has a type and a table of its own.

pub mod explain;
pub mod places;
pub mod release;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use crate::delivery::headers::Headers;
use crate::delivery::presented_token::PresentedToken;
use crate::delivery::{Delivery, RequestUrl};
use crate::description::{ChallengeMethod, FieldPath, HeaderName};
use crate::digest::Digest;
use crate::ledger::record::PackedBody;
use crate::source::source_name::SourceName;
use crate::source::{Proof, Quarantine, Source};
use crate::time::Timestamp;
use crate::verify::{Refusal, answer_unsigned};

/// A larger body is not stored, as it is packed: what a flood may cost is bounded by this.
const BODY_MAX_BYTES: usize = 16 * 1024;
/// A source that had genuine deliveries is reported once it has had only refusals for so long.
pub const ONLY_REFUSALS_AFTER: Duration = Duration::from_secs(10 * 60);
/// So far back the first refusal is looked for: of a sender that delivers less often, one refusal could be a stranger's.
pub const REFUSALS_LOOKED_AT: Duration = Duration::from_secs(60 * 60);

/// A larger body is not even packed: it would not come down to what is stored.
const UNPACKED_MAX_BYTES: usize = 512 * 1024;

/// What is known of a refused delivery without its headers and its body; at most 1 KiB, one write unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDelivery {
    /// The source that refused it.
    pub source: SourceName,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The invocation that received it.
    pub request_id: String,
    /// Why it was refused.
    pub refusal: Refusal,
    /// The SHA-256 of its body.
    pub body_sha256: Digest,
    /// How many bytes its body has.
    pub body_bytes: usize,
    /// The tokens that it presented.
    pub presented: PresentedTokens,
    /// When it may be forgotten, in whole seconds since the epoch.
    pub expires_at_seconds: i64,
    /// When an operator released it.
    pub released_at: Option<Timestamp>,
}

/// The SHA-256 of the tokens that a delivery presented: as much as the source's secret has of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresentedTokens {
    /// Of the token in the URL.
    pub url: Option<Digest>,
    /// Of the token in the header where this sender puts one.
    pub header: Option<Digest>,
}

/// The rest of a refused delivery.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RefusedContent {
    /// The headers that say whether it is genuine, and those that are kept with every event.
    pub headers: BTreeMap<String, String>,
    /// The names of all that it had.
    pub header_names: BTreeSet<String>,
    /// The body; `None` if it is too large, or holds the token itself.
    pub body: Option<PackedBody>,
}

/// Whether refusals go on, of which the latest arrived at `latest`: lately, and with nothing genuine after it. Between genuine
/// deliveries they are a stranger's, and the sender is well.
#[must_use]
pub fn goes_on(last_genuine: Option<Timestamp>, latest: Timestamp, now: Timestamp) -> bool {
    latest > now - ONLY_REFUSALS_AFTER && last_genuine.is_none_or(|genuine| genuine < latest)
}

/// Whether a source has only refusals by now: it had a genuine delivery, and after that refusals in the last
/// [`ONLY_REFUSALS_AFTER`] as well as before.
#[must_use]
pub fn has_only_refusals(last_genuine: Option<Timestamp>, refused: &[Timestamp], now: Timestamp) -> bool {
    let recent = now - ONLY_REFUSALS_AFTER;
    last_genuine.is_some_and(|genuine| {
        let mut since = refused.iter().filter(|at| **at > genuine);
        let has_recent = since.clone().any(|at| *at > recent);
        genuine <= recent && has_recent && since.any(|at| *at <= recent)
    })
}

impl RefusedDelivery {
    /// What is stored of `delivery`, which `source` refused; `None` if nothing is.
    #[must_use]
    pub fn of(
        delivery: &Delivery,
        source: &Source,
        quarantine: Quarantine,
        refusal: Refusal,
    ) -> Option<RefusedDelivery> {
        // A question about the URL is no event, and holds a token of the operator's in plain text.
        let is_question = || answer_unsigned(delivery, ChallengeMethod::Post, source).is_some();
        if !refusal.is_by_source() || is_question() {
            return None;
        }
        let header = match source.credentials.proof() {
            Some(Proof::StaticToken { header: HeaderName(header), prefix, .. }) => {
                let mut values = delivery.headers.values(header);
                let only = values.next().filter(|value| !value.is_empty() && values.next().is_none());
                only.and_then(|value| value.strip_prefix(&**prefix))
            }
            _ => None,
        };
        let hours = Duration::from_secs(60 * 60 * u64::from(quarantine.hours));
        Some(RefusedDelivery {
            source: source.name.clone(),
            received_at: delivery.received_at,
            request_id: delivery.request_id.clone(),
            refusal,
            body_sha256: Digest::of(&delivery.body),
            body_bytes: delivery.body.len(),
            presented: PresentedTokens {
                url: delivery.token.as_ref().map(PresentedToken::sha256),
                header: header.map(|token| Digest::of(token.as_bytes())),
            },
            expires_at_seconds: (delivery.received_at + hours).as_seconds_rounded_up(),
            released_at: None,
        })
    }
}

impl RefusedDelivery {
    /// The delivery again, as far as it is stored: without its URL, and of tokens no more than their digests.
    #[must_use]
    pub fn delivery(&self, source: &Source, content: &RefusedContent, body: &[u8]) -> Delivery {
        let headers: Headers = content.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let headers = match (source.credentials.proof(), self.presented.header) {
            (Some(Proof::StaticToken { header: HeaderName(header), .. }), Some(digest)) => {
                headers.with_token_sha256(header, digest)
            }
            _ => headers,
        };
        Delivery {
            url: RequestUrl::default(),
            token: self.presented.url.map(PresentedToken::Sha256),
            headers,
            body: body.to_vec(),
            received_at: self.received_at,
            request_id: self.request_id.clone(),
        }
    }
}

impl RefusedContent {
    /// The headers and the body of `delivery`, as `pack` packs it.
    #[must_use]
    pub fn of(delivery: &Delivery, source: &Source, pack: impl FnOnce(&[u8]) -> PackedBody) -> RefusedContent {
        let (vouches_for_body, has_token) = match source.credentials.proof() {
            Some(Proof::Signature { signing, .. }) => (signing.vouches_for_body(), false),
            Some(Proof::Jwt { scheme, .. }) => (scheme.vouches_for_body(), false),
            Some(Proof::TokenAt { at, .. }) => (false, matches!(at, FieldPath::Body(_))),
            Some(Proof::StaticToken { .. } | Proof::Basic(_)) | None => (false, false),
        };
        let wanted = source.sender.description().evidence_headers(vouches_for_body);
        let may_fit = !has_token && delivery.body.len() <= UNPACKED_MAX_BYTES;
        let body = may_fit.then(|| pack(&delivery.body)).filter(|packed| packed.bytes.len() <= BODY_MAX_BYTES);
        RefusedContent { headers: delivery.headers.evidence(&wanted), header_names: delivery.headers.names(), body }
    }
}

impl fmt::Debug for RefusedContent {
    /// Shows no header's value and nothing of the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedContent").field("header_names", &self.header_names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

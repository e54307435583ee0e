//! Verification: the only way from a delivery to an event.

use crate::delivery::Delivery;
use crate::digest::Digest;
use crate::event::{Event, Matched, Origin, VerifiedBy, VerifiedEvent};
use crate::event_id::EventId;
use crate::headers::{Doubled, Headers};
use crate::source::{Credentials, Dedupe, Secrets, Source, TokenDigests};
use crate::words::words;

/// Why a delivery is not believed. For the log: the sender is told the same text for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It did not come by the front.
    AroundFront,
    /// No source has that name.
    UnknownSource,
    /// The URL holds no token.
    TokenMissing,
    /// The URL's token is none of the source's.
    TokenWrong,
    /// The signature's header is missing or empty.
    SignatureMissing,
    /// The signature's header was given more than once.
    SignatureDoubled,
    /// The signature is not hex of the right length.
    SignatureMalformed,
    /// The signature was made with another secret or of other bytes.
    SignatureWrong,
}

words!(Refusal {
    AroundFront => "around_front",
    UnknownSource => "unknown_source",
    TokenMissing => "token_missing",
    TokenWrong => "token_wrong",
    SignatureMissing => "signature_missing",
    SignatureDoubled => "signature_doubled",
    SignatureMalformed => "signature_malformed",
    SignatureWrong => "signature_wrong",
});

impl Refusal {
    /// All of them.
    pub const ALL: [Refusal; 8] = [
        Refusal::AroundFront,
        Refusal::UnknownSource,
        Refusal::TokenMissing,
        Refusal::TokenWrong,
        Refusal::SignatureMissing,
        Refusal::SignatureDoubled,
        Refusal::SignatureMalformed,
        Refusal::SignatureWrong,
    ];

    /// Whether the source's secret, read anew, could turn the refusal around: the operator may have changed it a
    /// moment ago.
    #[must_use]
    pub const fn may_be_outdated(self) -> bool {
        match self {
            Refusal::TokenMissing | Refusal::TokenWrong | Refusal::SignatureMissing | Refusal::SignatureWrong => true,
            Refusal::AroundFront | Refusal::UnknownSource | Refusal::SignatureDoubled | Refusal::SignatureMalformed => {
                false
            }
        }
    }
}

/// A delivery that is not believed, given back so that it can be checked again with fresher secrets.
#[derive(Debug)]
pub struct Refused {
    /// The delivery, untouched.
    pub delivery: Box<Delivery>,
    /// Why.
    pub refusal: Refusal,
}

/// Proves that `source` sent the delivery, and gives the event its id.
///
/// Signatures are checked over the body's bytes as they were sent, and the id is made of those same bytes: nothing
/// that a stranger could have changed takes part.
///
/// # Errors
/// If the delivery lacks what the source's credentials ask for.
pub fn verify(delivery: Delivery, source: &Source) -> Result<VerifiedEvent, Refused> {
    match prove(&delivery, &source.credentials) {
        Ok((verified_by, matched)) => Ok(identify(delivery, source, verified_by, matched)),
        Err(refusal) => Err(Refused { delivery: Box::new(delivery), refusal }),
    }
}

fn prove(delivery: &Delivery, credentials: &Credentials) -> Result<(VerifiedBy, Matched), Refusal> {
    match credentials {
        Credentials::Token(tokens) => {
            let token = check_token(delivery.token.as_deref(), tokens)?;
            Ok((VerifiedBy::Token, Matched { secret: None, token: Some(token) }))
        }
        Credentials::Signature { header, secrets } => {
            let secret = check_signature(&delivery.headers, &delivery.body, header, secrets)?;
            Ok((VerifiedBy::Signature, Matched { secret: Some(secret), token: None }))
        }
        Credentials::Both { header, secrets, tokens } => {
            let token = check_token(delivery.token.as_deref(), tokens)?;
            let secret = check_signature(&delivery.headers, &delivery.body, header, secrets)?;
            Ok((VerifiedBy::Signature, Matched { secret: Some(secret), token: Some(token) }))
        }
    }
}

/// Gives the index of the token's digest.
fn check_token(token: Option<&str>, tokens: &TokenDigests) -> Result<usize, Refusal> {
    tokens.find(token.ok_or(Refusal::TokenMissing)?).ok_or(Refusal::TokenWrong)
}

/// Gives the index of the secret that the signature was made with.
fn check_signature(headers: &Headers, body: &[u8], header: &str, secrets: &Secrets) -> Result<usize, Refusal> {
    let text = match headers.single(header) {
        Ok(Some(text)) if !text.is_empty() => text,
        Ok(_) => return Err(Refusal::SignatureMissing),
        Err(Doubled) => return Err(Refusal::SignatureDoubled),
    };
    let mut signature = [0; 32];
    // The length is checked first: the decoder would take a shorter one, and a truncated tag is easier to guess.
    if text.len() != 64 || base16ct::mixed::decode(text, &mut signature).is_err() {
        return Err(Refusal::SignatureMalformed);
    }
    secrets.signed(body, &signature).ok_or(Refusal::SignatureWrong)
}

fn identify(delivery: Delivery, source: &Source, verified_by: VerifiedBy, matched: Matched) -> VerifiedEvent {
    let head = source.provider.head(&delivery.body);
    let body_sha256 = Digest::of(&delivery.body);
    let mut key = head.key;
    if key.is_empty() || head.event_type.may_recur() || source.dedupe == Dedupe::Content {
        key.push(body_sha256.to_string());
    }
    let event = Event {
        id: EventId::new(&source.name, key.iter().map(String::as_str)),
        source: source.name.clone(),
        provider: source.provider,
        event_type: head.event_type,
        subject: head.subject,
        verified_by,
        origin: Origin::Webhook,
        replay: 0,
        received_at: delivery.received_at,
        delivery: delivery.request_id,
        headers: delivery.headers.kept(),
        body_sha256,
    };
    VerifiedEvent::new(event, delivery.body, matched)
}

#[cfg(test)]
mod tests;

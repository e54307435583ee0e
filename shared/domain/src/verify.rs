//! Verification: the only way from a delivery to an event.

mod arrival;
mod batch;
mod body_field;
mod challenge;
mod claims;
mod credential;
pub mod explain;
mod form;
pub(crate) mod header;
pub(crate) mod jwt;
mod refusal;
pub mod sign;
mod signature;
pub(crate) mod signature_header;
pub(crate) mod signed_content;
pub(crate) mod signed_timestamp;
mod verified_event;

use std::borrow::Cow;

pub use crate::description::TooManyEvents;
use crate::description::{HeaderName, TemplatePart};

use self::arrival::Arrival;
use self::signature::{certificate_address, check_signature};
use crate::delivery::Delivery;
use crate::delivery::unpack::{HEADER, unpack};
use crate::digest::Digest;
use crate::event::VerifiedBy;
use crate::source::key_set::KeySetAddress;
use crate::source::public_keys::PublicKeys;
use crate::source::{Keys, Proof, Source};

pub use self::challenge::answer_unsigned;
pub use self::refusal::{LateTime, Refusal};
pub use self::verified_event::{MatchedCredentials, VerifiedEvent};

/// A refused delivery, given back so that it can be checked again with fresher secrets.
#[derive(Debug)]
pub struct Rejection {
    /// The delivery, untouched.
    pub delivery: Box<Delivery>,
    /// Why.
    pub refusal: Refusal,
}

/// Proves that `source` sent the delivery, and gives the event its id.
///
/// Signatures are checked over the bytes as they were sent, and the id is made of those same bytes: nothing that a
/// stranger could have changed takes part.
///
/// # Errors
/// If the delivery lacks what the source's credentials ask for. One that only published keys could prove always does;
/// [`verify_with`] takes them.
pub fn verify(delivery: Delivery, source: &Source) -> Result<VerifiedEvent, Rejection> {
    verify_with(delivery, source, &PublicKeys::default())
}

/// The same with the keys that the sender publishes, at the address that
/// [`Credentials::key_set`](crate::source::Credentials::key_set) gives.
///
/// # Errors
/// If the delivery lacks what the source's credentials ask for.
pub fn verify_with(delivery: Delivery, source: &Source, published: &PublicKeys) -> Result<VerifiedEvent, Rejection> {
    verify_released(delivery, source, published, LateTime::Refused)
}

/// The same of a delivery that an operator releases after it was refused, who may waive the time.
///
/// # Errors
/// If the delivery lacks what the source's credentials ask for.
pub fn verify_released(
    delivery: Delivery,
    source: &Source,
    published: &PublicKeys,
    late: LateTime,
) -> Result<VerifiedEvent, Rejection> {
    match prove_with(&delivery, source, published, late) {
        Ok(Proven { unpacked, verified_by, matched }) => {
            Ok(identify(unpacked.unwrap_or(delivery), source, verified_by, matched))
        }
        Err(refusal) => Err(Rejection { delivery: Box::new(delivery), refusal }),
    }
}

/// How the delivery proves itself, without making an event of it.
///
/// # Errors
/// If the delivery lacks what the source's credentials ask for.
pub fn prove(
    delivery: &Delivery,
    source: &Source,
    published: &PublicKeys,
) -> Result<(VerifiedBy, MatchedCredentials), Refusal> {
    let Proven { verified_by, matched, .. } = prove_with(delivery, source, published, LateTime::Refused)?;
    Ok((verified_by, matched))
}

/// The delivery with its body unpacked, if its sender signs that one.
pub(crate) fn unpacked(delivery: &Delivery, source: &Source) -> Result<Option<Delivery>, Refusal> {
    if !source.sender.description().unpack {
        return Ok(None);
    }
    let body = unpack(&delivery.headers, &delivery.body)?;
    Ok(body.map(|body| Delivery { headers: delivery.headers.without(HEADER), ..with_body(delivery, body) }))
}

/// What a genuine delivery was proven by.
struct Proven {
    /// The delivery as its sender signed it, if that is not as it came.
    unpacked: Option<Delivery>,
    verified_by: VerifiedBy,
    matched: MatchedCredentials,
}

/// Checks the URL's token first, so that no body is unpacked for a sender that does not know it.
fn prove_with(delivery: &Delivery, source: &Source, published: &PublicKeys, late: LateTime) -> Result<Proven, Refusal> {
    let check_token = |tokens| credential::check_url_token(delivery.token.as_ref(), tokens);
    let token = source.credentials.tokens().map(check_token).transpose()?;
    let unpacked = unpacked(delivery, source)?;
    let delivery = unpacked.as_ref().unwrap_or(delivery);
    let (verified_by, matched) = match source.credentials.proof() {
        None => (VerifiedBy::Token, MatchedCredentials::default()),
        Some(proof) => check_proofs(delivery, source, proof, published, late)?,
    };
    Ok(Proven { unpacked, verified_by, matched: MatchedCredentials { token, ..matched } })
}

/// The same of what the sender proves itself with, whatever token the URL has. Of several events that prove themselves,
/// every one must; the oldest secret that one of them needs is told.
pub(crate) fn check_proofs(
    delivery: &Delivery,
    source: &Source,
    proof: &Proof,
    published: &PublicKeys,
    late: LateTime,
) -> Result<(VerifiedBy, MatchedCredentials), Refusal> {
    let items = batch::items_with_proofs(delivery, source).map_err(|TooManyEvents| Refusal::ListTooLong)?;
    let Some(items) = items else {
        return check_proof(delivery, proof, published, late);
    };
    let mut item = with_body(delivery, Vec::new());
    let mut oldest = None;
    for body in items {
        item.body = body;
        let (verified_by, matched) = check_proof(&item, proof, published, late)?;
        let index = matched.secret.max(matched.public_key).max(matched.published_key);
        if oldest.as_ref().is_none_or(|(_, of_oldest)| *of_oldest < index) {
            oldest = Some(((verified_by, matched), index));
        }
    }
    oldest.map(|(found, _)| found).ok_or(Refusal::SignatureMissing)
}

/// The same delivery with another body; its own is not copied.
fn with_body(delivery: &Delivery, body: Vec<u8>) -> Delivery {
    Delivery {
        url: delivery.url.clone(),
        token: delivery.token.clone(),
        headers: delivery.headers.clone(),
        body,
        received_at: delivery.received_at,
        request_id: delivery.request_id.clone(),
    }
}

fn check_proof(
    delivery: &Delivery,
    proof: &Proof,
    published: &PublicKeys,
    late: LateTime,
) -> Result<(VerifiedBy, MatchedCredentials), Refusal> {
    let by_secret =
        |index| (VerifiedBy::Token, MatchedCredentials { secret: Some(index), ..MatchedCredentials::default() });
    match proof {
        Proof::StaticToken { header: HeaderName(header), prefix, tokens } => {
            credential::check_token(&delivery.headers, header, prefix, tokens).map(by_secret)
        }
        Proof::TokenAt { at, prefix, forms, tokens } => {
            credential::check_token_at(delivery, at, prefix, forms, tokens).map(by_secret)
        }
        Proof::Basic(tokens) => credential::check_basic(&delivery.headers, tokens).map(by_secret),
        Proof::Signature { signing, keys } => {
            let matched = check_signature(delivery, signing, keys, published, late)?;
            // A signature that leaves the body out says no more of it than that somebody has seen a genuine delivery; one
            // for any of the sender's customers says no more than that somebody is one.
            let vouches_for_body = signing.vouches_for_body();
            Ok((if vouches_for_body { VerifiedBy::Signature } else { VerifiedBy::Token }, matched))
        }
        Proof::Jwt { scheme, keys } => {
            let matched = jwt::check(delivery, scheme, keys, published, late)?;
            Ok((if scheme.vouches_for_body() { VerifiedBy::Signature } else { VerifiedBy::Token }, matched))
        }
    }
}

/// Where the keys are published that the delivery is verified with; `None` if its sender publishes none, or if it cannot
/// be genuine whatever they are.
#[must_use]
pub fn published_at<'s>(delivery: &Delivery, source: &'s Source) -> Option<Cow<'s, KeySetAddress>> {
    if let Some(Proof::Signature { keys: Keys::Certificate(certificate), .. }) = source.credentials.proof() {
        let refusal = prove(delivery, source, &PublicKeys::default()).err()?;
        let unpacked = unpacked(delivery, source).ok()?;
        let address = certificate_address(unpacked.as_ref().unwrap_or(delivery), certificate).ok()?;
        return (refusal == Refusal::SignatureWrong).then_some(Cow::Owned(address));
    }
    source.credentials.key_set().map(Cow::Borrowed)
}

fn identify(
    delivery: Delivery,
    source: &Source,
    verified_by: VerifiedBy,
    matched: MatchedCredentials,
) -> VerifiedEvent {
    let headers = source.sender.kept(&delivery.headers);
    let challenge = challenge::answer_verified(&delivery, source, matched.secret);
    let body_sha256 = Digest::of(&delivery.body);
    let content_sha256 = signed_form(&delivery, source).map_or(body_sha256, |form| Digest::of(form.as_bytes()));
    let Delivery { body, received_at, request_id: recorded_by, .. } = delivery;
    let arrival = Arrival { verified_by, matched, headers, received_at, recorded_by };
    VerifiedEvent::new(
        arrival.into_event(source, &body, body_sha256, content_sha256),
        body,
        content_sha256,
        matched,
        challenge,
        source.sender.success(),
    )
}

/// What stands for a form that is signed in the place of its bytes: whoever has seen one could encode it in any number of
/// other ways, and all of them are the same event.
fn signed_form(delivery: &Delivery, source: &Source) -> Option<String> {
    let message = source.credentials.proof().and_then(|proof| match proof {
        Proof::Signature { signing, .. } => Some(&signing.message),
        Proof::StaticToken { .. } | Proof::TokenAt { .. } | Proof::Basic(_) | Proof::Jwt { .. } => None,
    })?;
    let is_signed = message.0.contains(&TemplatePart::Form) && form::is_form(delivery);
    if is_signed { form::signed(delivery).ok() } else { None }
}

#[cfg(test)]
mod tests;

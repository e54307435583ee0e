//! A signature, and what must be right beside it.

use std::borrow::Cow;

use super::body_field::field;
use super::signature_header::{CODES_MAX, SIGNATURES_MAX, SignatureHeader};
use super::signed_content::SignedContent;
use super::signed_timestamp::SignedTimestamp;
use super::{LateTime, MatchedCredentials, Refusal};
use crate::delivery::Delivery;
use crate::description::{FieldPath, HeaderName};
use crate::source::key_set::{KeySetAddress, NamedCertificate};
use crate::source::public_keys::PublicKeys;
use crate::source::{KeyScope, Keys, SignatureScheme};

/// Checks the signature first and the time last: what is late is then known to be genuine.
pub(super) fn check_signature(
    delivery: &Delivery,
    signing: &SignatureScheme,
    keys: &Keys,
    published: &PublicKeys,
    late: LateTime,
) -> Result<MatchedCredentials, Refusal> {
    let readable = signing.readable(&delivery.body);
    if let Keys::Certificate(certificate) = keys {
        // A certificate is asked for only where all else that a stranger could invent is right.
        check_account(delivery, &signing.scope)?;
        certificate_address(delivery, certificate)?;
    }
    let header = SignatureHeader::read(delivery, &readable, signing)?;
    // What is no signature at all costs nobody a look at the body.
    let signatures = match keys {
        Keys::Mac(keys) => {
            let code_bytes = keys.code_bytes();
            header.decoded(signing.encoding, |code| code.len() == code_bytes, CODES_MAX)
        }
        Keys::Public(_) | Keys::Published(_) | Keys::Certificate(_) => {
            let algorithm = keys.algorithm().unwrap_or_default();
            header.decoded(signing.encoding, |signature| algorithm.has_form(signature), SIGNATURES_MAX)
        }
    }?;
    let rule = signing.timestamp.as_ref();
    let timestamp = rule.map(|rule| SignedTimestamp::read(delivery, &readable, rule, &header.pairs)).transpose()?;
    let prove = |content: &SignedContent<'_>| match keys {
        Keys::Mac(keys) => {
            let secret = keys.matching(content.pieces(), &signatures)?;
            Some(MatchedCredentials { secret: Some(secret), ..MatchedCredentials::default() })
        }
        Keys::Public(keys) => {
            let key = keys.matching(&content.whole(), &signatures)?;
            Some(MatchedCredentials { public_key: Some(key), ..MatchedCredentials::default() })
        }
        Keys::Published(_) | Keys::Certificate(_) => {
            let key = published.matching(&content.whole(), &signatures)?;
            Some(MatchedCredentials { published_key: Some(key), ..MatchedCredentials::default() })
        }
    };
    let prove_for = |account: Option<&str>| {
        let content = SignedContent::with_account(delivery, signing, &readable, timestamp.as_ref(), account)?;
        Ok(prove(&content).or_else(|| prove(&content.with_other_port()?)))
    };
    let matched = match signing.scope.in_message() {
        [] => prove_for(None)?,
        accounts => accounts.iter().find_map(|account| prove_for(Some(account)).transpose()).transpose()?,
    };
    let matched = matched.ok_or(Refusal::SignatureWrong)?;
    check_account(delivery, &signing.scope)?;
    if let (Some(timestamp), Some(rule)) = (&timestamp, rule) {
        late.waive(timestamp.check(rule, delivery.received_at))?;
    }
    Ok(matched)
}

/// Where the certificate is published that the delivery names.
pub(super) fn certificate_address(
    delivery: &Delivery,
    certificate: &NamedCertificate,
) -> Result<KeySetAddress, Refusal> {
    let url = text_at(delivery, &certificate.rule.at).filter(|url| !url.is_empty()).ok_or(Refusal::KeyMissing)?;
    certificate.address(&url).ok_or(Refusal::KeyWrong)
}

/// Whether a delivery whose signature is right was made for an account of the source's.
fn check_account(delivery: &Delivery, scope: &KeyScope) -> Result<(), Refusal> {
    let KeyScope::Accounts { at, accounts } = scope else {
        return Ok(());
    };
    let is_ours = text_at(delivery, at).is_some_and(|account| accounts.iter().any(|ours| *ours == account));
    if is_ours { Ok(()) } else { Err(Refusal::AccountWrong) }
}

/// The one text of a header, or the text or integer in the body.
fn text_at<'d>(delivery: &'d Delivery, place: &FieldPath) -> Option<Cow<'d, str>> {
    match place {
        FieldPath::Header(HeaderName(name)) => delivery.headers.single(name).ok().flatten().map(Cow::Borrowed),
        FieldPath::Body(pointer) => field(&delivery.body, pointer),
        FieldPath::Id | FieldPath::Query(_) => None,
    }
}

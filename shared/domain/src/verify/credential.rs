//! What a sender sends as it is: a token in a header, a name and a password.

use super::Refusal;
use super::body_field::proof;
use crate::content::form;
use crate::delivery::Delivery;
use crate::delivery::headers::{Headers, RepeatedHeader};
use crate::delivery::presented_token::PresentedToken;
use crate::description::{FieldPath, Forms};
use crate::source::TokenDigests;
use crate::text::base64_text;

/// Gives the index of the URL's token.
pub(super) fn check_url_token(token: Option<&PresentedToken>, tokens: &TokenDigests) -> Result<usize, Refusal> {
    tokens.find_sha256(&token.ok_or(Refusal::TokenMissing)?.sha256()).ok_or(Refusal::TokenWrong)
}

/// Gives the index of the token that stands in `header` after `prefix`.
///
/// A token may hold commas, so that the whole of the value is compared before one is taken for the mark of two headers.
pub(super) fn check_token(
    headers: &Headers,
    header: &str,
    prefix: &str,
    tokens: &TokenDigests,
) -> Result<usize, Refusal> {
    if let Some(digest) = headers.token_sha256(header) {
        return tokens.find_sha256(digest).ok_or(Refusal::CredentialWrong);
    }
    let mut values = headers.values(header);
    let value = values.next().filter(|value| !value.is_empty()).ok_or(Refusal::CredentialMissing)?;
    if values.next().is_some() {
        return Err(Refusal::CredentialDoubled);
    }
    let token = value.strip_prefix(prefix).ok_or(Refusal::CredentialMalformed)?;
    let wrong = if token.contains(',') { Refusal::CredentialDoubled } else { Refusal::CredentialWrong };
    tokens.find(token.as_bytes()).ok_or(wrong)
}

/// Gives the index of the token that stands at a place of the body or of the URL's query.
pub(super) fn check_token_at(
    delivery: &Delivery,
    place: &FieldPath,
    prefix: &str,
    forms: &Forms,
    tokens: &TokenDigests,
) -> Result<usize, Refusal> {
    let readable = form::readable(forms, &delivery.body);
    let text = proof(delivery, &readable, place).ok_or(Refusal::CredentialMissing)?;
    let token = text.strip_prefix(prefix).ok_or(Refusal::CredentialMalformed)?;
    tokens.find(token.as_bytes()).ok_or(Refusal::CredentialWrong)
}

/// Gives the index of the name and password in `Authorization: Basic`.
pub(super) fn check_basic(headers: &Headers, tokens: &TokenDigests) -> Result<usize, Refusal> {
    let (scheme, encoded) = single(headers, "authorization")?.split_once(' ').ok_or(Refusal::CredentialMalformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Refusal::CredentialMalformed);
    }
    let name_and_password = base64_text::decode(encoded.trim()).ok_or(Refusal::CredentialMalformed)?;
    tokens.find(&name_and_password).ok_or(Refusal::CredentialWrong)
}

fn single<'h>(headers: &'h Headers, header: &str) -> Result<&'h str, Refusal> {
    match headers.single(header) {
        Ok(Some(value)) if !value.is_empty() => Ok(value),
        Ok(_) => Err(Refusal::CredentialMissing),
        Err(RepeatedHeader) => Err(Refusal::CredentialDoubled),
    }
}

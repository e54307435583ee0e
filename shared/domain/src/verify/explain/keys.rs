//! Keys that a sender may have made of a secret.

use super::guess::Guess;
use crate::description::{SecretEncoding, SecretForm};
use crate::source::mac_keys::key;
use crate::text::base64_text;

/// The prefix of secrets by Standard Webhooks, which people leave on or take off.
const STANDARD_PREFIX: &str = "whsec_";

/// The key of `secret` by `form`, and what it would be by mistake.
pub(super) fn guesses(secret: &str, form: &SecretForm) -> Vec<Guess<Vec<u8>>> {
    let mut guesses: Vec<Guess<Vec<u8>>> = key(secret, form).ok().map(Guess::as_described).into_iter().collect();
    let prefix = form.strip_prefix.as_deref().unwrap_or(STANDARD_PREFIX);
    let bare = secret.strip_prefix(prefix);
    let mut add = |mistake: &str, value: Vec<u8>| {
        if !guesses.iter().any(|known| known.value == value) {
            guesses.push(Guess::mistake(mistake, value));
        }
    };
    let text = |text: &str| text.as_bytes().to_vec();
    if form.encoding != SecretEncoding::Text || form.strip_prefix.is_some() {
        add(
            "The sender signs with the secret's text as it stands, prefix and all, where it should decode it: have it take off the prefix and decode the rest.",
            text(secret),
        );
    }
    if let Some(bare) = bare {
        add(
            "The sender signs with the secret's text behind the prefix as it stands, not decoded: have it decode the rest.",
            text(bare),
        );
    }
    for (mistake, ending) in [
        ("The sender's copy of the secret ends in a newline: take it out there.", "\n"),
        ("The sender's copy of the secret ends in a newline of Windows: take it out there.", "\r\n"),
        ("The sender's copy of the secret ends in a space: take it out there.", " "),
    ] {
        add(mistake, [secret, ending].concat().into_bytes());
    }
    add("The sender's copy of the secret begins with a space: take it out there.", [" ", secret].concat().into_bytes());
    add(
        "The sender's copy of the secret has quotation marks around it: take them out there.",
        format!("\"{secret}\"").into_bytes(),
    );
    let unquoted = secret.trim_matches(['"', '\'']);
    if unquoted != secret {
        add(
            "The source's secret has quotation marks around it that the sender's has not: take them out.",
            text(unquoted),
        );
    }
    let encoded = bare.unwrap_or(secret);
    if let Some(decoded) = base64_text::decode(encoded) {
        add(
            "The sender decodes the secret from base64, which the description does not say: `secret.encoding`.",
            decoded,
        );
    }
    if let Ok(decoded) = base16ct::mixed::decode_vec(encoded) {
        add("The sender decodes the secret from hex, which the description does not say: `secret.encoding`.", decoded);
    }
    guesses
}

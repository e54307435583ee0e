//! Signatures that a delivery may carry, wherever and however they are written.

use super::guess::Guess;
use super::words::place_words;
use crate::content::form;
use crate::delivery::Delivery;
use crate::description::{Encoding, Hash, HeaderName, SignaturePlace};
use crate::source::SignatureScheme;
use crate::text::base64_text;
use crate::verify::signature_header::SignatureHeader;

/// The codes that the delivery carries as the description says, and those that it carries otherwise.
pub(super) fn guesses(delivery: &Delivery, signing: &SignatureScheme, hash: Hash) -> Vec<Guess<(Vec<u8>, Hash)>> {
    let mut guesses: Vec<Guess<(Vec<u8>, Hash)>> = Vec::new();
    let readable = form::readable(&signing.forms, &delivery.body);
    if let Ok(header) = SignatureHeader::read(delivery, &readable, signing) {
        let decoded =
            header.decoded(signing.encoding, |code| code.len() == hash.code_bytes(), usize::MAX).unwrap_or_default();
        guesses.extend(decoded.into_iter().map(|code| Guess::as_described((code, hash))));
    }
    let named = signing.place.headers();
    let is_named = |name: &str| named.iter().any(|HeaderName(known)| known.eq_ignore_ascii_case(name));
    for (name, value) in delivery.headers.iter() {
        let lower = name.to_ascii_lowercase();
        if !is_named(name) && !["sign", "hmac", "digest"].iter().any(|word| lower.contains(word)) {
            continue;
        }
        for text in candidates(value) {
            for (encoding, code) in decoded(text) {
                let Some(code_hash) = hash_of(code.len()) else { continue };
                if guesses.iter().any(|known| known.value.0 == code) {
                    continue;
                }
                let mistake = if !is_named(name) {
                    let place = match &signing.place {
                        SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) => {
                            let first = names.first().map(|HeaderName(name)| name.as_str()).unwrap_or_default();
                            format!("`{first}`: see `header` of the description")
                        }
                        SignaturePlace::At(place) => format!("{}: see `at` of the description", place_words(place)),
                    };
                    format!("The signature stands in the header `{name}`, and not in {place}.")
                } else if code_hash != hash {
                    "The signature is made with another hash: see `hash` of the description.".to_owned()
                } else if encoding != signing.encoding {
                    let (is, should) = (encoding.as_str(), signing.encoding.as_str());
                    format!("The signature is in {is}, and should be in {should}: see `encoding` of the description.")
                } else {
                    "The signature's header is written in another form: see `syntax` of the description.".to_owned()
                };
                guesses.push(Guess::mistake(mistake, (code, code_hash)));
            }
        }
    }
    guesses
}

/// The texts in a header of which one may be a signature.
fn candidates(value: &str) -> impl Iterator<Item = &str> {
    let items = value.split([',', ';', ' ']).map(str::trim);
    [value].into_iter().chain(items).flat_map(|item| {
        let behind = item.split_once('=').map(|(_, behind)| behind).filter(|behind| !behind.is_empty());
        [item].into_iter().chain(behind)
    })
}

fn decoded(text: &str) -> impl Iterator<Item = (Encoding, Vec<u8>)> {
    let hex = base16ct::mixed::decode_vec(text).ok().map(|code| (Encoding::Hex, code));
    hex.into_iter().chain(base64_text::decode(text).map(|code| (Encoding::Base64, code)))
}

/// The hash of which a code has this many bytes.
fn hash_of(bytes: usize) -> Option<Hash> {
    Hash::ALL.into_iter().find(|hash| hash.code_bytes() == bytes)
}

//! The signatures that a delivery carries.

use super::{Refusal, header};
use crate::delivery::headers::{Doubled, Headers};
use crate::description::{Encoding, Syntax};
use crate::source::Signing;
use crate::text::base64_text;

/// More codes than any sender makes of one delivery, even while it changes its secret. Each costs a comparison.
pub(crate) const CODES_MAX: usize = 16;
/// The same of signatures by public keys. Each is tried with every key, over the whole message.
pub(crate) const SIGNATURES_MAX: usize = 4;

/// What the header of the signatures says.
pub(crate) struct SignatureHeader<'h> {
    /// The texts of the signatures.
    signatures: Vec<&'h str>,
    /// The pairs that it is a list of, those of the signatures among them.
    pub(crate) pairs: Vec<(&'h str, &'h str)>,
}

impl<'h> SignatureHeader<'h> {
    /// Reads the header.
    pub(crate) fn read(headers: &'h Headers, signing: &Signing) -> Result<SignatureHeader<'h>, Refusal> {
        let (signatures, pairs) = match &signing.syntax {
            Syntax::Plain => (one(headers, signing)?.into_iter().collect(), Vec::new()),
            Syntax::Prefix { prefix } => {
                let bare = |text: &'h str| text.strip_prefix(&**prefix).ok_or(Refusal::SignatureMalformed);
                (one(headers, signing)?.map(bare).transpose()?.into_iter().collect(), Vec::new())
            }
            Syntax::Pairs { key, separator } => {
                let pairs = pairs(headers, signing, *separator)?;
                let is_signature = |(known, text): &(&str, &'h str)| (*known == &**key).then_some(*text);
                (pairs.iter().filter_map(is_signature).collect(), pairs)
            }
            Syntax::Versions { version } => (versions(headers, signing, version)?, Vec::new()),
        };
        if signatures.is_empty() {
            return Err(Refusal::SignatureMissing);
        }
        Ok(SignatureHeader { signatures, pairs })
    }

    /// The bytes of those of the first `max` signatures that are encoded as they should be and have the right length.
    pub(crate) fn decoded(&self, encoding: Encoding, bytes: usize, max: usize) -> Result<Vec<Vec<u8>>, Refusal> {
        let texts = self.signatures.iter().take(max);
        let decoded: Vec<Vec<u8>> = texts.filter_map(|text| decode(text, encoding, bytes)).collect();
        if decoded.is_empty() { Err(Refusal::SignatureMalformed) } else { Ok(decoded) }
    }
}

fn one<'h>(headers: &'h Headers, signing: &Signing) -> Result<Option<&'h str>, Refusal> {
    header::first(headers, &signing.header).map_err(|Doubled| Refusal::SignatureDoubled)
}

fn pairs<'h>(headers: &'h Headers, signing: &Signing, separator: char) -> Result<Vec<(&'h str, &'h str)>, Refusal> {
    // Only where commas separate the pairs is a header that was given more than once still one list.
    let values = if separator == ',' {
        header::all(headers, &signing.header)
    } else {
        one(headers, signing)?.into_iter().collect()
    };
    let items = values.into_iter().flat_map(|value| value.split(separator));
    Ok(items.filter_map(|item| item.trim().split_once('=')).collect())
}

fn versions<'h>(headers: &'h Headers, signing: &Signing, version: &str) -> Result<Vec<&'h str>, Refusal> {
    let values = header::all(headers, &signing.header);
    let mut signatures = Vec::new();
    for item in values.iter().flat_map(|value| value.split_ascii_whitespace()) {
        let (known, signature) = item.split_once(',').ok_or(Refusal::SignatureMalformed)?;
        // A second comma is that which joins two headers.
        if values.len() > 1 || signature.contains(',') {
            return Err(Refusal::SignatureDoubled);
        }
        if known == version {
            signatures.push(signature);
        }
    }
    Ok(signatures)
}

/// A shorter signature than the right one would be easier to guess, so it is none.
fn decode(text: &str, encoding: Encoding, bytes: usize) -> Option<Vec<u8>> {
    let decoded = match encoding {
        Encoding::Hex => base16ct::mixed::decode_vec(text).ok(),
        Encoding::Base64 => base64_text::decode(text),
    };
    decoded.filter(|decoded| decoded.len() == bytes)
}

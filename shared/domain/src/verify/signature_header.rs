//! The signatures that a delivery carries.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::body_field::proof;
use super::{Refusal, header};
use crate::delivery::Delivery;
use crate::delivery::headers::{Headers, RepeatedHeader};
use crate::description::{Encoding, HeaderName, SignaturePlace, Syntax};
use crate::source::SignatureScheme;
use crate::text::base64_text;

/// More codes than any sender makes of one delivery, even while it changes its secret. Each costs a comparison.
pub(crate) const CODES_MAX: usize = 16;
/// The same of signatures by public keys. Each is tried with every key, over the whole message.
pub(crate) const SIGNATURES_MAX: usize = 4;

/// What the header of the signatures says, or the place that stands for it.
pub(crate) struct SignatureHeader<'h> {
    /// The texts of the signatures.
    signatures: Vec<Cow<'h, str>>,
    /// All texts that have a key in it, those of the signatures among them.
    pub(crate) pairs: Vec<Pair<'h>>,
}

/// A text of the header and its key.
pub(crate) type Pair<'h> = (Cow<'h, str>, Cow<'h, str>);

impl<'h> SignatureHeader<'h> {
    /// Reads it. `readable` is the body, or the JSON of the form that it is.
    pub(crate) fn read(
        delivery: &'h Delivery,
        readable: &'h [u8],
        signing: &SignatureScheme,
    ) -> Result<SignatureHeader<'h>, Refusal> {
        let headers = &delivery.headers;
        let (signatures, pairs) = match (&signing.place, &signing.syntax) {
            (SignaturePlace::At(place), syntax) => {
                let text = proof(delivery, readable, place);
                (text.map(|text| bare(text, syntax)).transpose()?.into_iter().collect(), Vec::new())
            }
            (SignaturePlace::AnyOf(names), syntax @ (Syntax::Plain | Syntax::Prefix { .. })) => {
                (any(headers, names, syntax)?, Vec::new())
            }
            (place, syntax @ (Syntax::Plain | Syntax::Prefix { .. })) => {
                let text = one(headers, place.headers())?.map(Cow::Borrowed);
                (text.map(|text| bare(text, syntax)).transpose()?.into_iter().collect(), Vec::new())
            }
            (place, Syntax::Pairs { key, separator, between_lists }) => {
                let pairs = pairs(headers, place.headers(), *separator, *between_lists)?;
                (of_key(&pairs, key), pairs)
            }
            (place, Syntax::List { separator, first }) => {
                let values = values(headers, place.headers(), *separator == ',')?;
                let items = values.into_iter().flat_map(|value| value.split(*separator)).zip(1..);
                let keyed = |(item, position): (&'h str, usize)| (position.to_string().into(), item.trim().into());
                let items: Vec<Pair<'h>> = items.map(keyed).collect();
                (items.iter().skip(first.saturating_sub(1)).map(|(_, text)| text.clone()).collect(), items)
            }
            (place, Syntax::Json { key }) => {
                let pairs = match *header::all(headers, place.headers()) {
                    [] => Vec::new(),
                    [value] => members(value).ok_or(Refusal::SignatureMalformed)?,
                    _ => return Err(Refusal::SignatureMalformed),
                };
                (of_key(&pairs, key), pairs)
            }
            (place, Syntax::Versions { version }) => (versions(headers, place.headers(), version)?, Vec::new()),
        };
        if signatures.is_empty() {
            return Err(Refusal::SignatureMissing);
        }
        Ok(SignatureHeader { signatures, pairs })
    }

    /// The bytes of those of the first `max` signatures that are encoded as they should be and have the right form. A shorter
    /// code than the right one would be easier to guess, so it is none.
    pub(crate) fn decoded(
        &self,
        encoding: Encoding,
        has_form: impl Fn(&[u8]) -> bool,
        max: usize,
    ) -> Result<Vec<Vec<u8>>, Refusal> {
        let texts = self.signatures.iter().take(max);
        let decoded = texts.filter_map(|text| decode(text, encoding)).filter(|signature| has_form(signature));
        let decoded: Vec<Vec<u8>> = decoded.collect();
        if decoded.is_empty() { Err(Refusal::SignatureMalformed) } else { Ok(decoded) }
    }
}

/// The signature without what stands before it.
fn bare<'h>(text: Cow<'h, str>, syntax: &Syntax) -> Result<Cow<'h, str>, Refusal> {
    let Syntax::Prefix { prefix } = syntax else {
        return Ok(text);
    };
    match text {
        Cow::Borrowed(text) => text.strip_prefix(&**prefix).map(Cow::Borrowed),
        Cow::Owned(text) => text.strip_prefix(&**prefix).map(|rest| Cow::Owned(rest.to_owned())),
    }
    .ok_or(Refusal::SignatureMalformed)
}

/// The signatures of all headers that are there. One that is of the wrong form is none, as long as there is another.
fn any<'h>(headers: &'h Headers, names: &[HeaderName], syntax: &Syntax) -> Result<Vec<Cow<'h, str>>, Refusal> {
    let mut found = Vec::new();
    for name in names {
        if let Some(text) = one(headers, std::slice::from_ref(name))? {
            found.push(bare(Cow::Borrowed(text), syntax));
        }
    }
    if found.iter().all(Result::is_err) {
        return found.into_iter().collect();
    }
    Ok(found.into_iter().flatten().collect())
}

fn one<'h>(headers: &'h Headers, names: &[HeaderName]) -> Result<Option<&'h str>, Refusal> {
    header::first(headers, names).map_err(|RepeatedHeader| Refusal::SignatureDoubled)
}

/// The values of a header that holds a list: only where commas separate what is in it, one that was given more than once
/// is still one list.
fn values<'h>(headers: &'h Headers, names: &[HeaderName], has_commas: bool) -> Result<Vec<&'h str>, Refusal> {
    if has_commas { Ok(header::all(headers, names)) } else { Ok(one(headers, names)?.into_iter().collect()) }
}

fn pairs<'h>(
    headers: &'h Headers,
    names: &[HeaderName],
    separator: char,
    between_lists: Option<char>,
) -> Result<Vec<Pair<'h>>, Refusal> {
    let mut found: Vec<Pair<'h>> = Vec::new();
    for value in values(headers, names, separator == ',' || between_lists == Some(','))? {
        let before = found.len();
        for list in value.split(|character| Some(character) == between_lists) {
            // What every list of a header says, such as the timestamp, is said once.
            let earlier = found.len();
            for (key, text) in list.split(separator).filter_map(|item| item.trim().split_once('=')) {
                let pair: Pair<'h> = (key.into(), text.into());
                if !found[before..earlier].contains(&pair) {
                    found.push(pair);
                }
            }
        }
    }
    Ok(found)
}

/// The texts and integers of a JSON object, each with its name.
fn members(json: &str) -> Option<Vec<Pair<'static>>> {
    let members: Map<String, Value> = serde_json::from_str(json).ok()?;
    let text = |value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(members.into_iter().filter_map(|(name, value)| Some((name.into(), text(value)?.into()))).collect())
}

fn of_key<'h>(pairs: &[Pair<'h>], key: &str) -> Vec<Cow<'h, str>> {
    pairs.iter().filter(|(known, _)| known == key).map(|(_, text)| text.clone()).collect()
}

fn versions<'h>(headers: &'h Headers, names: &[HeaderName], version: &str) -> Result<Vec<Cow<'h, str>>, Refusal> {
    let values = header::all(headers, names);
    let mut signatures = Vec::new();
    for item in values.iter().flat_map(|value| value.split_ascii_whitespace()) {
        let (known, signature) = item.split_once(',').ok_or(Refusal::SignatureMalformed)?;
        // A second comma is that which joins two headers.
        if values.len() > 1 || signature.contains(',') {
            return Err(Refusal::SignatureDoubled);
        }
        if known == version {
            signatures.push(Cow::Borrowed(signature));
        }
    }
    Ok(signatures)
}

fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Hex => base16ct::mixed::decode_vec(text).ok(),
        Encoding::Base64 => base64_text::decode(text),
    }
}

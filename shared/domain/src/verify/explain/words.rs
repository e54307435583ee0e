//! Places and refusals, in words.

use crate::description::{FieldPath, HeaderName};
use crate::verify::Refusal;

/// A place in the request, in words.
pub(super) fn place_words(place: &FieldPath) -> String {
    match place {
        FieldPath::Header(HeaderName(name)) => format!("the header `{name}`"),
        FieldPath::Body(pointer) => format!("the field `{pointer}` of the body"),
        FieldPath::Query(name) => format!("the value `{name}` of the URL's query"),
        FieldPath::Id => "the header with the delivery's id".to_owned(),
    }
}

/// The first of these headers that is there, at the beginning of a sentence.
pub(super) fn header_words(names: &[HeaderName]) -> String {
    let names: Vec<&str> = names.iter().map(|HeaderName(name)| name.as_str()).collect();
    format!("The header `{}`", names.join("` or `"))
}

/// What a token is without what people write around it.
pub(super) fn bare(value: &str) -> &[u8] {
    let value = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("Token ")).unwrap_or(value);
    value.trim().trim_matches('"').as_bytes()
}

/// What a signature cannot be checked without.
pub(super) fn lacks(refusal: Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::IdMissing => "The header with the delivery's id, which is signed, is missing.",
        Refusal::IdDoubled => "The header with the delivery's id, which is signed, was sent more than once.",
        Refusal::KeyMissing => "The delivery does not say where the certificate of its key is.",
        Refusal::KeyWrong => "The certificate is not where this sender publishes its own.",
        Refusal::HeaderMissing => "A header that is signed is missing.",
        Refusal::HeaderDoubled => "A header that is signed was sent more than once.",
        Refusal::FieldMissing => "A field of the body that is signed is missing, or is no text.",
        Refusal::BodyDigestMissing => "The URL is signed in place of the body, and does not hold the body's digest.",
        Refusal::BodyDigestWrong => "The URL holds another body's digest: the body was changed on the way.",
        Refusal::BodyMalformed => "The body is not packed as its `Content-Encoding` says.",
        Refusal::BodyTooLarge => "The body would be larger than 4 MiB, once unpacked.",
        Refusal::FormTooLong => "The form that is signed has more fields than any sender's.",
        Refusal::ListTooLong => "It lists more events than can be taken, of which each has a proof of its own.",
        Refusal::TimestampMissing | Refusal::TimestampDoubled | Refusal::TimestampMalformed => {
            "Without its time, the signature cannot be checked."
        }
        _ => return None,
    })
}

//! Forms, as they are signed in the manner of Twilio.

use url::form_urlencoded;

use super::Refusal;
use crate::delivery::Delivery;
use crate::digest::Digest;

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";
/// The parameter of the URL that holds the digest of a body that is no form.
const BODY_DIGEST: &str = "bodySHA256";
/// More fields than any sender's form has. Each costs many times its bytes until it is sorted, and anybody may send them.
const FIELDS_MAX: usize = 4096;

/// Names and values of the form in the body, each pair once, in their order, with nothing between them.
///
/// Of a body that is no form nothing is signed but its digest in the URL. One that is there must always be right: else
/// whoever has seen a genuine request could call another body an empty form.
pub(super) fn signed(delivery: &Delivery) -> Result<String, Refusal> {
    let digests: Vec<_> = form_urlencoded::parse(delivery.url.query.as_bytes())
        .filter_map(|(name, value)| (name == BODY_DIGEST).then_some(value))
        .collect();
    let body_sha256 = || Digest::of(&delivery.body);
    if digests.iter().any(|digest| digest.parse() != Ok(body_sha256())) {
        return Err(Refusal::BodyDigestWrong);
    }
    if is_form(delivery) {
        let mut pairs: Vec<_> = form_urlencoded::parse(&delivery.body).take(FIELDS_MAX + 1).collect();
        if pairs.len() > FIELDS_MAX {
            return Err(Refusal::FormTooLong);
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut signed = String::with_capacity(delivery.body.len());
        for (name, value) in &pairs {
            signed.push_str(name);
            signed.push_str(value);
        }
        return Ok(signed);
    }
    if digests.is_empty() { Err(Refusal::BodyDigestMissing) } else { Ok(String::new()) }
}

pub(super) fn is_form(delivery: &Delivery) -> bool {
    let media_type = delivery.headers.single("content-type").ok().flatten().unwrap_or_default();
    media_type.split(';').next().is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM))
}

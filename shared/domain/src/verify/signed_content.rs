//! The bytes that a signature is over.

use std::borrow::Cow;

use super::body_field::field;
use super::signed_timestamp::SignedTimestamp;
use super::{Refusal, form, header};
use crate::delivery::Delivery;
use crate::delivery::headers::Doubled;
use crate::description::{HeaderName, TemplatePart};
use crate::digest::Digest;
use crate::source::Signing;

/// The bytes that a signature is over, piece by piece: no body is copied to be hashed.
pub(super) struct SignedContent<'d>(Vec<Cow<'d, [u8]>>);

impl<'d> SignedContent<'d> {
    /// Puts it together from what was sent.
    pub(super) fn of(
        delivery: &'d Delivery,
        signing: &'d Signing,
        timestamp: Option<&'d SignedTimestamp<'d>>,
    ) -> Result<SignedContent<'d>, Refusal> {
        signing
            .message
            .0
            .iter()
            .map(|part| piece(part, delivery, signing, timestamp))
            .collect::<Result<_, _>>()
            .map(SignedContent)
    }

    /// The pieces in their order.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.0.iter().map(|piece| &**piece)
    }

    /// All of it.
    pub(super) fn whole(&self) -> Cow<'_, [u8]> {
        match &*self.0 {
            [piece] => Cow::Borrowed(piece),
            pieces => Cow::Owned(pieces.concat()),
        }
    }
}

fn piece<'d>(
    part: &'d TemplatePart,
    delivery: &'d Delivery,
    signing: &Signing,
    timestamp: Option<&'d SignedTimestamp<'d>>,
) -> Result<Cow<'d, [u8]>, Refusal> {
    Ok(match part {
        TemplatePart::Literal(text) => Cow::Borrowed(text.as_bytes()),
        TemplatePart::Body => Cow::Borrowed(&*delivery.body),
        TemplatePart::BodySha256 => Cow::Owned(Digest::of(&delivery.body).to_string().into_bytes()),
        TemplatePart::Timestamp => Cow::Borrowed(timestamp.ok_or(Refusal::TimestampMissing)?.text.as_bytes()),
        TemplatePart::Id => {
            let id = header::first(&delivery.headers, &signing.id).map_err(|Doubled| Refusal::IdDoubled)?;
            Cow::Borrowed(id.ok_or(Refusal::IdMissing)?.as_bytes())
        }
        TemplatePart::Header(HeaderName(name)) => {
            let value = delivery.headers.single(name).map_err(|Doubled| Refusal::HeaderDoubled)?;
            Cow::Borrowed(value.ok_or(Refusal::HeaderMissing)?.as_bytes())
        }
        TemplatePart::Json(pointers) => {
            let text = pointers.iter().find_map(|pointer| field(&delivery.body, pointer));
            match text.ok_or(Refusal::FieldMissing)? {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            }
        }
        TemplatePart::Url => {
            let url = signing.public_url.as_ref().map_or_else(|| delivery.url.whole(), |url| url.whole(&delivery.url));
            Cow::Owned(url.into_bytes())
        }
        TemplatePart::Form => Cow::Owned(form::signed(delivery)?.into_bytes()),
    })
}

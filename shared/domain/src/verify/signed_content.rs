//! The bytes that a signature is over.

use std::borrow::Cow;

use super::body_field::{field, query_value};
use super::signed_timestamp::SignedTimestamp;
use super::{Refusal, form, header};
use crate::delivery::Delivery;
use crate::delivery::headers::RepeatedHeader;
use crate::description::{HeaderName, TemplatePart};
use crate::digest::Digest;
use crate::source::SignatureScheme;

/// The bytes that a signature is over, piece by piece: no body is copied to be hashed.
pub(crate) struct SignedContent<'d> {
    pieces: Vec<Cow<'d, [u8]>>,
    /// Where among them the URL is.
    url: Option<usize>,
}

impl<'d> SignedContent<'d> {
    /// Puts it together from what was sent. `readable` is the body, or the JSON of the form that it is.
    pub(crate) fn of(
        delivery: &'d Delivery,
        signing: &'d SignatureScheme,
        readable: &'d [u8],
        timestamp: Option<&'d SignedTimestamp<'d>>,
    ) -> Result<SignedContent<'d>, Refusal> {
        let parts = &signing.message.0;
        let pieces =
            parts.iter().map(|part| piece(part, delivery, signing, readable, timestamp)).collect::<Result<_, _>>()?;
        Ok(SignedContent { pieces, url: parts.iter().position(|part| *part == TemplatePart::Url) })
    }

    /// The same with a port in the URL if it has none, and without it if it has one; `None` without a URL. Twilio signs
    /// now the one and now the other, and its library tries both.
    pub(crate) fn with_other_port(mut self) -> Option<SignedContent<'d>> {
        let url = self.pieces.get_mut(self.url?)?;
        *url = Cow::Owned(with_other_port(str::from_utf8(url).ok()?)?.into_bytes());
        Some(self)
    }

    /// The pieces in their order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.pieces.iter().map(|piece| &**piece)
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Cow<'_, [u8]> {
        match &*self.pieces {
            [piece] => Cow::Borrowed(piece),
            pieces => Cow::Owned(pieces.concat()),
        }
    }
}

fn with_other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let port = if scheme == "https" { 443 } else { 80 };
    Some(match authority.rsplit_once(':') {
        Some((host, known)) if known.bytes().all(|byte| byte.is_ascii_digit()) => format!("{scheme}://{host}{path}"),
        _ => format!("{scheme}://{authority}:{port}{path}"),
    })
}

/// The URL that the sender was given.
fn url(delivery: &Delivery, signing: &SignatureScheme) -> String {
    signing.public_url.as_ref().map_or_else(|| delivery.url.whole(), |url| url.whole(&delivery.url))
}

/// What stands behind the host of a URL, and before its query.
fn path_of(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme.find('/').map_or("", |at| &behind_scheme[at..]);
    path.split('?').next().unwrap_or_default()
}

fn piece<'d>(
    part: &'d TemplatePart,
    delivery: &'d Delivery,
    signing: &SignatureScheme,
    readable: &'d [u8],
    timestamp: Option<&'d SignedTimestamp<'d>>,
) -> Result<Cow<'d, [u8]>, Refusal> {
    Ok(match part {
        TemplatePart::Literal(text) => Cow::Borrowed(text.as_bytes()),
        TemplatePart::Body => Cow::Borrowed(&*delivery.body),
        TemplatePart::BodySha256 => Cow::Owned(Digest::of(&delivery.body).to_string().into_bytes()),
        TemplatePart::Timestamp => Cow::Borrowed(timestamp.ok_or(Refusal::TimestampMissing)?.text.as_bytes()),
        TemplatePart::Id => {
            let id = header::first(&delivery.headers, &signing.id).map_err(|RepeatedHeader| Refusal::IdDoubled)?;
            Cow::Borrowed(id.ok_or(Refusal::IdMissing)?.as_bytes())
        }
        TemplatePart::Header(HeaderName(name)) => {
            let value = delivery.headers.single(name).map_err(|RepeatedHeader| Refusal::HeaderDoubled)?;
            Cow::Borrowed(value.ok_or(Refusal::HeaderMissing)?.as_bytes())
        }
        TemplatePart::Query(name) => {
            let text = query_value(&delivery.url.query, name).ok_or(Refusal::FieldMissing)?;
            Cow::Owned(text.into_owned().into_bytes())
        }
        TemplatePart::Json(pointers) => {
            let text = pointers.iter().find_map(|pointer| field(readable, pointer));
            match text.ok_or(Refusal::FieldMissing)? {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            }
        }
        TemplatePart::Url => Cow::Owned(url(delivery, signing).into_bytes()),
        TemplatePart::Path => Cow::Owned(path_of(&url(delivery, signing)).as_bytes().to_vec()),
        TemplatePart::Form => Cow::Owned(form::signed(delivery)?.into_bytes()),
        // The keys add it.
        TemplatePart::Secret => Cow::Borrowed(&[]),
    })
}

//! The bytes that a signature is over.

use std::borrow::Cow;
use std::vec;

use super::body_field::query_value;
use super::signed_timestamp::SignedTimestamp;
use super::{Refusal, form, header};
use crate::content::field_value::FieldValue;
use crate::content::json_pointers;
use crate::delivery::Delivery;
use crate::delivery::headers::RepeatedHeader;
use crate::description::{HeaderName, Line, Pointer, TemplatePart};
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
        SignedContent::with_account(delivery, signing, readable, timestamp, None)
    }

    /// The same where the source's account is part of it.
    pub(crate) fn with_account(
        delivery: &'d Delivery,
        signing: &'d SignatureScheme,
        readable: &'d [u8],
        timestamp: Option<&'d SignedTimestamp<'d>>,
        account: Option<&'d str>,
    ) -> Result<SignedContent<'d>, Refusal> {
        let parts = &signing.message.0;
        let mut fields = Fields::of(parts, readable);
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            pieces.push(match (part, account) {
                (TemplatePart::Account, Some(account)) => Cow::Borrowed(account.as_bytes()),
                (TemplatePart::Json { pointers, or_empty }, _) => fields.first_of(pointers.len(), *or_empty)?,
                (TemplatePart::Lines(lines), _) => fields.lines(lines)?,
                _ => piece(part, delivery, signing, timestamp)?,
            });
        }
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

/// The fields of the body that are signed, in their order. All are read in one pass.
struct Fields<'d>(vec::IntoIter<FieldValue<'d>>);

impl<'d> Fields<'d> {
    fn of(parts: &[TemplatePart], readable: &'d [u8]) -> Fields<'d> {
        let mut pointers: Vec<&Pointer> = Vec::new();
        for part in parts {
            match part {
                TemplatePart::Json { pointers: of_part, .. } => pointers.extend(of_part),
                TemplatePart::Lines(lines) => pointers.extend(lines.iter().map(|line| &line.pointer)),
                _ => {}
            }
        }
        let found = if pointers.is_empty() { Vec::new() } else { json_pointers::find_all(&pointers, readable) };
        Fields(found.into_iter())
    }

    fn next(&mut self) -> Option<Cow<'d, str>> {
        match self.0.next()? {
            FieldValue::Text(text) => Some(text),
            FieldValue::Object | FieldValue::Other => None,
        }
    }

    /// The first text of the next `count`.
    fn first_of(&mut self, count: usize, or_empty: bool) -> Result<Cow<'d, [u8]>, Refusal> {
        let texts: Vec<_> = (0..count).map(|_| self.next()).collect();
        match texts.into_iter().flatten().next() {
            Some(Cow::Borrowed(text)) => Ok(Cow::Borrowed(text.as_bytes())),
            Some(Cow::Owned(text)) => Ok(Cow::Owned(text.into_bytes())),
            None if or_empty => Ok(Cow::Borrowed(&[])),
            None => Err(Refusal::FieldMissing),
        }
    }

    /// Texts of the body, each after its name and on lines of their own. Only the first may have several lines. Otherwise
    /// somebody who has a signed delivery could divide the signed text into other fields.
    fn lines(&mut self, lines: &[Line]) -> Result<Cow<'d, [u8]>, Refusal> {
        let mut joined = String::new();
        for (number, line) in lines.iter().enumerate() {
            match self.next() {
                Some(text) if number > 0 && text.contains('\n') => return Err(Refusal::FieldMissing),
                Some(text) => joined.extend([line.name(), "\n", &*text, "\n"]),
                None if line.is_optional => {}
                None => return Err(Refusal::FieldMissing),
            }
        }
        Ok(Cow::Owned(joined.into_bytes()))
    }
}

fn piece<'d>(
    part: &'d TemplatePart,
    delivery: &'d Delivery,
    signing: &SignatureScheme,
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
        TemplatePart::Url => Cow::Owned(url(delivery, signing).into_bytes()),
        TemplatePart::Path => Cow::Owned(path_of(&url(delivery, signing)).as_bytes().to_vec()),
        TemplatePart::Form => Cow::Owned(form::signed(delivery)?.into_bytes()),
        TemplatePart::BodyCrc32 => Cow::Owned(crc32fast::hash(&delivery.body).to_string().into_bytes()),
        // They are put in where they are known.
        TemplatePart::Json { .. } | TemplatePart::Lines(_) => return Err(Refusal::FieldMissing),
        TemplatePart::Account => return Err(Refusal::AccountWrong),
        // The keys add it.
        TemplatePart::Secret => Cow::Borrowed(&[]),
    })
}

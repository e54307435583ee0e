//! Texts of an answer, filled in with what was asked.

use crate::description::{Encoding, FieldPath, RedactedText};

/// A text of an answer: `{/challenge}`, `sha256={hmac_base64:query:crc_token}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplyTemplate(pub Vec<ReplyPart>);

/// A part of it.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyPart {
    /// This text.
    Literal(String),
    /// `{/challenge}`, `{query:challenge}`, `{header:x-challenge}`: the text that stands there.
    Field(FieldPath),
    /// `{hmac_hex:/token}`, `{hmac_base64:query:token}`: its message authentication code, made with the source's secret.
    Mac(FieldPath, Encoding),
}

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is unknown in an answer: write {{/pointer}}, {{query:name}}, {{header:x-name}}, {{hmac_hex:..}} or {{hmac_base64:..}} of one of them"
)]
pub struct NotAReplyTemplate(RedactedText);

impl ReplyTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// If a part is unknown or its brace is not closed.
    pub fn parse(text: &str) -> Result<ReplyTemplate, NotAReplyTemplate> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((literal, tail)) = rest.split_once('{') {
            if !literal.is_empty() {
                parts.push(ReplyPart::Literal(literal.to_owned()));
            }
            let (name, tail) = tail.split_once('}').ok_or_else(|| NotAReplyTemplate(RedactedText::of(tail)))?;
            parts.push(ReplyPart::parse(name).ok_or_else(|| NotAReplyTemplate(RedactedText::of(name)))?);
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(ReplyPart::Literal(rest.to_owned()));
        }
        Ok(ReplyTemplate(parts))
    }
}

impl ReplyPart {
    fn parse(name: &str) -> Option<ReplyPart> {
        let mac = |place: &str, encoding| FieldPath::parse(place).ok().map(|place| ReplyPart::Mac(place, encoding));
        if let Some(place) = name.strip_prefix("hmac_hex:") {
            return mac(place, Encoding::Hex);
        }
        if let Some(place) = name.strip_prefix("hmac_base64:") {
            return mac(place, Encoding::Base64);
        }
        // An empty pointer is the whole body, which is no text.
        FieldPath::parse(name).ok().filter(|_| !name.is_empty()).map(ReplyPart::Field)
    }
}

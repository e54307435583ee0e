//! Texts of a question to an API, as they stand or filled in.

use serde::de::{Deserialize, Deserializer};

use crate::description::Pointer;

/// A text of a question to an API: as it stands, or filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestText {
    /// This text.
    Literal(String),
    /// `{id}`: the id that is asked for.
    Id,
    /// `{family}`: the source's `api_family`.
    Family,
    /// `{family_path}`: the same, of one to three segments. An expectation may name only those that the source lists.
    FamilyPath,
    /// `{key}`, after what may stand before it: the source's `api_key`.
    Key(String),
    /// `{jwt}`, after what may stand before it: a token that is signed with the source's `api_key`, for this question alone.
    Jwt(String),
    /// `{/pointer}`: a text of the delivery's body; `{/one|/other}`: the first of these that is there.
    Body(Vec<Pointer>),
}

/// A text with a brace that means nothing. It is not shown: a header is where somebody may have put the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a text of a question is plain, {{id}}, {{family}}, {{family_path}}, {{/pointer}}, or ends with {{key}} or {{jwt}}, without other braces"
)]
pub struct NotARequestText;

impl RequestText {
    /// Reads a text.
    ///
    /// # Errors
    /// If it has a brace that means nothing.
    pub fn parse(text: &str) -> Result<RequestText, NotARequestText> {
        let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match inner {
            Some("id") => return Ok(RequestText::Id),
            Some("family") => return Ok(RequestText::Family),
            Some("family_path") => return Ok(RequestText::FamilyPath),
            Some(pointers) if pointers.starts_with('/') && !pointers.contains(['{', '}']) => {
                let pointers = pointers.split('|').map(Pointer::parse).collect::<Result<Vec<_>, _>>();
                return pointers.map(RequestText::Body).map_err(|_| NotARequestText);
            }
            _ => {}
        }
        let (plain, make): (&str, fn(String) -> RequestText) = if let Some(before) = text.strip_suffix("{key}") {
            (before, RequestText::Key)
        } else if let Some(before) = text.strip_suffix("{jwt}") {
            (before, RequestText::Jwt)
        } else {
            (text, RequestText::Literal)
        };
        // Whatever a header can carry, without a line's end.
        let is_plain = plain.bytes().all(|byte| (byte.is_ascii_graphic() || byte == b' ') && !b"{}".contains(&byte));
        if is_plain { Ok(make(plain.to_owned())) } else { Err(NotARequestText) }
    }
}

impl<'de> Deserialize<'de> for RequestText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        RequestText::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_plain_or_filled_in() {
        assert_eq!(RequestText::parse("application/json"), Ok(RequestText::Literal("application/json".into())));
        assert_eq!(RequestText::parse("Bearer {key}"), Ok(RequestText::Key("Bearer ".into())));
        assert_eq!(RequestText::parse("Bearer {jwt}"), Ok(RequestText::Jwt("Bearer ".into())));
        assert_eq!(RequestText::parse("{id}"), Ok(RequestText::Id));
        for bad in ["{}", "{url}", "{key} {key}", "{key}{jwt}", "{key}x", "a\nb", "a{id}", "{id}{id}"] {
            assert_eq!(RequestText::parse(bad), Err(NotARequestText), "{bad}");
        }
    }
}

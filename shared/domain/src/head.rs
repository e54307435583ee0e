//! What the thin function must know of a body, read without building a tree of it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::event_type::EventType;

/// The few facts that identify an event, read from the sender's body alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the body reports.
    pub event_type: EventType,
    /// The sender's own id of the thing, if the body names one.
    pub subject: Option<String>,
    /// The components of the idempotency key; empty if the body lacks any of them, and then the whole body is the key.
    pub key: Vec<String>,
}

impl Head {
    /// A body whose shape nobody knows.
    #[must_use]
    pub const fn unrecognized() -> Head {
        Head { event_type: EventType::Unrecognized, subject: None, key: Vec::new() }
    }
}

/// A JSON scalar that can be part of a key: a string as it is, an integer as decimal text.
///
/// Anything else, and an empty string, names nothing: it reads as [`Scalar::Other`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    /// A string that is not empty, or an integer's decimal digits.
    Text(Cow<'a, str>),
    /// Missing, null, empty, a fraction, a boolean, an array or an object.
    #[default]
    Other,
}

impl Scalar<'_> {
    /// The text, if there is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Scalar::Text(text) => Some(text),
            Scalar::Other => None,
        }
    }

    /// The text, owned.
    pub(crate) fn to_text(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }
}

/// The key made of `parts`, or an empty one if any of them is missing.
pub(crate) fn key<const N: usize>(parts: [&Scalar<'_>; N]) -> Vec<String> {
    parts.into_iter().map(Scalar::to_text).collect::<Option<Vec<_>>>().unwrap_or_default()
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(if text.is_empty() { Scalar::Other } else { Scalar::Text(Cow::Borrowed(text)) })
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(if text.is_empty() { Scalar::Other } else { Scalar::Text(Cow::Owned(text.to_owned())) })
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(integer.to_string())))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(integer.to_string())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_integers_name_things_and_nothing_else_does() {
        let check = |json: &str, expected: Option<&str>| {
            let scalar: Scalar<'_> = serde_json::from_str(json).expect(json);
            assert_eq!(scalar.text(), expected, "{json}");
        };
        check(r#""pred_abc""#, Some("pred_abc"));
        check(r#""a\"b""#, Some("a\"b"));
        check("42", Some("42"));
        check("-7", Some("-7"));
        check("18446744073709551615", Some("18446744073709551615"));
        for other in ["\"\"", "null", "true", "1.5", "1e3", "18446744073709551616", "[1,[2]]", r#"{"a":{"b":1}}"#] {
            check(other, None);
        }
    }

    #[test]
    fn a_key_with_a_gap_is_no_key() {
        let (id, none) = (Scalar::Text("a".into()), Scalar::Other);
        assert_eq!(key([&id, &id]), ["a", "a"]);
        assert!(key([&id, &none]).is_empty());
    }
}

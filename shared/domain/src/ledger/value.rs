//! The values of attributes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::time::Timestamp;

/// What an attribute holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number; an instant is one, in milliseconds since the epoch.
    Number(i64),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// Values by name.
    Map(BTreeMap<Cow<'a, str>, Value<'a>>),
    /// Texts, each once.
    Texts(BTreeSet<Cow<'a, str>>),
    /// Something that Landfall writes nowhere: somebody changed the item by hand, or a later version wrote it.
    Other,
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<i64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The texts, if it is a set of them.
    #[must_use]
    pub const fn as_texts(&self) -> Option<&BTreeSet<Cow<'a, str>>> {
        match self {
            Value::Texts(texts) => Some(texts),
            _ => None,
        }
    }

    /// The values by name, if it is a map.
    #[must_use]
    pub const fn as_map(&self) -> Option<&BTreeMap<Cow<'a, str>, Value<'a>>> {
        match self {
            Value::Map(values) => Some(values),
            _ => None,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(instant: Timestamp) -> Self {
        Value::Number(instant.as_millis())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => text.fmt(f),
            Value::Number(number) => number.fmt(f),
            // A body has no place in a log.
            Value::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Value::Map(values) => values.fmt(f),
            Value::Texts(texts) => texts.fmt(f),
            Value::Other => f.write_str("another type"),
        }
    }
}

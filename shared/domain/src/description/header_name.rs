//! Names of headers.

use serde::de::{Deserialize, Deserializer};

/// A header's name, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeaderName(pub String);

/// A text that is no header's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a header's name is letters, digits and hyphens, such as `x-signature`")]
pub struct NotAHeaderName;

impl HeaderName {
    /// Reads a header's name, in whatever case.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<HeaderName, NotAHeaderName> {
        let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_name { Ok(HeaderName(text.to_ascii_lowercase())) } else { Err(NotAHeaderName) }
    }
}

impl<'de> Deserialize<'de> for HeaderName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        HeaderName::parse(&text).map_err(serde::de::Error::custom)
    }
}

//! The operator's name for a configured sender.

use std::fmt;

/// `[a-z0-9][a-z0-9-]{0,62}`: safe in a URL, in a secret's name and in an event id, and checked before anything is
/// looked up under it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SourceName(String);

/// A text that cannot be a source's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a source's name is 1 to 63 of a-z, 0-9 and -, and does not begin with -")]
pub struct NotASourceName;

impl SourceName {
    /// Reads a name.
    ///
    /// # Errors
    /// If the text has another form; then no source has it as its name.
    pub fn parse(text: &str) -> Result<SourceName, NotASourceName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 63 || text.starts_with('-') || !text.bytes().all(allowed) {
            return Err(NotASourceName);
        }
        Ok(SourceName(text.to_owned()))
    }

    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for name in ["a", "glossi-prod", "0", &"x".repeat(63)] {
            assert!(SourceName::parse(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "A", "a_b", "a/b", "a.b", "ü", "a b", "a\n", &"x".repeat(64)] {
            assert_eq!(SourceName::parse(name), Err(NotASourceName), "{name}");
        }
    }
}

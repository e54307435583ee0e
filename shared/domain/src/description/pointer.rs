//! Where in a body something is.

use std::fmt;

use serde::de::{Deserialize, Deserializer};

/// A JSON pointer (RFC 6901) into the body: empty, or segments that each begin with `/`. Where a list of outputs is
/// read, a segment `*` stands for every member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer(pub Vec<String>);

/// A text that names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a place is a JSON pointer that begins with a slash, such as `/data/id`, or `header:x-name`, or `id` for the delivery's id, or `query:name` where the URL is looked at"
)]
pub struct NotAFieldPath;

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    /// If the text is neither empty nor begins with a slash.
    pub fn parse(text: &str) -> Result<Pointer, NotAFieldPath> {
        if text.is_empty() {
            return Ok(Pointer(Vec::new()));
        }
        let segments = text.strip_prefix('/').ok_or(NotAFieldPath)?.split('/');
        Ok(Pointer(segments.map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()))
    }

    /// What leads to a list, and from each member of that to the next list: the segments between those that stand for
    /// every member.
    pub(crate) fn levels(&self) -> Vec<&[String]> {
        self.0.split(|segment| segment == "*").collect()
    }

    /// Whether a segment of it stands for every member.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.0.iter().any(|segment| segment == "*")
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1")))
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Pointer::parse(&text).map_err(serde::de::Error::custom)
    }
}

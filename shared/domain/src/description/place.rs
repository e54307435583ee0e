//! Where in a delivery something is.

use serde::de::{Deserialize, Deserializer};

/// A JSON pointer (RFC 6901) into the body: empty, or segments that each begin with `/`. Where a list of outputs is
/// read, a segment `*` stands for every member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer(pub Vec<String>);

/// A header's name, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeaderName(pub String);

/// Where a text stands: `/pointer/into/the/body`, `header:x-name`, or `id` for the delivery's id by the scheme.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the body.
    Body(Pointer),
    /// In a header.
    Header(HeaderName),
    /// In the header that the scheme names as the delivery's id.
    Id,
}

/// A place, or several of which the first that holds something is taken. Written as one text or as a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(pub Vec<Place>);

/// A text that names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a place is a JSON pointer that begins with a slash, such as `/data/id`, or `header:x-name`, or `id` for the delivery's id"
)]
pub struct NotAPlace;

/// A text that is no header's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a header's name is letters, digits and hyphens, such as `x-signature`")]
pub struct NotAHeaderName;

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    /// If the text is neither empty nor begins with a slash.
    pub fn parse(text: &str) -> Result<Pointer, NotAPlace> {
        if text.is_empty() {
            return Ok(Pointer(Vec::new()));
        }
        let segments = text.strip_prefix('/').ok_or(NotAPlace)?.split('/');
        Ok(Pointer(segments.map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()))
    }

    /// Whether a segment of it stands for every member.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.0.iter().any(|segment| segment == "*")
    }
}

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

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Place, NotAPlace> {
        if text == "id" {
            return Ok(Place::Id);
        }
        match text.strip_prefix("header:") {
            Some(name) => HeaderName::parse(name).map(Place::Header).map_err(|_| NotAPlace),
            None => Pointer::parse(text).map(Place::Body),
        }
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Pointer::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for HeaderName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        HeaderName::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Place::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged, expecting = "a place, or a list of places of which the first that holds something is taken")]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        let texts = match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        };
        let places = texts.iter().map(|text| Place::parse(text)).collect::<Result<Vec<_>, _>>();
        places.map(Places).map_err(serde::de::Error::custom)
    }
}

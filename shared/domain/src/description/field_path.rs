//! Where in a delivery something is.

use serde::de::{Deserialize, Deserializer};

use crate::description::{HeaderName, NotAFieldPath, Pointer};

/// Where a text stands: `/pointer/into/the/body`, `header:x-name`, `query:name`, or `id` for the delivery's id by the scheme.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldPath {
    /// In the body.
    Body(Pointer),
    /// In a header.
    Header(HeaderName),
    /// In the header that the scheme names as the delivery's id.
    Id,
    /// In the query of the URL, under this name. It is not kept with an event.
    Query(String),
}

/// A place, or several of which the first that holds something is taken. Written as one text or as a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPaths(pub Vec<FieldPath>);

impl FieldPath {
    /// Reads a place.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<FieldPath, NotAFieldPath> {
        if text == "id" {
            return Ok(FieldPath::Id);
        }
        if let Some(name) = text.strip_prefix("query:") {
            return if name.is_empty() { Err(NotAFieldPath) } else { Ok(FieldPath::Query(name.to_owned())) };
        }
        match text.strip_prefix("header:") {
            Some(name) => HeaderName::parse(name).map(FieldPath::Header).map_err(|_| NotAFieldPath),
            None => Pointer::parse(text).map(FieldPath::Body),
        }
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        FieldPath::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for FieldPaths {
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
        let places = texts.iter().map(|text| FieldPath::parse(text)).collect::<Result<Vec<_>, _>>();
        places.map(FieldPaths).map_err(serde::de::Error::custom)
    }
}

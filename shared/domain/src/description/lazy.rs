//! A part of a description that not everybody needs.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

/// A part of a description that is parsed when it is first needed if it is the catalogue's: a sender waits while ingest
/// parses, and ingest does not need it. An operator's own is parsed at once, since it may be wrong.
#[derive(Clone, Debug)]
pub struct Lazy<T> {
    json: &'static str,
    value: OnceLock<T>,
}

impl<T> Lazy<T> {
    /// What `json` says, which a test must have parsed.
    pub(crate) const fn of(json: &'static str) -> Lazy<T> {
        Lazy { json, value: OnceLock::new() }
    }
}

impl<T: DeserializeOwned> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| serde_json::from_str(self.json).expect("the tests parse every description"))
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Lazy<T> {
        Lazy { json: "", value: value.into() }
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Lazy<T> {
        T::default().into()
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Lazy<T> {
    fn eq(&self, other: &Lazy<T>) -> bool {
        **self == **other
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lazy<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lazy<T>, D::Error> {
        T::deserialize(deserializer).map(Lazy::from)
    }
}

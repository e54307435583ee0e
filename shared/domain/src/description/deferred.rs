//! A part of a description that not everybody needs.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

/// A part of a description that is parsed when it is first needed if it is the catalogue's: a sender waits while ingest
/// parses, and ingest does not need it. An operator's own is parsed at once, since it may be wrong.
#[derive(Clone, Debug)]
pub struct Deferred<T> {
    json: &'static str,
    value: OnceLock<T>,
}

impl<T> Deferred<T> {
    /// What `json` says, which a test must have parsed.
    pub(crate) const fn of(json: &'static str) -> Deferred<T> {
        Deferred { json, value: OnceLock::new() }
    }
}

impl<T: DeserializeOwned> Deref for Deferred<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| serde_json::from_str(self.json).expect("the tests parse every description"))
    }
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Deferred<T> {
        Deferred { json: "", value: value.into() }
    }
}

impl<T: Default> Default for Deferred<T> {
    fn default() -> Deferred<T> {
        T::default().into()
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Deferred<T> {
    fn eq(&self, other: &Deferred<T>) -> bool {
        **self == **other
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Deferred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Deferred<T>, D::Error> {
        T::deserialize(deserializer).map(Deferred::from)
    }
}

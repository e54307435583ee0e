//! The key sets that senders publish, as an instance remembers them.
//!
//! Fetching one makes a sender wait and asks a server that is not ours, so it happens once a lifetime of the keys; and a
//! stranger's signature, which no key fits, must not be able to cause many fetches.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::key_set::KeySetAddress;
use domain::public_keys::PublicKeys;
use domain::time::Timestamp;
use platform::key_sets::KeySets;
use platform::log::{self, Level};
use serde_json::json;

/// A key set that is known is not fetched again within this time because no key of it fits, or because the last fetch
/// failed.
const FETCHES_APART: Duration = Duration::from_secs(30);
/// One of which nothing is known is not fetched again within this time: every delivery is told to come again meanwhile.
const RETRIES_APART: Duration = Duration::from_secs(5);
/// For how long keys whose time is over are used while no newer can be had.
const STALE_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What fetches key sets.
pub(crate) trait Fetch {
    /// Fetches the keys that are published at `address`; or says why it cannot, for the log.
    fn fetch(&self, address: &KeySetAddress) -> impl Future<Output = Result<PublicKeys, String>> + Send;
}

/// The key sets of this instance.
pub(crate) struct KeyCache<F> {
    fetcher: F,
    /// Held while one is fetched, so that whoever waits for the same finds it there.
    flight: tokio::sync::Mutex<()>,
    memory: Mutex<Memory>,
}

/// What is known of a key set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FoundKeys {
    /// These keys. If `is_stale`, newer ones could not be had when they were wanted: what they prove is proven, but what
    /// they refuse may be genuine.
    Known { keys: Arc<PublicKeys>, is_stale: bool },
    /// It cannot be told now; why, for the log.
    Unavailable(String),
}

impl Fetch for KeySets {
    async fn fetch(&self, address: &KeySetAddress) -> Result<PublicKeys, String> {
        KeySets::fetch(self, address).await.map_err(|trouble| trouble.to_string())
    }
}

impl<F: Fetch> KeyCache<F> {
    pub(crate) fn new(fetcher: F) -> KeyCache<F> {
        KeyCache { fetcher, flight: tokio::sync::Mutex::default(), memory: Mutex::default() }
    }

    /// Finds the keys published at `address`, from memory if they are fresh enough.
    pub(crate) async fn find(&self, address: &KeySetAddress, now: Timestamp) -> FoundKeys {
        if let Some(found) = self.memory().recall(address, now) {
            return found;
        }
        let _flight = self.flight.lock().await;
        let landed = self.memory().recall(address, now);
        match landed {
            Some(found) => found,
            None => self.fetch(address, now).await,
        }
    }

    /// Fetches the keys again because none of them fits; `None` if that was done a moment ago.
    pub(crate) async fn refresh(&self, address: &KeySetAddress, now: Timestamp) -> Option<FoundKeys> {
        if !self.memory().may_fetch_again(address, now) {
            return None;
        }
        let _flight = self.flight.lock().await;
        let landed =
            if self.memory().may_fetch_again(address, now) { None } else { self.memory().recall(address, now) };
        match landed {
            Some(found) => Some(found),
            None => Some(self.fetch(address, now).await),
        }
    }

    async fn fetch(&self, address: &KeySetAddress, now: Timestamp) -> FoundKeys {
        let answer = self.fetcher.fetch(address).await;
        if let Err(trouble) = &answer {
            log::write(Level::Error, "key set", json!({"key_set": format!("{address:?}"), "trouble": trouble}));
        }
        self.memory().learn(address, answer, now)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an instance remembers of its fetches. Decides without fetching anything itself.
#[derive(Default)]
struct Memory {
    entries: HashMap<KeySetAddress, Entry>,
}

struct Entry {
    /// When a fetch was last tried.
    tried_at: Timestamp,
    content: Content,
}

enum Content {
    Keys { keys: Arc<PublicKeys>, fetched_at: Timestamp, is_stale: bool },
    Nothing { reason: String },
}

impl Memory {
    /// `None` if it must be fetched.
    fn recall(&self, address: &KeySetAddress, now: Timestamp) -> Option<FoundKeys> {
        let entry = self.entries.get(address)?;
        let until = match &entry.content {
            Content::Keys { fetched_at, is_stale: false, .. } => *fetched_at + address.ttl(),
            Content::Keys { is_stale: true, .. } => entry.tried_at + FETCHES_APART,
            Content::Nothing { .. } => entry.tried_at + RETRIES_APART,
        };
        (now < until).then(|| entry.found())
    }

    fn may_fetch_again(&self, address: &KeySetAddress, now: Timestamp) -> bool {
        self.entries.get(address).is_none_or(|entry| entry.tried_at.until(now) >= FETCHES_APART)
    }

    /// Takes in what a fetch came to. What was known before outlives a failed one, though not for ever: the sender may
    /// have taken a key back.
    fn learn(&mut self, address: &KeySetAddress, answer: Result<PublicKeys, String>, now: Timestamp) -> FoundKeys {
        let content = match (answer, self.entries.remove(address).map(|entry| entry.content)) {
            (Ok(keys), _) => Content::Keys { keys: Arc::new(keys), fetched_at: now, is_stale: false },
            (Err(_), Some(Content::Keys { keys, fetched_at, .. })) if now < fetched_at + address.ttl() + STALE_FOR => {
                Content::Keys { keys, fetched_at, is_stale: true }
            }
            (Err(reason), _) => Content::Nothing { reason },
        };
        let entry = Entry { tried_at: now, content };
        let found = entry.found();
        self.entries.insert(address.clone(), entry);
        found
    }
}

impl Entry {
    fn found(&self) -> FoundKeys {
        match &self.content {
            Content::Keys { keys, is_stale, .. } => FoundKeys::Known { keys: Arc::clone(keys), is_stale: *is_stale },
            Content::Nothing { reason } => FoundKeys::Unavailable(reason.clone()),
        }
    }
}

#[cfg(test)]
mod tests;

//! A cache that goes on with what it had while nothing newer can be read.
//!
//! It reads nothing itself: [`StaleCache::recall`] says whether a read is due, and [`StaleCache::learn`] takes in what
//! the read came to. How long anything counts is the caller's [`Policy`], which may differ from call to call.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::time::Timestamp;

/// For how long what was read counts.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// A value is not read again within this time.
    pub fresh_for: Duration,
    /// A value that is no longer fresh is used for this much longer while reads fail.
    pub stale_for: Duration,
    /// A key is not read again within this time, even if its value is stale, invalidated or in doubt.
    pub reads_apart: Duration,
    /// A key of which only a failed read is known is not read again within this time.
    pub retry_after: Duration,
    /// A key that has no value is not read again within this time.
    pub absent_for: Duration,
    /// How many keys are remembered.
    pub capacity: usize,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<V, E> {
    /// Its value.
    Value {
        /// The value.
        value: V,
        /// Whether the last read failed: the value may be out of date.
        is_stale: bool,
    },
    /// It has no value.
    Absent,
    /// It could not be read.
    Error(E),
}

/// What the cache answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recall<V, E> {
    /// This is known, and still counts.
    Found(Found<V, E>),
    /// The key is known, and must be read again.
    Read,
    /// Nothing is known of the key: it must be read for the first time. A stranger may have made it up.
    FirstRead,
}

/// What was read, by key.
#[derive(Debug)]
pub struct StaleCache<K, V, E> {
    entries: HashMap<K, Entry<V, E>>,
}

#[derive(Debug)]
struct Entry<V, E> {
    read_at: Timestamp,
    /// Whether somebody has seen signs that the value has changed.
    is_invalidated: bool,
    content: Content<V, E>,
}

#[derive(Debug)]
enum Content<V, E> {
    Fresh(V),
    /// The last read failed. The value counts until `expires_at`.
    Stale {
        value: V,
        value_read_at: Timestamp,
        expires_at: Timestamp,
    },
    Absent,
    Error(E),
}

impl<K, V, E> Default for StaleCache<K, V, E> {
    fn default() -> StaleCache<K, V, E> {
        StaleCache { entries: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash, V: Clone, E: Clone> StaleCache<K, V, E> {
    /// What is known of `key`, or that it must be read.
    #[must_use]
    pub fn recall(&self, key: &K, policy: &Policy, now: Timestamp) -> Recall<V, E> {
        match self.entries.get(key) {
            Some(entry) if now < entry.expires_at(policy) => Recall::Found(entry.found()),
            None | Some(Entry { content: Content::Absent, .. }) => Recall::FirstRead,
            Some(_) => Recall::Read,
        }
    }

    /// Whether `key` may be read before its time, because somebody doubts what is known of it.
    #[must_use]
    pub fn may_read_again(&self, key: &K, policy: &Policy, now: Timestamp) -> bool {
        self.entries.get(key).is_none_or(|entry| entry.read_at.until(now) >= policy.reads_apart)
    }

    /// Whether a value of `key` is known.
    #[must_use]
    pub fn has_value(&self, key: &K) -> bool {
        self.entries.get(key).is_some_and(Entry::has_value)
    }

    /// Has `key` read again as soon as it may be.
    pub fn invalidate(&mut self, key: &K) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.is_invalidated = true;
        }
    }

    /// Takes in what a read of `key` came to: its value, that there is none, or an error. A value that was known before
    /// outlives an error, for as long as the strictest policy of the errors since then says, but not its absence.
    pub fn learn(&mut self, key: &K, read: Result<Option<V>, E>, policy: &Policy, now: Timestamp) -> Found<V, E> {
        let earlier = self.entries.remove(key).map(|entry| (entry.content, entry.read_at));
        let stale_until = |value_read_at: Timestamp| value_read_at + policy.fresh_for + policy.stale_for;
        let content = match (read, earlier) {
            (Ok(Some(value)), _) => Content::Fresh(value),
            (Ok(None), _) => Content::Absent,
            (Err(error), Some((Content::Fresh(value), value_read_at))) => {
                Content::stale(value, value_read_at, stale_until(value_read_at), error, now)
            }
            (Err(error), Some((Content::Stale { value, value_read_at, expires_at }, _))) => {
                let expires_at = expires_at.min(stale_until(value_read_at));
                Content::stale(value, value_read_at, expires_at, error, now)
            }
            (Err(error), _) => Content::Error(error),
        };
        let entry = Entry { read_at: now, is_invalidated: false, content };
        let found = entry.found();
        if self.has_room(&entry, policy, now) {
            self.entries.insert(key.clone(), entry);
        }
        found
    }

    /// Makes room for `entry`, and says whether there is any. Keys without a value, which strangers may have made up,
    /// are the first to go and never displace a value.
    fn has_room(&mut self, entry: &Entry<V, E>, policy: &Policy, now: Timestamp) -> bool {
        if self.entries.len() >= policy.capacity {
            self.entries.retain(|_, entry| entry.has_value() || now < entry.expires_at(policy));
        }
        if self.entries.len() >= policy.capacity && entry.has_value() {
            let last = self.entries.iter().min_by_key(|(_, entry)| (entry.has_value(), entry.read_at));
            if let Some(key) = last.map(|(key, _)| key.clone()) {
                self.entries.remove(&key);
            }
        }
        self.entries.len() < policy.capacity
    }
}

impl<V, E> Content<V, E> {
    /// What is left of a value after `error`.
    fn stale(value: V, value_read_at: Timestamp, expires_at: Timestamp, error: E, now: Timestamp) -> Content<V, E> {
        if now < expires_at { Content::Stale { value, value_read_at, expires_at } } else { Content::Error(error) }
    }
}

impl<V: Clone, E: Clone> Entry<V, E> {
    fn has_value(&self) -> bool {
        matches!(self.content, Content::Fresh(_) | Content::Stale { .. })
    }

    /// When the key must be read again.
    fn expires_at(&self, policy: &Policy) -> Timestamp {
        match &self.content {
            Content::Fresh(_) if self.is_invalidated => self.read_at + policy.reads_apart,
            Content::Fresh(_) => self.read_at + policy.fresh_for,
            Content::Stale { expires_at, .. } => (*expires_at).min(self.read_at + policy.reads_apart),
            Content::Absent => self.read_at + policy.absent_for,
            Content::Error(_) => self.read_at + policy.retry_after,
        }
    }

    fn found(&self) -> Found<V, E> {
        match &self.content {
            Content::Fresh(value) => Found::Value { value: value.clone(), is_stale: false },
            Content::Stale { value, .. } => Found::Value { value: value.clone(), is_stale: true },
            Content::Absent => Found::Absent,
            Content::Error(error) => Found::Error(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests;

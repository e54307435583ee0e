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
    /// outlives an error, but not its absence.
    pub fn learn(&mut self, key: &K, read: Result<Option<V>, E>, policy: &Policy, now: Timestamp) -> Found<V, E> {
        let earlier = self.entries.remove(key).map(|entry| (entry.content, entry.read_at));
        let content = match (read, earlier) {
            (Ok(Some(value)), _) => Content::Fresh(value),
            (Ok(None), _) => Content::Absent,
            (Err(error), Some((Content::Fresh(value), value_read_at)))
            | (Err(error), Some((Content::Stale { value, value_read_at, .. }, _))) => {
                let expires_at = value_read_at + policy.fresh_for + policy.stale_for;
                if now < expires_at {
                    Content::Stale { value, value_read_at, expires_at }
                } else {
                    Content::Error(error)
                }
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
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        fresh_for: Duration::from_secs(300),
        stale_for: Duration::from_secs(600),
        reads_apart: Duration::from_secs(30),
        retry_after: Duration::from_secs(5),
        absent_for: Duration::from_secs(60),
        capacity: 4,
    };

    type Cache = StaleCache<u32, &'static str, &'static str>;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000) + Duration::from_secs(second)
    }

    fn render(recall: Recall<&str, &str>) -> String {
        match recall {
            Recall::Read => "read".to_owned(),
            Recall::FirstRead => "first read".to_owned(),
            Recall::Found(Found::Value { value, is_stale: false }) => value.to_owned(),
            Recall::Found(Found::Value { value, is_stale: true }) => format!("stale {value}"),
            Recall::Found(Found::Absent) => "absent".to_owned(),
            Recall::Found(Found::Error(error)) => error.to_owned(),
        }
    }

    type Read = (u64, Result<Option<&'static str>, &'static str>);

    /// Learns what was read at each second, and checks what is recalled at others.
    fn check(reads: &[Read], expected: &[(u64, &str)]) {
        let mut cache = Cache::default();
        for (second, read) in reads {
            let found = cache.learn(&1, *read, &POLICY, at(*second));
            assert_eq!(cache.recall(&1, &POLICY, at(*second)), Recall::Found(found));
        }
        for (second, text) in expected {
            assert_eq!(render(cache.recall(&1, &POLICY, at(*second))), *text, "{reads:?} at {second}");
        }
    }

    #[test]
    fn each_kind_of_answer_counts_for_its_time() {
        check(&[], &[(0, "first read")]);
        check(&[(0, Ok(Some("a")))], &[(299, "a"), (300, "read")]);
        check(&[(0, Ok(None))], &[(59, "absent"), (60, "first read")]);
        check(&[(0, Err("down"))], &[(4, "down"), (5, "read")]);
    }

    #[test]
    fn a_value_outlives_failed_reads_for_a_while() {
        let known = (0, Ok(Some("a")));
        check(&[known, (300, Err("down"))], &[(329, "stale a"), (330, "read")]);
        check(&[known, (300, Err("down")), (330, Ok(Some("b")))], &[(331, "b"), (629, "b"), (630, "read")]);
        check(&[known, (300, Err("down")), (890, Err("down"))], &[(899, "stale a"), (900, "read")]);
        check(&[known, (300, Err("down")), (900, Err("down"))], &[(904, "down"), (905, "read")]);
    }

    #[test]
    fn no_value_outlives_its_absence() {
        check(&[(0, Ok(Some("a"))), (300, Ok(None))], &[(301, "absent")]);
        check(&[(0, Ok(None)), (60, Ok(Some("a")))], &[(61, "a")]);
    }

    #[test]
    fn what_is_invalidated_is_read_again_as_soon_as_it_may_be() {
        let mut cache = Cache::default();
        cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
        cache.invalidate(&1);
        cache.invalidate(&2);
        assert_eq!(render(cache.recall(&1, &POLICY, at(29))), "a");
        assert_eq!(render(cache.recall(&1, &POLICY, at(30))), "read");
    }

    #[test]
    fn a_doubt_causes_a_read_only_now_and_then() {
        let mut cache = Cache::default();
        assert!(cache.may_read_again(&1, &POLICY, at(0)));
        cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
        assert!(!cache.may_read_again(&1, &POLICY, at(29)));
        assert!(cache.may_read_again(&1, &POLICY, at(30)));
    }

    #[test]
    fn the_policy_of_each_call_counts() {
        let mut cache = Cache::default();
        cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
        let longer = Policy { fresh_for: Duration::from_secs(400), ..POLICY };
        assert_eq!(render(cache.recall(&1, &longer, at(399))), "a");
        let never_stale = Policy { stale_for: Duration::ZERO, ..POLICY };
        cache.learn(&1, Err("broken"), &never_stale, at(299));
        assert_eq!(render(cache.recall(&1, &POLICY, at(299))), "stale a");
        assert_eq!(render(cache.recall(&1, &POLICY, at(300))), "read");
    }

    #[test]
    fn the_memory_is_bounded_and_strangers_displace_no_value() {
        let mut cache = Cache::default();
        cache.learn(&1, Ok(Some("a")), &POLICY, at(0));
        for key in 100..200 {
            cache.learn(&key, if key % 2 == 0 { Ok(None) } else { Err("down") }, &POLICY, at(1));
        }
        assert_eq!(cache.entries.len(), POLICY.capacity);
        assert!(cache.has_value(&1) && !cache.has_value(&100));
        for key in 2..=5 {
            cache.learn(&key, Ok(Some("b")), &POLICY, at(u64::from(key)));
        }
        assert_eq!(cache.entries.len(), POLICY.capacity);
        let known = [1, 2, 3, 4, 5].map(|key| cache.has_value(&key));
        assert_eq!(known, [false, true, true, true, true], "the one read longest ago has gone");
    }
}

//! Who works on which event, and which are done.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Any error: the record that met it stays on the queue.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Seconds since the epoch.
pub type Clock = fn() -> u64;

/// How long a claim holds without an end. Longer than the function's time-out, so that it lapses only after a crash;
/// shorter than the queue's visibility time-out, so that it has lapsed when the message comes again.
#[derive(Clone, Copy, Debug)]
pub struct LeaseSeconds(pub u64);

/// What came of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody had it, or its lease had lapsed: it is ours.
    Mine,
    /// Somebody is at it.
    Busy,
    /// It is done.
    Done,
}

/// A claim ends by itself: a crash must not hold an event for ever.
pub trait Claims {
    /// Takes `key`.
    fn claim(&self, key: &str, token: &str) -> impl Future<Output = Result<Claim, Error>> + Send;
    /// Marks `key` done, so that it is never taken again.
    fn complete(&self, key: &str, token: &str) -> impl Future<Output = Result<(), Error>> + Send;
    /// Gives `key` back, so that the next receive can take it at once.
    fn release(&self, key: &str, token: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// For tests and a single process: a restart forgets everything.
#[derive(Debug)]
pub struct MemoryClaims<N> {
    lease: LeaseSeconds,
    now: N,
    entries: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    token: String,
    /// None once it is done.
    lease_until: Option<u64>,
}

impl<N: Fn() -> u64> MemoryClaims<N> {
    /// No claims yet.
    pub fn new(lease: LeaseSeconds, now: N) -> MemoryClaims<N> {
        MemoryClaims { lease, now, entries: Mutex::default() }
    }

    /// The same with another's claim on `key`: until `lease_until`, or done.
    #[must_use]
    pub fn with(self, key: &str, lease_until: Option<u64>) -> MemoryClaims<N> {
        self.entries().insert(key.to_owned(), Entry { token: "another".to_owned(), lease_until });
        self
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N: Fn() -> u64 + Sync> Claims for MemoryClaims<N> {
    async fn claim(&self, key: &str, token: &str) -> Result<Claim, Error> {
        let now = (self.now)();
        let mut entries = self.entries();
        match entries.get(key).map(|entry| entry.lease_until) {
            Some(None) => Ok(Claim::Done),
            Some(Some(lease_until)) if lease_until > now => Ok(Claim::Busy),
            Some(Some(_)) | None => {
                let entry = Entry { token: token.to_owned(), lease_until: Some(now + self.lease.0) };
                entries.insert(key.to_owned(), entry);
                Ok(Claim::Mine)
            }
        }
    }

    async fn complete(&self, key: &str, token: &str) -> Result<(), Error> {
        if let Some(entry) = self.entries().get_mut(key).filter(|entry| entry.token == token) {
            entry.lease_until = None;
        }
        Ok(())
    }

    async fn release(&self, key: &str, token: &str) -> Result<(), Error> {
        let mut entries = self.entries();
        if entries.get(key).is_some_and(|entry| entry.token == token) {
            entries.remove(key);
        }
        Ok(())
    }
}

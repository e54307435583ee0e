//! The key sets and certificates that senders publish, as an instance remembers them.
//!
//! Fetching one makes a sender wait and asks a server that is not ours, so it happens once a lifetime of the keys; and a
//! stranger's signature, which no key fits, must not be able to cause many fetches.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::source::key_set::{KeyDocument, KeySetAddress};
use domain::source::public_keys::PublicKeys;
use domain::source::ration::Ration;
use domain::stale_cache::{Found, Policy, Recall, StaleCache};
use domain::time::Timestamp;
use platform::key_sets::KeySets;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use serde_json::json;

/// What fetches key sets.
pub(crate) trait Fetch {
    /// Fetches the keys that are published at `address`; `None` if a delivery names a certificate that does
    /// not exist, or is of no use now.
    fn fetch(&self, address: &KeySetAddress) -> impl Future<Output = Result<Option<PublicKeys>, ServiceError>> + Send;
}

/// The keys, and whether newer ones could not be had when they were wanted: what they prove is proven then, but what they
/// refuse may be genuine.
pub(crate) type FoundKeys = Result<(Arc<PublicKeys>, bool), Arc<ServiceError>>;

/// Of the certificates that an instance knows nothing of, which strangers may have made up, so many are asked for in this
/// time. A sender has few, and each is known for a day.
const UNKNOWN_CERTIFICATES: (u32, Duration) = (10, Duration::from_secs(60));
/// A certificate that does not exist is not asked for again within this time.
const CERTIFICATE_ABSENT_FOR: Duration = Duration::from_secs(60);

/// The key sets of this instance.
pub(crate) struct KeyCache<F> {
    fetcher: F,
    unknown_certificates: Mutex<Ration>,
    /// Held while one is fetched, so that whoever waits for the same finds it there.
    flight: tokio::sync::Mutex<()>,
    known: Mutex<StaleCache<KeySetAddress, Arc<PublicKeys>, Arc<ServiceError>>>,
}

impl Fetch for KeySets {
    async fn fetch(&self, address: &KeySetAddress) -> Result<Option<PublicKeys>, ServiceError> {
        KeySets::fetch(self, address).await
    }
}

/// For how long the keys at `address` count.
const fn policy(address: &KeySetAddress) -> Policy {
    Policy {
        fresh_for: address.ttl(),
        // Not for ever: the sender may have taken a key back.
        stale_for: Duration::from_secs(24 * 60 * 60),
        reads_apart: Duration::from_secs(30),
        // Every delivery is told to come again meanwhile.
        retry_after: Duration::from_secs(5),
        absent_for: CERTIFICATE_ABSENT_FOR,
        capacity: 256,
    }
}

impl<F: Fetch> KeyCache<F> {
    pub(crate) fn new(fetcher: F) -> KeyCache<F> {
        let (certificates, within) = UNKNOWN_CERTIFICATES;
        KeyCache {
            fetcher,
            unknown_certificates: Mutex::new(Ration::new(certificates, within)),
            flight: tokio::sync::Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// Finds the keys published at `address`, from memory if they are fresh enough.
    pub(crate) async fn find(&self, address: &KeySetAddress, now: Timestamp) -> FoundKeys {
        if let Some(found) = self.recall(address, now) {
            return found;
        }
        let _flight = self.flight.lock().await;
        match self.recall(address, now) {
            Some(found) => found,
            None if !self.may_fetch(address, now) => Err(Arc::new(ServiceError::retryable(
                "fetching the sender's keys",
                "too many unknown certificates are named",
            ))),
            None => self.fetch(address, now).await,
        }
    }

    /// Has the keys fetched again because none of them fits; `false` if that was done a moment ago.
    pub(crate) async fn refresh(&self, address: &KeySetAddress, now: Timestamp) -> bool {
        if !self.may_fetch_again(address, now) {
            return false;
        }
        let _flight = self.flight.lock().await;
        if self.may_fetch_again(address, now) {
            let _ = self.fetch(address, now).await;
        }
        true
    }

    async fn fetch(&self, address: &KeySetAddress, now: Timestamp) -> FoundKeys {
        let fetched = self.fetcher.fetch(address).await;
        if let Err(error) = &fetched {
            let trouble = error.to_string();
            log::write(Level::Error, "key set", json!({"key_set": format!("{address:?}"), "trouble": trouble}));
        }
        let fetched = fetched.map(|keys| keys.map(Arc::new)).map_err(Arc::new);
        keys(self.known().learn(address, fetched, &policy(address), now))
    }

    /// `None` if they must be fetched.
    fn recall(&self, address: &KeySetAddress, now: Timestamp) -> Option<FoundKeys> {
        match self.known().recall(address, &policy(address), now) {
            Recall::Found(found) => Some(keys(found)),
            Recall::Read | Recall::FirstRead => None,
        }
    }

    /// Whether keys may be fetched of which nothing is known, or only that they could not be had.
    fn may_fetch(&self, address: &KeySetAddress, now: Timestamp) -> bool {
        let is_rationed = address.document() == KeyDocument::Certificate && !self.known().has_value(address);
        !is_rationed || self.unknown_certificates.lock().unwrap_or_else(PoisonError::into_inner).take(now)
    }

    fn may_fetch_again(&self, address: &KeySetAddress, now: Timestamp) -> bool {
        self.known().may_read_again(address, &policy(address), now)
    }

    fn known(&self) -> MutexGuard<'_, StaleCache<KeySetAddress, Arc<PublicKeys>, Arc<ServiceError>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keys(found: Found<Arc<PublicKeys>, Arc<ServiceError>>) -> FoundKeys {
    match found {
        Found::Value { value, is_stale } => Ok((value, is_stale)),
        // A certificate that does not exist or is of no use: nothing is proven by it.
        Found::Absent => Ok((Arc::default(), false)),
        Found::Error(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;

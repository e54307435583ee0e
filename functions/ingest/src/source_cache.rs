//! The configured sources, as an instance remembers them.
//!
//! Reading a secret costs time and money, so it never happens per delivery; and it happens before verification, so a
//! stranger must not be able to cause many reads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ration::Ration;
use domain::source::source_name::SourceName;
use domain::source::{Source, SourceError};
use domain::stale_cache::{Found, Policy, Recall, StaleCache};
use domain::time::Timestamp;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use platform::sources::{FRESH_FOR, Lookup, READS_APART, Sources};
use serde_json::json;

const POLICY: Policy = Policy {
    fresh_for: FRESH_FOR,
    // A source outlives any failure to read it, but not its deletion: a year is for ever.
    stale_for: Duration::from_secs(365 * 24 * 60 * 60),
    reads_apart: READS_APART,
    retry_after: READS_APART,
    absent_for: Duration::from_secs(60),
    capacity: 1024,
};
/// How many names that are not known yet are looked up in a second. A stranger's guesses beyond are told to come
/// again, as is a genuine sender that comes first in such a second.
const FIRST_READS_PER_SECOND: u32 = 5;

/// What is known about a name.
pub(crate) type FoundSource = Found<Arc<Source>, SourceUnavailable>;

/// The sources of this instance.
pub(crate) struct SourceCache {
    sources: Sources,
    known: Mutex<KnownSources>,
}

/// Why it cannot be told what source has a name.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SourceUnavailable {
    /// Its secret cannot be read.
    #[error(transparent)]
    Service(Arc<ServiceError>),
    /// An operator must correct its secret.
    #[error("the source's secret cannot be used: {0}")]
    Secret(Arc<SourceError>),
    /// Too many names come that are not known.
    #[error("too many unknown source names are asked for")]
    Rationed,
}

impl SourceCache {
    pub(crate) fn new(sources: Sources) -> SourceCache {
        SourceCache { sources, known: Mutex::default() }
    }

    /// Finds the source `name`, from memory if that is fresh enough.
    pub(crate) async fn find(&self, name: &SourceName, now: Timestamp) -> FoundSource {
        let recalled = self.known().recall(name, now);
        match recalled {
            Some(found) => found,
            None => self.read(name, now).await,
        }
    }

    /// Reads the source `name` again because a delivery was refused; `false` if it was read a moment ago.
    pub(crate) async fn refresh(&self, name: &SourceName, now: Timestamp) -> bool {
        let may_read_again = self.known().sources.may_read_again(name, &POLICY, now);
        if may_read_again {
            self.read(name, now).await;
        }
        may_read_again
    }

    async fn read(&self, name: &SourceName, now: Timestamp) -> FoundSource {
        let read = match self.sources.read(name).await {
            Ok(Lookup::Known(source)) => Ok(Some(Arc::from(source))),
            Ok(Lookup::Unknown) => Ok(None),
            Ok(Lookup::Broken(error)) => Err(SourceUnavailable::Secret(Arc::new(error))),
            Err(error) => Err(SourceUnavailable::Service(Arc::new(error))),
        };
        self.known().learn(name, read, now)
    }

    fn known(&self) -> MutexGuard<'_, KnownSources> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an instance remembers of its reads. Decides without reading anything itself.
struct KnownSources {
    sources: StaleCache<SourceName, Arc<Source>, SourceUnavailable>,
    first_reads: Ration,
}

impl Default for KnownSources {
    fn default() -> KnownSources {
        let first_reads = Ration::new(FIRST_READS_PER_SECOND, Duration::from_secs(1));
        KnownSources { sources: StaleCache::default(), first_reads }
    }
}

impl KnownSources {
    /// `None` if the source must be read.
    fn recall(&mut self, name: &SourceName, now: Timestamp) -> Option<FoundSource> {
        match self.sources.recall(name, &POLICY, now) {
            Recall::Found(found) => Some(found),
            Recall::Read => None,
            Recall::FirstRead if self.first_reads.take(now) => None,
            Recall::FirstRead => Some(Found::Error(SourceUnavailable::Rationed)),
        }
    }

    /// Takes in what a read came to, and tells the operator what should be known of it.
    fn learn(
        &mut self,
        name: &SourceName,
        read: Result<Option<Arc<Source>>, SourceUnavailable>,
        now: Timestamp,
    ) -> FoundSource {
        match &read {
            Ok(Some(source)) if !self.sources.has_value(name) => {
                for warning in &source.warnings {
                    log::write(Level::Warn, "source", json!({"source": name.as_str(), "warning": warning}));
                }
            }
            // Without a value, each delivery tells.
            Err(error) if self.sources.has_value(name) => {
                let trouble = error.to_string();
                log::write(Level::Error, "source", json!({"source": name.as_str(), "trouble": trouble, "stale": true}));
            }
            Ok(_) | Err(_) => {}
        }
        self.sources.learn(name, read, &POLICY, now)
    }
}

#[cfg(test)]
mod tests;

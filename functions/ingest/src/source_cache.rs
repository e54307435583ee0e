//! The configured sources, as an instance remembers them.
//!
//! Reading a secret costs time and money, so it never happens per delivery; and it happens before verification, so a
//! stranger must not be able to cause many reads. Which names belong to sources, the directory says that the sweep writes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::source::lookup_limiter::{Lookup, LookupLimiter};
use domain::source::source_name::SourceName;
use domain::source::{Source, SourceError};
use domain::stale_cache::{Found, Policy, Recall, StaleCache};
use domain::time::Timestamp;
use domain::time::time_scale::TimeScale;
use platform::ledger::Ledger;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use platform::sources::{self, FRESH_FOR, READS_APART, Sources};
use serde_json::json;

const POLICY: Policy = Policy {
    fresh_for: FRESH_FOR,
    // A source outlives any failure to reach its secret, but not its deletion: a year is for ever.
    stale_for: Duration::from_secs(365 * 24 * 60 * 60),
    reads_apart: READS_APART,
    retry_after: READS_APART,
    absent_for: Duration::from_secs(60),
    capacity: 1024,
};
/// Of a secret that can be read and cannot be used. Its operator has changed it, perhaps to take away what has leaked: what
/// was known before counts no longer than if the change had gone well.
const BROKEN_POLICY: Policy = Policy { stale_for: Duration::ZERO, ..POLICY };

/// What is known about a name.
pub(crate) type FoundSource = Found<Arc<Source>, SourceUnavailable>;

/// The sources of this instance.
pub(crate) struct SourceCache {
    sources: Sources,
    ledger: Ledger,
    known: Arc<Mutex<KnownSources>>,
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
    /// It is not among the sources, unless it was made by hand a moment ago.
    #[error("no source of this name is listed")]
    Unlisted,
    /// Too many names come that are not known.
    #[error("too many unknown source names were requested")]
    Limited,
}

impl SourceCache {
    pub(crate) fn new(sources: Sources, ledger: Ledger, scale: TimeScale) -> SourceCache {
        SourceCache { sources, ledger, known: Arc::new(Mutex::new(KnownSources::new(scale))) }
    }

    /// Finds the source `name`, from memory if that is fresh enough.
    pub(crate) async fn find(&self, name: &SourceName, now: Timestamp) -> FoundSource {
        let mut next = self.known().next(name, now);
        if let Next::ReadDirectory = next {
            read_directory(&self.ledger, &self.known).await;
            next = self.known().next(name, now);
        }
        match next {
            Next::Answer(found) => found,
            Next::Read => self.read(name, now).await,
            Next::ReadBesideDirectory => {
                // On a task of its own: no delivery waits for it.
                let (ledger, known) = (self.ledger.clone(), Arc::clone(&self.known));
                tokio::spawn(async move { read_directory(&ledger, &known).await });
                self.read(name, now).await
            }
            // It was read a moment ago.
            Next::ReadDirectory => Found::Error(SourceUnavailable::Limited),
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
            Ok(sources::Lookup::Known(source)) => Ok(Some(Arc::from(source))),
            Ok(sources::Lookup::Unknown) => Ok(None),
            Ok(sources::Lookup::Broken(error)) => Err(SourceUnavailable::Secret(Arc::new(error))),
            Err(error) => Err(SourceUnavailable::Service(Arc::new(error))),
        };
        self.known().learn(name, read, now)
    }

    fn known(&self) -> MutexGuard<'_, KnownSources> {
        lock(&self.known)
    }
}

/// Reads the directory. Without one that is newer, what was known of it counts on.
async fn read_directory(ledger: &Ledger, known: &Mutex<KnownSources>) {
    match ledger.source_directory().await {
        Ok(directory) => lock(known).limiter.learn(directory),
        Err(error) => log::write(Level::Warn, "source directory", json!({"trouble": error.to_string()})),
    }
}

fn lock(known: &Mutex<KnownSources>) -> MutexGuard<'_, KnownSources> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an instance remembers of its reads. Decides without reading anything itself.
struct KnownSources {
    sources: StaleCache<SourceName, Arc<Source>, SourceUnavailable>,
    limiter: LookupLimiter,
}

/// What is done to find a source.
enum Next {
    /// This is known.
    Answer(FoundSource),
    /// Its secret is read.
    Read,
    /// The same, and the directory beside it.
    ReadBesideDirectory,
    /// The directory is read first.
    ReadDirectory,
}

impl KnownSources {
    fn new(scale: TimeScale) -> KnownSources {
        KnownSources { sources: StaleCache::default(), limiter: LookupLimiter::new(scale) }
    }

    fn next(&mut self, name: &SourceName, now: Timestamp) -> Next {
        match self.sources.recall(name, &POLICY, now) {
            Recall::Found(found) => Next::Answer(found),
            Recall::Read => Next::Read,
            Recall::FirstRead => match self.limiter.decide(name, now) {
                Lookup::Allowed => Next::Read,
                Lookup::AllowedBesideDirectory => Next::ReadBesideDirectory,
                Lookup::AfterDirectory => Next::ReadDirectory,
                Lookup::Unlisted => Next::Answer(Found::Error(SourceUnavailable::Unlisted)),
                Lookup::Limited => Next::Answer(Found::Error(SourceUnavailable::Limited)),
            },
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
        let policy = if matches!(read, Err(SourceUnavailable::Secret(_))) { BROKEN_POLICY } else { POLICY };
        self.sources.learn(name, read, &policy, now)
    }
}

#[cfg(test)]
mod tests;

//! What deliveries are held against: the source, and the keys that its sender publishes.

use std::sync::Arc;

use domain::public_keys::PublicKeys;
use domain::source::Source;
use domain::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::Refusal;
use platform::key_sets::KeySets;

use crate::key_cache::{FoundKeys, KeyCache};
use crate::source_cache::{FoundSource, SourceCache};

/// What this instance knows of senders.
pub(crate) struct References {
    pub(crate) sources: SourceCache,
    pub(crate) keys: KeyCache<KeySets>,
}

/// What is known of the sender behind a source's name.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// Enough to verify a delivery.
    Known(Reference),
    /// No source has that name.
    Unknown,
    /// It cannot be told now; why, for the log.
    Unavailable(String),
}

/// What a delivery of a known sender is held against.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) source: Arc<Source>,
    /// Those that it publishes; none of one that does not.
    pub(crate) published: Arc<PublicKeys>,
    /// Why what it refuses may be genuine all the same: something could not be read when it should have been.
    pub(crate) stale: Option<&'static str>,
}

impl References {
    /// Finds the sender behind the source `name`.
    pub(crate) async fn find(&self, name: &SourceName, now: Timestamp) -> Found {
        match self.sources.find(name, now).await {
            FoundSource::Known { source, is_stale } => self.with_keys(source, is_stale, now).await,
            FoundSource::Unknown => Found::Unknown,
            FoundSource::Unavailable(reason) => Found::Unavailable(reason),
        }
    }

    /// Finds it anew because a delivery was refused; `None` if nothing can have changed since a moment ago.
    pub(crate) async fn refresh(
        &self,
        name: &SourceName,
        reference: &Reference,
        refusal: Refusal,
        now: Timestamp,
    ) -> Option<Found> {
        let source = self.sources.refresh(name, now).await;
        let keys = match reference.source.credentials.key_set() {
            Some(address) if refusal == Refusal::SignatureWrong => self.keys.refresh(address, now).await,
            _ => None,
        };
        if source.is_none() && keys.is_none() { None } else { Some(self.find(name, now).await) }
    }

    async fn with_keys(&self, source: Arc<Source>, is_stale: bool, now: Timestamp) -> Found {
        let stale = is_stale.then_some("the source's secret could not be read anew");
        let Some(address) = source.credentials.key_set() else {
            return Found::Known(Reference { source, published: Arc::default(), stale });
        };
        match self.keys.find(address, now).await {
            FoundKeys::Known { keys, is_stale } => {
                let stale = stale.or(is_stale.then_some("the sender's key set could not be fetched anew"));
                Found::Known(Reference { source, published: keys, stale })
            }
            FoundKeys::Unavailable(reason) => Found::Unavailable(reason),
        }
    }
}

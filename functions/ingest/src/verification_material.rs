//! What deliveries are verified with: the source, and the keys that its sender publishes.

use std::sync::Arc;

use domain::delivery::Delivery;
use domain::source::Source;
use domain::source::public_keys::PublicKeys;
use domain::source::source_name::SourceName;
use domain::stale_cache::Found;
use domain::time::Timestamp;
use domain::verify::{Refusal, published_at};
use platform::key_sets::KeySets;
use platform::service_error::ServiceError;

use crate::key_cache::KeyCache;
use crate::source_cache::{SourceCache, SourceUnavailable};

/// What this instance knows of senders.
pub(crate) struct MaterialCache {
    pub(crate) sources: SourceCache,
    pub(crate) keys: KeyCache<KeySets>,
}

/// What a delivery is verified with.
#[derive(Clone, Debug)]
pub(crate) struct VerificationMaterial {
    pub(crate) source: Arc<Source>,
    /// The keys that its sender publishes; none of one that does not.
    pub(crate) published: Arc<PublicKeys>,
    /// Why what it refuses may be genuine all the same: something could not be read when it should have been.
    pub(crate) stale: Option<&'static str>,
}

/// Why a delivery cannot be verified.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum MaterialError {
    /// No source has that name.
    #[error("no source has that name")]
    UnknownSource,
    /// It cannot be told now.
    #[error(transparent)]
    Source(SourceUnavailable),
    /// The sender's keys cannot be had now.
    #[error(transparent)]
    Keys(Arc<ServiceError>),
}

impl MaterialCache {
    /// Finds what `delivery` to the source `name` is verified with.
    pub(crate) async fn find(
        &self,
        name: &SourceName,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<VerificationMaterial, MaterialError> {
        let (source, is_stale) = match self.sources.find(name, now).await {
            Found::Value { value, is_stale } => (value, is_stale),
            Found::Absent => return Err(MaterialError::UnknownSource),
            Found::Error(error) => return Err(MaterialError::Source(error)),
        };
        let stale = is_stale.then_some("the source's secret could not be read again");
        let Some(address) = published_at(delivery, &source) else {
            return Ok(VerificationMaterial { source, published: Arc::default(), stale });
        };
        let (published, is_stale) = self.keys.find(&address, now).await.map_err(MaterialError::Keys)?;
        let stale = stale.or(is_stale.then_some("the sender's key set could not be fetched again"));
        drop(address);
        Ok(VerificationMaterial { source, published, stale })
    }

    /// Finds it anew because a delivery was refused; `None` if that cannot turn the refusal around, or nothing can have
    /// changed since a moment ago.
    pub(crate) async fn refresh(
        &self,
        name: &SourceName,
        delivery: &Delivery,
        material: &VerificationMaterial,
        refusal: Refusal,
        now: Timestamp,
    ) -> Option<Result<VerificationMaterial, MaterialError>> {
        if !refusal.may_be_outdated() {
            return None;
        }
        let has_read = self.sources.refresh(name, now).await;
        let has_fetched = match material.source.credentials.key_set() {
            Some(address) if refusal == Refusal::SignatureWrong => self.keys.refresh(address, now).await,
            _ => false,
        };
        if has_read || has_fetched { Some(self.find(name, delivery, now).await) } else { None }
    }
}

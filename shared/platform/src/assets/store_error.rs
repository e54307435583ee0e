//! What keeps a copy from being made.

use domain::download::error::FetchError;

use crate::service_error::ServiceError;

/// What S3 says to a write on the condition that nothing stands there.
pub(super) const ANOTHER_STANDS: &str = "PreconditionFailed";

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The asset could not be fetched to its end.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The bucket could not be reached or refused.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

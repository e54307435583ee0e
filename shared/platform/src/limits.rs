//! How long calls to AWS services may take.

use std::time::Duration;

/// S3 is said to close idle connections after about 20 seconds (docs/first-deployment.md). A pooled one must be given up
/// before, or the next call after a pause fails.
pub(crate) const POOL_IDLE: Duration = Duration::from_secs(15);

/// A call is tried again after a random part of this, the next time of twice as much. A short one keeps the last try
/// inside the limit.
pub(crate) const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// How long a call to a service may take. The SDK's defaults are no time-out and a first retry after a second: neither
/// can be afforded where a sender waits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole call, retries included.
    pub operation: Duration,
    /// One try of it.
    pub attempt: Duration,
    /// How many tries.
    pub attempts: u32,
}

impl Limits {
    /// For work that nobody waits for: the services get time to recover, and the event comes back anyway.
    pub const PATIENT: Limits =
        Limits { operation: Duration::from_secs(6), attempt: Duration::from_millis(2500), attempts: 3 };
}

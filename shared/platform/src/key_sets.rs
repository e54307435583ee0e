//! Senders' key sets, from where they publish them.

use std::time::Duration;

use domain::source::key_set::KeySetAddress;
use domain::source::public_keys::PublicKeys;
use http_body_util::{BodyExt as _, Limited};

use crate::http_client::HttpClient;
use crate::service_error::ServiceError;

/// A sender waits meanwhile, and the stores need their time too.
const FETCH_WITHIN: Duration = Duration::from_secs(1);
/// A key has about 200 bytes.
const KEY_SET_MAX_BYTES: usize = 64 * 1024;

const OPERATION: &str = "fetching the sender's key set";

/// The way to the senders' key sets. It asks once and follows no redirect.
pub struct KeySets {
    client: HttpClient,
    fetch_within: Duration,
}

impl KeySets {
    /// The way to the senders' key sets by `client`.
    #[must_use]
    pub fn new(client: HttpClient) -> KeySets {
        KeySets { client, fetch_within: FETCH_WITHIN }
    }

    /// Fetches the keys that are published at `address`.
    ///
    /// # Errors
    /// If there was no answer in time, or none that is a key set.
    pub async fn fetch(&self, address: &KeySetAddress) -> Result<PublicKeys, ServiceError> {
        let keys = tokio::time::timeout(self.fetch_within, self.exchange(address)).await;
        let keys = keys.unwrap_or_else(|_| Err("timed out".to_owned()));
        keys.map_err(|reason| ServiceError::retryable(OPERATION, reason))
    }

    async fn exchange(&self, address: &KeySetAddress) -> Result<PublicKeys, String> {
        let target =
            address.target(self.client.loopback()).map_err(|refusal| format!("its URL is refused: {refusal}"))?;
        let answer = self.client.get(&target).await.map_err(|error| error.to_string())?;
        // Anything else is no key set, a redirect least of all: it could lead to anybody's keys.
        if answer.status() != 200 {
            return Err(format!("answered with {}", answer.status().as_u16()));
        }
        let body = Limited::new(answer.into_body(), KEY_SET_MAX_BYTES).collect().await;
        let body = body.map_err(|error| format!("the answer broke off or is too large: {error}"))?.to_bytes();
        PublicKeys::of_key_set(address.algorithm(), &body).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;

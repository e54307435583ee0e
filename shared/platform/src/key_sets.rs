//! Senders' key sets and certificates, from where they publish them.

use std::time::Duration;

use domain::source::key_set::{KeyDocument, KeySetAddress};
use domain::source::public_keys::{NotPublicKeys, PublicKeys};
use http_body_util::{BodyExt as _, Limited};

use crate::clock;
use crate::http_client::HttpClient;
use crate::service_error::ServiceError;

/// A sender waits meanwhile, and the stores need their time too.
const FETCH_WITHIN: Duration = Duration::from_secs(1);
/// A key has about 200 bytes, and a certificate about 2,000.
const KEY_SET_MAX_BYTES: usize = 64 * 1024;

const OPERATION: &str = "fetching the sender's keys";

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

    /// Fetches the keys that are published at `address`; `None` if a delivery names a certificate that does
    /// not exist, or is of no use now.
    ///
    /// # Errors
    /// If there was no answer in time, or none that is a key set or a certificate.
    pub async fn fetch(&self, address: &KeySetAddress) -> Result<Option<PublicKeys>, ServiceError> {
        let keys = tokio::time::timeout(self.fetch_within, self.exchange(address)).await;
        let keys = keys.unwrap_or_else(|_| Err("timed out".to_owned()));
        keys.map_err(|reason| ServiceError::retryable(OPERATION, reason))
    }

    async fn exchange(&self, address: &KeySetAddress) -> Result<Option<PublicKeys>, String> {
        let target =
            address.target(self.client.loopback()).map_err(|refusal| format!("its URL is refused: {refusal}"))?;
        let answer = self.client.get(&target).await.map_err(|error| error.to_string())?;
        // Anybody can name one that does not exist. The sender's own key set exists.
        if address.document() == KeyDocument::Certificate && matches!(answer.status().as_u16(), 403 | 404 | 410) {
            return Ok(None);
        }
        // Anything else is no key set, a redirect least of all: it could lead to anybody's keys.
        if answer.status() != 200 {
            return Err(format!("answered with {}", answer.status().as_u16()));
        }
        let body = Limited::new(answer.into_body(), KEY_SET_MAX_BYTES).collect().await;
        let body = body.map_err(|error| format!("the answer broke off or is too large: {error}"))?.to_bytes();
        match PublicKeys::of_document(address, &body, clock::now()) {
            Ok(keys) => Ok(Some(keys)),
            // Nor are these the sender's fault: anybody can name one that has expired, or that others sign with.
            Err(NotPublicKeys::NotValidNow | NotPublicKeys::OtherKey(_)) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;

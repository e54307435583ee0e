//! The bucket: bodies too large for a record, and parts of events too large for a message.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::digest::Digest;
use domain::ledger::record::BodyRef;
use domain::verify::VerifiedEvent;
use tokio::time::Instant;

use crate::aws::{Aws, Limits};
use crate::service::Network;
use crate::service_error::ServiceError;

/// The bucket.
#[derive(Clone, Debug)]
pub struct Bodies {
    client: aws_sdk_s3::Client,
    bucket: String,
    limits: Limits,
    network: Arc<Network>,
}

impl Bodies {
    /// The bucket named `bucket`.
    #[must_use]
    pub fn new(aws: &Aws, bucket: String, limits: Limits) -> Bodies {
        Bodies { client: aws.s3(limits), bucket, limits, network: aws.network() }
    }

    /// Its name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Writes the body of a verified event, and says where it lies.
    ///
    /// # Errors
    /// If the bucket could not be reached or refused.
    pub async fn put_body(&self, verified: &VerifiedEvent) -> Result<BodyRef, ServiceError> {
        let target = BodyRef::of(&self.bucket, verified.event(), verified.body().len() as u64);
        self.put(&target, verified.body()).await?;
        Ok(target)
    }

    /// Writes `bytes` where `target` says. The key holds the bytes' digest, so writing them again changes nothing.
    ///
    /// # Errors
    /// If the bucket could not be reached or refused.
    pub async fn put(&self, target: &BodyRef, bytes: &[u8]) -> Result<(), ServiceError> {
        let digest: Digest =
            target.sha256.parse().map_err(|_| ServiceError::permanent("s3:PutObject", "the target has no digest"))?;
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(&target.key)
            // S3 refuses bytes that changed on the way.
            .checksum_sha256(STANDARD.encode(digest.as_bytes()))
            .body(bytes.to_vec().into());
        let began_at = Instant::now();
        let put = Box::pin(put.send()).await;
        // The SDK does not tell that a try of it went without an answer, as over a connection that is lost.
        if began_at.elapsed() >= self.limits.attempt {
            self.network.give_up_connections();
        }
        put.map_err(|error| ServiceError::of("s3:PutObject", &error))?;
        Ok(())
    }

    /// Reads what `reference` names. Its bucket and size are not believed: bytes come from our own bucket, and only
    /// those whose digest is `sha256`.
    ///
    /// # Errors
    /// If the bucket could not be reached, has no such object, or has other bytes.
    pub async fn get(&self, reference: &BodyRef, sha256: Digest) -> Result<Vec<u8>, ServiceError> {
        const OPERATION: &str = "s3:GetObject";
        let object = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&reference.key)
            .send()
            .await
            .map_err(|error| ServiceError::of(OPERATION, &error))?;
        // The SDK's own limit ends with the headers; an object that trickles would go on for ever.
        let collected = tokio::time::timeout(self.limits.operation, object.body.collect()).await;
        let bytes = collected
            .map_err(|_| ServiceError::retryable(OPERATION, "timed out"))?
            .map_err(|_| ServiceError::retryable(OPERATION, "the object broke off"))?
            .to_vec();
        if Digest::of(&bytes) == sha256 {
            Ok(bytes)
        } else {
            Err(ServiceError::permanent(OPERATION, "the object is not the body that was recorded"))
        }
    }
}

//! The bucket: copies of assets, for people to look at. Whatever the size of one, no more than a piece of it is in memory.

use std::time::Duration;

use hyper::body::Bytes;

use crate::aws::{Aws, Limits};
use crate::service_error::ServiceError;

/// The copies in the bucket.
#[derive(Clone, Debug)]
pub struct Copies {
    client: aws_sdk_s3::Client,
    bucket: String,
    limits: Limits,
}

/// What is known of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyHead {
    /// Its size in bytes.
    pub size: u64,
    /// The media type that its sender sent it with, or that its name tells.
    pub media_type: String,
}

/// A copy, or the part of it that was asked for.
#[derive(Debug)]
pub struct CopyContent {
    /// The media type, as in [`CopyHead`].
    pub media_type: String,
    /// How many bytes follow.
    pub size: u64,
    /// Which bytes of how many they are, as HTTP writes it; none if they are all.
    pub range: Option<String>,
    body: aws_sdk_s3::primitives::ByteStream,
    limit: Duration,
}

impl Copies {
    /// The copies in the bucket named `bucket`.
    #[must_use]
    pub fn new(aws: &Aws, bucket: String, limits: Limits) -> Copies {
        Copies { client: aws.s3(limits), bucket, limits }
    }

    /// What stands under `key`; `None` if nothing does.
    ///
    /// # Errors
    /// If the bucket could not be reached or refused.
    pub async fn head(&self, key: &str) -> Result<Option<CopyHead>, ServiceError> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => Ok(Some(CopyHead {
                size: head.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default(),
                media_type: head.content_type().unwrap_or_default().to_owned(),
            })),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            // The answer to a HEAD has no body that could say it.
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 403) => {
                Err(ServiceError::refused("s3:GetObject", "AccessDenied".to_owned(), "S3 gives no reason".to_owned()))
            }
            Err(error) => Err(ServiceError::of("s3:HeadObject", &error)),
        }
    }

    /// Reads what stands under `key`, or the part of it that `range`, a header of HTTP, names.
    ///
    /// # Errors
    /// If the bucket could not be reached or refused, or there is nothing.
    pub async fn read(&self, key: &str, range: Option<&str>) -> Result<CopyContent, ServiceError> {
        let get = self.client.get_object().bucket(&self.bucket).key(key).set_range(range.map(str::to_owned));
        let object = get.send().await.map_err(|error| ServiceError::of("s3:GetObject", &error))?;
        Ok(CopyContent {
            media_type: object.content_type().unwrap_or_default().to_owned(),
            size: object.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default(),
            range: object.content_range().map(str::to_owned),
            body: object.body,
            limit: self.limits.operation,
        })
    }
}

impl CopyContent {
    /// The next piece of it; `None` at the end.
    ///
    /// # Errors
    /// If it broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ServiceError> {
        const OPERATION: &str = "s3:GetObject";
        let piece = tokio::time::timeout(self.limit, self.body.try_next()).await;
        let piece = piece.map_err(|_| ServiceError::retryable(OPERATION, "timed out"))?;
        piece.map_err(|_| ServiceError::retryable(OPERATION, "the object broke off"))
    }
}

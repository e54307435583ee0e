//! The bucket: copies of assets. Whatever the size of one, no more than a part of it is in memory.

mod parts;
mod store_error;
mod upload;

use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::archive::PART_BYTES;
use domain::content::asset::StoredCopy;
use domain::digest::Digester;

use self::parts::Parts;
use self::store_error::ANOTHER_STANDS;
pub use self::store_error::StoreError;
use self::upload::Upload;
use crate::aws::{Aws, Limits};
use crate::download::Download;
use crate::service_error::ServiceError;

/// Where a copy's SHA-256 stands, if it was known before the first byte was sent.
const SHA256: &str = "sha256";

/// The copies in the bucket.
#[derive(Clone, Debug)]
pub struct Assets {
    client: aws_sdk_s3::Client,
    bucket: String,
    limit: Duration,
}

impl Assets {
    /// How long a call may take: a part takes longer than other requests.
    pub const LIMITS: Limits =
        Limits { operation: Duration::from_secs(10), attempt: Duration::from_secs(5), attempts: 2 };

    /// The copies in the bucket named `bucket`.
    #[must_use]
    pub fn new(aws: &Aws, bucket: String) -> Assets {
        Assets { client: aws.s3(Assets::LIMITS), bucket, limit: Assets::LIMITS.operation }
    }

    /// The copy that stands under `key`, if one does.
    ///
    /// # Errors
    /// If the bucket could not be reached or refused.
    pub async fn find(&self, key: &str) -> Result<Option<StoredCopy>, ServiceError> {
        let head = match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => head,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => return Ok(None),
            Err(error) => return Err(ServiceError::of("s3:HeadObject", &error)),
        };
        let noted = head.metadata().and_then(|metadata| metadata.get(SHA256));
        match (noted, head.content_length().and_then(|length| u64::try_from(length).ok())) {
            (Some(sha256), Some(size)) => Ok(Some(self.archived(key, size, sha256.clone()))),
            _ => self.read(key).await.map(Some),
        }
    }

    /// Stores what `download` brings under `key`, and gives the copy; `None` if another stands there already.
    ///
    /// # Errors
    /// If it could not be fetched or stored; then nothing new stands there.
    pub async fn store(
        &self,
        key: &str,
        named_as: Option<&str>,
        download: Download,
    ) -> Result<Option<StoredCopy>, StoreError> {
        let media_type = media_type(download.media_type.as_deref(), named_as);
        let mut parts = Parts::of(download);
        let first = parts.next().await?;
        if first.len() < PART_BYTES {
            self.put(key, media_type, first, parts).await
        } else {
            let upload = Upload::begin(&self.client, &self.bucket, key, media_type).await?;
            let stands = upload.run(first, &mut parts).await?;
            let (digest, size) = parts.end();
            Ok(stands.then(|| self.archived(key, size, digest.to_string())))
        }
    }

    /// Stores what fits into one part.
    async fn put(
        &self,
        key: &str,
        media_type: String,
        bytes: Vec<u8>,
        parts: Parts,
    ) -> Result<Option<StoredCopy>, StoreError> {
        let (digest, size) = parts.end();
        let answer = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(media_type)
            .if_none_match("*")
            .metadata(SHA256, digest.to_string())
            // S3 refuses bytes that changed on the way.
            .checksum_sha256(STANDARD.encode(digest.as_bytes()))
            .body(bytes.into())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Some(self.archived(key, size, digest.to_string()))),
            Err(error) if error.code() == Some(ANOTHER_STANDS) => Ok(None),
            Err(error) => Err(StoreError::Service(ServiceError::of("s3:PutObject", &error))),
        }
    }

    /// The digest of a large copy was known only after its last byte had been sent, so it is read from the copy.
    async fn read(&self, key: &str) -> Result<StoredCopy, ServiceError> {
        const OPERATION: &str = "s3:GetObject";
        let object = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let mut body = object.map_err(|error| ServiceError::of(OPERATION, &error))?.body;
        let (mut digester, mut size) = (Digester::default(), 0);
        loop {
            let piece = tokio::time::timeout(self.limit, body.try_next()).await;
            let piece = piece.map_err(|_| ServiceError::retryable(OPERATION, "timed out"))?;
            let Some(piece) = piece.map_err(|_| ServiceError::retryable(OPERATION, "the object broke off"))? else {
                return Ok(self.archived(key, size, digester.finish().to_string()));
            };
            digester.add(&piece);
            size += piece.len() as u64;
        }
    }

    fn archived(&self, key: &str, size: u64, sha256: String) -> StoredCopy {
        StoredCopy { bucket: self.bucket.clone(), key: key.to_owned(), size, sha256 }
    }
}

/// The media type of a copy: as the sender gave it if it is one, or else as its name tells.
fn media_type(sent_as: Option<&str>, named_as: Option<&str>) -> String {
    const OF_ANYTHING: &str = "application/octet-stream";
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte))
    };
    let essence = sent_as.and_then(|text| text.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/') {
        Some((top, sub)) if is_word(top) && is_word(sub) && essence.len() <= 100 && essence != OF_ANYTHING => essence,
        _ => named_as.unwrap_or(OF_ANYTHING).to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests;

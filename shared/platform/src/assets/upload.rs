//! An upload in parts.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::parts::Parts;
use super::store_error::{ANOTHER_STANDS, StoreError};
use crate::service_error::ServiceError;

/// An upload in parts. It is aborted unless it is completed, even if its caller stops waiting for it. If the function dies, the
/// bucket's lifecycle removes it.
pub(super) struct Upload {
    client: Client,
    bucket: String,
    key: String,
    id: String,
    is_open: bool,
}

impl Upload {
    /// Begins an upload to `key`.
    ///
    /// # Errors
    /// If the bucket could not be reached or refused.
    pub(super) async fn begin(
        client: &Client,
        bucket: &str,
        key: &str,
        media_type: String,
    ) -> Result<Upload, ServiceError> {
        const OPERATION: &str = "s3:CreateMultipartUpload";
        let created = client.create_multipart_upload().bucket(bucket).key(key).content_type(media_type).send().await;
        let created = created.map_err(|error| ServiceError::of(OPERATION, &error))?;
        let id = created.upload_id.ok_or_else(|| ServiceError::retryable(OPERATION, "the answer names no upload"))?;
        Ok(Upload { client: client.clone(), bucket: bucket.to_owned(), key: key.to_owned(), id, is_open: true })
    }

    /// Sends the part `first` and all that follow, and makes one object of them; `false` if another stands there already.
    ///
    /// # Errors
    /// If the asset could not be fetched to its end, or the bucket could not be reached or refused.
    pub(super) async fn run(mut self, first: Vec<u8>, parts: &mut Parts) -> Result<bool, StoreError> {
        let ended = match self.send(first, parts).await {
            Ok(sent) => self.complete(sent).await.map_err(StoreError::Service),
            Err(not_stored) => Err(not_stored),
        };
        if matches!(ended, Ok(true)) {
            self.is_open = false;
        } else if let Some(aborting) = self.abort() {
            // Whether that succeeds changes nothing for the event.
            let _ = aborting.await;
        }
        ended
    }

    async fn send(&self, first: Vec<u8>, parts: &mut Parts) -> Result<CompletedMultipartUpload, StoreError> {
        let (mut sent, mut bytes) = (CompletedMultipartUpload::builder(), first);
        let mut number = 1;
        while !bytes.is_empty() {
            let send = self.client.upload_part().bucket(&self.bucket).key(&self.key).upload_id(&self.id);
            let answer = send.part_number(number).body(bytes.into()).send().await;
            let answer = answer.map_err(|error| StoreError::Service(ServiceError::of("s3:UploadPart", &error)))?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag).build();
            sent = sent.parts(part);
            number += 1;
            bytes = parts.next().await?;
        }
        Ok(sent.build())
    }

    async fn complete(&self, sent: CompletedMultipartUpload) -> Result<bool, ServiceError> {
        let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.key);
        let answer = complete.upload_id(&self.id).if_none_match("*").multipart_upload(sent).send().await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(ANOTHER_STANDS) => Ok(false),
            Err(error) => Err(ServiceError::of("s3:CompleteMultipartUpload", &error)),
        }
    }

    /// Aborts it on a task of its own, which goes on if the caller stops waiting.
    fn abort(&mut self) -> Option<JoinHandle<()>> {
        let runtime = Handle::try_current().ok().filter(|_| self.is_open)?;
        self.is_open = false;
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(&self.id);
        Some(runtime.spawn(async move { drop(abort.send().await) }))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        drop(self.abort());
    }
}

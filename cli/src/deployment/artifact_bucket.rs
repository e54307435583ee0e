//! The bucket from which CloudFormation takes the template and the functions.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration};
use domain::digest::Digest;
use serde_json::json;

use crate::aws_error::{OrError as _, http_status};
use crate::context::Context;
use crate::error::{Error, Result};

/// The region that S3 wants no name of.
const UNNAMED_REGION: &str = "us-east-1";

/// The bucket. Every call says whose it must be: anybody may have made one of this name before.
pub(super) struct ArtifactBucket {
    client: Client,
    name: String,
    account: String,
}

/// Something in the bucket, named by what it is.
pub(super) struct Artifact {
    bucket: String,
    key: String,
}

impl ArtifactBucket {
    /// The bucket. If there is none, it is made once the caller agrees, unless nothing may be made.
    pub(super) async fn open(context: &Context, name: &str, account: &str, may_make: bool) -> Result<ArtifactBucket> {
        let client = Client::new(context.session.config().await?);
        let bucket = ArtifactBucket { client, name: name.to_owned(), account: account.to_owned() };
        let head = bucket.client.head_bucket().bucket(name).expected_bucket_owner(account).send().await;
        match head {
            Ok(_) => return Ok(bucket),
            Err(error) if http_status(&error) == Some(404) => (),
            Err(error) if http_status(&error) == Some(403) => {
                return Err(Error::Conflict(format!(
                    "The bucket {name} belongs to another account, or you may not use it (s3:ListBucket). Name another \
                     with --bucket."
                )));
            }
            Err(error) if http_status(&error) == Some(301) => {
                return Err(Error::Conflict(format!(
                    "The bucket {name} is in another region, and Lambda takes code from its own: name another with \
                     --bucket."
                )));
            }
            other => drop(other.or_error("s3:ListBucket")?),
        }
        let region = context.session.region().await?;
        if !may_make {
            return Err(Error::NotFound(format!(
                "There is no bucket {name}, and --dry-run makes none. CloudFormation tells the changes only of what is \
                 uploaded: name a bucket of yours\nwith --bucket, or leave out --dry-run, which asks before it makes the \
                 bucket, and again before it changes the stack."
            )));
        }
        context.prompt.agree(&format!("Create the bucket {name} in {region} for the functions and the template?"))?;
        let partition = context.session.partition().await?;
        bucket.create(region, &partition).await?;
        context.output.words(&format!("Created the bucket {name}: private, encrypted by S3, only over TLS."));
        Ok(bucket)
    }

    async fn create(&self, region: &str, partition: &str) -> Result<()> {
        let place = (region != UNNAMED_REGION).then(|| {
            let region = BucketLocationConstraint::from(region);
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let create = self.client.create_bucket().bucket(&self.name).set_create_bucket_configuration(place);
        create.send().await.or_error("s3:CreateBucket")?;
        let block = PublicAccessBlockConfiguration::builder().block_public_acls(true).ignore_public_acls(true);
        let block = block.block_public_policy(true).restrict_public_buckets(true).build();
        let put = self.client.put_public_access_block().bucket(&self.name).expected_bucket_owner(&self.account);
        put.public_access_block_configuration(block).send().await.or_error("s3:PutBucketPublicAccessBlock")?;
        let arn = format!("arn:{partition}:s3:::{}", self.name);
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "OnlyOverTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }]});
        let put = self.client.put_bucket_policy().bucket(&self.name).expected_bucket_owner(&self.account);
        put.policy(policy.to_string()).send().await.or_error("s3:PutBucketPolicy").map(drop)
    }

    /// Uploads what is not there yet.
    pub(super) async fn upload(&self, context: &Context, extension: &str, bytes: Vec<u8>) -> Result<Artifact> {
        let key = format!("landfall/{}.{extension}", Digest::of(&bytes));
        let artifact = Artifact { bucket: self.name.clone(), key };
        let head = self.client.head_object().bucket(&self.name).key(&artifact.key);
        match head.expected_bucket_owner(&self.account).send().await {
            Ok(_) => return Ok(artifact),
            // Who may not list a bucket cannot be told that something is not there.
            Err(error) if [Some(404), Some(403)].contains(&http_status(&error)) => (),
            other => drop(other.or_error("s3:GetObject")?),
        }
        context.output.words(&format!("Uploading s3://{}/{} ({} KiB)", self.name, artifact.key, bytes.len() / 1024));
        let put = self.client.put_object().bucket(&self.name).key(&artifact.key).body(ByteStream::from(bytes));
        put.expected_bucket_owner(&self.account).send().await.or_error("s3:PutObject")?;
        Ok(artifact)
    }
}

impl Artifact {
    /// As a template names code.
    pub(super) fn s3_uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// As CloudFormation is given a template. The SDK knows the domains of all partitions; the signature is not needed.
    pub(super) async fn url(&self, bucket: &ArtifactBucket) -> Result<String> {
        let config = PresigningConfig::expires_in(Duration::from_secs(60)).expect("a minute is a valid time");
        let get = bucket.client.get_object().bucket(&self.bucket).key(&self.key);
        let presigned = get.presigned(config).await.or_error("s3:GetObject")?;
        let url = presigned.uri();
        Ok(url.split_once('?').map_or(url, |(url, _)| url).to_owned())
    }
}

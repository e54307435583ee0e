//! Claims in DynamoDB, objects in S3. A function's `main` puts them together, with `aws-config` for region and
//! credentials:
//!
//! ```no_run
//! # mod aws_config { pub async fn load_from_env() -> aws_types::SdkConfig { aws_types::SdkConfig::builder().build() } }
//! # async fn main_of_the_function() -> Result<(), lambda_runtime::Error> {
//! use consumer::aws::{Bucket, DynamoDbClaims, system_clock};
//! use consumer::claims::LeaseSeconds;
//! use consumer::consumer::Consumer;
//! use consumer::event::Event;
//! use lambda_runtime::{LambdaEvent, service_fn};
//!
//! async fn job_completed(event: Event) -> Result<(), consumer::claims::Error> {
//!     tracing::info!("{} made {}", event.id, event.data["assets"]);
//!     Ok(())
//! }
//!
//! let config = aws_config::load_from_env().await;
//! let dynamodb = aws_sdk_dynamodb::Client::new(&config);
//! let claims = DynamoDbClaims::new(dynamodb, &std::env::var("CLAIMS_TABLE")?, LeaseSeconds(90), system_clock);
//! let bucket = Bucket::new(aws_sdk_s3::Client::new(&config));
//! let consumer = &Consumer::new(claims, bucket, &std::env::var("LANDFALL_BUCKET")?)
//!     .on("landfall.job.completed", job_completed);
//! lambda_runtime::run(service_fn(|batch: LambdaEvent<_>| async move {
//!     Ok::<_, lambda_runtime::Error>(consumer.handle_batch(batch.payload).await)
//! }))
//! .await
//! # }
//! ```

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::claims::{Claim, Claims, Clock, Error, LeaseSeconds};
use crate::consumer::Objects;

/// What is done is remembered for longer than a message can live: 14 days on a queue, and 14 more if it is redriven
/// from the dead-letter queue.
const REMEMBER_SECONDS: u64 = 30 * 24 * 60 * 60;

/// A table with the string key `id` and its time to live on `expires_at`.
#[derive(Clone, Debug)]
pub struct DynamoDbClaims {
    client: aws_sdk_dynamodb::Client,
    table: String,
    lease: LeaseSeconds,
    now: Clock,
}

/// The inbox's bucket.
#[derive(Clone, Debug)]
pub struct Bucket(aws_sdk_s3::Client);

/// The system's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where this package reads the clock")]
pub fn system_clock() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

impl DynamoDbClaims {
    /// The claims in `table`.
    #[must_use]
    pub fn new(client: aws_sdk_dynamodb::Client, table: &str, lease: LeaseSeconds, now: Clock) -> DynamoDbClaims {
        DynamoDbClaims { client, table: table.to_owned(), lease, now }
    }
}

impl Claims for DynamoDbClaims {
    async fn claim(&self, key: &str, token: &str) -> Result<Claim, Error> {
        let now = (self.now)();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("id", text(key))
            .item("claimed_by", text(token))
            .item("lease_until", number(now + self.lease.0))
            .item("expires_at", number(now + REMEMBER_SECONDS))
            // DynamoDB deletes expired items late, so their time is compared here.
            .condition_expression("attribute_not_exists(id) OR lease_until <= :now OR expires_at <= :now")
            .expression_attribute_values(":now", number(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(Claim::Mine) };
        let error = error.into_service_error();
        let PutItemError::ConditionalCheckFailedException(refused) = error else {
            return Err(error.into());
        };
        let old = refused.item.unwrap_or_default();
        // The SDK repeats a call whose answer was lost: then the condition fails on its own first try.
        let mine = old.get("claimed_by").and_then(|value| value.as_s().ok()).is_some_and(|holder| holder == token);
        Ok(match (mine, old.contains_key("lease_until")) {
            (true, _) => Claim::Mine,
            (false, true) => Claim::Busy,
            (false, false) => Claim::Done,
        })
    }

    async fn complete(&self, key: &str, token: &str) -> Result<(), Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(key))
            .update_expression("SET expires_at = :expires_at REMOVE lease_until")
            .condition_expression("claimed_by = :token")
            .expression_attribute_values(":expires_at", number((self.now)() + REMEMBER_SECONDS))
            .expression_attribute_values(":token", text(token));
        match update.send().await.map_err(aws_sdk_dynamodb::error::SdkError::into_service_error) {
            // The lease lapsed and somebody else took the event: its end is theirs to tell.
            Err(error) if !error.is_conditional_check_failed_exception() => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn release(&self, key: &str, token: &str) -> Result<(), Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", text(key))
            .condition_expression("claimed_by = :token")
            .expression_attribute_values(":token", text(token));
        match delete.send().await.map_err(aws_sdk_dynamodb::error::SdkError::into_service_error) {
            // It is no longer ours to give back.
            Err(error) if !error.is_conditional_check_failed_exception() => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl Bucket {
    /// Reads with `client`.
    #[must_use]
    pub const fn new(client: aws_sdk_s3::Client) -> Bucket {
        Bucket(client)
    }
}

impl Objects for Bucket {
    async fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Error> {
        let object = self.0.get_object().bucket(bucket).key(key).send().await?;
        Ok(object.body.collect().await?.to_vec())
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

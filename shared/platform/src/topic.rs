//! The topic to which teams downstream subscribe their queues.

use std::collections::HashMap;

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use domain::published::PublishedEvent;

use crate::aws::{Aws, Limits};
use crate::service_error::ServiceError;

/// The topic.
#[derive(Clone, Debug)]
pub struct Topic {
    client: aws_sdk_sns::Client,
    arn: String,
}

impl Topic {
    /// The topic `arn`.
    #[must_use]
    pub fn new(aws: &Aws, arn: String, limits: Limits) -> Topic {
        Topic { client: aws.sns(limits), arn }
    }

    /// Publishes an event and gives the id that SNS gave it.
    ///
    /// # Errors
    /// If the topic could not be reached or refused; the event may have been published all the same.
    pub async fn publish(&self, event: &PublishedEvent) -> Result<String, ServiceError> {
        let request = self.client.publish().topic_arn(&self.arn).message(&event.json);
        let request = request.set_message_attributes(Some(attributes(event)?));
        let answer = request.send().await.map_err(|error| ServiceError::of(OPERATION, &error))?;
        Ok(answer.message_id.unwrap_or_default())
    }

    /// Publishes up to ten events with one call, and gives what became of each, in their order.
    ///
    /// # Errors
    /// If the topic could not be reached or refused the call as a whole; the events may have been published all the same.
    pub async fn publish_batch(
        &self,
        events: &[&PublishedEvent],
    ) -> Result<Vec<Result<String, ServiceError>>, ServiceError> {
        let mut request = self.client.publish_batch().topic_arn(&self.arn);
        for (number, event) in events.iter().enumerate() {
            let entry = PublishBatchRequestEntry::builder()
                .id(number.to_string())
                .message(&event.json)
                .set_message_attributes(Some(attributes(event)?))
                .build()
                .map_err(|_| ServiceError::permanent(OPERATION, "an entry has no id or message"))?;
            request = request.publish_batch_request_entries(entry);
        }
        let answer = request.send().await.map_err(|error| ServiceError::of(OPERATION, &error))?;
        let mut results: Vec<_> =
            events.iter().map(|_| Err(ServiceError::retryable(OPERATION, "the answer leaves it out"))).collect();
        let mut tell = |id: &str, result| {
            if let Some(told) = id.parse::<usize>().ok().and_then(|number| results.get_mut(number)) {
                *told = result;
            }
        };
        for published in answer.successful() {
            tell(published.id().unwrap_or_default(), Ok(published.message_id().unwrap_or_default().to_owned()));
        }
        for refused in answer.failed() {
            let message = refused.message().unwrap_or("no message").to_owned();
            tell(refused.id(), Err(ServiceError::refused(OPERATION, refused.code().to_owned(), message)));
        }
        Ok(results)
    }
}

/// IAM knows publishing alone and in a batch by one name.
const OPERATION: &str = "sns:Publish";

fn attributes(event: &PublishedEvent) -> Result<HashMap<String, MessageAttributeValue>, ServiceError> {
    let attributes = event.attributes.iter().map(|(name, value)| {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
        let value = value.map_err(|_| ServiceError::permanent(OPERATION, "an attribute has no type"))?;
        Ok(((*name).to_owned(), value))
    });
    attributes.collect()
}

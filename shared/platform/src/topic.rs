//! The topic to which teams downstream subscribe their queues.

use aws_sdk_sns::types::MessageAttributeValue;
use domain::published::Published;

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
    pub async fn publish(&self, event: Published) -> Result<String, ServiceError> {
        const OPERATION: &str = "sns:Publish";
        let mut request = self.client.publish().topic_arn(&self.arn).message(event.json);
        for (name, value) in event.attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|_| ServiceError::permanent(OPERATION, "an attribute has no type"))?;
            request = request.message_attributes(name, value);
        }
        let answer = request.send().await.map_err(|error| ServiceError::of(OPERATION, &error))?;
        Ok(answer.message_id.unwrap_or_default())
    }
}

//! The events queue and its dead-letter queue.

use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use domain::source_name::SourceName;
use domain::trace::Trace;

use crate::aws::{Aws, Limits};
use crate::trouble::Trouble;

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl Queue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(aws: &Aws, url: String, limits: Limits) -> Queue {
        Queue { client: aws.sqs(limits), url }
    }

    /// Sends a message of `source`. The source is the message's group, so that on this unordered queue a noisy source
    /// does not keep the others waiting. The message belongs to `trace`.
    ///
    /// # Errors
    /// If the queue could not be reached or refused; the message may have been taken all the same.
    pub async fn send(&self, source: &SourceName, message: String, trace: Option<&Trace>) -> Result<(), Trouble> {
        let mut request =
            self.client.send_message().queue_url(&self.url).message_body(message).message_group_id(source.as_str());
        // It is part of neither the message's size nor of its attributes.
        let header = trace.and_then(|trace| {
            let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.to_string());
            value.build().ok()
        });
        if let Some(header) = header {
            request = request.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
        }
        request.send().await.map_err(|error| Trouble::of("sqs:SendMessage", &error))?;
        Ok(())
    }

    /// Puts away a message that nobody will ever be able to process, with the reason.
    ///
    /// # Errors
    /// If the queue could not be reached or refused.
    pub async fn put_away(&self, message: &str, reason: &str) -> Result<(), Trouble> {
        const OPERATION: &str = "sqs:SendMessage to the dead-letter queue";
        let reason = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(reason)
            .build()
            .map_err(|_| Trouble::lasting(OPERATION, "the reason is no attribute"))?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(message)
            .message_attributes("reason", reason)
            .send()
            .await
            .map_err(|error| Trouble::of(OPERATION, &error))?;
        Ok(())
    }

    /// Hides a received message for `wait`.
    ///
    /// # Errors
    /// If the queue could not be reached or refused; the message then comes back by its usual time-out.
    pub async fn hide(&self, receipt: &str, wait: Duration) -> Result<(), Trouble> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(i32::try_from(wait.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| Trouble::of("sqs:ChangeMessageVisibility", &error))?;
        Ok(())
    }
}

//! The queues: of events, of expectations, and of dead letters.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use domain::delivery::trace::Trace;
use domain::expectation::{Expectation, PollRequest};
use domain::message::outgoing::OutgoingMessage;
use domain::source::source_name::SourceName;
use serde::Serialize;

use crate::aws::{Aws, Limits};
use crate::service::{AwsJsonService, Service, SignedRequest};
use crate::service_error::ServiceError;

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: aws_sdk_sqs::Client,
    service: Arc<Service>,
    url: String,
}

/// A message that is ready to be sent within the next minutes.
pub struct SignedMessage(SignedRequest);

/// What SendMessage is asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'a> {
    queue_url: &'a str,
    message_body: &'a str,
    message_group_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_system_attributes: Option<SystemAttributes>,
}

#[derive(Serialize)]
struct SystemAttributes {
    #[serde(rename = "AWSTraceHeader")]
    trace_header: TraceHeader,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TraceHeader {
    data_type: &'static str,
    string_value: String,
}

impl Queue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(aws: &Aws, url: String, limits: Limits) -> Queue {
        Queue { client: aws.sqs(limits), service: Arc::new(aws.service(AwsJsonService::Sqs, limits)), url }
    }

    /// Prepares a message. Its source is its group, so that on this unordered queue a noisy source does not keep the
    /// others waiting. The message belongs to `trace`.
    #[must_use]
    pub fn prepare(&self, message: &OutgoingMessage<'_>, trace: Option<&Trace>) -> SignedMessage {
        let send = SendMessage {
            queue_url: &self.url,
            message_body: message.text(),
            message_group_id: message.source().as_str(),
            delay_seconds: None,
            // It is part of neither the message's size nor of its attributes.
            message_system_attributes: trace.map(|trace| SystemAttributes {
                trace_header: TraceHeader { data_type: "String", string_value: trace.to_string() },
            }),
        };
        let body = serde_json::to_vec(&send).expect("strings are always JSON");
        SignedMessage(self.service.prepare("AmazonSQS.SendMessage", body))
    }

    /// Sends that the sender of `source` is to be asked about a job, to be received no sooner than after `delay`.
    ///
    /// # Errors
    /// If the queue could not be reached or refused; the message may have been taken all the same.
    pub async fn send_poll(
        &self,
        source: &SourceName,
        request: &PollRequest,
        delay: Duration,
    ) -> Result<(), ServiceError> {
        self.send_text(&request.to_string(), source, Some(delay)).await
    }

    /// Sends that the end of a job is expected.
    ///
    /// # Errors
    /// If the queue could not be reached or refused; the message may have been taken all the same.
    pub async fn send_expectation(&self, expectation: &Expectation) -> Result<(), ServiceError> {
        self.send_text(&expectation.to_string(), &expectation.source, None).await
    }

    async fn send_text(&self, text: &str, group: &SourceName, delay: Option<Duration>) -> Result<(), ServiceError> {
        let send = SendMessage {
            queue_url: &self.url,
            message_body: text,
            message_group_id: group.as_str(),
            delay_seconds: delay.map(|delay| delay.as_secs()),
            message_system_attributes: None,
        };
        let body = serde_json::to_vec(&send).expect("strings and numbers are always JSON");
        self.send(SignedMessage(self.service.prepare("AmazonSQS.SendMessage", body))).await
    }

    /// Sends what was prepared.
    ///
    /// # Errors
    /// If the queue could not be reached or refused; the message may have been taken all the same.
    pub async fn send(&self, message: SignedMessage) -> Result<(), ServiceError> {
        let sent = self.service.send(message.0).await;
        sent.map(|_| ()).map_err(|error| ServiceError::with("sqs:SendMessage", error))
    }

    /// Opens the connection by which messages are sent.
    pub async fn connect(&self) {
        self.service.connect().await;
    }

    /// Sends a message that nobody will ever be able to process to this dead-letter queue, with the reason.
    ///
    /// # Errors
    /// If the queue could not be reached or refused.
    pub async fn dead_letter(&self, message: &str, reason: &str) -> Result<(), ServiceError> {
        const OPERATION: &str = "sqs:SendMessage to the dead-letter queue";
        let reason = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(reason)
            .build()
            .map_err(|_| ServiceError::permanent(OPERATION, "the reason is no attribute"))?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(message)
            .message_attributes("reason", reason)
            .send()
            .await
            .map_err(|error| ServiceError::of(OPERATION, &error))?;
        Ok(())
    }

    /// How many messages wait in it, about.
    ///
    /// # Errors
    /// If the queue could not be reached or refused.
    pub async fn depth(&self) -> Result<u64, ServiceError> {
        const OPERATION: &str = "sqs:GetQueueAttributes";
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let answer = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone()).send().await;
        let answer = answer.map_err(|error| ServiceError::of(OPERATION, &error))?;
        let depth = answer.attributes().and_then(|attributes| attributes.get(&name)?.parse().ok());
        depth.ok_or_else(|| ServiceError::retryable(OPERATION, "the answer has no number"))
    }

    /// Hides a received message for `wait`.
    ///
    /// # Errors
    /// If the queue could not be reached or refused; the message then comes back by its usual time-out.
    pub async fn hide(&self, receipt: &str, wait: Duration) -> Result<(), ServiceError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(i32::try_from(wait.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| ServiceError::of("sqs:ChangeMessageVisibility", &error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::digest::Digest;
    use domain::event::event_id::EventId;
    use domain::event::event_type::EventType;
    use domain::event::{Event, Origin, VerifiedBy};
    use domain::provider::Provider;
    use domain::time::Timestamp;
    use expect_test::{Expect, expect};

    use super::*;
    use crate::env::Env;

    fn lookup(name: &str) -> Option<String> {
        Some(if name == "AWS_ENDPOINT_URL" { "http://127.0.0.1:1" } else { "us-east-1" }.to_owned())
            .filter(|_| name != "AWS_CA_BUNDLE")
    }

    fn event() -> Event {
        Event {
            id: EventId::parse("glossi-prod/1").unwrap(),
            source: SourceName::parse("glossi-prod").unwrap(),
            provider: Provider::Glossi,
            event_type: EventType::Unrecognized,
            subject: None,
            verified_by: VerifiedBy::Signature,
            key_meaning: domain::event::key_meaning::KeyMeaning::Event,
            must_confirm: false,
            origin: Origin::Webhook,
            replay: 0,
            received_at: Timestamp::from_millis(0),
            recorded_by: "request-1".to_owned(),
            headers: BTreeMap::new(),
            body_sha256: Digest::of(b""),
        }
    }

    /// What is sent.
    fn check(trace: Option<&str>, expected: Expect) {
        let queue =
            Queue::new(&Aws::from_env(&mut Env::of(lookup)), "http://127.0.0.1:1/queue".to_owned(), Limits::PATIENT);
        let event = event();
        let message = OutgoingMessage::of_record(&event);
        let sent = queue.prepare(&message, trace.and_then(Trace::parse).as_ref()).0.text();
        expected.assert_eq(&sent.replace(&serde_json::to_string(message.text()).unwrap(), "\"a message\""));
    }

    #[test]
    fn a_message_carries_the_trace_that_it_belongs_to() {
        check(
            Some("Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0"),
            expect![[
                r#"{"QueueUrl":"http://127.0.0.1:1/queue","MessageBody":"a message","MessageGroupId":"glossi-prod","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"}}}"#
            ]],
        );
        check(
            None,
            expect![[
                r#"{"QueueUrl":"http://127.0.0.1:1/queue","MessageBody":"a message","MessageGroupId":"glossi-prod"}"#
            ]],
        );
    }
}

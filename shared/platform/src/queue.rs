//! The events queue and its dead-letter queue.

use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use domain::source_name::SourceName;
use domain::trace::Trace;

use crate::aws::{Aws, Limits};
use crate::rehearsal::rehearsing;
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
        Box::pin(request.send()).await.map_err(|error| Trouble::of("sqs:SendMessage", &error))?;
        Ok(())
    }

    /// Rehearses (see `rehearsal`) sending.
    pub async fn rehearse(&self) {
        let config = self.client.config();
        let rehearsing = config.to_builder().http_client(rehearsing(config.http_client())).build();
        let send = aws_sdk_sqs::Client::from_conf(rehearsing)
            .send_message()
            .queue_url(&self.url)
            .message_body("{}")
            .message_group_id("rehearsal");
        // It always fails.
        let _ = Box::pin(send.send()).await;
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

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_sdk_sqs::config::retry::RetryConfig;
    use aws_sdk_sqs::config::{BehaviorVersion, Region};
    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
    use expect_test::{Expect, expect};
    use serde_json::Value;
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    /// A queue that takes one request.
    async fn queue() -> (Queue, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(format!("http://{address}"))
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .retry_config(RetryConfig::disabled());
        let client = aws_sdk_sqs::Client::from_conf(config.build());
        (Queue { client, url: format!("http://{address}/queue") }, listener)
    }

    /// Sends a message, and compares what was sent.
    async fn check(trace: Option<&str>, expected: Expect) {
        let (queue, listener) = queue().await;
        let trace = trace.and_then(Trace::parse);
        let source = SourceName::parse("glossi-prod").unwrap();
        let (sent, told) = tokio::join!(queue.send(&source, "message".to_owned(), trace.as_ref()), request(listener));
        sent.unwrap();
        let (_, told) = told.unwrap();
        let mut told: Value = serde_json::from_slice(&told).unwrap();
        told.as_object_mut().unwrap().remove("QueueUrl");
        expected.assert_eq(&told.to_string());
    }

    /// Answers one request, and gives its head and its body.
    async fn request(listener: TcpListener) -> std::io::Result<(String, Vec<u8>)> {
        let (mut stream, _) = listener.accept().await?;
        let (reader, mut writer) = stream.split();
        let (mut reader, mut head, mut line, mut length) = (BufReader::new(reader), String::new(), String::new(), 0);
        while reader.read_line(&mut line).await? > 2 {
            if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = bytes.trim().parse().unwrap();
            }
            head.push_str(&line);
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).await?;
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"MessageId\":\"1\"}").await?;
        Ok((head, body))
    }

    #[tokio::test]
    async fn a_rehearsal_asks_for_nothing_and_shows_nobody_who_asks() {
        let (queue, listener) = queue().await;
        let ((), told) = tokio::join!(queue.rehearse(), request(listener));
        let (head, body) = told.unwrap();
        assert!(head.starts_with("GET /ping HTTP/1.1\r\n"), "{head}");
        assert!(!head.to_lowercase().contains("authorization") && body.is_empty(), "{head}");
    }

    #[tokio::test]
    async fn a_message_carries_the_trace_that_it_belongs_to() {
        check(
            Some("Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0"),
            expect![[r#"{"MessageBody":"message","MessageGroupId":"glossi-prod","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"}}}"#]],
        )
        .await;
        check(None, expect![[r#"{"MessageBody":"message","MessageGroupId":"glossi-prod"}"#]]).await;
    }
}

//! Messages of the events queue, as the project documents them.

use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName};
use serde_json::{Value, json};

use crate::ledger::Record;
use crate::world::World;

/// The message of the event whose record this is, with `body` as its body field: `{"text": ...}`, `{"ledger": true}`.
#[must_use]
pub fn message(record: &Record, body: Value) -> Value {
    let text = |name| record.text(name);
    json!({
        "v": 1,
        "id": text("id"),
        "source": text("source"),
        "provider": text("provider"),
        "type": text("type"),
        "subject": text("subject"),
        "verified_by": text("verified_by"),
        "origin": text("origin"),
        "replay": 0,
        "received_at": record.number("received_at"),
        "delivery": text("delivery"),
        "headers": {},
        "body_sha256": text("body_sha256"),
        "body": body,
    })
}

impl World {
    /// Lets a message that was received come back after `seconds` if nobody deletes it.
    ///
    /// # Panics
    /// If a queue cannot be changed.
    pub async fn hide_received_messages_for(&self, seconds: u32) {
        for url in [&self.stack.events_queue_url, &self.stack.expect_queue_url] {
            let queue = self.aws.sqs.set_queue_attributes().queue_url(url);
            let changed = queue.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string()).send().await;
            changed.unwrap_or_else(|error| panic!("changing {url}: {error:?}"));
        }
    }

    /// Sends `bodies` to the events queue in one call, so that they are likely to come in one batch.
    ///
    /// # Panics
    /// If the queue refuses one.
    pub async fn enqueue(&self, bodies: &[String]) {
        let mut batch = self.aws.sqs.send_message_batch().queue_url(&self.stack.events_queue_url);
        for (number, body) in bodies.iter().enumerate() {
            let entry =
                aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(body);
            batch = batch.entries(entry.build().expect("an entry has an id and a body"));
        }
        let answer = batch.send().await.unwrap_or_else(|error| panic!("sending to the events queue: {error:?}"));
        assert!(answer.failed().is_empty(), "the events queue refused {:?}", answer.failed());
    }

    /// Sends `body` to the events queue as part of the X-Ray trace `header`.
    ///
    /// # Panics
    /// If the queue refuses it.
    pub async fn enqueue_in_trace(&self, body: &str, header: &str) {
        let header = MessageSystemAttributeValue::builder().data_type("String").string_value(header);
        let header = header.build().expect("an attribute has a type");
        let send = self.aws.sqs.send_message().queue_url(&self.stack.events_queue_url).message_body(body);
        let sent =
            send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header).send().await;
        sent.unwrap_or_else(|error| panic!("sending to the events queue: {error:?}"));
    }

    /// The reasons for which messages that contain `text` are in the dead-letter queue, as soon as there is one.
    pub async fn dead_lettered(&self, text: &str) -> Vec<String> {
        crate::observe::until(&format!("a dead letter that contains {text:?}"), async || {
            let letters = self.dead_letters.all(|letter| letter.body.contains(text));
            let reasons: Vec<String> =
                letters.iter().map(|letter| letter.attributes.get("reason").cloned().unwrap_or_default()).collect();
            if reasons.is_empty() {
                Err(format!("{} others", self.dead_letters.all(|_| true).len()))
            } else {
                Ok(reasons)
            }
        })
        .await
    }
}

//! A batch of messages, and which of them must come again.
//!
//! SQS reads the answer in a dangerous way: an empty list means that all went well, an empty or unknown id that all
//! failed. So an id gets into the list only from a message of this batch, and every message's task is looked at.

use std::future::Future;

use domain::delivery::trace::Trace;
use domain::metric::Metric;
use lambda_runtime::Error;
use platform::log::{self, Level};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use tokio::task::JoinSet;

/// What SQS hands over.
#[derive(Deserialize)]
pub(crate) struct Batch {
    #[serde(rename = "Records", default, deserialize_with = "or_default")]
    messages: Vec<ReceivedMessage>,
}

/// One message, its body as text: it is decoded on its own, so that one that makes no sense harms no other.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceivedMessage {
    pub(crate) message_id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) receipt_handle: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) body: String,
    /// The queue that it came from.
    #[serde(default, rename = "eventSourceARN", deserialize_with = "or_default")]
    pub(crate) queue_arn: String,
    #[serde(default, deserialize_with = "or_default")]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    #[serde(deserialize_with = "or_default")]
    approximate_receive_count: String,
    #[serde(rename = "AWSTraceHeader", deserialize_with = "or_default")]
    trace: String,
}

/// What is null is absent.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl ReceivedMessage {
    /// How often the message was received, this time included.
    pub(crate) fn receives(&self) -> u32 {
        self.attributes.approximate_receive_count.parse().unwrap_or(1)
    }

    /// The trace that the message belongs to: that of the delivery, or of the sweep that sent it.
    pub(crate) fn trace(&self) -> Option<Trace> {
        Trace::parse(&self.attributes.trace)
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// SQS deletes it.
    Delete,
    /// SQS keeps it and delivers it again.
    Return,
}

/// What SQS is told.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchAnswer {
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

/// Handles every message on a task of its own, and returns when all have ended.
///
/// # Errors
/// If a message without an id must be returned: only the failure of the whole batch can say so.
pub(crate) async fn run<F>(batch: Batch, handle: impl Fn(ReceivedMessage) -> F) -> Result<BatchAnswer, Error>
where
    F: Future<Output = Disposition> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut ids = std::collections::HashMap::new();
    for message in batch.messages {
        let id = message.message_id.clone();
        ids.insert(tasks.spawn(handle(message)).id(), id);
    }
    let mut answer = BatchAnswer::default();
    while let Some(ended) = tasks.join_next_with_id().await {
        let (task, disposition) = match ended {
            Ok((task, disposition)) => (task, disposition),
            Err(panic) => {
                let fields = json!({"message_id": ids.get(&panic.id()), Metric::Hidden.as_str(): 1});
                log::write(Level::Error, "a message's task panicked", fields);
                (panic.id(), Disposition::Return)
            }
        };
        if disposition == Disposition::Return {
            let id = ids.remove(&task).filter(|id| !id.is_empty()).ok_or("a message without an id must be returned")?;
            answer.batch_item_failures.push(BatchItemFailure { item_identifier: id });
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(ids: &[&str]) -> Batch {
        let messages = ids.iter().map(|id| json!({"messageId": id, "body": id})).collect::<Vec<_>>();
        serde_json::from_value(json!({"Records": messages})).unwrap()
    }

    /// A message whose body is `panic` panics, one whose body begins with `keep` is kept, others are deleted.
    async fn check(ids: &[&str], expected: &str) {
        let answer = run(batch(ids), |message| async move {
            assert_ne!(message.body, "panic");
            if message.body.starts_with("keep") { Disposition::Return } else { Disposition::Delete }
        });
        let rendered = answer.await.map_or_else(
            |error| error.to_string(),
            |answer| {
                let mut ids: Vec<_> =
                    answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
                ids.sort();
                ids.join(" ")
            },
        );
        assert_eq!(rendered, expected);
    }

    #[tokio::test]
    async fn only_the_messages_that_must_come_again_are_named() {
        check(&[], "").await;
        check(&["a", "b"], "").await;
        check(&["a", "keep-1", "b", "keep-2"], "keep-1 keep-2").await;
    }

    #[test]
    fn a_message_belongs_to_the_trace_that_it_came_with() {
        let trace = |attributes: serde_json::Value| {
            let message = json!({"messageId": "a", "body": "a", "attributes": attributes});
            serde_json::from_value::<ReceivedMessage>(message).unwrap().trace().map(|trace| trace.id().to_owned())
        };
        let header = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";
        let id = Some("1-67891233-abcdef012345678912345678".to_owned());
        assert_eq!(trace(json!({"ApproximateReceiveCount": "1", "AWSTraceHeader": header})), id);
        assert_eq!(trace(json!({"ApproximateReceiveCount": "1"})), None);
    }

    #[test]
    fn what_is_null_is_absent() {
        let check = |message: serde_json::Value, expected: (u32, &str, &str)| {
            let mut batch: Batch =
                serde_json::from_value(json!({"Records": [message, {"messageId": "b"}]})).expect("a batch");
            let message = batch.messages.remove(0);
            assert_eq!((message.receives(), &*message.body, &*message.queue_arn), expected);
        };
        check(json!({"messageId": "a"}), (1, "", ""));
        check(
            json!({"messageId": "a", "body": null, "receiptHandle": null, "eventSourceARN": null, "attributes": null}),
            (1, "", ""),
        );
        let attributes = json!({"ApproximateReceiveCount": null, "AWSTraceHeader": null});
        check(json!({"messageId": "a", "body": "b", "eventSourceARN": "c", "attributes": attributes}), (1, "b", "c"));
        let none: Batch = serde_json::from_value(json!({"Records": null})).expect("a batch");
        assert!(none.messages.is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_that_messages_alone() {
        check(&["a", "panic", "b"], "panic").await;
    }

    #[tokio::test]
    async fn a_message_that_cannot_be_named_fails_the_batch_only_if_it_must_be_kept() {
        let nameless =
            |body: &str| serde_json::from_value(json!({"Records": [{"messageId": "", "body": body}]})).unwrap();
        let keep = |message: ReceivedMessage| async move {
            if message.body == "keep" { Disposition::Return } else { Disposition::Delete }
        };
        assert_eq!(run(nameless("delete"), keep).await.unwrap(), BatchAnswer::default());
        assert!(run(nameless("keep"), keep).await.is_err());
    }

    #[test]
    fn an_empty_answer_has_the_list_that_sqs_looks_for() {
        assert_eq!(serde_json::to_string(&BatchAnswer::default()).unwrap(), r#"{"batchItemFailures":[]}"#);
    }
}

//! A message that nobody could handle.

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::output::Row;

/// A message that nobody could handle. Its body is not shown: it may be what a sender wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// SQS's id.
    pub message_id: String,
    /// When it was first sent.
    pub sent_at: Option<String>,
    /// Who put it here.
    pub put_by: PutBy,
    /// Why.
    pub reason: Option<String>,
    /// The event that it is about.
    pub event_id: Option<String>,
    /// The event's type.
    pub event_type: Option<String>,
    /// How large its body is.
    pub bytes: usize,
}

/// Who puts a message into a dead-letter queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PutBy {
    /// The process function, with a reason.
    Process,
    /// SNS, which could not deliver it.
    Sns,
    /// SQS, because it was received too often.
    Sqs,
    /// Somebody else.
    Unknown,
}

impl Row for Letter {
    const COLUMNS: &'static [&'static str] = &["sent_at", "put_by", "event_id", "event_type", "reason"];
}

impl Letter {
    pub(super) fn of_message(message: &Message) -> Letter {
        let system = |name| message.attributes().and_then(|attributes| attributes.get(&name)).map(String::as_str);
        let attribute = |name: &str| {
            let attributes = message.message_attributes()?;
            attributes.get(name)?.string_value().map(str::to_owned)
        };
        let sent_at = system(MessageSystemAttributeName::SentTimestamp).and_then(|at| at.parse().ok());
        let (put_by, reason) = if let Some(reason) = attribute("reason") {
            (PutBy::Process, Some(reason))
        } else if let Some(code) = attribute("ErrorCode") {
            (
                PutBy::Sns,
                Some([Some(code), attribute("ErrorMessage")].into_iter().flatten().collect::<Vec<_>>().join(": ")),
            )
        } else if system(MessageSystemAttributeName::DeadLetterQueueSourceArn).is_some() {
            (PutBy::Sqs, Some("received too often".to_owned()))
        } else {
            (PutBy::Unknown, None)
        };
        let body = message.body().unwrap_or_default();
        let content: Value = serde_json::from_str(body).unwrap_or_default();
        // The internal message has the event in itself, a published one is the event.
        let event = if content["event"].is_object() { &content["event"] } else { &content };
        let text = |name: &str| event[name].as_str().map(str::to_owned);
        Letter {
            message_id: message.message_id().unwrap_or_default().to_owned(),
            sent_at: sent_at.map(|at| Timestamp::from_millis(at).to_string()),
            put_by,
            reason,
            event_id: text("id"),
            event_type: text("type"),
            bytes: body.len(),
        }
    }
}

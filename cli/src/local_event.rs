//! A published event on this machine, live or from the ledger.

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use domain::published::PublishedEvent;
use platform::random;
use serde_json::Value;

/// An event to be handled.
#[derive(Clone, Debug)]
pub struct LocalEvent {
    /// The published event, as it came.
    pub text: String,
    /// The same, read.
    pub json: Value,
    /// The message that brought it; without a receipt if it was read from the ledger.
    pub message: Message,
}

impl LocalEvent {
    /// The event that `message` brought.
    #[must_use]
    pub fn of(message: Message) -> LocalEvent {
        let text = message.body().unwrap_or_default().to_owned();
        LocalEvent { json: serde_json::from_str(&text).unwrap_or_default(), text, message }
    }

    /// One that was read from the ledger. It is marked, so that its handler can tell.
    #[must_use]
    pub fn of_the_past(published: &PublishedEvent) -> LocalEvent {
        let text = published.json.replacen('{', "{\"landfallbackfill\":true,", 1);
        let mut message = Message::builder().message_id(random::token()).body(text);
        for (name, value) in &published.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            message = message.message_attributes(*name, value.expect("it has a type"));
        }
        let received = MessageSystemAttributeName::ApproximateReceiveCount;
        LocalEvent::of(message.attributes(received, "1").build())
    }

    /// What its message is deleted by.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.message.receipt_handle()
    }

    /// The id of its message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.message.message_id().unwrap_or_default()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.json["id"].as_str().unwrap_or("no event")
    }
}

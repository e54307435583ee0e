//! What arrives on a queue, read once for all tests of the process: tests that read the same queue each for itself would
//! take each other's messages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sqs::types::Message;
use tokio::task::JoinHandle;

const LONG_POLL_SECONDS: i32 = 5;

/// A message as it was received.
#[derive(Clone, Debug)]
pub struct ReceivedMessage {
    /// Its text.
    pub body: String,
    /// Its attributes; with raw delivery, those that the publisher gave to the topic.
    pub attributes: BTreeMap<String, String>,
}

/// A queue's reader, and all that it received.
#[derive(Debug)]
pub struct Inbox {
    received: Arc<Mutex<Vec<Arc<ReceivedMessage>>>>,
    reader: JoinHandle<()>,
}

impl Inbox {
    /// Reads the queue at `queue_url` from now on. Whatever lies there is taken: the queue belongs to this process.
    #[must_use]
    pub fn open(client: aws_sdk_sqs::Client, queue_url: String) -> Inbox {
        let received = Arc::<Mutex<Vec<_>>>::default();
        let filed = Arc::clone(&received);
        let reader = tokio::spawn(async move {
            loop {
                match receive(&client, &queue_url).await {
                    Ok(messages) => filed.lock().unwrap_or_else(PoisonError::into_inner).extend(messages),
                    // The tests see that nothing arrives; why, stands here.
                    Err(error) => panic!("reading {queue_url}: {error}"),
                }
            }
        });
        Inbox { received, reader }
    }

    /// Reads no more.
    pub fn close(&self) {
        self.reader.abort();
    }

    /// What was received so far and is `wanted`, in the order of arrival.
    ///
    /// # Panics
    /// If the reader died: then nobody would ever see anything.
    #[must_use]
    pub fn all(&self, wanted: impl Fn(&ReceivedMessage) -> bool) -> Vec<Arc<ReceivedMessage>> {
        assert!(!self.reader.is_finished(), "the reader of a queue died; its message stands above");
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.iter().filter(|message| wanted(message)).cloned().collect()
    }
}

async fn receive(client: &aws_sdk_sqs::Client, queue_url: &str) -> Result<Vec<Arc<ReceivedMessage>>, String> {
    let answer = client
        .receive_message()
        .queue_url(queue_url)
        .max_number_of_messages(10)
        .wait_time_seconds(LONG_POLL_SECONDS)
        .message_attribute_names("All")
        .send()
        .await
        .map_err(|error| format!("{error:?}"))?;
    let messages = answer.messages.unwrap_or_default();
    for message in &messages {
        let receipt = message.receipt_handle().unwrap_or_default();
        // A message that stays comes again, which every consumer must expect.
        client
            .delete_message()
            .queue_url(queue_url)
            .receipt_handle(receipt)
            .send()
            .await
            .map_err(|error| format!("{error:?}"))?;
    }
    Ok(messages.into_iter().map(|message| Arc::new(ReceivedMessage::from(message))).collect())
}

impl From<Message> for ReceivedMessage {
    fn from(message: Message) -> ReceivedMessage {
        let attributes = message.message_attributes.unwrap_or_default();
        ReceivedMessage {
            body: message.body.unwrap_or_default(),
            attributes: attributes.into_iter().filter_map(|(name, value)| Some((name, value.string_value?))).collect(),
        }
    }
}

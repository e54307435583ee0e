//! The stack's dead-letter queues: what is in them, who put it there, and sending it again.

mod letter;
mod receive;
mod redrive;

use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message};

use crate::aws_error::OrError as _;
use crate::error::{Error, Result};
use crate::queues::{Queue, Queues};
use crate::session::Session;

use self::receive::receive;

pub use self::letter::{Letter, PutBy};
pub use self::redrive::{Redriven, redrive};

/// A dead-letter queue of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DeadLetterQueue {
    /// Messages that the process function could not read or find a record for
    Events,
    /// Published events that the consumer gave up, or that SNS could not deliver
    Consumer,
}

impl DeadLetterQueue {
    /// All of them.
    pub const ALL: [DeadLetterQueue; 2] = [DeadLetterQueue::Events, DeadLetterQueue::Consumer];

    /// Its name here.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            DeadLetterQueue::Events => "events",
            DeadLetterQueue::Consumer => "consumer",
        }
    }

    /// The template's output that has its URL.
    const fn output(self) -> &'static str {
        match self {
            DeadLetterQueue::Events => "DeadLetterQueueUrl",
            DeadLetterQueue::Consumer => "ConsumerDeadLetterQueueUrl",
        }
    }

    /// The template's output with the URL of the queue that its messages are from.
    const fn origin(self) -> &'static str {
        match self {
            DeadLetterQueue::Events => "EventsQueueUrl",
            DeadLetterQueue::Consumer => "ConsumerQueueUrl",
        }
    }

    /// The queue.
    ///
    /// # Errors
    /// If SQS refuses, or it is gone.
    pub async fn find(self, session: &Session) -> Result<Queue> {
        existing(session, session.stack().await?.output(self.output())?).await
    }

    /// The queue that its messages are from.
    ///
    /// # Errors
    /// If SQS refuses, or it is gone.
    pub async fn find_origin(self, session: &Session) -> Result<Queue> {
        existing(session, session.stack().await?.output(self.origin())?).await
    }
}

async fn existing(session: &Session, url: &str) -> Result<Queue> {
    let queue = Queues::of(session).await?.find(url).await?;
    queue.ok_or_else(|| Error::NotFound(format!("there is no queue {url} any more: deploy the stack again")))
}

/// At most `limit` of what is in the queue. It stays there, and is hidden from others while it is looked at.
///
/// # Errors
/// If SQS refuses.
pub async fn letters(session: &Session, queue: DeadLetterQueue, limit: usize) -> Result<Vec<Letter>> {
    let url = session.stack().await?.output(queue.output())?;
    let queues = Queues::of(session).await?;
    let mut messages: Vec<Message> = Vec::new();
    while messages.len() < limit {
        let received = receive(&queues, url, limit - messages.len()).await?;
        if received.is_empty() {
            break;
        }
        messages.extend(received);
    }
    show_again(&queues, url, &messages).await?;
    Ok(messages.iter().map(Letter::of_message).collect())
}

async fn show_again(queues: &Queues, url: &str, messages: &[Message]) -> Result<()> {
    for messages in messages.chunks(10) {
        let mut request = queues.client.change_message_visibility_batch().queue_url(url);
        for (number, message) in messages.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(number.to_string())
                .receipt_handle(message.receipt_handle().unwrap_or_default())
                .visibility_timeout(0);
            request = request.entries(entry.build().expect("it has an id and a receipt"));
        }
        request.send().await.or_error("sqs:ChangeMessageVisibility")?;
    }
    Ok(())
}

//! Sending dead letters again.

use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, SendMessageBatchRequestEntry,
};
use serde::Serialize;

use crate::aws_error::{OrError as _, code};
use crate::dead_letters::receive::receive;
use crate::error::{Error, Result};
use crate::output::Row;
use crate::queues::{Queue, Queues};
use crate::session::Session;

/// The codes by which a service says that it knows no such operation: emulators of SQS have no tasks.
const NO_TASKS: [&str; 4] = [
    "InvalidAction",
    "UnsupportedOperation",
    "AWS.SimpleQueueService.UnsupportedOperation",
    "UnknownOperationException",
];
/// SQS takes so many bytes in one call.
const BATCH_BYTES_MAX: usize = 1_048_576;

/// What a redrive came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redriven {
    /// The dead-letter queue.
    pub from: String,
    /// Where its messages go.
    pub to: String,
    /// How many there were, about, or how many were moved.
    pub messages: u64,
    /// AWS's handle of the task that moves them; none if they have been moved.
    pub task: Option<String>,
}

impl Row for Redriven {
    const COLUMNS: &'static [&'static str] = &["from", "to", "messages", "task"];
}

/// Has everything moved from one queue to the other: by SQS itself where it can, which goes on without the tool.
///
/// # Errors
/// If SQS refuses. What was moved by then stays moved, and what was not is still there.
pub async fn redrive(session: &Session, from: &Queue, to: &Queue) -> Result<Redriven> {
    let queues = Queues::of(session).await?;
    let start = queues.client.start_message_move_task().source_arn(&from.arn).destination_arn(&to.arn);
    let (messages, task) = match start.send().await {
        Ok(answer) => (from.waiting, answer.task_handle),
        Err(error) if code(&error).is_some_and(|code| NO_TASKS.contains(&code)) => {
            (move_all(&queues, from, to).await?, None)
        }
        Err(error) => return Err(error).or_error("sqs:StartMessageMoveTask"),
    };
    Ok(Redriven { from: from.name().to_owned(), to: to.name().to_owned(), messages, task })
}

/// A message is deleted only when its copy is there: if this is interrupted, one may be in both, and consumers know an
/// event by its id.
async fn move_all(queues: &Queues, from: &Queue, to: &Queue) -> Result<u64> {
    let mut moved = 0;
    while moved < from.waiting {
        let messages = receive(queues, &from.url, 10).await?;
        if messages.is_empty() {
            break;
        }
        for messages in by_size(&messages) {
            send(queues, to, messages).await?;
            delete(queues, from, messages).await?;
            moved += messages.len() as u64;
        }
    }
    Ok(moved)
}

/// Groups that one call takes.
fn by_size(messages: &[Message]) -> Vec<&[Message]> {
    let (mut groups, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (number, message) in messages.iter().enumerate() {
        let size = message.body().unwrap_or_default().len();
        if number > start && bytes + size > BATCH_BYTES_MAX {
            groups.push(&messages[start..number]);
            (start, bytes) = (number, 0);
        }
        bytes += size;
    }
    groups.push(&messages[start..]);
    groups
}

async fn send(queues: &Queues, to: &Queue, messages: &[Message]) -> Result<()> {
    let mut request = queues.client.send_message_batch().queue_url(&to.url);
    for (number, message) in messages.iter().enumerate() {
        let group = message.attributes().and_then(|all| all.get(&MessageSystemAttributeName::MessageGroupId));
        let entry = SendMessageBatchRequestEntry::builder()
            .id(number.to_string())
            .message_body(message.body().unwrap_or_default())
            .set_message_attributes(message.message_attributes().cloned())
            .set_message_group_id(group.cloned());
        request = request.entries(entry.build().expect("it has an id and a body"));
    }
    let answer = request.send().await.or_error("sqs:SendMessage")?;
    none_failed("sqs:SendMessage", answer.failed())
}

async fn delete(queues: &Queues, from: &Queue, messages: &[Message]) -> Result<()> {
    let mut request = queues.client.delete_message_batch().queue_url(&from.url);
    for (number, message) in messages.iter().enumerate() {
        let receipt = message.receipt_handle().unwrap_or_default();
        let entry = DeleteMessageBatchRequestEntry::builder().id(number.to_string()).receipt_handle(receipt);
        request = request.entries(entry.build().expect("it has an id and a receipt"));
    }
    let answer = request.send().await.or_error("sqs:DeleteMessage")?;
    none_failed("sqs:DeleteMessage", answer.failed())
}

fn none_failed(call: &str, failed: &[aws_sdk_sqs::types::BatchResultErrorEntry]) -> Result<()> {
    match failed.first() {
        None => Ok(()),
        Some(first) => Err(Error::Unavailable(format!(
            "{call} failed for {} messages: {}: {}. Run it again: what was not moved is still there.",
            failed.len(),
            first.code(),
            first.message().unwrap_or_default()
        ))),
    }
}

//! Reading messages without removing them.

use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};

use crate::aws_error::OrError as _;
use crate::error::Result;
use crate::queues::Queues;

/// What is looked at is hidden for so long at most; then it is shown again.
const HIDDEN: Duration = Duration::from_secs(60);
/// SQS hands over so many at once.
const RECEIVED_MAX: i32 = 10;

/// At most `limit` messages, and at most ten; none if there are no more.
pub(super) async fn receive(queues: &Queues, url: &str, limit: usize) -> Result<Vec<Message>> {
    let answer = queues
        .client
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(i32::try_from(limit).unwrap_or(RECEIVED_MAX).min(RECEIVED_MAX))
        .visibility_timeout(HIDDEN.as_secs().try_into().unwrap_or(i32::MAX))
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::All)
        // Without waiting, SQS asks only some of its servers.
        .wait_time_seconds(1)
        .send()
        .await;
    Ok(answer.or_error("sqs:ReceiveMessage")?.messages.unwrap_or_default())
}

//! Checks that published events reach the consumer queue: a key's policy can silently keep SNS from it.

use aws_sdk_sns::types::MessageAttributeValue;
use platform::{clock, random};
use serde_json::json;

use crate::aws_error::OrError as _;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::stack::Stack;

/// With the longest that SQS waits for a message, a minute and a half.
const RECEIVES: usize = 5;
const WAIT_SECONDS: i32 = 20;
/// Other consumers do not see the messages that this looks at for so long.
const HIDDEN_SECONDS: i32 = 5;
/// Consumers ignore an unknown type.
const TYPE: &str = "landfall.check";

/// Publishes one event and looks for it in the consumer queue.
pub(super) async fn check(context: &Context, stack: &Stack) -> Result<()> {
    let id = format!("landfall-check/{}", random::token());
    let is_seen = publish_and_look(context, stack, &id).await;
    if is_seen
        .map_err(|error| Error::Failed(format!("Could not check whether events reach the consumer queue: {error}")))?
    {
        context.output.words(&format!("An event of the type {TYPE} was published and reached the consumer queue."));
        return Ok(());
    }
    Err(Error::Failed(format!(
        "The event {id} was published and did not reach the consumer queue. Unless another consumer took it,\nSNS may not \
         use the key. See docs/hardening.md, A key of your own, then run this again with --check-delivery."
    )))
}

async fn publish_and_look(context: &Context, stack: &Stack, id: &str) -> Result<bool> {
    let config = context.session.config().await?;
    publish(&aws_sdk_sns::Client::new(config), stack.output("TopicArn")?, id).await?;
    let (sqs, queue) = (aws_sdk_sqs::Client::new(config), stack.output("ConsumerQueueUrl")?);
    for _ in 0..RECEIVES {
        let receive = sqs.receive_message().queue_url(queue).wait_time_seconds(WAIT_SECONDS);
        let receive = receive.max_number_of_messages(10).visibility_timeout(HIDDEN_SECONDS);
        let received = receive.send().await.or_error("sqs:ReceiveMessage")?;
        let is_ours = |message: &&aws_sdk_sqs::types::Message| message.body().is_some_and(|body| body.contains(id));
        if let Some(message) = received.messages().iter().find(is_ours) {
            let handle = message.receipt_handle().unwrap_or_default();
            let deleted = sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await;
            deleted.or_error("sqs:DeleteMessage")?;
            return Ok(true);
        }
    }
    Ok(false)
}

async fn publish(sns: &aws_sdk_sns::Client, topic: &str, id: &str) -> Result<()> {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/landfall/landfall-check", "type": TYPE,
        "time": clock::now().to_string(), "datacontenttype": "application/json", "landfallreplay": 0, "data": {},
    });
    let attribute = |text: &str| {
        let value = MessageAttributeValue::builder().data_type("String").string_value(text).build();
        value.expect("its type is given")
    };
    let publish = sns.publish().topic_arn(topic).message(event.to_string());
    let publish = publish.message_attributes("type", attribute(TYPE));
    let published = publish.message_attributes("source", attribute("landfall-check")).send().await;
    published.or_error("sns:Publish").map(drop)
}

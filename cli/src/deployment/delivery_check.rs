//! Checks that published events reach the consumer queue: a key's policy can silently keep SNS from it.

use std::time::Duration;

use aws_sdk_sns::types::MessageAttributeValue;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message};
use domain::time::time_scale::TimeScale;
use platform::{clock, random};
use serde_json::json;

use crate::aws_error::OrError as _;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::stack::Stack;

/// How long the event may take.
const LONGEST: Duration = Duration::from_secs(90);
/// SQS waits no longer for a message.
const WAIT_SECONDS_MAX: u64 = 20;
/// After so many messages of others, the event is still far behind in the queue, or already with another consumer.
const OTHERS_MAX: usize = 500;
/// Consumers ignore an unknown type.
const TYPE: &str = "landfall.check";

/// What became of the event.
enum Outcome {
    Reached,
    Missing,
    /// The queue gave so many messages of others, and held more.
    Unclear(usize),
}

/// Publishes one event and looks for it in the consumer queue.
pub(crate) async fn check(context: &Context, stack: &Stack) -> Result<()> {
    let id = format!("landfall-check/{}", random::token());
    let outcome = publish_and_look(&context.session, stack, &id).await;
    let again = context.session.command("deploy --check-delivery");
    let outcome = outcome.map_err(|error| {
        Error::Failed(format!(
            "Could not check whether events reach the consumer queue: {error}\n{ONLY_ONCE}Check again with:\n  {again}"
        ))
    })?;
    match outcome {
        Outcome::Reached => {
            context.output.words(&format!("An event of the type {TYPE} was published and reached the consumer queue."));
            Ok(())
        }
        Outcome::Missing => Err(Error::Failed(format!(
            "The event {id} was published and did not reach the consumer queue. Unless another consumer took it,\nSNS may \
             not use the key. Look at the key's policy (docs/hardening.md, A key of your own).\n{ONLY_ONCE}Check again with:\n  \
             {again}"
        ))),
        Outcome::Unclear(others) => Err(Error::Conflict(format!(
            "Could not tell whether the event {id} reached the consumer queue: the queue holds other messages, of which \
             {others} were looked at\nand given back. Let its consumers catch up.\n{ONLY_ONCE}Check again with:\n  {again}"
        ))),
    }
}

/// A second run finds the key in place and would pass without a word.
const ONLY_ONCE: &str =
    "Only the deployment that sets a key checks by itself; a re-run of `deploy` or `upgrade` does not. ";

async fn publish_and_look(session: &Session, stack: &Stack, id: &str) -> Result<Outcome> {
    let config = session.config().await?;
    publish(&aws_sdk_sns::Client::new(config), stack.output("TopicArn")?, id).await?;
    let scale = stack.parameters.get("TimeScale").and_then(|text| TimeScale::parse(text).ok());
    let mut queue = ConsumerQueue {
        sqs: aws_sdk_sqs::Client::new(config),
        url: stack.output("ConsumerQueueUrl")?,
        others: Vec::new(),
    };
    let outcome = queue.look_for(id, scale.unwrap_or(TimeScale::REAL).apply(LONGEST)).await;
    queue.give_back().await;
    outcome
}

/// The consumer queue, which may be in use. Each receive of a message counts towards its dead-letter queue, so the check takes
/// it once, hides it for the time of the check, and then gives it back.
struct ConsumerQueue<'a> {
    sqs: aws_sdk_sqs::Client,
    url: &'a str,
    /// The receipts of others' messages.
    others: Vec<String>,
}

impl ConsumerQueue<'_> {
    async fn look_for(&mut self, id: &str, longest: Duration) -> Result<Outcome> {
        let (began, mut was_empty) = (clock::now(), false);
        loop {
            let passed = clock::now().as_millis().saturating_sub(began.as_millis());
            let left = longest.saturating_sub(Duration::from_millis(u64::try_from(passed).unwrap_or_default()));
            if left.is_zero() || self.others.len() >= OTHERS_MAX {
                return Ok(if was_empty { Outcome::Missing } else { Outcome::Unclear(self.others.len()) });
            }
            let messages = self.receive(left.as_millis().div_ceil(1000).try_into().unwrap_or(WAIT_SECONDS_MAX)).await?;
            was_empty = messages.is_empty();
            for message in messages {
                let receipt = message.receipt_handle().unwrap_or_default();
                if message.body().is_some_and(|body| body.contains(id)) {
                    let deleted = self.sqs.delete_message().queue_url(self.url).receipt_handle(receipt).send().await;
                    deleted.or_error("sqs:DeleteMessage")?;
                    return Ok(Outcome::Reached);
                }
                self.others.push(receipt.to_owned());
            }
        }
    }

    /// Waits for messages, no longer than so many seconds, for which it hides those that come.
    async fn receive(&self, seconds: u64) -> Result<Vec<Message>> {
        let in_range = |seconds: u64| i32::try_from(seconds).expect("it is less than a day");
        let receive = self.sqs.receive_message().queue_url(self.url).max_number_of_messages(10);
        let receive = receive.wait_time_seconds(in_range(seconds.min(WAIT_SECONDS_MAX)));
        let received = receive.visibility_timeout(in_range(seconds)).send().await.or_error("sqs:ReceiveMessage")?;
        Ok(received.messages.unwrap_or_default())
    }

    /// Shows the others' messages again. Those that are not given back come back by themselves when the check would have
    /// ended.
    async fn give_back(&self) {
        for receipts in self.others.chunks(10) {
            let entries = (0..).zip(receipts).filter_map(|(number, receipt): (usize, _)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
                entry.receipt_handle(receipt).visibility_timeout(0).build().ok()
            });
            let change = self.sqs.change_message_visibility_batch().queue_url(self.url);
            drop(change.set_entries(Some(entries.collect())).send().await);
        }
    }
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

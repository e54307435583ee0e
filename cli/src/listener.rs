//! A queue of the caller's own that gets a live copy of the events: nothing is taken from another queue.

use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use domain::time::Timestamp;
use serde_json::{Map, Value, json};

use crate::aws_error::{OrError as _, code};
use crate::error::{Error, Result};
use crate::queues::{Queues, is_missing};
use crate::session::Session;

/// Queues of listeners begin so: `DeveloperPolicy` allows what has this name.
pub const NAME_PREFIX: &str = "landfall-listen-";
/// An event that is being handled is hidden from other readers for so long; while its handler runs, this is renewed.
pub const VISIBILITY: Duration = Duration::from_secs(30);
/// An event that was not read is deleted after this.
const RETENTION: Duration = Duration::from_secs(60 * 60);
/// The same in a queue with a name of its own.
const NAMED_RETENTION: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// A listener that has not renewed its tag for so long has ended without tidying up.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// The tag that says until when a queue is in use.
const UNTIL: &str = "landfall:until";
/// The tag that says whose topic it is for.
const TOPIC: &str = "landfall:topic";

/// A subscription of the topic with a queue behind it.
#[derive(Debug)]
pub struct Listener {
    sqs: aws_sdk_sqs::Client,
    sns: aws_sdk_sns::Client,
    url: String,
    arn: String,
    subscription: String,
    /// It stays when the listener ends.
    is_named: bool,
}

/// What an ended listener has left.
struct Leftover {
    /// Where it is; none if only a subscription is left.
    url: Option<String>,
    /// The subscriptions that lead to it.
    subscriptions: Vec<String>,
}

impl Listener {
    /// Makes the queue and subscribes it. `filter` is a filter policy for the attributes of events; `name` is for a queue
    /// that stays.
    ///
    /// # Errors
    /// If SQS or SNS refuses. What was made by then is removed by the next listener.
    pub async fn open(
        session: &Session,
        filter: &Map<String, Value>,
        name: &str,
        is_named: bool,
        now: Timestamp,
    ) -> Result<Listener> {
        let config = session.config().await?;
        let topic = session.stack().await?.output("TopicArn")?;
        let (sqs, sns) = (aws_sdk_sqs::Client::new(config), aws_sdk_sns::Client::new(config));
        let retention = if is_named { NAMED_RETENTION } else { RETENTION };
        let create = sqs
            .create_queue()
            .queue_name(format!("{NAME_PREFIX}{name}"))
            .attributes(QueueAttributeName::SqsManagedSseEnabled, "true")
            .attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY.as_secs().to_string())
            .attributes(QueueAttributeName::MessageRetentionPeriod, retention.as_secs().to_string())
            .tags(TOPIC, topic);
        let create = if is_named { create } else { create.tags(UNTIL, until(now)) };
        let url = create.send().await.or_error("sqs:CreateQueue")?.queue_url.unwrap_or_default();
        let queue = Queues::of(session).await?.find(&url).await?;
        let arn = queue.ok_or_else(|| Error::Unavailable(format!("the queue {url} is not there yet: try again")))?.arn;
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }]});
        let set = sqs.set_queue_attributes().queue_url(&url).attributes(QueueAttributeName::Policy, policy.to_string());
        set.send().await.or_error("sqs:SetQueueAttributes")?;
        let subscribe = sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(&arn).return_subscription_arn(true);
        let mut subscribe = subscribe.attributes("RawMessageDelivery", "true");
        if !filter.is_empty() {
            subscribe = subscribe.attributes("FilterPolicy", json!(filter).to_string());
        }
        let subscribed = subscribe.send().await.or_error("sns:Subscribe")?;
        let subscription = subscribed.subscription_arn.unwrap_or_default();
        Ok(Listener { sqs, sns, url, arn, subscription, is_named })
    }

    /// The ARN of its queue.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Waits for events, for 20 seconds at most.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn receive(&self, max: usize) -> Result<Vec<Message>> {
        let max = i32::try_from(max).unwrap_or(i32::MAX);
        let receive = self.sqs.receive_message().queue_url(&self.url).wait_time_seconds(20).max_number_of_messages(max);
        // As a function has them that is invoked with the messages.
        let receive =
            receive.message_attribute_names("All").message_system_attribute_names(MessageSystemAttributeName::All);
        Ok(receive.send().await.or_error("sqs:ReceiveMessage")?.messages.unwrap_or_default())
    }

    /// Hides a message for this long from now on.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn hide(&self, receipt: &str, time: Duration) -> Result<()> {
        let change = self.sqs.change_message_visibility().queue_url(&self.url).receipt_handle(receipt);
        let seconds = i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        change.visibility_timeout(seconds).send().await.or_error("sqs:ChangeMessageVisibility").map(drop)
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn delete(&self, receipt: &str) -> Result<()> {
        let delete = self.sqs.delete_message().queue_url(&self.url).receipt_handle(receipt);
        delete.send().await.or_error("sqs:DeleteMessage").map(drop)
    }

    /// Says that it goes on. To be called every few minutes.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn renew(&self, now: Timestamp) -> Result<()> {
        if self.is_named {
            return Ok(());
        }
        let tag = self.sqs.tag_queue().queue_url(&self.url).tags(UNTIL, until(now));
        tag.send().await.or_error("sqs:TagQueue").map(drop)
    }

    /// Removes what it has made, the subscription first; a queue with a name stays, and goes on filling.
    ///
    /// # Errors
    /// If SNS or SQS refuses.
    pub async fn close(self) -> Result<()> {
        if self.is_named {
            return Ok(());
        }
        unsubscribe(&self.sns, &self.subscription).await?;
        delete_queue(&self.sqs, &self.url).await
    }
}

/// Removes what listeners of this stack have left that ended without tidying up. Returns how many there were.
///
/// # Errors
/// If SQS or SNS refuses.
pub async fn remove_leftovers(session: &Session, now: Timestamp) -> Result<usize> {
    let config = session.config().await?;
    let topic = session.stack().await?.output("TopicArn")?;
    let (sqs, sns) = (aws_sdk_sqs::Client::new(config), aws_sdk_sns::Client::new(config));
    let found = leftovers(&sqs, &sns, topic, now).await?;
    for leftover in &found {
        for subscription in &leftover.subscriptions {
            unsubscribe(&sns, subscription).await?;
        }
        if let Some(url) = &leftover.url {
            delete_queue(&sqs, url).await?;
        }
    }
    Ok(found.len())
}

async fn leftovers(
    sqs: &aws_sdk_sqs::Client,
    sns: &aws_sdk_sns::Client,
    topic: &str,
    now: Timestamp,
) -> Result<Vec<Leftover>> {
    let arn_prefix = arn_prefix(topic);
    let mut subscriptions: Vec<(String, String)> = Vec::new();
    let mut pages = sns.list_subscriptions_by_topic().topic_arn(topic).into_paginator().send();
    while let Some(page) = pages.next().await {
        for listed in page.or_error("sns:ListSubscriptionsByTopic")?.subscriptions() {
            // A queue of another account or region is not listed below, so nothing tells whether it is there.
            let name = listed.endpoint().and_then(|arn| arn.strip_prefix(&arn_prefix));
            if let (Some(name), Some(arn)) = (name, listed.subscription_arn())
                && name.starts_with(NAME_PREFIX)
            {
                subscriptions.push((name.to_owned(), arn.to_owned()));
            }
        }
    }
    let of = |name: &str| subscriptions.iter().filter(|(known, _)| known == name).map(|(_, arn)| arn.clone()).collect();
    let (mut found, mut there) = (Vec::new(), Vec::new());
    let mut pages = sqs.list_queues().queue_name_prefix(NAME_PREFIX).into_paginator().page_size(1000).send();
    while let Some(page) = pages.next().await {
        for url in page.or_error("sqs:ListQueues")?.queue_urls() {
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            there.push(name.clone());
            let tags = match sqs.list_queue_tags().queue_url(url).send().await {
                // It was deleted meanwhile.
                Err(error) if is_missing(code(&error)) => continue,
                tags => tags.or_error("sqs:ListQueueTags")?.tags.unwrap_or_default(),
            };
            let is_over = tags
                .get(UNTIL)
                .and_then(|until| until.parse().ok())
                .is_some_and(|until: i64| until < now.as_millis() / 1000);
            if is_over && tags.get(TOPIC).map(String::as_str) == Some(topic) {
                found.push(Leftover { url: Some(url.clone()), subscriptions: of(&name) });
            }
        }
    }
    let mut orphans: Vec<String> =
        subscriptions.iter().map(|(name, _)| name.clone()).filter(|name| !there.contains(name)).collect();
    orphans.sort();
    orphans.dedup();
    found.extend(orphans.into_iter().map(|name| Leftover { url: None, subscriptions: of(&name) }));
    Ok(found)
}

/// The beginning of the ARNs of the queues that are where the topic is.
fn arn_prefix(topic: &str) -> String {
    let (place, _) = topic.rsplit_once(':').unwrap_or((topic, ""));
    format!("{}:", place.replacen(":sns:", ":sqs:", 1))
}

async fn unsubscribe(sns: &aws_sdk_sns::Client, subscription: &str) -> Result<()> {
    sns.unsubscribe().subscription_arn(subscription).send().await.or_error("sns:Unsubscribe").map(drop)
}

/// A queue that another listener has removed meanwhile counts as removed.
async fn delete_queue(sqs: &aws_sdk_sqs::Client, url: &str) -> Result<()> {
    match sqs.delete_queue().queue_url(url).send().await {
        Err(error) if is_missing(code(&error)) => Ok(()),
        answer => answer.or_error("sqs:DeleteQueue").map(drop),
    }
}

fn until(now: Timestamp) -> String {
    ((now + LIFE).as_millis() / 1000).to_string()
}

#[cfg(test)]
mod tests {
    use super::arn_prefix;

    #[test]
    fn the_queues_of_the_topics_account_and_region_have_arns_that_begin_so() {
        assert_eq!(
            arn_prefix("arn:aws-cn:sns:cn-north-1:123456789012:x-sns-y"),
            "arn:aws-cn:sqs:cn-north-1:123456789012:"
        );
    }
}

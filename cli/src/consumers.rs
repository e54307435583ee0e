//! The queues that receive events, and whether they are set up so that none is lost.

mod filter_words;
mod queue_policy;

use aws_sdk_sns::Client;
use serde::Serialize;

use crate::aws_error::{OrError as _, code};
use crate::error::Result;
use crate::output::Row;
use crate::queues::{Queue, Queues, Redrive};
use crate::session::Session;

use self::filter_words::filter_words;
use self::queue_policy::lets_topic_send;

/// SQS holds a message for so long at most.
const RETENTION_MAX_SECONDS: u64 = 14 * 24 * 3600;

/// A subscription of the topic.
#[derive(Clone, Debug, Serialize)]
pub struct Consumer {
    /// The queue's name, or the endpoint if it is no queue.
    pub name: String,
    /// Its ARN.
    pub subscription: String,
    /// Which events it receives, in words.
    pub filter: String,
    /// Messages that wait to be received, about.
    pub waiting: Option<u64>,
    /// Messages that somebody works on, about.
    pub in_flight: Option<u64>,
    /// The name of the queue for what cannot be delivered or handled.
    pub dead_letter_queue: Option<String>,
    /// Messages that wait there.
    pub dead_letters: Option<u64>,
    /// What to change, each with what to do.
    pub problems: Vec<String>,
    /// Whether its queue is gone.
    pub is_stale: bool,
}

impl Row for Consumer {
    const COLUMNS: &'static [&'static str] = &["name", "filter", "waiting", "in_flight", "dead_letters", "problems"];
}

/// What SNS says of a subscription.
struct Subscription {
    arn: String,
    protocol: String,
    endpoint: String,
    is_raw: bool,
    filter: Option<String>,
    is_of_body: bool,
    redrive: Option<Redrive>,
}

/// All subscriptions of the topic.
///
/// # Errors
/// If SNS or SQS refuses.
pub async fn consumers(session: &Session) -> Result<Vec<Consumer>> {
    let topic = session.stack().await?.output("TopicArn")?.to_owned();
    let sns = Client::new(session.config().await?);
    let queues = Queues::of(session).await?;
    let mut consumers = Vec::new();
    let mut pages = sns.list_subscriptions_by_topic().topic_arn(&topic).into_paginator().send();
    while let Some(page) = pages.next().await {
        for listed in page.or_error("sns:ListSubscriptionsByTopic")?.subscriptions() {
            let (arn, endpoint) =
                (listed.subscription_arn().unwrap_or_default(), listed.endpoint().unwrap_or_default());
            let protocol = listed.protocol().unwrap_or_default();
            if !arn.starts_with("arn:") {
                consumers.push(unconfirmed(endpoint, arn));
                continue;
            }
            if let Some(subscription) = subscription(&sns, arn, protocol, endpoint).await? {
                consumers.push(consumer(subscription, &topic, &queues).await?);
            }
        }
    }
    consumers.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(consumers)
}

/// `None` if it is gone meanwhile.
async fn subscription(sns: &Client, arn: &str, protocol: &str, endpoint: &str) -> Result<Option<Subscription>> {
    let answer = match sns.get_subscription_attributes().subscription_arn(arn).send().await {
        Err(error) if code(&error) == Some("NotFound") => return Ok(None),
        answer => answer.or_error("sns:GetSubscriptionAttributes")?,
    };
    let text = |name: &str| answer.attributes().and_then(|attributes| attributes.get(name)).map(String::as_str);
    Ok(Some(Subscription {
        arn: arn.to_owned(),
        protocol: protocol.to_owned(),
        endpoint: endpoint.to_owned(),
        is_raw: text("RawMessageDelivery") == Some("true"),
        filter: text("FilterPolicy").map(str::to_owned),
        is_of_body: text("FilterPolicyScope") == Some("MessageBody"),
        redrive: text("RedrivePolicy").and_then(Redrive::parse),
    }))
}

fn unconfirmed(endpoint: &str, arn: &str) -> Consumer {
    Consumer {
        name: last_part(endpoint),
        subscription: arn.to_owned(),
        filter: String::new(),
        waiting: None,
        in_flight: None,
        dead_letter_queue: None,
        dead_letters: None,
        problems: vec!["it receives nothing until its owner confirms the subscription".to_owned()],
        is_stale: false,
    }
}

async fn consumer(subscription: Subscription, topic: &str, queues: &Queues) -> Result<Consumer> {
    let mut consumer = Consumer {
        name: last_part(&subscription.endpoint),
        filter: filter_words(subscription.filter.as_deref(), subscription.is_of_body),
        problems: Vec::new(),
        ..unconfirmed(&subscription.endpoint, &subscription.arn)
    };
    if subscription.protocol != "sqs" {
        consumer.problems.push(format!(
            "it is subscribed by {}: only a queue holds events while its reader is away",
            subscription.protocol
        ));
        return Ok(consumer);
    }
    if !subscription.is_raw {
        consumer
            .problems
            .push("events arrive inside an envelope of SNS: set RawMessageDelivery on the subscription".into());
    }
    let url = queues.url_of(&subscription.endpoint).await?;
    let queue = match &url {
        Some(url) => queues.find(url).await?,
        None => None,
    };
    let Some(queue) = queue else {
        consumer.is_stale = true;
        consumer
            .problems
            .push(format!("its queue is gone: aws sns unsubscribe --subscription-arn {}", subscription.arn));
        return Ok(consumer);
    };
    consumer.waiting = Some(queue.waiting);
    consumer.in_flight = Some(queue.in_flight);
    let redrive = queue.redrive.as_ref().or(subscription.redrive.as_ref());
    consumer.dead_letter_queue = redrive.map(|redrive| last_part(&redrive.dead_letter_arn));
    if let Some(redrive) = redrive {
        let url = queues.url_of(&redrive.dead_letter_arn).await?;
        let dead_letters = match &url {
            Some(url) => queues.find(url).await?,
            None => None,
        };
        consumer.dead_letters = dead_letters.as_ref().map(|queue| queue.waiting);
        consumer.problems.extend(problem_of_dead_letters(dead_letters.as_ref(), redrive, &queue));
    }
    consumer.problems.extend(problems(&subscription, &queue, topic));
    Ok(consumer)
}

/// What to change about the queue and its subscription.
fn problems(subscription: &Subscription, queue: &Queue, topic: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if !lets_topic_send(queue.policy.as_ref(), topic) {
        problems.push("its policy does not let the topic send: allow sqs:SendMessage to sns.amazonaws.com with aws:SourceArn of the topic".into());
    }
    if subscription.redrive.is_none() {
        problems
            .push("what SNS cannot deliver to it is lost after 23 days: give the subscription a RedrivePolicy".into());
    }
    if queue.redrive.is_none() {
        problems
            .push("what its reader cannot handle comes again until it expires: give the queue a RedrivePolicy".into());
    }
    if queue.retention_seconds < RETENTION_MAX_SECONDS {
        let days = queue.retention_seconds / (24 * 3600);
        problems.push(format!(
            "it holds events for {days} days only: set MessageRetentionPeriod to {RETENTION_MAX_SECONDS}"
        ));
    }
    problems
}

fn problem_of_dead_letters(dead_letters: Option<&Queue>, redrive: &Redrive, queue: &Queue) -> Option<String> {
    let name = last_part(&redrive.dead_letter_arn);
    match dead_letters {
        None => {
            Some(format!("its dead-letter queue {name} is gone: make it again, or name another in the RedrivePolicy"))
        }
        // A message keeps the time at which it was first sent.
        Some(dead_letters) if dead_letters.retention_seconds < queue.retention_seconds => Some(format!(
            "what goes to {name} may expire at once, because it keeps its age: set its MessageRetentionPeriod to {RETENTION_MAX_SECONDS}"
        )),
        Some(_) => None,
    }
}

fn last_part(arn: &str) -> String {
    match arn.starts_with("arn:") {
        true => arn.rsplit(':').next().unwrap_or(arn).to_owned(),
        false => arn.to_owned(),
    }
}

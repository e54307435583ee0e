//! Queues: how much waits in them, and how they are set up.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use crate::aws_error::{OrError as _, code};
use crate::error::{Error, Result};
use crate::session::Session;

/// The codes by which SQS says that there is no such queue.
const NO_QUEUE: [&str; 2] = ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"];

/// Queues: how much waits in them, and how they are set up.
#[derive(Debug)]
pub struct Queues {
    /// For what else is done with a queue.
    pub(crate) client: Client,
}

/// What a queue tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Where it is.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// Messages that nobody works on, about.
    pub waiting: u64,
    /// Messages that somebody received and has not deleted yet, about.
    pub in_flight: u64,
    /// How long a message is kept.
    pub retention_seconds: u64,
    /// Where a message goes that is received too often.
    pub redrive: Option<Redrive>,
    /// Who may do what with it.
    pub policy: Option<Value>,
}

/// Where a message goes that nobody could handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The ARN of the dead-letter queue.
    pub dead_letter_arn: String,
    /// After how many receives; SNS has no such number.
    pub receives_max: Option<u64>,
}

impl Queues {
    /// Those that the caller may look at.
    ///
    /// # Errors
    /// If no region is known.
    pub async fn of(session: &Session) -> Result<Queues> {
        Ok(Queues { client: Client::new(session.config().await?) })
    }

    /// The queue at `url`; `None` if there is none.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn find(&self, url: &str) -> Result<Option<Queue>> {
        let all = self.client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
        let answer = match all.send().await {
            Err(error) if is_missing(code(&error)) => return Ok(None),
            answer => answer.or_error("sqs:GetQueueAttributes")?,
        };
        let text = |name| answer.attributes().and_then(|attributes| attributes.get(&name)).cloned();
        let number = |name| text(name).and_then(|number| number.parse().ok()).unwrap_or_default();
        Ok(Some(Queue {
            url: url.to_owned(),
            arn: text(QueueAttributeName::QueueArn).unwrap_or_default(),
            waiting: number(QueueAttributeName::ApproximateNumberOfMessages),
            in_flight: number(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
            retention_seconds: number(QueueAttributeName::MessageRetentionPeriod),
            redrive: text(QueueAttributeName::RedrivePolicy).and_then(|policy| Redrive::parse(&policy)),
            policy: text(QueueAttributeName::Policy).and_then(|policy| serde_json::from_str(&policy).ok()),
        }))
    }

    /// The queue of this ARN.
    ///
    /// # Errors
    /// If SQS refuses, or there is none.
    pub async fn existing(&self, arn: &str) -> Result<Queue> {
        let queue = match self.url_of(arn).await? {
            Some(url) => self.find(&url).await?,
            None => None,
        };
        queue.ok_or_else(|| Error::NotFound(format!("there is no queue {arn}")))
    }

    /// Where the queue of this ARN is; `None` if there is none.
    ///
    /// # Errors
    /// If SQS refuses.
    pub async fn url_of(&self, arn: &str) -> Result<Option<String>> {
        let mut parts = arn.split(':').skip(4);
        let (Some(account), Some(name)) = (parts.next(), parts.next()) else { return Ok(None) };
        match self.client.get_queue_url().queue_name(name).queue_owner_aws_account_id(account).send().await {
            Err(error) if is_missing(code(&error)) => Ok(None),
            answer => Ok(answer.or_error("sqs:GetQueueUrl")?.queue_url),
        }
    }
}

/// Whether this code says that there is no such queue.
pub(crate) fn is_missing(code: Option<&str>) -> bool {
    code.is_some_and(|code| NO_QUEUE.contains(&code))
}

impl Queue {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }
}

impl Redrive {
    /// Reads a redrive policy of a queue or a subscription.
    #[must_use]
    pub fn parse(json: &str) -> Option<Redrive> {
        let policy: Value = serde_json::from_str(json).ok()?;
        let receives_max = match &policy["maxReceiveCount"] {
            // SQS writes what it was given.
            Value::String(number) => number.parse().ok(),
            number => number.as_u64(),
        };
        Some(Redrive { dead_letter_arn: policy["deadLetterTargetArn"].as_str()?.to_owned(), receives_max })
    }
}

#[cfg(test)]
mod tests {
    use super::Redrive;

    #[test]
    fn a_redrive_policy_is_read_as_sqs_and_sns_write_it() {
        let check = |json: &str, expected: Option<(&str, Option<u64>)>| {
            let expected = expected.map(|(arn, receives_max)| Redrive { dead_letter_arn: arn.into(), receives_max });
            assert_eq!(Redrive::parse(json), expected);
        };
        check(r#"{"deadLetterTargetArn":"arn:a","maxReceiveCount":10}"#, Some(("arn:a", Some(10))));
        check(r#"{"deadLetterTargetArn":"arn:a","maxReceiveCount":"10"}"#, Some(("arn:a", Some(10))));
        check(r#"{"deadLetterTargetArn":"arn:a"}"#, Some(("arn:a", None)));
        check("{}", None);
        check("no JSON", None);
    }
}

//! Further consumer queues.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::world::World;

impl World {
    /// The URL of a fresh queue that is subscribed to the topic with `filter`.
    ///
    /// # Panics
    /// If it cannot be created or subscribed.
    pub async fn subscribed_queue(&self, filter: &Value) -> String {
        let name = format!("landfall-it-{:08x}", fastrand::u32(..));
        let sqs = &self.aws.sqs;
        let created = sqs.create_queue().queue_name(name).send().await.expect("an account takes one more queue");
        let url = created.queue_url.expect("a created queue has a URL");
        let arn = QueueAttributeName::QueueArn;
        let attributes = sqs.get_queue_attributes().queue_url(&url).attribute_names(arn.clone()).send().await;
        let attributes = attributes.expect("a queue tells its attributes").attributes;
        let arn = attributes.unwrap_or_default().remove(&arn).expect("a queue has an ARN");
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.stack.topic_arn}},
        }]});
        let set = sqs.set_queue_attributes().queue_url(&url);
        let set = set.attributes(QueueAttributeName::Policy, policy.to_string());
        set.send().await.expect("a queue takes a policy");
        let subscribe = self.aws.sns.subscribe().topic_arn(&self.stack.topic_arn).protocol("sqs").endpoint(arn);
        let subscribe =
            subscribe.attributes("RawMessageDelivery", "true").attributes("FilterPolicy", filter.to_string());
        subscribe.send().await.expect("the topic takes one more subscription");
        url
    }
}

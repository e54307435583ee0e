//! The queue of expectations.

use platform::queue::Queue;

/// The queue of expectations; without it, none is kept and none asked about.
pub(crate) struct ExpectQueue {
    pub(crate) queue: Queue,
    url: String,
}

impl ExpectQueue {
    pub(crate) fn new(queue: Queue, url: String) -> ExpectQueue {
        ExpectQueue { queue, url }
    }

    /// Whether a message came from it, as the ARN of its queue says.
    pub(crate) fn is_source(&self, arn: &str) -> bool {
        let name = self.url.rsplit('/').next();
        name.is_some_and(|name| !name.is_empty() && arn.rsplit(':').next() == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use platform::aws::{Aws, Limits};
    use platform::env::Env;

    use super::*;

    #[test]
    fn a_message_is_told_by_the_queue_that_it_came_from() {
        let lookup = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:1".to_owned()),
            "AWS_REGION" => Some("us-east-1".to_owned()),
            _ => None,
        };
        let url = "https://sqs.us-east-1.amazonaws.com/1/landfall-ExpectQueue-A".to_owned();
        let queue = Queue::new(&Aws::from_env(&mut Env::of(lookup)), url.clone(), Limits::PATIENT);
        let queue = ExpectQueue::new(queue, url);
        assert!(queue.is_source("arn:aws:sqs:us-east-1:1:landfall-ExpectQueue-A"));
        assert!(!queue.is_source("arn:aws:sqs:us-east-1:1:landfall-EventsQueue-A"));
        assert!(!queue.is_source(""));
    }
}

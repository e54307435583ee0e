//! What an instance remembers of sources with jobs that wait.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use platform::queue::Queue;

/// The queue of expectations; without it, none is kept and none asked about.
pub(crate) struct ExpectQueue {
    pub(crate) queue: Queue,
    url: String,
}

/// What an instance remembers of sources with jobs that wait.
#[derive(Default)]
pub(crate) struct Expecting(Mutex<HashMap<SourceName, Memory>>);

#[derive(Clone, Copy, Default)]
struct Memory {
    /// The pace that the ledger was told.
    per_minute: Option<u32>,
    /// Until when the sender is left alone.
    blocked_until: Option<Timestamp>,
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

impl Expecting {
    /// Whether the ledger is still to be told that `source` has jobs that wait, and at which pace they are asked about.
    pub(crate) fn is_news(&self, source: &SourceName, per_minute: u32) -> bool {
        self.memory().get(source).and_then(|memory| memory.per_minute) != Some(per_minute)
    }

    pub(crate) fn noted(&self, source: &SourceName, per_minute: u32) {
        self.memory().entry(source.clone()).or_default().per_minute = Some(per_minute);
    }

    /// Whether the sender of `source` is left alone, as far as this instance has seen.
    pub(crate) fn is_blocked(&self, source: &SourceName, now: Timestamp) -> bool {
        let memory = self.memory();
        memory.get(source).and_then(|memory| memory.blocked_until).is_some_and(|until| until > now)
    }

    pub(crate) fn blocked(&self, source: &SourceName, until: Timestamp) {
        self.memory().entry(source.clone()).or_default().blocked_until = Some(until);
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<SourceName, Memory>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::aws::{Aws, Limits};
    use platform::env::Env;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

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

    #[test]
    fn a_pace_is_told_once_and_trouble_is_over_in_time() {
        let (expecting, source) = (Expecting::default(), SourceName::parse("a").expect("it is a name"));
        assert!(expecting.is_news(&source, 60));
        expecting.noted(&source, 60);
        assert!(!expecting.is_news(&source, 60));
        assert!(expecting.is_news(&source, 30));
        assert!(!expecting.is_blocked(&source, NOW));
        expecting.blocked(&source, NOW + Duration::from_secs(1));
        assert!(expecting.is_blocked(&source, NOW));
        assert!(!expecting.is_blocked(&source, NOW + Duration::from_secs(1)));
    }
}

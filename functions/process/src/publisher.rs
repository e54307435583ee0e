//! Publishing together what a batch's messages publish: SNS takes ten events for the price of one call.
//!
//! Each message of the batch has a [`PublishPlace`]. When every place has handed over its event or was given up, what
//! waits is sent: nothing more can come. Nobody waits longer than [`LINGER`] for the others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::published::{PUBLISHED_MAX_BYTES, PublishedEvent};
use futures_util::future::join_all;
use platform::service_error::{ServiceError, ServiceErrorKind};
use platform::topic::Topic;
use tokio::sync::oneshot;

/// How long an event waits for others at most.
const LINGER: Duration = Duration::from_millis(10);
/// How many SNS takes in one call; together they may be as large as one alone.
const EVENTS_MAX: usize = 10;

/// Publishes together what comes together.
#[derive(Clone)]
pub(crate) struct Publisher {
    topic: Topic,
    group: Arc<Mutex<Group>>,
}

/// The place of one message of a batch, whose event may come.
pub(crate) struct PublishPlace {
    publisher: Publisher,
    has_come: AtomicBool,
}

/// The events that wait for others.
#[derive(Default)]
struct Group {
    waiting: Vec<PendingEvent>,
    bytes: usize,
    /// Places whose event may still come.
    open_places: usize,
    /// How many groups there were before this one.
    number: u64,
}

struct PendingEvent {
    event: PublishedEvent,
    /// Takes SNS's id of the event.
    result: oneshot::Sender<Result<String, ServiceError>>,
}

impl Publisher {
    pub(crate) fn new(topic: Topic) -> Publisher {
        Publisher { topic, group: Arc::default() }
    }

    /// A place for an event that may come.
    pub(crate) fn place(&self) -> PublishPlace {
        self.group().open_places += 1;
        PublishPlace { publisher: self.clone(), has_come: AtomicBool::new(false) }
    }

    /// Nobody who holds it panics or waits.
    fn group(&self) -> MutexGuard<'_, Group> {
        self.group.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends these on a task of its own: a task that waits for one of them may end, and the others still need a result.
    fn send(&self, waiting: Vec<PendingEvent>) {
        if !waiting.is_empty() {
            tokio::spawn(send(self.topic.clone(), waiting));
        }
    }

    /// Sends group `number` when it has waited long enough, if that has not been done by then.
    fn send_later(&self, number: u64) {
        let publisher = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            let waiting = {
                let mut group = publisher.group();
                if group.number == number { group.take() } else { Vec::new() }
            };
            publisher.send(waiting);
        });
    }
}

impl PublishPlace {
    /// Publishes the event of this place, with those that come at the same time. Gives SNS's id of it.
    pub(crate) async fn publish(&self, event: PublishedEvent) -> Result<String, ServiceError> {
        let (sender, result) = oneshot::channel();
        self.has_come.store(true, Ordering::Relaxed);
        let (full, complete, begun) = self.publisher.group().add(PendingEvent { event, result: sender });
        self.publisher.send(full);
        self.publisher.send(complete);
        if let Some(number) = begun {
            self.publisher.send_later(number);
        }
        result.await.unwrap_or_else(|_| Err(ServiceError::retryable("sns:Publish", "the publisher has stopped")))
    }
}

impl Drop for PublishPlace {
    fn drop(&mut self) {
        if !self.has_come.load(Ordering::Relaxed) {
            let waiting = self.publisher.group().close_place();
            self.publisher.send(waiting);
        }
    }
}

impl Group {
    /// Adds an event. Gives a group that it does not fit into any more, one that is complete with it, and the number of
    /// one that begins with it.
    fn add(&mut self, added: PendingEvent) -> (Vec<PendingEvent>, Vec<PendingEvent>, Option<u64>) {
        let bytes = added.event.bytes();
        let full = if self.bytes + bytes > PUBLISHED_MAX_BYTES { self.take() } else { Vec::new() };
        self.waiting.push(added);
        self.bytes += bytes;
        let complete = self.close_place();
        let begun = (self.waiting.len() == 1).then_some(self.number);
        (full, complete, begun)
    }

    /// Counts one place less. Gives the group if nothing more can come, or fit.
    fn close_place(&mut self) -> Vec<PendingEvent> {
        self.open_places = self.open_places.saturating_sub(1);
        if self.open_places == 0 || self.waiting.len() == EVENTS_MAX { self.take() } else { Vec::new() }
    }

    fn take(&mut self) -> Vec<PendingEvent> {
        self.number += 1;
        self.bytes = 0;
        std::mem::take(&mut self.waiting)
    }
}

async fn send(topic: Topic, waiting: Vec<PendingEvent>) {
    let (events, senders): (Vec<PublishedEvent>, Vec<_>) = waiting.into_iter().map(|it| (it.event, it.result)).unzip();
    let results = match events.as_slice() {
        [event] => vec![topic.publish(event).await],
        events => publish_together(&topic, events).await,
    };
    for (sender, result) in senders.into_iter().zip(results) {
        // The task that waited for it may have run out of time.
        let _ = sender.send(result);
    }
}

async fn publish_together(topic: &Topic, events: &[PublishedEvent]) -> Vec<Result<String, ServiceError>> {
    match topic.publish_batch(&events.iter().collect::<Vec<_>>()).await {
        Ok(results) => results,
        // One event that SNS does not take must not fail the others.
        Err(error) if error.kind() == ServiceErrorKind::Permanent => {
            join_all(events.iter().map(|event| topic.publish(event))).await
        }
        Err(error) => events.iter().map(|_| Err(error.repeated())).collect(),
    }
}

#[cfg(test)]
mod tests;

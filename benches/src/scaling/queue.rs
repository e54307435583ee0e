//! The queue of events, and the poller that reads it.

use std::collections::{BTreeMap, VecDeque};

use super::world::IN_FLIGHT_MAX;

/// What the processor hides a message for that it must leave, the first time. It doubles each time.
const HIDE_FIRST_SECONDS: u64 = 5;
const HIDE_MAX_SECONDS: u64 = 15 * 60;
/// The event source mapping begins with so many batches at once, and adds while messages wait.
const POLLERS_FIRST: f64 = 5.0;
const POLLERS_PER_SECOND: f64 = 300.0 / 60.0;

/// Messages of the same cohort that share their fate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageBatch {
    pub(crate) cohort: usize,
    pub(crate) count: u64,
    /// How often they were received before.
    pub(crate) receives: u32,
}

/// A standard queue. It hands out the oldest first, which SQS only tends to.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    visible: VecDeque<MessageBatch>,
    visible_count: u64,
    hidden: BTreeMap<u64, Vec<MessageBatch>>,
    hidden_count: u64,
}

impl Queue {
    pub(crate) fn send(&mut self, cohort: usize, count: u64) {
        self.push(MessageBatch { cohort, count, receives: 0 });
    }

    fn push(&mut self, parcel: MessageBatch) {
        if parcel.count > 0 {
            self.visible_count += parcel.count;
            self.visible.push_back(parcel);
        }
    }

    /// Brings back what was hidden until `second`.
    pub(crate) fn wake(&mut self, second: u64) {
        while let Some(entry) = self.hidden.first_entry().filter(|entry| *entry.key() <= second) {
            for parcel in entry.remove() {
                self.hidden_count -= parcel.count;
                self.push(parcel);
            }
        }
    }

    /// Messages that can be received now: what is in flight is limited.
    pub(crate) fn receivable(&self) -> u64 {
        self.visible_count.min(IN_FLIGHT_MAX.saturating_sub(self.hidden_count))
    }

    /// All messages.
    pub(crate) fn len(&self) -> u64 {
        self.visible_count + self.hidden_count
    }

    /// The oldest `count` messages.
    pub(crate) fn receive(&mut self, mut count: u64) -> Vec<MessageBatch> {
        let mut received = Vec::new();
        while count > 0 {
            let Some(first) = self.visible.front_mut() else { break };
            let taken = MessageBatch { count: first.count.min(count), ..*first };
            first.count -= taken.count;
            if first.count == 0 {
                self.visible.pop_front();
            }
            count -= taken.count;
            self.visible_count -= taken.count;
            received.push(taken);
        }
        received
    }

    /// Leaves received messages on the queue, hidden for longer each time.
    pub(crate) fn keep(&mut self, parcel: MessageBatch, second: u64) {
        if parcel.count == 0 {
            return;
        }
        let wait = HIDE_MAX_SECONDS.min(HIDE_FIRST_SECONDS << parcel.receives.min(8));
        let kept = MessageBatch { receives: parcel.receives + 1, ..parcel };
        self.hidden_count += kept.count;
        let there = self.hidden.entry(second + wait).or_default();
        match there.iter_mut().find(|it| it.cohort == kept.cohort && it.receives == kept.receives) {
            Some(same) => same.count += kept.count,
            None => there.push(kept),
        }
    }
}

/// How many batches the event source mapping has processed at once.
#[derive(Debug)]
pub(crate) struct Pollers(f64);

impl Default for Pollers {
    fn default() -> Pollers {
        Pollers(POLLERS_FIRST)
    }
}

impl Pollers {
    pub(crate) fn count(&self) -> u64 {
        self.0 as u64
    }

    /// Ends a second, after which messages waited or not.
    pub(crate) fn adapt(&mut self, some_wait: bool, most: u64) {
        let step = if some_wait { POLLERS_PER_SECOND } else { -POLLERS_PER_SECOND };
        self.0 = (self.0 + step).clamp(POLLERS_FIRST.min(most as f64), most as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_later_each_time() {
        let mut queue = Queue::default();
        queue.send(0, 10);
        for parcel in queue.receive(4) {
            queue.keep(parcel, 0);
        }
        assert_eq!((queue.receivable(), queue.len()), (6, 10));
        queue.wake(HIDE_FIRST_SECONDS - 1);
        assert_eq!(queue.receivable(), 6);
        queue.wake(HIDE_FIRST_SECONDS);
        assert_eq!(queue.receivable(), 10);
        queue.receive(6);
        for parcel in queue.receive(4) {
            queue.keep(parcel, 100);
        }
        queue.wake(100 + 2 * HIDE_FIRST_SECONDS - 1);
        assert_eq!((queue.receivable(), queue.len()), (0, 4));
    }

    #[test]
    fn no_more_than_the_limit_is_in_flight() {
        let mut queue = Queue::default();
        queue.send(0, 2 * IN_FLIGHT_MAX);
        for parcel in queue.receive(IN_FLIGHT_MAX - 1) {
            queue.keep(parcel, 0);
        }
        assert_eq!(queue.receivable(), 1);
    }

    #[test]
    fn pollers_grow_by_three_hundred_a_minute() {
        let mut pollers = Pollers::default();
        (0..60).for_each(|_| pollers.adapt(true, 1250));
        assert_eq!(pollers.count(), 305);
        (0..600).for_each(|_| pollers.adapt(true, 1250));
        assert_eq!(pollers.count(), 1250);
        (0..600).for_each(|_| pollers.adapt(false, 1250));
        assert_eq!(pollers.count(), 5);
    }
}

//! The instances of a function.

use std::collections::VecDeque;

/// Lambda starts so many instances of a function in ten seconds, refilled steadily and never saved up beyond it.
const RAMP: f64 = 1000.0;
const RAMP_SECONDS: f64 = 10.0;
/// An idle instance lives so long. AWS states no figure.
const IDLE_SECONDS: u64 = 300;

/// A function's instances.
#[derive(Debug)]
pub(crate) struct Fleet {
    may_start: f64,
    /// Seconds and how many were alive for what they needed, falling.
    needed: VecDeque<(u64, u64)>,
}

impl Default for Fleet {
    fn default() -> Fleet {
        Fleet { may_start: RAMP, needed: VecDeque::new() }
    }
}

impl Fleet {
    /// Instances that stand by.
    pub(crate) fn warm(&self) -> u64 {
        self.needed.front().map_or(0, |(_, count)| *count)
    }

    /// Uses up to `wanted` instances in this second. Answers how many there are for it, and how many of them had to start.
    pub(crate) fn run(&mut self, second: u64, wanted: u64) -> (u64, u64) {
        self.may_start = (self.may_start + RAMP / RAMP_SECONDS).min(RAMP);
        while self.needed.front().is_some_and(|(last, _)| last + IDLE_SECONDS < second) {
            self.needed.pop_front();
        }
        let started = wanted.saturating_sub(self.warm()).min(self.may_start as u64);
        self.may_start -= started as f64;
        let there = wanted.min(self.warm() + started);
        while self.needed.back().is_some_and(|(_, count)| *count <= there) {
            self.needed.pop_back();
        }
        self.needed.push_back((second, there));
        (there, started)
    }
}

/// Instances for `requests` a second of `seconds` each: as many as run at once on average, and two deviations more.
pub(crate) fn instances_for(requests: u64, seconds: f64) -> u64 {
    let at_once = requests as f64 * seconds;
    (at_once + 2.0 * at_once.sqrt()).ceil() as u64
}

/// Requests a second that `instances` can take: the other way round.
pub(crate) fn requests_for(instances: u64, seconds: f64) -> u64 {
    (((1.0 + instances as f64).sqrt() - 1.0).powi(2) / seconds).floor() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_no_more_than_the_ramp_allows() {
        let mut fleet = Fleet::default();
        assert_eq!(fleet.run(0, 5000), (1000, 1000));
        assert_eq!(fleet.run(1, 5000), (1100, 100));
        assert_eq!(fleet.run(2, 10), (10, 0));
        assert_eq!(fleet.warm(), 1100);
    }

    #[test]
    fn what_idles_goes() {
        let mut fleet = Fleet::default();
        fleet.run(0, 50);
        fleet.run(200, 5);
        assert_eq!(fleet.run(300, 5), (5, 0));
        assert_eq!(fleet.warm(), 50);
        assert_eq!(fleet.run(301, 5), (5, 0));
        assert_eq!(fleet.warm(), 5);
    }

    #[test]
    fn requests_and_instances_are_each_others_inverse() {
        for requests in [1, 7, 100, 1000, 10_000] {
            let instances = instances_for(requests, 0.015);
            assert!(requests_for(instances, 0.015) >= requests);
            assert!(instances_for(requests_for(instances, 0.015), 0.015) <= instances);
        }
    }
}

//! The repeats of the last minutes.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::digest::Digest;
use crate::event::event_id::EventId;
use crate::time::Timestamp;

/// How long a repeat is answered from memory.
const REMEMBERED_FOR: Duration = Duration::from_secs(5 * 60);
/// How many events are remembered; beyond, the oldest is forgotten. With all that a map and
/// a queue need for it, this is about half a megabyte.
const REMEMBERED_MAX: usize = 2048;

/// Events whose records this instance saw durable, so that a storm of repeats costs no AWS call.
///
/// Only an exact repeat is found, body and all: one whose body differs must be counted, and that is the ledger's to say.
#[derive(Debug, Default)]
pub struct RecentEvents {
    seen_at: HashMap<Digest, Timestamp>,
    oldest_first: VecDeque<(Digest, Timestamp)>,
}

impl RecentEvents {
    /// Whether this very event was remembered within the last five minutes.
    #[must_use]
    pub fn holds(&self, id: &EventId, body_sha256: Digest, now: Timestamp) -> bool {
        self.seen_at.get(&fingerprint(id, body_sha256)).is_some_and(|seen_at| seen_at.until(now) < REMEMBERED_FOR)
    }

    /// Remembers an event. Call it only once its record is known to be durable.
    pub fn remember(&mut self, id: &EventId, body_sha256: Digest, now: Timestamp) {
        let fingerprint = fingerprint(id, body_sha256);
        if self.seen_at.insert(fingerprint, now).is_none() && self.seen_at.len() > REMEMBERED_MAX {
            self.forget_oldest();
        }
        self.oldest_first.push_back((fingerprint, now));
        // An event remembered again stands twice in the order; the first of them no longer counts.
        if self.oldest_first.len() > 2 * REMEMBERED_MAX {
            let seen_at = &self.seen_at;
            self.oldest_first.retain(|(fingerprint, at)| seen_at.get(fingerprint) == Some(at));
        }
    }

    fn forget_oldest(&mut self) {
        while let Some((fingerprint, at)) = self.oldest_first.pop_front() {
            if self.seen_at.get(&fingerprint) == Some(&at) {
                self.seen_at.remove(&fingerprint);
                return;
            }
        }
    }
}

/// The id alone may be half a kilobyte; a digest of both bounds the memory.
fn fingerprint(id: &EventId, body_sha256: Digest) -> Digest {
    let mut bytes = Vec::with_capacity(id.as_str().len() + 32);
    bytes.extend_from_slice(body_sha256.as_bytes());
    bytes.extend_from_slice(id.as_str().as_bytes());
    Digest::of(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> EventId {
        EventId::parse(&format!("test/{number}")).unwrap()
    }

    #[test]
    fn only_exact_repeats_are_found_and_only_for_a_while() {
        let (body, start) = (Digest::of(b"body"), Timestamp::from_millis(0));
        let mut recent = RecentEvents::default();
        assert!(!recent.holds(&id(1), body, start));
        recent.remember(&id(1), body, start);
        assert!(recent.holds(&id(1), body, start + Duration::from_secs(299)));
        assert!(!recent.holds(&id(1), body, start + REMEMBERED_FOR));
        assert!(!recent.holds(&id(1), Digest::of(b"other"), start));
        assert!(!recent.holds(&id(2), body, start));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let (body, now) = (Digest::of(b"body"), Timestamp::from_millis(0));
        let mut recent = RecentEvents::default();
        for number in 0..REMEMBERED_MAX {
            recent.remember(&id(number), body, now);
        }
        for again in 1..=3 * REMEMBERED_MAX {
            recent.remember(&id(0), body, now + Duration::from_millis(again as u64));
        }
        recent.remember(&id(REMEMBERED_MAX), body, now);
        assert!(recent.holds(&id(0), body, now), "it was remembered again");
        assert!(!recent.holds(&id(1), body, now), "it was the oldest");
        assert!(recent.holds(&id(2), body, now));
        assert!(recent.seen_at.len() <= REMEMBERED_MAX && recent.oldest_first.len() <= 2 * REMEMBERED_MAX);
    }
}

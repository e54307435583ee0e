//! Following what arrives.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::ledger::listing::query::Entry;
use crate::time::Timestamp;

/// An index is behind its table by up to about a second, and clocks differ: so far back is read anew each time.
const OVERLAP: Duration = Duration::from_secs(10);

/// What was seen so far.
#[derive(Clone, Debug)]
pub struct Follow {
    latest: Timestamp,
    seen: BTreeSet<(Timestamp, String)>,
}

impl Follow {
    /// From `now` on.
    #[must_use]
    pub fn from(now: Timestamp) -> Follow {
        Follow { latest: now + OVERLAP, seen: BTreeSet::new() }
    }

    /// From when on the next look reads.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.latest - OVERLAP
    }

    /// What is new among what a look found, the earliest first.
    pub fn take(&mut self, mut found: Vec<Entry>) -> Vec<Entry> {
        found.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        found.retain(|entry| self.seen.insert((entry.at, entry.id.clone())));
        self.latest = found.iter().map(|entry| entry.at).fold(self.latest, Timestamp::max);
        let since = self.since();
        self.seen.retain(|(at, _)| *at >= since);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seconds: i64) -> Entry {
        let at = Timestamp::from_millis(1000 * seconds);
        Entry { at, id: format!("s/{seconds}"), event_type: None, subject: None }
    }

    #[test]
    fn each_is_shown_once_also_one_that_the_index_shows_late() {
        let mut follow = Follow::from(Timestamp::from_millis(100_000));
        assert_eq!(follow.since().as_millis(), 100_000);
        assert_eq!(follow.take(vec![entry(130), entry(120)]), [entry(120), entry(130)]);
        assert_eq!(follow.since().as_millis(), 120_000);
        assert_eq!(follow.take(vec![entry(120), entry(121), entry(130)]), [entry(121)]);
        assert!(follow.take(vec![entry(121), entry(130)]).is_empty());
    }
}

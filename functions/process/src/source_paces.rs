//! What an instance remembers of sources with jobs that wait.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::source::source_name::SourceName;
use domain::time::Timestamp;

/// What an instance remembers of sources with jobs that wait.
#[derive(Default)]
pub(crate) struct SourcePaces(Mutex<HashMap<SourceName, Memory>>);

#[derive(Clone, Copy, Default)]
struct Memory {
    /// The pace that the ledger was told.
    per_minute: Option<u32>,
    /// Until when the sender is left alone.
    blocked_until: Option<Timestamp>,
}

impl SourcePaces {
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

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn a_pace_is_told_once_and_trouble_is_over_in_time() {
        let (paces, source) = (SourcePaces::default(), SourceName::parse("a").expect("it is a name"));
        assert!(paces.is_news(&source, 60));
        paces.noted(&source, 60);
        assert!(!paces.is_news(&source, 60));
        assert!(paces.is_news(&source, 30));
        assert!(!paces.is_blocked(&source, NOW));
        paces.blocked(&source, NOW + Duration::from_secs(1));
        assert!(paces.is_blocked(&source, NOW));
        assert!(!paces.is_blocked(&source, NOW + Duration::from_secs(1)));
    }
}

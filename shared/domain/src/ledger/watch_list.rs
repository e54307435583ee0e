//! The watch list: one item of the ledger with the sources whose silence is reported, each with how long it may last.
//!
//! An operator writes it, and the sweep reads it. The id of the item is no event's: none begins with `@`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::ledger::attribute::Attribute;
use crate::ledger::condition::Condition;
use crate::ledger::item::Item;
use crate::ledger::source_directory::SourceDirectory;
use crate::ledger::value::Value;
use crate::ledger::write::{Change, Write};
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

/// The item's id.
pub const WATCH_LIST_ID: &str = "@watch";

/// Less than the sweep's interval cannot be seen, and an event is listed for 30 days only.
pub const SILENCE_ALLOWED: RangeInclusive<Duration> =
    Duration::from_secs(5 * 60)..=Duration::from_secs(30 * 24 * 60 * 60);

/// A source that is watched is silent after this many of its longest gaps.
const GAPS: u32 = 3;

/// The sources that are watched, each with how long nothing may arrive from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchList {
    silent_after: HashMap<SourceName, Duration>,
    /// Each write adds 1, so that none undoes another.
    revision: Option<i64>,
}

impl WatchList {
    /// The list that an item holds, if there is one. What is no name or no duration is left out.
    #[must_use]
    pub fn of_item(item: Option<&Item<'_>>) -> WatchList {
        let value = |attribute| item.and_then(|item| item.get(attribute));
        let entries = value(Attribute::SilentAfter).and_then(Value::as_map).into_iter().flatten();
        let entries = entries.filter_map(|(name, seconds)| {
            let seconds = u64::try_from(seconds.as_number()?).ok()?;
            Some((SourceName::parse(name).ok()?, Duration::from_secs(seconds)))
        });
        WatchList { silent_after: entries.collect(), revision: value(Attribute::Revision).and_then(Value::as_number) }
    }

    /// The sources, sorted by name, each with how long nothing may arrive from it.
    #[must_use]
    pub fn entries(&self) -> Vec<(SourceName, Duration)> {
        let mut entries: Vec<_> = self.silent_after.iter().map(|(name, after)| (name.clone(), *after)).collect();
        entries.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        entries
    }

    /// Those of them that exist: a source that was removed is not missed.
    #[must_use]
    pub fn existing(&self, directory: &SourceDirectory) -> Vec<(SourceName, Duration)> {
        let mut entries = self.entries();
        entries.retain(|(name, _)| directory.contains(name));
        entries
    }

    /// How long nothing may arrive from a source, if it is watched.
    #[must_use]
    pub fn silent_after(&self, source: &SourceName) -> Option<Duration> {
        self.silent_after.get(source).copied()
    }

    /// Watches a source, or changes how long nothing may arrive from it.
    #[must_use]
    pub fn with(mut self, source: SourceName, silent_after: Duration) -> WatchList {
        self.silent_after.insert(source, silent_after);
        self
    }

    /// Watches a source no longer.
    #[must_use]
    pub fn without(mut self, source: &SourceName) -> WatchList {
        self.silent_after.remove(source);
        self
    }

    /// Puts it, unless somebody else has written the item since it was read.
    #[must_use]
    pub fn put(&self) -> Write<'_> {
        let seconds = |after: &Duration| Value::Number(i64::try_from(after.as_secs()).unwrap_or(i64::MAX));
        let entries = self.silent_after.iter().map(|(name, after)| (Cow::Borrowed(name.as_str()), seconds(after)));
        let mut item = Item::default();
        item.set(Attribute::Id, WATCH_LIST_ID);
        item.set(Attribute::SilentAfter, Value::Map(entries.collect()));
        item.set(Attribute::Revision, self.revision.unwrap_or(0).saturating_add(1));
        let condition = match self.revision {
            Some(revision) => Condition::equal(Attribute::Revision, revision),
            None => Condition::Absent(Attribute::Revision),
        };
        // Who is refused reads again and changes that.
        Write { id: WATCH_LIST_ID, condition, change: Change::Put(item), reads_item: false, own: Condition::NEVER }
    }
}

/// Whether nothing has arrived for too long. An event is listed for 30 days at least, so one that is not listed is older
/// than any silence that is allowed.
#[must_use]
pub fn is_silent(newest: Option<Timestamp>, silent_after: Duration, now: Timestamp) -> bool {
    newest.is_none_or(|newest| newest.until(now) > silent_after)
}

/// How long nothing may arrive from a source in which the longest time between two events was `longest_gap`, in whole
/// minutes.
#[must_use]
pub fn suggested(longest_gap: Duration) -> Duration {
    let minutes = (GAPS * longest_gap).as_secs().div_ceil(60);
    Duration::from_secs(60 * minutes).clamp(*SILENCE_ALLOWED.start(), *SILENCE_ALLOWED.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn name(text: &str) -> SourceName {
        SourceName::parse(text).unwrap()
    }

    fn render(entries: &[(SourceName, Duration)]) -> String {
        let entries = entries.iter().map(|(name, after)| format!("{name} {} h", after.as_secs() / 3600));
        entries.collect::<Vec<_>>().join(", ")
    }

    /// What the table makes of a write, as it is read back.
    fn written(list: &WatchList, item: Option<&Item<'static>>) -> Option<Item<'static>> {
        let evaluated = list.put().evaluate(item)?;
        let entries = evaluated.get(Attribute::SilentAfter)?.as_map()?.iter();
        let entries =
            entries.map(|(name, value)| (Cow::Owned(name.clone().into_owned()), value.as_number().unwrap().into()));
        let mut stored = Item::default();
        stored.set(Attribute::SilentAfter, Value::Map(entries.collect()));
        stored.set(Attribute::Revision, evaluated.get(Attribute::Revision)?.as_number()?);
        Some(stored)
    }

    #[test]
    fn no_write_undoes_another() {
        let none = WatchList::of_item(None);
        let first = written(&none.clone().with(name("b"), HOUR), None).expect("nothing stands there");
        assert_eq!(written(&none.with(name("a"), HOUR), Some(&first)), None, "it was written meanwhile");
        let read = WatchList::of_item(Some(&first));
        let second = written(&read.with(name("a"), 6 * HOUR), Some(&first)).expect("it is as it was read");
        let read = WatchList::of_item(Some(&second));
        assert_eq!(render(&read.entries()), "a 6 h, b 1 h");
        assert_eq!((read.silent_after(&name("a")), read.silent_after(&name("c"))), (Some(6 * HOUR), None));
        let third = written(&read.without(&name("a")), Some(&second)).expect("it is as it was read");
        assert_eq!(render(&WatchList::of_item(Some(&third)).entries()), "b 1 h");
    }

    #[test]
    fn a_source_that_was_removed_is_not_missed() {
        let list = WatchList::default().with(name("a"), HOUR).with(name("removed"), HOUR);
        let directory = SourceDirectory::default().relisted([name("a"), name("not-watched")], NOW);
        assert_eq!(render(&list.existing(&directory)), "a 1 h");
    }

    #[test]
    fn three_times_the_longest_gap_is_suggested() {
        let check = |gap_seconds, expected_minutes: u64| {
            let expected = Duration::from_secs(60 * expected_minutes);
            assert_eq!(suggested(Duration::from_secs(gap_seconds)), expected, "{gap_seconds} s");
        };
        check(0, 5);
        check(121, 7);
        check(2 * 60 * 60, 6 * 60);
        check(14 * 24 * 60 * 60, 30 * 24 * 60);
    }

    #[test]
    fn a_source_is_silent_when_its_newest_event_is_too_old() {
        assert!(!is_silent(Some(NOW - HOUR), HOUR, NOW));
        assert!(is_silent(Some(NOW - HOUR - Duration::from_millis(1)), HOUR, NOW));
        assert!(is_silent(None, HOUR, NOW));
        assert!(!is_silent(Some(NOW + HOUR), HOUR, NOW), "clocks differ");
    }
}

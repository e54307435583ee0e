//! The directory of sources: one item of the ledger with the names of all sources.
//!
//! The sweep lists the secrets each minute and writes their names there, so that an instance which meets a name can tell
//! whether a source has it before it looks the secret up. The id of the item is no event's: none begins with `@`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use crate::ledger::attribute::Attribute;
use crate::ledger::condition::Condition;
use crate::ledger::item::Item;
use crate::ledger::value::Value;
use crate::ledger::write::{Change, Write};
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

/// The item's id.
pub const DIRECTORY_ID: &str = "@sources";

/// `ListSecrets` may lag so far behind: a name that it does not show yet, or no longer, is kept for this long. A directory
/// in which nothing is newer is that of a sweep that does not run.
const LISTING_LAG: Duration = Duration::from_secs(5 * 60);

/// The names of all sources, each with when it was last listed, or written by the tool that made the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDirectory {
    names: HashMap<SourceName, Timestamp>,
    /// Each write adds 1, so that none undoes another.
    revision: Option<i64>,
}

impl SourceDirectory {
    /// The directory that an item holds. What is no name or no time is left out: the next sweep puts it right.
    #[must_use]
    pub fn of_item(item: &Item<'_>) -> SourceDirectory {
        let names = item.get(Attribute::Names).and_then(Value::as_map).into_iter().flatten();
        let names = names.filter_map(|(name, listed_at)| {
            Some((SourceName::parse(name).ok()?, Timestamp::from_millis(listed_at.as_number()?)))
        });
        let revision = item.get(Attribute::Revision).and_then(Value::as_number);
        SourceDirectory { names: names.collect(), revision }
    }

    /// Whether a source has this name.
    #[must_use]
    pub fn contains(&self, name: &SourceName) -> bool {
        self.names.contains_key(name)
    }

    /// The names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<SourceName> {
        let mut names: Vec<SourceName> = self.names.keys().cloned().collect();
        names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        names
    }

    /// Whether the sweep still writes it.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.names.values().any(|listed_at| listed_at.until(now) < LISTING_LAG)
    }

    /// What takes its place after `listed` were listed at `now`.
    #[must_use]
    pub fn relisted(mut self, listed: impl IntoIterator<Item = SourceName>, now: Timestamp) -> SourceDirectory {
        self.names.retain(|_, listed_at| listed_at.until(now) < LISTING_LAG);
        self.names.extend(listed.into_iter().map(|name| (name, now)));
        self
    }

    /// Puts it, unless somebody else has written the item since it was read.
    #[must_use]
    pub fn put(&self) -> Write<'_> {
        let names = self.names.iter().map(|(name, listed_at)| (Cow::Borrowed(name.as_str()), (*listed_at).into()));
        let mut item = Item::default();
        item.set(Attribute::Id, DIRECTORY_ID);
        item.set(Attribute::Names, Value::Map(names.collect()));
        item.set(Attribute::Revision, self.revision.unwrap_or(0).saturating_add(1));
        let condition = match self.revision {
            Some(revision) => Condition::equal(Attribute::Revision, revision),
            None => Condition::Absent(Attribute::Revision),
        };
        Write {
            id: DIRECTORY_ID,
            condition,
            change: Change::Put(item),
            reads_item: false,
            // Whoever wrote meanwhile, the next sweep lists again.
            own: Condition::NEVER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::event_id::EventId;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn name(text: &str) -> SourceName {
        SourceName::parse(text).unwrap()
    }

    /// The names, each with how many seconds ago it was listed.
    fn render(directory: &SourceDirectory) -> String {
        let age = |at: &Timestamp| at.until(NOW).as_secs();
        let mut names: Vec<String> = directory.names.iter().map(|(name, at)| format!("{name} {}", age(at))).collect();
        names.sort();
        names.join(", ")
    }

    fn directory(names: &[(&str, u64)]) -> SourceDirectory {
        let names = names.iter().map(|(text, seconds)| (name(text), NOW - Duration::from_secs(*seconds)));
        SourceDirectory { names: names.collect(), revision: Some(7) }
    }

    #[test]
    fn a_name_that_is_not_listed_is_kept_while_the_listing_may_lag_behind() {
        let check = |before: &[(&str, u64)], listed: &[&str], after: &str| {
            let relisted = directory(before).relisted(listed.iter().map(|text| name(text)), NOW);
            assert_eq!(render(&relisted), after, "{before:?}, {listed:?}");
        };
        check(&[], &["a", "b"], "a 0, b 0");
        check(&[("a", 60)], &["a"], "a 0");
        check(&[("a", 299), ("b", 300)], &[], "a 299");
    }

    #[test]
    fn a_directory_in_which_nothing_is_new_is_not_current() {
        assert!(directory(&[("a", 900), ("b", 299)]).is_current(NOW));
        assert!(!directory(&[("a", 900), ("b", 300)]).is_current(NOW));
        assert!(!directory(&[]).is_current(NOW));
    }

    #[test]
    fn no_write_undoes_another() {
        let put = |directory: &SourceDirectory, item: Option<&Item<'static>>| {
            let item = directory.put().evaluate(item)?;
            // As it is read back.
            let names = item.get(Attribute::Names)?.as_map()?.iter();
            let names = names.map(|(name, at)| (Cow::Owned(name.clone().into_owned()), at.as_number().unwrap().into()));
            let mut read = Item::default();
            read.set(Attribute::Names, Value::Map(names.collect()));
            read.set(Attribute::Revision, item.get(Attribute::Revision)?.as_number()?);
            Some(read)
        };
        let none = SourceDirectory::default();
        let first = put(&none.clone().relisted([name("a")], NOW), None).expect("nothing stands there");
        assert_eq!(put(&none, Some(&first)), None);
        let read = SourceDirectory::of_item(&first);
        assert_eq!(render(&read), "a 0");
        let second =
            put(&read.clone().relisted([name("b")], NOW + SECOND), Some(&first)).expect("it is as it was read");
        assert!(SourceDirectory::of_item(&second).contains(&name("a")));
        assert!(SourceDirectory::of_item(&second).contains(&name("b")));
        assert_eq!(put(&read, Some(&second)), None, "it was written since");
    }

    #[test]
    fn what_somebody_has_spoilt_by_hand_is_left_out() {
        let mut item = Item::default();
        let names = [("a", Value::from(NOW)), ("b", Value::from("now")), ("B", Value::from(NOW))];
        item.set(Attribute::Names, Value::Map(names.map(|(name, at)| (Cow::Borrowed(name), at)).into()));
        assert_eq!(render(&SourceDirectory::of_item(&item)), "a 0");
        assert_eq!(SourceDirectory::of_item(&Item::default()), SourceDirectory::default());
    }

    #[test]
    fn the_items_id_is_no_events() {
        assert!(EventId::parse(DIRECTORY_ID).is_err());
        assert!(EventId::parse("@sources/a").is_err());
    }
}

//! Many queries' answers in one order.
//!
//! An index orders what is under one key by an instant alone, and says nothing of entries that have the same one. So an
//! entry's place is certain once every query has come to a later one: until then, an entry that belongs before it may
//! still be read.

use std::cmp::Ordering;

use crate::ledger::listing::cursor::Position;
use crate::ledger::listing::query::{Entry, Order};
use crate::time::Timestamp;

/// The answers so far.
#[derive(Clone, Debug)]
pub struct Merge {
    order: Order,
    /// What was shown before.
    after: Option<Position>,
    queries: Vec<Progress>,
    entries: Vec<Entry>,
}

/// How far a query has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// It was not asked yet.
    Unread,
    /// It has given all up to this instant, and perhaps not all of this instant.
    Read(Timestamp),
    /// It has given all.
    Ended,
}

impl Merge {
    /// The answers to `queries` queries, of which none was asked yet. What is not after `after` is left out.
    #[must_use]
    pub fn new(order: Order, queries: usize, after: Option<Position>) -> Merge {
        Merge { order, after, queries: vec![Progress::Unread; queries], entries: Vec::new() }
    }

    /// Takes in the next part of the answer to query number `query`, of which what `admits` says counts.
    pub fn add(&mut self, query: usize, entries: Vec<Entry>, has_more: bool, admits: impl Fn(&Entry) -> bool) {
        self.queries[query] = match entries.last() {
            _ if !has_more => Progress::Ended,
            Some(last) => Progress::Read(last.at),
            // An empty page that has a next one says nothing new.
            None => self.queries[query],
        };
        let after = self.after.as_ref();
        let order = self.order;
        let is_new = |entry: &Entry| {
            admits(entry)
                && after.is_none_or(|after| {
                    compare(order, (entry.at, &entry.id), (after.at, &after.id)) == Ordering::Greater
                })
        };
        self.entries.extend(entries.into_iter().filter(is_new));
    }

    /// The queries that have to go on before the first `wanted` entries are certain; empty if they are, or if there are no
    /// more.
    #[must_use]
    pub fn missing(&mut self, wanted: usize) -> Vec<usize> {
        self.sort();
        let needed = self.entries.get(wanted.saturating_sub(1)).map(|entry| entry.at);
        let holds_up = |progress: &Progress| match (progress, needed) {
            (Progress::Ended, _) => false,
            (Progress::Unread, _) | (_, None) => true,
            (Progress::Read(at), Some(needed)) => !self.is_before(needed, *at),
        };
        (0..self.queries.len()).filter(|query| holds_up(&self.queries[*query])).collect()
    }

    /// The first entries, at most `wanted`, each once. They are certain once nothing is [missing](Merge::missing).
    #[must_use]
    pub fn first(mut self, wanted: usize) -> Vec<Entry> {
        self.sort();
        self.entries.truncate(wanted);
        self.entries
    }

    /// The entries that are certain so far, and where the listing goes on behind them; for a reader who has read enough.
    /// `None` if nothing is certain yet.
    #[must_use]
    pub fn certain(mut self) -> Option<(Vec<Entry>, Position)> {
        self.sort();
        let behind = |one: &Timestamp, other: &Timestamp| match self.order {
            Order::Ascending => one.cmp(other),
            Order::Descending => other.cmp(one),
        };
        let read = self.queries.iter().map(|progress| match progress {
            Progress::Unread => None,
            Progress::Read(at) => Some(Some(*at)),
            Progress::Ended => Some(None),
        });
        // The query that is furthest behind.
        let at = read.collect::<Option<Vec<_>>>()?.into_iter().flatten().min_by(behind)?;
        let id = match self.order {
            Order::Ascending => String::new(),
            // No id is beyond it.
            Order::Descending => char::MAX.to_string(),
        };
        let mut entries = std::mem::take(&mut self.entries);
        entries.retain(|entry| self.is_before(entry.at, at));
        Some((entries, Position { at, id }))
    }

    /// Whether there is nothing beyond the first `wanted` entries.
    #[must_use]
    pub fn ends_within(&self, wanted: usize) -> bool {
        self.entries.len() <= wanted && self.queries.iter().all(|progress| *progress == Progress::Ended)
    }

    fn is_before(&self, one: Timestamp, other: Timestamp) -> bool {
        match self.order {
            Order::Ascending => one < other,
            Order::Descending => one > other,
        }
    }

    fn sort(&mut self) {
        let order = self.order;
        self.entries.sort_by(|one, other| compare(order, (one.at, &one.id), (other.at, &other.id)));
        // A read that is repeated, or an entry that moved while it was read.
        self.entries.dedup_by(|one, other| one.id == other.id && one.at == other.at);
    }
}

fn compare(order: Order, one: (Timestamp, &String), other: (Timestamp, &String)) -> Ordering {
    let ascending = one.cmp(&other);
    match order {
        Order::Ascending => ascending,
        Order::Descending => ascending.reverse(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(at: i64, id: usize) -> Entry {
        Entry { at: Timestamp::from_millis(at), id: format!("s/{id:03}"), event_type: None, subject: None }
    }

    /// Pages of `wanted` of what lies under the keys, each read `part` entries at a time, in the index's order.
    fn pages(order: Order, keys: &[Vec<Entry>], wanted: usize, part: usize) -> Vec<Entry> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let mut merge = Merge::new(order, keys.len(), after.clone());
            let mut read = vec![0; keys.len()];
            loop {
                let missing = merge.missing(wanted);
                if missing.is_empty() {
                    break;
                }
                for key in missing {
                    let from = read[key];
                    let to = (from + part).min(keys[key].len());
                    read[key] = to;
                    merge.add(key, keys[key][from..to].to_vec(), to < keys[key].len(), |_| true);
                }
            }
            let is_last = merge.ends_within(wanted);
            let page = merge.first(wanted);
            after = page.last().map(|last| Position { at: last.at, id: last.id.clone() });
            all.extend(page);
            if is_last {
                return all;
            }
        }
    }

    proptest! {
        #[test]
        fn pages_have_every_entry_once_and_in_order(
            entries in prop::collection::vec((0_usize..4, 0_i64..12), 0..60),
            wanted in 1_usize..8,
            part in 1_usize..6,
            descending in any::<bool>(),
        ) {
            let order = if descending { Order::Descending } else { Order::Ascending };
            let mut keys = vec![Vec::new(); 4];
            for (id, (key, at)) in entries.iter().enumerate() {
                keys[*key].push(entry(*at, id));
            }
            // Within one instant the index has any order: here, that in which they were drawn.
            keys.iter_mut().for_each(|entries| entries.sort_by_key(|entry| if descending { -entry.at.as_millis() } else { entry.at.as_millis() }));
            let mut expected: Vec<Entry> = keys.iter().flatten().cloned().collect();
            expected.sort_by(|one, other| compare(order, (one.at, &one.id), (other.at, &other.id)));
            prop_assert_eq!(pages(order, &keys, wanted, part), expected);
        }
    }

    #[test]
    fn a_reader_that_has_read_enough_goes_on_where_all_queries_have_come_to() {
        for (order, instants) in [(Order::Descending, [9, 8, 5, 7]), (Order::Ascending, [1, 2, 5, 3])] {
            let [first, second, third, frontier] = instants;
            let mut merge = Merge::new(order, 3, None);
            merge.add(0, vec![entry(first, 1), entry(second, 2), entry(third, 3)], true, |_| true);
            assert!(merge.clone().certain().is_none(), "one was not asked yet");
            merge.add(1, vec![entry(frontier, 4)], true, |_| false);
            merge.add(2, vec![], false, |_| true);
            let (entries, position) = merge.certain().unwrap();
            assert_eq!(entries, [entry(first, 1), entry(second, 2)]);
            // Another one of that instant may still come.
            let mut next = Merge::new(order, 1, Some(position));
            next.add(0, vec![entry(frontier, 0), entry(frontier, 9)], false, |_| true);
            assert_eq!(next.first(9).len(), 2, "{order:?}");
        }
    }

    #[test]
    fn a_page_reads_no_more_than_it_needs() {
        let mut merge = Merge::new(Order::Descending, 2, None);
        assert_eq!(merge.missing(2), [0, 1]);
        merge.add(0, vec![entry(9, 1), entry(8, 2)], true, |_| true);
        merge.add(1, vec![entry(5, 3)], true, |_| true);
        assert_eq!(merge.missing(2), [0], "another of the instant 8 may come first");
        merge.add(0, vec![entry(7, 4)], true, |_| false);
        assert!(merge.missing(2).is_empty());
    }
}

//! Queries to the indexes, and what they find.

use crate::ledger::attribute::Attribute;
use crate::ledger::condition::Condition;
use crate::ledger::item::Item;
use crate::ledger::value::Value;
use crate::time::Timestamp;

/// An index of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Events by when they arrived.
    Arrived,
    /// Events by when they come due, and failed ones by when they failed.
    Due,
}

/// The order of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The earliest first.
    Ascending,
    /// The latest first.
    Descending,
}

/// A question to one key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which index.
    pub index: Index,
    /// The key.
    pub key: String,
    /// The earliest instant, itself included.
    pub from: Timestamp,
    /// The latest instant, itself included.
    pub to: Timestamp,
    /// The order of the answer.
    pub order: Order,
}

/// An entry of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The instant by which the index orders it.
    pub at: Timestamp,
    /// The event's id.
    pub id: String,
    /// The event's type, if the index tells it.
    pub event_type: Option<String>,
    /// The sender's id of the thing, if the index tells it.
    pub subject: Option<String>,
}

impl Index {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Index::Arrived => "arrived",
            Index::Due => "due",
        }
    }

    /// Its key, and what orders the entries under it.
    #[must_use]
    pub const fn keys(self) -> [Attribute; 2] {
        match self {
            Index::Arrived => [Attribute::Slot, Attribute::ReceivedAt],
            Index::Due => [Attribute::DueShard, Attribute::DueAt],
        }
    }

    /// An entry as the index gives it; `None` if it is no event's.
    #[must_use]
    pub fn entry(self, item: &Item<'_>) -> Option<Entry> {
        let text = |attribute| item.get(attribute).and_then(Value::as_text).map(str::to_owned);
        Some(Entry {
            at: Timestamp::from_millis(item.get(self.keys()[1])?.as_number()?),
            id: text(Attribute::Id)?,
            event_type: text(Attribute::Type),
            subject: text(Attribute::Subject),
        })
    }
}

impl Query {
    /// What holds of the keys of what it finds.
    #[must_use]
    pub fn condition(&self) -> Condition<'_> {
        let [key, at] = self.index.keys();
        Condition::All(vec![
            Condition::equal(key, self.key.as_str()),
            Condition::Between(at, self.from.into(), self.to.into()),
        ])
    }
}

//! Conditional writes, as values.

use std::borrow::Cow;

use crate::ledger::attribute::Attribute;
use crate::ledger::condition::Condition;
use crate::ledger::item::Item;
use crate::ledger::value::Value;

/// A conditional write of one item: the only way in which the ledger is changed. The platform renders it to DynamoDB, the
/// model of the protocol evaluates it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Write<'a> {
    /// The key.
    pub id: &'a str,
    /// What must hold of what stands there.
    pub condition: Condition<'a>,
    /// What is changed if it does.
    pub change: Change<'a>,
    /// Whether the item is read back as the write leaves it. What a condition refuses is always read back.
    pub reads_item: bool,
    /// What holds of a refused item if an earlier try of this very write had landed and only its answer was lost.
    pub own: Condition<'a>,
}

/// What a write changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change<'a> {
    /// The whole item takes the place of whatever stands there.
    Put(Item<'a>),
    /// These attributes change, all others stay.
    Update(Vec<Update<'a>>),
}

/// What becomes of one attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Update<'a> {
    /// It is set to this.
    Set(Attribute, Value<'a>),
    /// This is added to it; it counts as 0 where it is absent.
    Add(Attribute, i64),
    /// This text is put into the set; one that is absent counts as empty.
    Insert(Attribute, Cow<'a, str>),
    /// This text is taken out of the set.
    Withdraw(Attribute, Cow<'a, str>),
    /// It is removed.
    Remove(Attribute),
}

impl<'a> Write<'a> {
    /// What the write makes of what stands under its key, or `None` if its condition refuses that. Nothing deployed asks:
    /// this is what a table does with the write, for the model, and for the test that compares the two.
    #[must_use]
    pub fn evaluate(&self, item: Option<&Item<'a>>) -> Option<Item<'a>> {
        if !self.condition.holds(item) {
            return None;
        }
        Some(match &self.change {
            Change::Put(item) => item.clone(),
            Change::Update(updates) => {
                let mut changed = item.cloned().unwrap_or_default();
                changed.set(Attribute::Id, self.id);
                updates.iter().for_each(|update| update.apply(&mut changed));
                changed
            }
        })
    }
}

impl<'a> Update<'a> {
    /// Sets the attribute.
    pub fn set(attribute: Attribute, value: impl Into<Value<'a>>) -> Update<'a> {
        Update::Set(attribute, value.into())
    }

    fn apply(&self, item: &mut Item<'a>) {
        match self {
            Update::Set(attribute, value) => item.set(*attribute, value.clone()),
            Update::Add(attribute, number) => {
                let before = item.get(*attribute).and_then(Value::as_number).unwrap_or(0);
                item.set(*attribute, before.saturating_add(*number));
            }
            Update::Insert(attribute, text) => {
                let mut texts = item.get(*attribute).and_then(Value::as_texts).cloned().unwrap_or_default();
                texts.insert(text.clone());
                item.set(*attribute, Value::Texts(texts));
            }
            Update::Withdraw(attribute, text) => {
                let mut texts = item.get(*attribute).and_then(Value::as_texts).cloned().unwrap_or_default();
                texts.remove(text);
                // No set is empty.
                if texts.is_empty() {
                    item.remove(*attribute);
                } else {
                    item.set(*attribute, Value::Texts(texts));
                }
            }
            Update::Remove(attribute) => {
                item.remove(*attribute);
            }
        }
    }
}

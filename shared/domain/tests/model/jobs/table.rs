//! The items of the ledger that are about the job.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::ledger::attribute::Attribute;
use domain::ledger::item::Item;
use domain::ledger::value::Value;
use domain::ledger::write::Write;

use crate::mapping::map_item;

/// What nothing here looks at.
const UNREAD: [Attribute; 6] = [
    Attribute::Headers,
    Attribute::Body,
    Attribute::Type,
    Attribute::KeyMeaning,
    Attribute::MustConfirm,
    Attribute::ReplayedAt,
];

/// The items, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Table(BTreeMap<String, Item<'static>>);

impl Table {
    pub(crate) fn get(&self, id: &str) -> Option<&Item<'static>> {
        self.0.get(id)
    }

    /// Carries a write out, or gives what stood in its way.
    pub(crate) fn write(&mut self, write: &Write<'_>) -> Result<(), Option<Item<'static>>> {
        let before = self.0.get(write.id).cloned();
        let changed = write.evaluate(before.as_ref()).map(|item| {
            let mut item = map_item(&item, &mut owned);
            // What says nothing of how the event or the job stands, and no decision reads.
            UNREAD.into_iter().for_each(|attribute| drop(item.remove(attribute)));
            item
        });
        match changed {
            Some(changed) => {
                self.0.insert(write.id.to_owned(), changed);
                Ok(())
            }
            None if write.own.holds(before.as_ref()) => Ok(()),
            None => Err(before),
        }
    }

    pub(crate) fn is_claimed_by(&self, token: &str) -> bool {
        self.0.values().any(|item| item.get(Attribute::ClaimedBy).and_then(Value::as_text) == Some(token))
    }

    pub(crate) fn set(&mut self, id: &str, attribute: Attribute, value: impl Into<Value<'static>>) {
        if let Some(item) = self.0.get_mut(id) {
            item.set(attribute, value);
        }
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }
}

fn owned(_: Attribute, value: &Value<'_>) -> Value<'static> {
    deep(value)
}

fn deep(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Text(text) => Value::Text(Cow::Owned(text.clone().into_owned())),
        Value::Number(number) => Value::Number(*number),
        Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.clone().into_owned())),
        Value::Map(members) => Value::Map(
            members.iter().map(|(name, value)| (Cow::Owned(name.clone().into_owned()), deep(value))).collect(),
        ),
        Value::Texts(texts) => Value::Texts(texts.iter().map(|text| Cow::Owned(text.clone().into_owned())).collect()),
        Value::Other => Value::Other,
    }
}

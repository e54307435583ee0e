//! Writes and items, value by value.

use std::borrow::Cow;
use std::sync::LazyLock;

use domain::event::VerifiedBy;
use domain::ledger::attribute::Attribute;
use domain::ledger::condition::Condition;
use domain::ledger::due_shard;
use domain::ledger::item::Item;
use domain::ledger::record::State;
use domain::ledger::value::Value;
use domain::ledger::write::{Change, Update, Write};

use crate::event::{EVENT_ID, SHA256_TEXTS};
use crate::name;
use crate::replay::JOBS;

/// What becomes of the value of an attribute.
pub(crate) type Map<'f> = dyn FnMut(Attribute, &Value<'_>) -> Value<'static> + 'f;

/// The write with each of its values mapped.
pub(crate) fn map_write(write: &Write<'_>, map: &mut Map<'_>) -> Write<'static> {
    Write {
        id: EVENT_ID.as_str(),
        condition: map_condition(&write.condition, map),
        change: match &write.change {
            Change::Put(item) => Change::Put(map_item(item, map)),
            Change::Update(updates) => Change::Update(updates.iter().map(|update| map_update(update, map)).collect()),
        },
        reads_item: write.reads_item,
        own: map_condition(&write.own, map),
    }
}

/// The item with each of its values mapped.
pub(crate) fn map_item(item: &Item<'_>, map: &mut Map<'_>) -> Item<'static> {
    item.iter().map(|(attribute, value)| (attribute, map(attribute, value))).collect()
}

fn map_condition(condition: &Condition<'_>, map: &mut Map<'_>) -> Condition<'static> {
    let mut all = |conditions: &[Condition<'_>]| conditions.iter().map(|it| map_condition(it, map)).collect();
    match condition {
        Condition::Between(attribute, from, to) => {
            Condition::Between(*attribute, map(*attribute, from), map(*attribute, to))
        }
        Condition::Not(condition) => Condition::Not(Box::new(map_condition(condition, map))),
        Condition::Absent(attribute) => Condition::Absent(*attribute),
        Condition::All(conditions) => Condition::All(all(conditions)),
        Condition::Any(conditions) => Condition::Any(all(conditions)),
        Condition::Compare(attribute, comparison, value) => {
            Condition::Compare(*attribute, *comparison, map(*attribute, value))
        }
    }
}

fn map_update(update: &Update<'_>, map: &mut Map<'_>) -> Update<'static> {
    match update {
        Update::Set(attribute, value) => Update::Set(*attribute, map(*attribute, value)),
        Update::Add(attribute, number) => Update::Add(*attribute, *number),
        Update::Insert(attribute, text) => Update::Insert(*attribute, job(text)),
        Update::Withdraw(attribute, text) => Update::Withdraw(*attribute, job(text)),
        Update::Remove(attribute) => Update::Remove(*attribute),
    }
}

/// The value with a life of its own.
pub(crate) fn owned(attribute: Attribute, value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Text(text) => match name::read(attribute, value) {
            Some(name) => name::value(name),
            None => Value::Text(known(text).map_or_else(|| Cow::Owned(text.clone().into_owned()), Cow::Borrowed)),
        },
        Value::Number(number) => Value::Number(*number),
        Value::Texts(jobs) => Value::Texts(jobs.iter().map(|text| job(text)).collect()),
        // No attribute of the protocol holds anything else.
        Value::Bytes(_) | Value::Map(_) | Value::Other => Value::Other,
    }
}

fn job(text: &str) -> Cow<'static, str> {
    Cow::Borrowed(JOBS.into_iter().find(|job| *job == text).expect("no set holds anything but replay jobs"))
}

/// Words that many states share are not copied for each.
fn known(text: &str) -> Option<&'static str> {
    static SHARD: LazyLock<&str> = LazyLock::new(|| due_shard::of(&EVENT_ID));
    let states = State::ALL.map(State::as_str);
    let others = [EVENT_ID.as_str(), *SHARD, VerifiedBy::Signature.as_str(), VerifiedBy::Token.as_str()];
    let digests = SHA256_TEXTS.iter().map(String::as_str);
    states.into_iter().chain(others).chain(digests).find(|known| *known == text)
}

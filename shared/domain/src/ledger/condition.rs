//! Conditions on an item.

use std::cmp::Ordering;

use crate::ledger::attribute::Attribute;
use crate::ledger::item::Item;
use crate::ledger::value::Value;

/// A condition on what stands under a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition<'a> {
    /// The item has no such attribute. Where there is no item, it has none.
    Absent(Attribute),
    /// The item has the attribute, and it compares so with the value.
    Compare(Attribute, Comparison, Value<'a>),
    /// The item has the attribute, and it is one of these two values or between them.
    Between(Attribute, Value<'a>, Value<'a>),
    /// This does not hold.
    Not(Box<Condition<'a>>),
    /// All of these hold.
    All(Vec<Condition<'a>>),
    /// At least one of these holds.
    Any(Vec<Condition<'a>>),
}

/// How an attribute compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// It is the same.
    Equal,
    /// It is the same or comes before.
    AtMost,
    /// It is the same or comes after.
    AtLeast,
    /// It comes after.
    Above,
    /// It is a text that begins so.
    BeginsWith,
    /// It is a set that has it.
    Contains,
}

impl<'a> Condition<'a> {
    /// What never holds.
    pub const NEVER: Condition<'static> = Condition::Any(Vec::new());

    /// The attribute is this.
    pub fn equal(attribute: Attribute, value: impl Into<Value<'a>>) -> Condition<'a> {
        Condition::Compare(attribute, Comparison::Equal, value.into())
    }

    /// The attribute is at most this.
    pub fn at_most(attribute: Attribute, value: impl Into<Value<'a>>) -> Condition<'a> {
        Condition::Compare(attribute, Comparison::AtMost, value.into())
    }

    /// Whether it holds for `item`.
    #[must_use]
    pub fn holds(&self, item: Option<&Item<'_>>) -> bool {
        match self {
            Condition::Absent(attribute) => item.and_then(|item| item.get(*attribute)).is_none(),
            Condition::Compare(attribute, comparison, value) => {
                let found = item.and_then(|item| item.get(*attribute));
                found.is_some_and(|found| comparison.holds(found, value))
            }
            Condition::Between(attribute, from, to) => {
                let found = item.and_then(|item| item.get(*attribute));
                found.is_some_and(|it| Comparison::AtLeast.holds(it, from) && Comparison::AtMost.holds(it, to))
            }
            Condition::Not(condition) => !condition.holds(item),
            Condition::All(conditions) => conditions.iter().all(|condition| condition.holds(item)),
            Condition::Any(conditions) => conditions.iter().any(|condition| condition.holds(item)),
        }
    }
}

impl Comparison {
    fn holds(self, found: &Value<'_>, value: &Value<'_>) -> bool {
        let order = match (found, value) {
            (Value::Text(found), Value::Text(value)) if self == Comparison::BeginsWith => {
                return found.starts_with(&**value);
            }
            (Value::Texts(found), Value::Text(value)) => return self == Comparison::Contains && found.contains(value),
            (Value::Text(found), Value::Text(value)) => found.as_bytes().cmp(value.as_bytes()),
            (Value::Number(found), Value::Number(value)) => found.cmp(value),
            // Values of two types are never the same, and none comes before the other.
            _ => return false,
        };
        match self {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::AtMost => order != Ordering::Greater,
            Comparison::AtLeast => order != Ordering::Less,
            Comparison::Above => order == Ordering::Greater,
            // Neither compares by order.
            Comparison::BeginsWith | Comparison::Contains => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(condition: &Condition<'_>, expected: [bool; 4]) {
        let item = |lease_until: i64| {
            let mut item = Item::default();
            item.set(Attribute::LeaseUntil, lease_until);
            item
        };
        let items = [None, Some(item(1)), Some(item(2)), Some(item(3))];
        assert_eq!(items.each_ref().map(|item| condition.holds(item.as_ref())), expected, "{condition:?}");
    }

    #[test]
    fn an_absent_attribute_compares_with_nothing() {
        let compare = |comparison| Condition::Compare(Attribute::LeaseUntil, comparison, Value::Number(2));
        check(&Condition::Absent(Attribute::LeaseUntil), [true, false, false, false]);
        check(&Condition::Absent(Attribute::DueAt), [true, true, true, true]);
        check(&compare(Comparison::Equal), [false, false, true, false]);
        check(&compare(Comparison::AtMost), [false, true, true, false]);
        check(&compare(Comparison::AtLeast), [false, false, true, true]);
        check(&compare(Comparison::Above), [false, false, false, true]);
        check(&Condition::equal(Attribute::LeaseUntil, Value::from("2")), [false; 4]);
        check(
            &Condition::Between(Attribute::LeaseUntil, Value::Number(2), Value::Number(3)),
            [false, false, true, true],
        );
        check(&Condition::NEVER, [false; 4]);
        check(&Condition::All(Vec::new()), [true; 4]);
        check(&Condition::Not(Box::new(compare(Comparison::Equal))), [true, true, false, true]);
    }

    #[test]
    fn a_text_begins_so_and_a_set_has_a_text() {
        let mut item = Item::default();
        item.set(Attribute::LastError, "contradicted: because");
        item.set(Attribute::ReplayJobs, Value::Texts(["a", "b"].map(Into::into).into()));
        let holds = |attribute, comparison, text| {
            Condition::Compare(attribute, comparison, Value::from(text)).holds(Some(&item))
        };
        assert!(holds(Attribute::LastError, Comparison::BeginsWith, "contradicted"));
        assert!(!holds(Attribute::LastError, Comparison::BeginsWith, "because"));
        assert!(holds(Attribute::ReplayJobs, Comparison::Contains, "a"));
        assert!(!holds(Attribute::ReplayJobs, Comparison::Contains, "c"));
        assert!(!holds(Attribute::ReplayJobs, Comparison::Equal, "a"));
        assert!(!holds(Attribute::State, Comparison::Contains, "a"));
    }
}

//! Whoever can be recognized: a delivery, a claim, a sweep's mark.

use std::borrow::Cow;

use domain::ledger::attribute::Attribute;
use domain::ledger::value::Value;

/// Stands for a delivery, a claim or a mark. `0` is one that nobody holds any more.
pub(crate) type Name = u8;

const TEXTS: [&str; 9] = ["gone", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"];

/// The name as a write carries it.
pub(crate) fn text(name: Name) -> &'static str {
    TEXTS[usize::from(name)]
}

/// The name that a text is.
pub(crate) fn of_text(text: &str) -> Option<Name> {
    let index = TEXTS.iter().position(|known| *known == text)?;
    Name::try_from(index).ok()
}

/// The name that an attribute holds, if it holds one.
pub(crate) fn read(attribute: Attribute, value: &Value<'_>) -> Option<Name> {
    if !matches!(attribute, Attribute::Delivery | Attribute::ClaimedBy | Attribute::SweptBy) {
        return None;
    }
    of_text(value.as_text()?)
}

/// The value of an attribute that holds this name.
pub(crate) fn value(name: Name) -> Value<'static> {
    Value::Text(Cow::Borrowed(text(name)))
}

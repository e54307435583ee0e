//! A delivery as the processor has it: the tree of its body, and the headers that were kept.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::description::{Condition, HeaderName, Place, Places, Pointer};
use serde_json::Value;

use super::fields;
use crate::condition::{Seen, holds};
use crate::head::header;
use crate::json::item_number;

/// A delivery as the processor has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    /// The tree of its body.
    pub(crate) value: &'a Value,
    /// The headers that were kept.
    pub(crate) headers: &'a BTreeMap<String, String>,
    /// The headers that may hold its id.
    pub(crate) ids: &'a [HeaderName],
}

impl<'a> Body<'a> {
    /// The text at a place.
    pub(crate) fn text(&self, place: &Place) -> Option<String> {
        match place {
            Place::Body(pointer) => self.text_at(pointer),
            Place::Header(name) => header(self.headers, name).map(str::to_owned),
            Place::Id => self.ids.iter().find_map(|name| header(self.headers, name)).map(str::to_owned),
        }
    }

    /// The text at a place of the body.
    pub(crate) fn text_at(&self, pointer: &Pointer) -> Option<String> {
        fields::text(self.value(pointer)?)
    }

    /// The text at the first of the places that has one.
    pub(crate) fn first(&self, places: &Places) -> Option<String> {
        places.0.iter().find_map(|place| self.text(place))
    }

    /// The number at a place of the body.
    pub(crate) fn number(&self, place: &Place) -> Option<f64> {
        match place {
            Place::Body(pointer) => self.value(pointer)?.as_f64(),
            Place::Header(_) | Place::Id => None,
        }
    }

    /// Whether a condition holds of it.
    pub(crate) fn answers(&self, condition: &Condition) -> bool {
        let seen = condition.at.0.iter().map(|place| Seen {
            text: self.text(place).map(Cow::Owned),
            is_object: matches!(place, Place::Body(pointer) if self.value(pointer).is_some_and(Value::is_object)),
        });
        holds(&condition.test, condition.first, seen)
    }

    /// What a pointer leads to.
    pub(crate) fn value(&self, pointer: &Pointer) -> Option<&'a Value> {
        pointer.0.iter().try_fold(self.value, |value, segment| below(value, segment))
    }
}

/// All that a pointer leads to, where `*` stands for every item and every member but those named in `never`.
pub(crate) fn values<'a>(value: &'a Value, pointer: &Pointer, never: &[String]) -> Vec<&'a Value> {
    let mut values = vec![value];
    for segment in &*pointer.0 {
        values = match &**segment {
            "*" => values.into_iter().flat_map(|value| all_below(value, never)).collect(),
            segment => values.into_iter().filter_map(|value| below(value, segment)).collect(),
        };
    }
    values
}

fn below<'a>(value: &'a Value, segment: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(segment),
        Value::Array(items) => items.get(item_number(segment)?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn all_below<'a>(value: &'a Value, never: &[String]) -> Vec<&'a Value> {
    match value {
        Value::Object(members) => {
            let all = members.iter().filter(|(name, _)| !never.iter().any(|never| never == *name));
            all.map(|(_, member)| member).collect()
        }
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

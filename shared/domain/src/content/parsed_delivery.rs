//! A delivery as the processor has it: the tree of its body, and the headers that were kept.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::content::field_value::FieldValue;
use crate::content::json_pointers::item_number;
use crate::content::predicate::holds;
use crate::delivery::headers::kept_text;
use crate::description::{Condition, FieldPath, FieldPaths, HeaderName, Pointer};

/// A delivery as the processor has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParsedDelivery<'a> {
    /// The tree of its body.
    pub(crate) value: &'a Value,
    /// The headers that were kept.
    pub(crate) headers: &'a BTreeMap<String, String>,
    /// The headers that may hold its id.
    pub(crate) ids: &'a [HeaderName],
}

impl<'a> ParsedDelivery<'a> {
    /// The text at a place.
    pub(crate) fn text(&self, place: &FieldPath) -> Option<String> {
        match place {
            FieldPath::Body(pointer) => self.text_at(pointer),
            FieldPath::Header(name) => kept_text(self.headers, name).map(str::to_owned),
            FieldPath::Id => self.ids.iter().find_map(|name| kept_text(self.headers, name)).map(str::to_owned),
            // The check of a description rules it out: no event holds it.
            FieldPath::Query(_) => None,
        }
    }

    /// The text at a place of the body.
    pub(crate) fn text_at(&self, pointer: &Pointer) -> Option<String> {
        text(self.value(pointer)?)
    }

    /// The text at the first of the places that has one.
    pub(crate) fn first(&self, places: &FieldPaths) -> Option<String> {
        places.0.iter().find_map(|place| self.text(place))
    }

    /// The JSON of an object or a list that is not empty at a place of the body.
    pub(crate) fn json(&self, place: &FieldPath) -> Option<String> {
        let FieldPath::Body(pointer) = place else {
            return None;
        };
        let value = self.value(pointer)?;
        let is_empty = match value {
            Value::Object(members) => members.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        };
        (!is_empty).then(|| value.to_string())
    }

    /// The number at a place of the body.
    pub(crate) fn number(&self, place: &FieldPath) -> Option<f64> {
        match place {
            FieldPath::Body(pointer) => self.value(pointer)?.as_f64(),
            FieldPath::Header(_) | FieldPath::Id | FieldPath::Query(_) => None,
        }
    }

    /// Whether a condition holds of it.
    pub(crate) fn satisfies(&self, condition: &Condition) -> bool {
        let values = condition.at.0.iter().map(|path| match path {
            FieldPath::Body(pointer) if self.value(pointer).is_some_and(Value::is_object) => FieldValue::Object,
            path => self.text(path).map_or(FieldValue::Other, |text| FieldValue::Text(Cow::Owned(text))),
        });
        holds(&condition.predicate, condition.first, values)
    }

    /// What a pointer leads to.
    pub(crate) fn value(&self, pointer: &Pointer) -> Option<&'a Value> {
        pointer.0.iter().try_fold(self.value, |value, segment| below(value, segment))
    }
}

/// The text of a string that is not empty, of an integer or of a boolean: some senders write one id now as the one, now
/// as the other.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
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

//! An API's account of a thing, in the form of a webhook.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::description::{AnswerRules, FieldMapping, MappingValue, Pointer};
use crate::parsed_delivery::ParsedDelivery;

/// An API's account of a thing.
#[derive(Debug)]
pub(super) enum Account {
    /// In the form of a webhook, so that it is read as one.
    Told(Value),
    /// There is no such thing.
    Unknown,
    /// It cannot be understood.
    Senseless,
}

impl Account {
    /// What `answer` tells of the thing that was asked for as `id`.
    pub(super) fn of(rules: &AnswerRules, id: &str, answer: &Value) -> Account {
        let headers = BTreeMap::new();
        let of = |value| ParsedDelivery { value, headers: &headers, ids: &[] };
        let whole = of(answer);
        if rules.unknown.iter().any(|condition| whole.satisfies(condition)) {
            return Account::Unknown;
        }
        let list =
            |pointer: &Pointer| whole.value(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let object = match &rules.among {
            Some(among) => {
                let one = list(&among.list).iter().find(|one| of(one).text_at(&among.id).as_deref() == Some(id));
                let is_unknown =
                    among.unknown.as_ref().is_some_and(|unknown| list(unknown).iter().any(|known| known == id));
                match one {
                    Some(one) => one,
                    None if is_unknown => return Account::Unknown,
                    None => return Account::Senseless,
                }
            }
            None => {
                let objects = rules.object.iter().filter_map(|pointer| whole.value(pointer));
                objects.into_iter().find(|value| value.is_object()).unwrap_or(answer)
            }
        };
        let object = of(object);
        let makes_sense = rules.when.iter().all(|condition| object.satisfies(condition))
            && (rules.when_any.is_empty() || rules.when_any.iter().any(|condition| object.satisfies(condition)));
        if makes_sense { Account::Told(webhook(&rules.webhook, id, &object)) } else { Account::Senseless }
    }
}

fn webhook(rules: &[FieldMapping], id: &str, object: &ParsedDelivery<'_>) -> Value {
    if rules.is_empty() {
        return object.value.clone();
    }
    let mut body = Value::Null;
    for FieldMapping { set, value } in rules {
        let value = match value {
            MappingValue::Constant(text) => Some(Value::from(&**text)),
            MappingValue::Copy(from) => object.value(from).cloned(),
            MappingValue::CopyOrId(from) => {
                let copied = object.value(from).filter(|_| object.text_at(from).is_some());
                Some(copied.cloned().unwrap_or_else(|| Value::from(id)))
            }
            MappingValue::Prefixed { from, prefix } => {
                object.text_at(from).map(|text| Value::from(format!("{prefix}{text}")))
            }
            MappingValue::Words { from, words, otherwise } => {
                let text = object.text_at(from);
                let word = words.iter().find(|word| text.as_deref() == Some(&*word.is));
                Some(Value::from(&**word.map_or(otherwise, |word| &word.becomes)))
            }
        };
        if let Some(value) = value {
            put(&mut body, &set.0, value);
        }
    }
    body
}

fn put(body: &mut Value, segments: &[String], value: Value) {
    let Some((first, rest)) = segments.split_first() else {
        *body = value;
        return;
    };
    if !body.is_object() {
        *body = Value::Object(Map::new());
    }
    if let Value::Object(members) = body {
        put(members.entry(&**first).or_insert(Value::Null), rest, value);
    }
}

//! An API's account of a thing, in the form of a webhook.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::content::parsed_delivery::ParsedDelivery;
use crate::description::{AnswerRules, FieldMapping, MappingValue, Pointer};

/// An API's account of a thing.
#[derive(Debug)]
pub(crate) enum Account {
    /// In the form of a webhook, so that it is read as one.
    Webhook(Vec<u8>),
    /// There is no such thing.
    Unknown,
    /// It is no JSON at all.
    NotJson,
    /// It cannot be understood.
    Senseless,
}

impl Account {
    /// What `answer`, which came with the HTTP status `status`, tells of the thing that was asked for as `id`.
    pub(super) fn of(rules: &AnswerRules, id: &str, status: u16, answer: &Value) -> Account {
        let headers = BTreeMap::new();
        let of = |value| ParsedDelivery { value, headers: &headers, ids: &[] };
        let whole = of(answer);
        if let Some(failed) = rules.failed.as_ref().filter(|failed| failed.statuses.contains(&status)) {
            return Account::Webhook(webhook(&failed.webhook, id, &whole));
        }
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
        if makes_sense { Account::Webhook(webhook(&rules.webhook, id, &object)) } else { Account::Senseless }
    }
}

/// Writes the webhook while the answer's tree is there: of so large a tree, memory holds one at a time.
fn webhook<'a>(rules: &'a [FieldMapping], id: &'a str, object: &ParsedDelivery<'a>) -> Vec<u8> {
    let mut body = Node::Value(if rules.is_empty() { object.value } else { &Value::Null });
    for FieldMapping { set, value } in rules {
        let node = match value {
            MappingValue::Constant(text) => Some(Node::text(&**text)),
            MappingValue::Copy(from) => object.value(from).map(Node::Value),
            MappingValue::Id => Some(Node::text(id)),
            MappingValue::CopyOrId(from) => {
                let copied = object.value(from).filter(|_| object.text_at(from).is_some());
                Some(copied.map_or_else(|| Node::text(id), Node::Value))
            }
            MappingValue::Prefixed { from, prefix } => {
                object.text_at(from).map(|text| Node::text(format!("{prefix}{text}")))
            }
            MappingValue::Words { from, words, otherwise } => {
                let text = object.text_at(from);
                let word = words.iter().find(|word| text.as_deref() == Some(&*word.is));
                word.map(|word| &word.becomes).or(otherwise.as_ref()).map(|word| Node::text(&**word))
            }
        };
        if let Some(node) = node {
            body.put(&set.0, node);
        }
    }
    serde_json::to_vec(&body).expect("texts and parts of JSON are always JSON")
}

/// A part of a webhook, made of parts of the answer.
#[derive(Serialize)]
#[serde(untagged)]
enum Node<'a> {
    Object(BTreeMap<&'a str, Node<'a>>),
    Value(&'a Value),
    Text(Cow<'a, str>),
}

impl<'a> Node<'a> {
    fn text(text: impl Into<Cow<'a, str>>) -> Node<'a> {
        Node::Text(text.into())
    }

    fn put(&mut self, segments: &'a [String], node: Node<'a>) {
        let Some((first, rest)) = segments.split_first() else {
            *self = node;
            return;
        };
        if !matches!(self, Node::Object(_)) {
            let members = if let Node::Value(Value::Object(members)) = self { Some(members) } else { None };
            let members = members.into_iter().flatten().map(|(name, member)| (name.as_str(), Node::Value(member)));
            *self = Node::Object(members.collect());
        }
        if let Node::Object(members) = self {
            members.entry(&**first).or_insert(Node::Value(&Value::Null)).put(rest, node);
        }
    }
}

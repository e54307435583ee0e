//! Items in DynamoDB's JSON: `{"state": {"S": "received"}}`.

use std::borrow::Cow;
use std::fmt::Display;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use domain::ledger::item::Item;
use domain::ledger::value::Value;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value as Json;

/// An item, to be written.
pub(super) struct JsonItem<'r>(pub(super) &'r Item<'r>);

/// A value, to be written.
pub(super) struct JsonValue<'r>(pub(super) &'r Value<'r>);

impl Serialize for JsonItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(attribute, value)| (attribute.as_str(), JsonValue(value))))
    }
}

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut typed = serializer.serialize_map(Some(1))?;
        match self.0 {
            Value::Text(text) => typed.serialize_entry("S", text)?,
            Value::Number(number) => typed.serialize_entry("N", &Text(number))?,
            Value::Bytes(bytes) => typed.serialize_entry("B", &Text(&Base64Display::new(bytes, &STANDARD)))?,
            Value::Map(values) => typed.serialize_entry("M", &Members(values.iter()))?,
            Value::Texts(texts) => typed.serialize_entry("SS", texts)?,
            Value::Other => typed.serialize_entry("NULL", &true)?,
        }
        typed.end()
    }
}

/// What is written as it is displayed, without a text of its own in between.
pub(super) struct Text<'r, T>(pub(super) &'r T);

impl<T: Display> Serialize for Text<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

struct Members<I>(I);

impl<'r, I: Iterator<Item = (&'r Cow<'r, str>, &'r Value<'r>)> + Clone> Serialize for Members<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone().map(|(name, value)| (name, JsonValue(value))))
    }
}

/// Reads an item; `None` if it is none. What no record has is left out.
pub(super) fn item(json: Json) -> Option<Item<'static>> {
    let Json::Object(attributes) = json else { return None };
    Some(attributes.into_iter().filter_map(|(name, json)| Some((name.parse().ok()?, value(json)))).collect())
}

fn value(json: Json) -> Value<'static> {
    let Json::Object(typed) = json else { return Value::Other };
    match typed.into_iter().next() {
        Some((kind, Json::String(text))) => match kind.as_str() {
            "S" => Value::from(text),
            "N" => text.parse().map_or(Value::Other, Value::Number),
            "B" => STANDARD.decode(text).map_or(Value::Other, |bytes| Value::Bytes(Cow::Owned(bytes))),
            _ => Value::Other,
        },
        Some((kind, Json::Object(values))) if kind == "M" => {
            Value::Map(values.into_iter().map(|(name, json)| (Cow::Owned(name), value(json))).collect())
        }
        Some((kind, Json::Array(texts))) if kind == "SS" => {
            let texts = texts.into_iter().map(|text| text.as_str().map(|text| Cow::Owned(text.to_owned())));
            texts.collect::<Option<_>>().map_or(Value::Other, Value::Texts)
        }
        _ => Value::Other,
    }
}

#[cfg(test)]
mod tests {
    use domain::ledger::attribute::Attribute;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_reads_back_as_it_was_written() {
        let written = json!({
            "id": {"S": "test/1"}, "attempts": {"N": "-3"}, "body": {"B": "AP8="},
            "headers": {"M": {"content-type": {"S": "text/plain"}}}, "replay_jobs": {"SS": ["a", "b"]},
        });
        let read = item(written.clone()).unwrap();
        assert_eq!(read.get(Attribute::Body), Some(&Value::Bytes(Cow::Borrowed(&[0, 255]))));
        assert_eq!(serde_json::to_value(JsonItem(&read)).unwrap(), written);
    }

    #[test]
    fn what_landfall_does_not_write_is_read_as_such() {
        let check = |json: Json| assert_eq!(value(json.clone()), Value::Other, "{json}");
        check(json!({"BOOL": true}));
        check(json!({"NS": ["1"]}));
        check(json!({"N": "1.5"}));
        check(json!({"B": "?"}));
        check(json!({}));
        assert_eq!(item(json!({"unknown": {"S": "text"}})).unwrap(), Item::default());
        assert_eq!(item(json!([])), None);
    }
}

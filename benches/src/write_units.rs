//! What DynamoDB bills for a write.

use serde_json::{Map, Value};

/// The attributes of the index `due`: it holds an item while it has all of the first three.
const INDEX_KEYS: [&str; 3] = ["id", "due_shard", "due_at"];
const INDEX_REST: [&str; 1] = ["sweeps"];
/// A request unit writes so many bytes.
const UNIT_BYTES: usize = 1024;

/// The units of a write that turns `old` into `new`, the index's included.
///
/// The larger of both is billed. In the index, an entry that comes, goes or changes is one write, and a key that changes
/// two: the old entry goes and the new one comes.
pub(crate) fn write_units(old: Option<&Map<String, Value>>, new: &Map<String, Value>) -> u64 {
    let table = units(size(new).max(old.map_or(0, size)));
    let (before, after) = (old.and_then(entry), entry(new));
    let index = match (&before, &after) {
        (None, None) => 0,
        (Some(only), None) | (None, Some(only)) => units(size(only)),
        (Some(before), Some(after)) if before == after => 0,
        (Some(before), Some(after)) if INDEX_KEYS.iter().any(|key| before.get(*key) != after.get(*key)) => {
            units(size(before)) + units(size(after))
        }
        (Some(before), Some(after)) => units(size(before).max(size(after))),
    };
    table + index
}

fn units(bytes: usize) -> u64 {
    bytes.div_ceil(UNIT_BYTES).max(1) as u64
}

/// The item's entry in the index, if it has one.
fn entry(item: &Map<String, Value>) -> Option<Map<String, Value>> {
    let keys = INDEX_KEYS.iter().map(|key| Some(((*key).to_owned(), item.get(*key)?.clone())));
    let mut entry = keys.collect::<Option<Map<String, Value>>>()?;
    entry.extend(INDEX_REST.iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone()))));
    Some(entry)
}

/// An item's size by DynamoDB's rules: its names, and its values by their type.
fn size(item: &Map<String, Value>) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else { return 0 };
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => text.len(),
        // Two digits a byte, and one for the sign and the point.
        ("N", Value::String(digits)) => digits.trim_matches('0').len().div_ceil(2) + 1,
        ("B", Value::String(base64)) => base64.trim_end_matches('=').len() * 3 / 4,
        ("M", Value::Object(map)) => 3 + map.len() + size(map),
        ("L", Value::Array(list)) => 3 + list.len() + list.iter().map(value_size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(old: Option<Value>, new: Value, expected: u64) {
        let old = old.map(|old| old.as_object().cloned().unwrap());
        assert_eq!(write_units(old.as_ref(), new.as_object().unwrap()), expected, "{old:?} {new}");
    }

    fn due(at: &str, body_bytes: usize) -> Value {
        json!({"id": {"S": "a"}, "due_shard": {"S": "01"}, "due_at": {"N": at}, "body": {"S": "x".repeat(body_bytes)}})
    }

    #[test]
    fn an_event_that_is_due_is_in_the_index_too() {
        check(None, due("1", 10), 2);
        check(None, json!({"id": {"S": "a"}}), 1);
        check(None, due("1", 1024), 3);
    }

    #[test]
    fn a_moved_due_time_is_two_writes_of_the_index() {
        check(Some(due("1", 10)), due("1", 20), 1);
        check(Some(due("1", 10)), due("2", 10), 3);
        check(Some(due("1", 10)), json!({"id": {"S": "a"}}), 2);
    }

    #[test]
    fn the_larger_side_of_a_write_is_billed() {
        check(Some(json!({"id": {"S": "x".repeat(3000)}})), json!({"id": {"S": "x"}}), 3);
    }
}

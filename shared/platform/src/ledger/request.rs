//! Requests to DynamoDB: what the writes of `domain::ledger` are in its words.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::attribute::Attribute;
use domain::ledger::condition::Condition;
use domain::ledger::listing::query::Order;
use domain::ledger::value::Value;
use domain::ledger::write::{Change, Write};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

use super::expression::{ConditionExpression, Name, Operands, UpdateExpression};
use super::json::{JsonItem, JsonValue, Text};

/// A write of an item of `table`, as `PutItem` or `UpdateItem` wants it.
pub(super) struct WriteRequest<'r> {
    pub(super) table: &'r str,
    pub(super) write: &'r Write<'r>,
}

/// The item of `table` with this id as it is now, as `GetItem` wants it.
pub(super) struct GetRequest<'r> {
    pub(super) table: &'r str,
    pub(super) id: &'r str,
}

/// The items of an index of `table` for which `condition` holds, as `Query` wants it.
pub(super) struct QueryRequest<'r> {
    pub(super) table: &'r str,
    pub(super) index: &'static str,
    pub(super) condition: &'r Condition<'r>,
    pub(super) order: Order,
    pub(super) answer: QueryAnswer,
    /// Where to go on.
    pub(super) start: Option<&'r Json>,
}

/// What a query is answered with.
pub(super) enum QueryAnswer {
    /// At most this many items.
    Items(u32),
    /// Their number alone.
    Count,
}

/// All but the bodies and headers of the items of `table` with these ids, as they were at most a moment ago, as `BatchGetItem`
/// wants it. To read them as they are now would cost twice as much.
pub(super) struct BatchGetRequest<'r> {
    pub(super) table: &'r str,
    pub(super) ids: &'r [String],
}

/// A part of the whole table, without bodies and headers, as `Scan` wants it.
pub(super) struct ScanRequest<'r> {
    pub(super) table: &'r str,
    pub(super) segment: u32,
    pub(super) segments: u32,
    /// Where to go on.
    pub(super) start: Option<&'r Json>,
}

impl Serialize for WriteRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Write { id, condition, change, reads_item, .. } = self.write;
        let mut operands = Operands::default();
        operands.add_condition(condition);
        let mut request = serializer.serialize_map(None)?;
        request.serialize_entry("TableName", self.table)?;
        match change {
            Change::Put(item) => request.serialize_entry("Item", &JsonItem(item))?,
            Change::Update(updates) => {
                let expression = UpdateExpression { updates, first_value: operands.values.len() };
                request.serialize_entry("Key", &Key(id))?;
                request.serialize_entry("UpdateExpression", &Text(&expression))?;
                operands.add_updates(updates);
            }
        }
        request.serialize_entry("ConditionExpression", &Text(&ConditionExpression(condition)))?;
        serialize_operands(&operands, &mut request)?;
        if *reads_item {
            request.serialize_entry("ReturnValues", "ALL_NEW")?;
        }
        request.serialize_entry("ReturnValuesOnConditionCheckFailure", "ALL_OLD")?;
        request.end()
    }
}

impl Serialize for GetRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut request = serializer.serialize_map(None)?;
        request.serialize_entry("TableName", self.table)?;
        request.serialize_entry("Key", &Key(self.id))?;
        request.serialize_entry("ConsistentRead", &true)?;
        request.end()
    }
}

impl Serialize for QueryRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut operands = Operands::default();
        operands.add_condition(self.condition);
        let mut request = serializer.serialize_map(None)?;
        request.serialize_entry("TableName", self.table)?;
        request.serialize_entry("IndexName", self.index)?;
        request.serialize_entry("KeyConditionExpression", &Text(&ConditionExpression(self.condition)))?;
        serialize_operands(&operands, &mut request)?;
        match self.answer {
            QueryAnswer::Items(limit) => request.serialize_entry("Limit", &limit)?,
            QueryAnswer::Count => request.serialize_entry("Select", "COUNT")?,
        }
        if self.order == Order::Descending {
            request.serialize_entry("ScanIndexForward", &false)?;
        }
        if let Some(start) = self.start {
            request.serialize_entry("ExclusiveStartKey", start)?;
        }
        request.end()
    }
}

impl Serialize for BatchGetRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys: Vec<Key<'_>> = self.ids.iter().map(|id| Key(id)).collect();
        let (projection, names) = told_attributes();
        let wanted = serde_json::json!({
            "Keys": keys, "ProjectionExpression": projection, "ExpressionAttributeNames": names,
        });
        let mut request = serializer.serialize_map(None)?;
        request.serialize_entry("RequestItems", &serde_json::json!({ self.table: wanted }))?;
        request.end()
    }
}

impl Serialize for ScanRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (projection, names) = told_attributes();
        let mut request = serializer.serialize_map(None)?;
        request.serialize_entry("TableName", self.table)?;
        request.serialize_entry("Segment", &self.segment)?;
        request.serialize_entry("TotalSegments", &self.segments)?;
        request.serialize_entry("ProjectionExpression", &projection)?;
        request.serialize_entry("ExpressionAttributeNames", &names)?;
        if let Some(start) = self.start {
            request.serialize_entry("ExclusiveStartKey", start)?;
        }
        request.end()
    }
}

/// All attributes but those that may be large and that nobody lists.
fn told_attributes() -> (String, BTreeMap<String, &'static str>) {
    let told = Attribute::ALL.into_iter().filter(|name| !matches!(name, Attribute::Body | Attribute::Headers));
    let names: BTreeMap<String, &str> = told.map(|name| (format!("#{}", name.as_str()), name.as_str())).collect();
    (names.keys().cloned().collect::<Vec<_>>().join(", "), names)
}

fn serialize_operands<M: SerializeMap>(operands: &Operands<'_>, request: &mut M) -> Result<(), M::Error> {
    // DynamoDB refuses empty ones.
    if !operands.reserved.is_empty() {
        request.serialize_entry("ExpressionAttributeNames", &Names(&operands.reserved))?;
    }
    if !operands.values.is_empty() {
        request.serialize_entry("ExpressionAttributeValues", &Values(&operands.values))?;
    }
    Ok(())
}

/// The key of an item.
struct Key<'r>(&'r str);

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(Attribute::Id.as_str(), JsonValue(&Value::from(self.0)))])
    }
}

struct Names<'r>(&'r BTreeSet<Attribute>);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|name| (Name(*name).to_string(), name.as_str())))
    }
}

struct Values<'r>(&'r [Value<'r>]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.0.iter().enumerate();
        serializer.collect_map(values.map(|(index, value)| (format!(":v{index}"), JsonValue(value))))
    }
}

#[cfg(test)]
mod tests;

//! Requests to DynamoDB: what the writes of `domain::ledger` are in its words.

use std::collections::BTreeSet;

use domain::ledger::attribute::Attribute;
use domain::ledger::condition::Condition;
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
    pub(super) limit: u32,
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
        request.serialize_entry("Limit", &self.limit)?;
        if let Some(start) = self.start {
            request.serialize_entry("ExclusiveStartKey", start)?;
        }
        request.end()
    }
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

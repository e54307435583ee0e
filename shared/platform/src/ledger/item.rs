//! Records as DynamoDB items: written in DynamoDB's JSON, and read as what the SDK makes of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::delivery::BODY_MAX_BYTES;
use domain::digest::Digest;
use domain::event::Event;
use domain::event_id::EventId;
use domain::event_type::EventType;
use domain::ledger::record::{BodyRef, Record, RecordState, State, StoredBody};
use domain::source_name::SourceName;
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::DUE_SHARDS;
use crate::body_codec::{Packed, unpack};
use crate::service_error::ServiceError;

/// An item.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A body on its way into a record.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// To be kept in the record.
    Inline(&'a Packed),
    /// Kept in the bucket already.
    Referenced(&'a BodyRef),
}

/// An item on its way into the table.
pub(super) type NewItem<'a> = BTreeMap<&'static str, Attribute<'a>>;

/// An attribute in DynamoDB's JSON: `{"S": "text"}`.
#[derive(Serialize)]
pub(super) enum Attribute<'a> {
    S(Cow<'a, str>),
    N(String),
    /// In base64.
    B(String),
    M(BTreeMap<&'a str, Attribute<'a>>),
}

/// The item of a fresh record. It is billed by the KiB with every write, so a number that is 0 is left out.
pub(super) fn received<'a>(event: &'a Event, body: &Body<'a>, due_at: Timestamp) -> NewItem<'a> {
    let mut item = described(event, body);
    item.insert("state", s(State::Received.as_str()));
    item.insert("due_at", millis(due_at));
    item.insert("due_shard", s(due_shard(&event.id)));
    item
}

/// The item of a record that is made under a claim, because the table had none.
pub(super) fn claimed<'a>(
    event: &'a Event,
    body: &Body<'a>,
    token: &'a str,
    lease_until: Timestamp,
    due_at: Timestamp,
) -> NewItem<'a> {
    let mut item = received(event, body, due_at);
    item.insert("state", s(State::Processing.as_str()));
    item.insert("attempts", n(1));
    item.insert("claimed_by", s(token));
    item.insert("lease_until", millis(lease_until));
    item
}

fn described<'a>(event: &'a Event, body: &Body<'a>) -> NewItem<'a> {
    let headers = event.headers.iter().map(|(name, value)| (name.as_str(), s(value))).collect();
    let mut item = NewItem::from([
        ("id", s(event.id.as_str())),
        ("source", s(event.source.as_str())),
        ("provider", s(event.provider.as_str())),
        ("type", s(event.event_type.to_string())),
        ("verified_by", s(event.verified_by.as_str())),
        ("origin", s(event.origin.as_str())),
        ("received_at", millis(event.received_at)),
        ("delivery", s(&event.recorded_by)),
        ("headers", Attribute::M(headers)),
        ("body_sha256", s(event.body_sha256.to_string())),
    ]);
    if event.replay > 0 {
        item.insert("replay", n(event.replay.into()));
    }
    if let Some(subject) = &event.subject {
        item.insert("subject", s(subject));
    }
    match body {
        Body::Inline(packed) => {
            item.insert("body", Attribute::B(STANDARD.encode(&packed.bytes)));
            if packed.is_zstd {
                item.insert("body_encoding", s("zstd"));
            }
        }
        Body::Referenced(reference) => {
            let reference = BTreeMap::from([
                ("bucket", s(&reference.bucket)),
                ("key", s(&reference.key)),
                ("sha256", s(&reference.sha256)),
                ("size", Attribute::N(reference.size.to_string())),
            ]);
            item.insert("body_ref", Attribute::M(reference));
        }
    }
    item
}

fn s<'a>(text: impl Into<Cow<'a, str>>) -> Attribute<'a> {
    Attribute::S(text.into())
}

/// A number in DynamoDB's JSON.
pub(super) fn n(number: i64) -> Attribute<'static> {
    Attribute::N(number.to_string())
}

fn millis(instant: Timestamp) -> Attribute<'static> {
    n(instant.as_millis())
}

/// Reads an item in DynamoDB's JSON. What no record has is left out.
pub(super) fn parse(json: Value) -> Option<Item> {
    let Value::Object(attributes) = json else { return None };
    Some(attributes.into_iter().filter_map(|(name, value)| Some((name, parse_attribute(value)?))).collect())
}

fn parse_attribute(json: Value) -> Option<AttributeValue> {
    let Value::Object(typed) = json else { return None };
    let (kind, value) = typed.into_iter().next()?;
    Some(match (kind.as_str(), value) {
        ("S", Value::String(text)) => AttributeValue::S(text),
        ("N", Value::String(number)) => AttributeValue::N(number),
        ("B", Value::String(text)) => AttributeValue::B(Blob::new(STANDARD.decode(text).ok()?)),
        ("M", value) => AttributeValue::M(parse(value)?),
        _ => return None,
    })
}

/// The shard of the index that an event's due time is in, a fixed one for each event.
pub(super) fn due_shard(id: &EventId) -> String {
    let first_byte = u32::from(id.digest().as_bytes()[0]);
    shard(first_byte % DUE_SHARDS)
}

/// The name of shard `number`.
pub(super) fn shard(number: u32) -> String {
    format!("{number:02}")
}

/// A whole record.
pub(super) fn record(mut item: Item) -> Result<Record, ServiceError> {
    let (event, standing) = (event(&item)?, standing(&item)?);
    let body = stored_body(&mut item, event.body_sha256)?;
    Ok(Record { event, body, standing })
}

/// The event of a record, without its body.
pub(super) fn event(item: &Item) -> Result<Event, ServiceError> {
    let reader = Reader(item);
    Ok(Event {
        id: EventId::parse(reader.text("id")?).map_err(|_| unreadable("id"))?,
        source: SourceName::parse(reader.text("source")?).map_err(|_| unreadable("source"))?,
        provider: reader.text("provider")?.parse().map_err(|_| unreadable("provider"))?,
        event_type: EventType::parse(reader.text("type")?),
        subject: reader.optional_text("subject").map(str::to_owned),
        verified_by: reader.text("verified_by")?.parse().map_err(|_| unreadable("verified_by"))?,
        origin: reader.text("origin")?.parse().map_err(|_| unreadable("origin"))?,
        replay: u32::try_from(reader.optional_number("replay")?.unwrap_or(0)).map_err(|_| unreadable("replay"))?,
        received_at: Timestamp::from_millis(reader.optional_number("received_at")?.ok_or(unreadable("received_at"))?),
        recorded_by: reader.text("delivery")?.to_owned(),
        headers: reader.texts("headers"),
        body_sha256: reader.text("body_sha256")?.parse().map_err(|_| unreadable("body_sha256"))?,
    })
}

fn stored_body(item: &mut Item, body_sha256: Digest) -> Result<StoredBody, ServiceError> {
    let is_zstd = Reader(item).optional_text("body_encoding") == Some("zstd");
    match (item.remove("body"), item.remove("body_ref")) {
        (Some(AttributeValue::B(blob)), _) => {
            let packed = Packed { bytes: blob.into_inner(), is_zstd };
            let bytes = unpack(packed, BODY_MAX_BYTES).map_err(|_| unreadable("body"))?;
            if Digest::of(&bytes) == body_sha256 { Ok(StoredBody::Inline(bytes)) } else { Err(unreadable("body")) }
        }
        (_, Some(AttributeValue::M(reference))) => {
            let reader = Reader(&reference);
            Ok(StoredBody::Referenced(BodyRef {
                bucket: reader.text("bucket")?.to_owned(),
                key: reader.text("key")?.to_owned(),
                sha256: reader.text("sha256")?.to_owned(),
                size: u64::try_from(reader.optional_number("size")?.unwrap_or(0))
                    .map_err(|_| unreadable("body_ref"))?,
            }))
        }
        _ => Err(unreadable("body")),
    }
}

/// The part of a record on which decisions depend.
pub(super) fn standing(item: &Item) -> Result<RecordState, ServiceError> {
    let reader = Reader(item);
    let time = |name| reader.optional_number(name).map(|millis| millis.map(Timestamp::from_millis));
    Ok(RecordState {
        state: reader.text("state")?.parse().map_err(|_| unreadable("state"))?,
        recorded_by: reader.text("delivery")?.to_owned(),
        body_sha256: reader.text("body_sha256")?.parse().map_err(|_| unreadable("body_sha256"))?,
        claimed_by: reader.optional_text("claimed_by").map(str::to_owned),
        attempts: u32::try_from(reader.optional_number("attempts")?.unwrap_or(0))
            .map_err(|_| unreadable("attempts"))?,
        lease_until: time("lease_until")?,
        not_before: time("not_before")?,
        due_at: time("due_at")?,
        expires_at_seconds: reader.optional_number("expires_at")?,
    })
}

/// A text attribute.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(super) fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An instant, in milliseconds.
pub(super) fn time(instant: Timestamp) -> AttributeValue {
    number(instant.as_millis())
}

/// Somebody changed the item by hand, or a later version wrote it.
pub(super) fn unreadable(attribute: &'static str) -> ServiceError {
    ServiceError::permanent("reading a record", format!("`{attribute}` does not hold what it must"))
}

/// Reads attributes by name.
pub(super) struct Reader<'a>(pub(super) &'a Item);

impl<'a> Reader<'a> {
    pub(super) fn text(&self, name: &'static str) -> Result<&'a str, ServiceError> {
        self.optional_text(name).ok_or_else(|| unreadable(name))
    }

    pub(super) fn optional_text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(super) fn optional_number(&self, name: &'static str) -> Result<Option<i64>, ServiceError> {
        let Some(value) = self.0.get(name) else {
            return Ok(None);
        };
        let number = value.as_n().ok().and_then(|number| number.parse().ok());
        number.map(Some).ok_or_else(|| unreadable(name))
    }

    fn texts(&self, name: &str) -> std::collections::BTreeMap<String, String> {
        let texts = self.0.get(name).and_then(|value| value.as_m().ok());
        let pairs = texts.into_iter().flatten();
        pairs.filter_map(|(name, value)| Some((name.clone(), value.as_s().ok()?.clone()))).collect()
    }
}

#[cfg(test)]
mod formats;
#[cfg(test)]
mod tests;

//! The ledger's items, and how records are written as such and read from them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::event::Event;
use crate::event::event_id::EventId;
use crate::event::event_type::EventType;
use crate::event::key_meaning::KeyMeaning;
use crate::ledger::attribute::Attribute;
use crate::ledger::due_shard;
use crate::ledger::record::{BodyRef, PackedBody, Record, RecordBody, RecordState, State, StoredBody};
use crate::ledger::settle::CONTRADICTED;
use crate::ledger::slot;
use crate::ledger::sweep::Overdue;
use crate::ledger::value::Value;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

/// An item, attribute by attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Item<'a>(BTreeMap<Attribute, Value<'a>>);

/// An item that is no record: somebody changed it by hand, or a later version wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not hold what it must")]
pub struct Unreadable(pub Attribute);

/// What `body_encoding` says of a compressed body.
pub const ZSTD: &str = "zstd";

impl<'a> Item<'a> {
    /// The item of a fresh record. It is billed by the KiB with every write, so a number that is 0 is left out.
    #[must_use]
    pub fn received(event: &'a Event, body: RecordBody<'a>, due_at: Timestamp) -> Item<'a> {
        let id_digest = event.id.digest();
        let headers = event.headers.iter();
        let headers = headers.map(|(name, value)| (Cow::Borrowed(name.as_str()), Value::from(value.as_str())));
        let mut item = Item(BTreeMap::from([
            (Attribute::Id, Value::from(event.id.as_str())),
            (Attribute::State, Value::from(State::Received.as_str())),
            (Attribute::Source, Value::from(event.source.as_str())),
            (Attribute::Provider, Value::from(event.provider.as_str())),
            (Attribute::Type, Value::from(event.event_type.to_string())),
            (Attribute::VerifiedBy, Value::from(event.verified_by.as_str())),
            (Attribute::Origin, Value::from(event.origin.as_str())),
            (Attribute::ReceivedAt, event.received_at.into()),
            (Attribute::Delivery, Value::from(event.recorded_by.as_str())),
            (Attribute::Headers, Value::Map(headers.collect())),
            (Attribute::BodySha256, Value::from(event.body_sha256.to_string())),
            (Attribute::DueAt, due_at.into()),
            (Attribute::DueShard, Value::from(due_shard::of_digest(id_digest))),
            (Attribute::Slot, Value::from(slot::of(event, id_digest))),
        ]));
        if event.key_meaning != KeyMeaning::Event {
            item.set(Attribute::KeyMeaning, event.key_meaning.as_str());
        }
        if event.must_confirm {
            item.set(Attribute::MustConfirm, 1_u32);
        }
        if event.replay > 0 {
            item.set(Attribute::Replay, event.replay);
        }
        if let Some(subject) = &event.subject {
            item.set(Attribute::Subject, subject.as_str());
        }
        item.set_body(body);
        item
    }

    fn set_body(&mut self, body: RecordBody<'a>) {
        match body {
            RecordBody::Inline(packed) => {
                self.set(Attribute::Body, Value::Bytes(Cow::Borrowed(&packed.bytes)));
                if packed.is_zstd {
                    self.set(Attribute::BodyEncoding, ZSTD);
                }
            }
            RecordBody::Referenced(reference) => {
                let text = |name, text: &'a str| (Cow::Borrowed(name), Value::from(text));
                let reference = BTreeMap::from([
                    text("bucket", &reference.bucket),
                    text("key", &reference.key),
                    text("sha256", &reference.sha256),
                    (Cow::Borrowed("size"), Value::Number(i64::try_from(reference.size).unwrap_or(i64::MAX))),
                ]);
                self.set(Attribute::BodyRef, Value::Map(reference));
            }
        }
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> Option<&Value<'a>> {
        self.0.get(&attribute)
    }

    /// Sets an attribute.
    pub fn set(&mut self, attribute: Attribute, value: impl Into<Value<'a>>) {
        self.0.insert(attribute, value.into());
    }

    /// Removes an attribute, and gives what it held.
    pub fn remove(&mut self, attribute: Attribute) -> Option<Value<'a>> {
        self.0.remove(&attribute)
    }

    /// All attributes with their values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Attribute, &Value<'a>)> {
        self.0.iter().map(|(attribute, value)| (*attribute, value))
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Attribute, &mut Value<'a>)> {
        self.0.iter_mut().map(|(attribute, value)| (*attribute, value))
    }

    /// The whole record. `unpack` gives a packed body back, or nothing if it is damaged.
    ///
    /// # Errors
    /// If an attribute does not hold what it must, the body among them, whose digest is checked.
    pub fn into_record(mut self, unpack: impl FnOnce(PackedBody) -> Option<Vec<u8>>) -> Result<Record, Unreadable> {
        let (event, lifecycle) = (self.event()?, self.record_state()?);
        let body = self.take_body(event.body_sha256, unpack)?;
        Ok(Record { event, body, lifecycle })
    }

    /// The event, without its body.
    ///
    /// # Errors
    /// If an attribute does not hold what it must.
    pub fn event(&self) -> Result<Event, Unreadable> {
        Ok(Event {
            id: self.parsed(Attribute::Id, |text| EventId::parse(text).ok())?,
            source: self.parsed(Attribute::Source, |text| SourceName::parse(text).ok())?,
            provider: self.parsed(Attribute::Provider, |text| text.parse().ok())?,
            event_type: EventType::parse(self.text(Attribute::Type)?),
            subject: self.optional_text(Attribute::Subject).map(str::to_owned),
            verified_by: self.parsed(Attribute::VerifiedBy, |text| text.parse().ok())?,
            key_meaning: match self.get(Attribute::KeyMeaning) {
                None => KeyMeaning::Event,
                Some(_) => self.parsed(Attribute::KeyMeaning, |text| text.parse().ok())?,
            },
            must_confirm: self.count(Attribute::MustConfirm)? > 0,
            origin: self.parsed(Attribute::Origin, |text| text.parse().ok())?,
            replay: self.count(Attribute::Replay)?,
            received_at: self.time(Attribute::ReceivedAt)?.ok_or(Unreadable(Attribute::ReceivedAt))?,
            recorded_by: self.text(Attribute::Delivery)?.to_owned(),
            headers: self.headers(),
            body_sha256: self.parsed(Attribute::BodySha256, |text| text.parse().ok())?,
        })
    }

    /// The part on which decisions depend.
    ///
    /// # Errors
    /// If an attribute does not hold what it must.
    pub fn record_state(&self) -> Result<RecordState, Unreadable> {
        Ok(RecordState {
            state: self.parsed(Attribute::State, |text| text.parse().ok())?,
            recorded_by: self.text(Attribute::Delivery)?.to_owned(),
            body_sha256: self.parsed(Attribute::BodySha256, |text| text.parse().ok())?,
            verified_by: self.parsed(Attribute::VerifiedBy, |text| text.parse().ok())?,
            is_contradicted: self.optional_text(Attribute::LastError).is_some_and(|it| it.starts_with(CONTRADICTED)),
            origin: self.parsed(Attribute::Origin, |text| text.parse().ok())?,
            brought_forward_at: self.time(Attribute::BroughtForwardAt)?,
            claimed_by: self.optional_text(Attribute::ClaimedBy).map(str::to_owned),
            attempts: self.count(Attribute::Attempts)?,
            lease_until: self.time(Attribute::LeaseUntil)?,
            not_before: self.time(Attribute::NotBefore)?,
            due_at: self.time(Attribute::DueAt)?,
            expires_at_seconds: self.optional_number(Attribute::ExpiresAt)?,
        })
    }

    /// What the index of due times tells of an event.
    ///
    /// # Errors
    /// If an attribute does not hold what it must.
    pub fn overdue(&self) -> Result<Overdue, Unreadable> {
        let due_at = self.time(Attribute::DueAt)?.ok_or(Unreadable(Attribute::DueAt))?;
        // Whatever else stands there counts as never: the next sweep sets it right.
        let sweeps = self.count(Attribute::Sweeps).unwrap_or(0);
        Ok(Overdue { id: self.text(Attribute::Id)?.to_owned(), due_at, sweeps })
    }

    fn take_body(
        &mut self,
        body_sha256: Digest,
        unpack: impl FnOnce(PackedBody) -> Option<Vec<u8>>,
    ) -> Result<StoredBody, Unreadable> {
        let is_zstd = self.optional_text(Attribute::BodyEncoding) == Some(ZSTD);
        match (self.remove(Attribute::Body), self.remove(Attribute::BodyRef)) {
            (Some(Value::Bytes(bytes)), _) => {
                let bytes = unpack(PackedBody { bytes: bytes.into_owned(), is_zstd });
                let bytes = bytes.filter(|bytes| Digest::of(bytes) == body_sha256);
                bytes.map(StoredBody::Inline).ok_or(Unreadable(Attribute::Body))
            }
            (_, Some(Value::Map(reference))) => {
                body_ref(&reference).map(StoredBody::Referenced).ok_or(Unreadable(Attribute::BodyRef))
            }
            _ => Err(Unreadable(Attribute::Body)),
        }
    }

    pub(super) fn text(&self, attribute: Attribute) -> Result<&str, Unreadable> {
        self.optional_text(attribute).ok_or(Unreadable(attribute))
    }

    pub(super) fn optional_text(&self, attribute: Attribute) -> Option<&str> {
        self.get(attribute)?.as_text()
    }

    pub(super) fn parsed<T>(
        &self,
        attribute: Attribute,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Unreadable> {
        parse(self.text(attribute)?).ok_or(Unreadable(attribute))
    }

    pub(super) fn optional_number(&self, attribute: Attribute) -> Result<Option<i64>, Unreadable> {
        let Some(value) = self.get(attribute) else {
            return Ok(None);
        };
        value.as_number().map(Some).ok_or(Unreadable(attribute))
    }

    pub(super) fn time(&self, attribute: Attribute) -> Result<Option<Timestamp>, Unreadable> {
        Ok(self.optional_number(attribute)?.map(Timestamp::from_millis))
    }

    pub(super) fn count(&self, attribute: Attribute) -> Result<u32, Unreadable> {
        u32::try_from(self.optional_number(attribute)?.unwrap_or(0)).map_err(|_| Unreadable(attribute))
    }

    fn headers(&self) -> BTreeMap<String, String> {
        let headers = self.get(Attribute::Headers).and_then(Value::as_map);
        let pairs = headers.into_iter().flatten();
        pairs.filter_map(|(name, value)| Some((name.clone().into_owned(), value.as_text()?.to_owned()))).collect()
    }
}

fn body_ref(reference: &BTreeMap<Cow<'_, str>, Value<'_>>) -> Option<BodyRef> {
    let text = |name| Some(reference.get(name)?.as_text()?.to_owned());
    let size = reference.get("size").map_or(Some(0), Value::as_number)?;
    Some(BodyRef {
        bucket: text("bucket")?,
        key: text("key")?,
        sha256: text("sha256")?,
        size: u64::try_from(size).ok()?,
    })
}

impl<'a> FromIterator<(Attribute, Value<'a>)> for Item<'a> {
    fn from_iter<I: IntoIterator<Item = (Attribute, Value<'a>)>>(attributes: I) -> Item<'a> {
        Item(attributes.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;

use crate::event::{Origin, VerifiedBy};
use crate::provider::Provider;

use super::*;

fn event(body: &[u8]) -> Event {
    Event {
        id: EventId::parse("glossi-prod/job.complete/job-1").unwrap(),
        source: SourceName::parse("glossi-prod").unwrap(),
        provider: Provider::Glossi,
        event_type: EventType::parse("landfall.job.completed"),
        subject: Some("job-1".to_owned()),
        verified_by: VerifiedBy::Signature,
        key_meaning: crate::event::key_meaning::KeyMeaning::State,
        must_confirm: true,
        origin: Origin::Webhook,
        replay: 2,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        recorded_by: "request-1".to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body_sha256: Digest::of(body),
    }
}

/// Packed bodies are told from others by this, and nothing is compressed.
fn unpack(packed: PackedBody) -> Option<Vec<u8>> {
    (!packed.is_zstd).then_some(packed.bytes)
}

const DUE_AT: Timestamp = Timestamp::from_millis(1_700_000_600_000);

#[test]
fn a_record_reads_back_with_its_body_inline_or_referenced() {
    let event = event(b"{}");
    let packed = PackedBody { bytes: b"{}".to_vec(), is_zstd: false };
    let read = Item::received(&event, RecordBody::Inline(&packed), DUE_AT).into_record(unpack).unwrap();
    assert_eq!((&read.event, &read.body), (&event, &StoredBody::Inline(b"{}".to_vec())));
    assert_eq!((read.lifecycle.state, read.lifecycle.attempts), (State::Received, 0));
    assert_eq!((read.lifecycle.due_at, read.lifecycle.expires_at_seconds), (Some(DUE_AT), None));

    let reference = BodyRef::of("bucket", &event, 2);
    let read = Item::received(&event, RecordBody::Referenced(&reference), DUE_AT).into_record(unpack).unwrap();
    assert_eq!((read.event, read.body), (event, StoredBody::Referenced(reference)));
}

#[test]
fn what_does_not_hold_what_it_must_is_named() {
    let event = event(b"{}");
    let packed = PackedBody { bytes: b"{}".to_vec(), is_zstd: false };
    let check = |attribute, value: Option<Value<'static>>| {
        let mut item = Item::received(&event, RecordBody::Inline(&packed), DUE_AT);
        match value {
            Some(value) => item.set(attribute, value),
            None => drop(item.remove(attribute)),
        }
        assert_eq!(item.into_record(unpack), Err(Unreadable(attribute)));
    };
    check(Attribute::Body, Some(Value::Bytes(b"[]".into())));
    check(Attribute::Body, None);
    check(Attribute::State, Some("lost".into()));
    check(Attribute::ReceivedAt, None);
    check(Attribute::LeaseUntil, Some(Value::Other));
    check(Attribute::Attempts, Some(Value::Number(-1)));
    let mut item = Item::received(&event, RecordBody::Inline(&packed), DUE_AT);
    item.set(Attribute::BodyEncoding, ZSTD);
    let told = item.into_record(unpack).unwrap_err().to_string();
    assert_eq!(told, "`body` does not hold what it must");
}

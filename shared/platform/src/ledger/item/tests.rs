use std::collections::BTreeMap;

use domain::event::{Origin, VerifiedBy};
use domain::provider::Provider;

use super::*;
use crate::body_codec::pack;

/// What the table makes of an item.
pub(super) fn read_back(item: NewItem<'_>) -> Item {
    parse(serde_json::to_value(item).unwrap()).unwrap()
}

fn event(body: &[u8]) -> Event {
    Event {
        id: EventId::parse("glossi-prod/job.complete/job-1").unwrap(),
        source: SourceName::parse("glossi-prod").unwrap(),
        provider: Provider::Glossi,
        event_type: EventType::parse("landfall.job.completed"),
        subject: Some("job-1".to_owned()),
        verified_by: VerifiedBy::Signature,
        origin: Origin::Webhook,
        replay: 2,
        received_at: Timestamp::from_millis(1_700_000_000_000),
        recorded_by: "request-1".to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body_sha256: Digest::of(body),
    }
}

#[test]
fn a_record_reads_back_with_its_body_inline_or_referenced() {
    let due_at = Timestamp::from_millis(1_700_000_600_000);
    for body in [&b"{}"[..], &[b'x'; 5000]] {
        let event = event(body);
        let read = record(read_back(received(&event, &Body::Inline(&pack(body)), due_at))).unwrap();
        assert_eq!((&read.event, &read.body), (&event, &StoredBody::Inline(body.to_vec())));
        assert_eq!((read.standing.state, read.standing.attempts), (State::Received, 0));
        assert_eq!((read.standing.due_at, read.standing.expires_at_seconds), (Some(due_at), None));

        let reference = BodyRef::of("bucket", &event, body.len() as u64);
        let lease_until = Timestamp::from_millis(1_700_000_110_000);
        let made = claimed(&event, &Body::Referenced(&reference), "token", lease_until, due_at);
        let read = record(read_back(made)).unwrap();
        assert_eq!((&read.event, &read.body), (&event, &StoredBody::Referenced(reference)));
        assert_eq!((read.standing.state, read.standing.attempts), (State::Processing, 1));
        assert_eq!(read.standing.claimed_by.as_deref(), Some("token"));
        assert_eq!(read.standing.lease_until, Some(lease_until));
    }
}

#[test]
fn a_record_whose_body_was_changed_is_not_believed() {
    let (event, packed) = (event(b"{}"), pack(b"{}"));
    let mut item = read_back(received(&event, &Body::Inline(&packed), Timestamp::from_millis(0)));
    item.insert("body".to_owned(), AttributeValue::B(Blob::new(b"[]".to_vec())));
    assert_eq!(record(item).unwrap_err().to_string(), "reading a record: `body` does not hold what it must");
}

#[test]
fn events_spread_over_the_shards() {
    let shards: std::collections::BTreeSet<String> =
        (0..1000).map(|number| due_shard(&EventId::parse(&format!("test/{number}")).unwrap())).collect();
    assert_eq!(shards.len(), DUE_SHARDS as usize);
    assert_eq!(shards.first().map(String::as_str), Some("00"));
    assert_eq!(shards.last().map(String::as_str), Some("63"));
}

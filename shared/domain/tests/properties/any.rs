//! Generated values.

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::{EventType, Status, Thing};
use domain::event::key_meaning::KeyMeaning;
use domain::event::{Event, Origin, VerifiedBy};
use domain::provider::Provider;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Any text, and often one of the characters that have a meaning somewhere.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        any::<char>(),
        proptest::char::range('a', 'z'),
        select(vec!['/', '%', ':', '.', ',', ' ', '"', '\\', '\n', '\0', '\u{7f}', '\u{2028}', '\u{fffe}', '\u{ffff}']),
    ];
    vec(character, 0..40).prop_map(String::from_iter)
}

/// Any bytes, often text.
pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..200), text().prop_map(String::into_bytes)]
}

/// Any name that a source can have.
pub(crate) fn source_name() -> impl Strategy<Value = SourceName> {
    "[a-z0-9][a-z0-9-]{0,62}".prop_map(|name| SourceName::parse(&name).expect("the pattern is that of a name"))
}

/// Any components of a key: verification gives at least one, and never an empty one.
pub(crate) fn components() -> impl Strategy<Value = Vec<String>> {
    let component = prop_oneof![9 => text(), 1 => (text(), 1..300_usize).prop_map(|(text, times)| text.repeat(times))];
    vec(component.prop_filter("a component is never empty", |component| !component.is_empty()), 1..4)
}

/// Any instant.
pub(crate) fn instant() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_millis)
}

/// Any provider.
pub(crate) fn provider() -> impl Strategy<Value = Provider> {
    select(&Provider::ALL[..])
}

/// Any event, with its body.
pub(crate) fn event() -> impl Strategy<Value = (Event, Vec<u8>)> {
    let what = (source_name(), components(), provider(), event_type(), option::of(text()));
    let how = (
        select(&[VerifiedBy::Signature, VerifiedBy::Token, VerifiedBy::Confirmed][..]),
        select(&[Origin::Webhook, Origin::Poll, Origin::Replay][..]),
        any::<u32>(),
        select(&KeyMeaning::ALL[..]),
        any::<bool>(),
    );
    let arrival = (instant(), text(), btree_map(text(), text(), 0..4), bytes());
    (what, how, arrival).prop_map(|(what, (verified_by, origin, replay, key_meaning, must_confirm), arrival)| {
        let (source, key, provider, event_type, subject) = what;
        let (received_at, delivery, headers, body) = arrival;
        let id = EventId::new(&source, key.iter().map(String::as_str));
        let body_sha256 = Digest::of(&body);
        let event = Event {
            id,
            source,
            provider,
            event_type,
            subject,
            verified_by,
            key_meaning,
            must_confirm,
            origin,
            replay,
            received_at,
            recorded_by: delivery,
            headers,
            body_sha256,
        };
        (event, body)
    })
}

fn event_type() -> impl Strategy<Value = EventType> {
    let things = &[Thing::Job, Thing::Training, Thing::Workflow, Thing::Model, Thing::Project][..];
    let statuses = &[Status::Created, Status::Progress, Status::Completed, Status::Failed][..];
    let known = (select(things), select(statuses)).prop_map(|(thing, status)| EventType::Known(thing, status));
    let alone = [EventType::Unrecognized, EventType::Known(Thing::Event, Status::Occurred)];
    prop_oneof![select(alone.to_vec()), known]
}

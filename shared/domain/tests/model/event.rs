//! The event.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::EventType;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::record::{PackedBody, RecordBody};
use domain::provider::Provider;
use domain::source::source_name::SourceName;

use crate::name::{self, Name};
use crate::time::NOW;

/// Its id.
pub(crate) static EVENT_ID: LazyLock<EventId> = LazyLock::new(|| EventId::new(&source(), ["1"]));

/// The digest of its one body.
pub(crate) static BODY_SHA256: LazyLock<Digest> = LazyLock::new(|| Digest::of(&BODY.bytes));

static BODY: LazyLock<PackedBody> = LazyLock::new(|| PackedBody { bytes: b"{}".to_vec(), is_zstd: false });

fn source() -> SourceName {
    SourceName::parse("model").expect("a plain word is a name")
}

/// The event as `delivery` brings it.
pub(crate) fn event(delivery: Name) -> Event {
    Event {
        id: EVENT_ID.clone(),
        source: source(),
        provider: Provider::Glossi,
        event_type: EventType::Unrecognized,
        subject: None,
        verified_by: VerifiedBy::Signature,
        key_meaning: domain::event::key_meaning::KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Webhook,
        replay: 0,
        received_at: NOW,
        recorded_by: name::text(delivery).to_owned(),
        headers: BTreeMap::new(),
        body_sha256: *BODY_SHA256,
    }
}

/// Its body, as a record holds it.
pub(crate) fn body() -> RecordBody<'static> {
    RecordBody::Inline(&BODY)
}

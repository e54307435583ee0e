//! The event.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::digest::Digest;
use domain::event::event_id::EventId;
use domain::event::event_type::EventType;
use domain::event::key_meaning::KeyMeaning;
use domain::event::{Event, Origin, VerifiedBy};
use domain::ledger::record::{PackedBody, RecordBody};
use domain::provider::Provider;
use domain::source::source_name::SourceName;

use crate::name::{self, Name};
use crate::time::NOW;

/// Its id.
pub(crate) static EVENT_ID: LazyLock<EventId> = LazyLock::new(|| EventId::new(&source(), ["1"]));

/// What it is, whichever delivery brings it.
pub(crate) static EVENT: LazyLock<Event> = LazyLock::new(|| event(0, Body::First, SecondBody::Never));

/// The digests of both bodies, as texts.
pub(crate) static SHA256_TEXTS: LazyLock<[String; 2]> =
    LazyLock::new(|| Body::ALL.map(|body| Digest::of(&packed(body).bytes).to_string()));

static PACKED: LazyLock<[PackedBody; 2]> =
    LazyLock::new(|| [b"{}", b"[]"].map(|bytes| PackedBody { bytes: bytes.to_vec(), is_zstd: false }));

/// A body that is delivered under the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Body {
    #[default]
    First,
    Second,
}

/// What a second body under the key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SecondBody {
    /// There is none.
    Never,
    /// Another event: the key names a state, and signatures cover both.
    AnotherEvent,
    /// Perhaps the true one: only a token vouches for both, and the sender's API says which it is.
    ToConfirm,
}

impl Body {
    const ALL: [Body; 2] = [Body::First, Body::Second];
}

impl SecondBody {
    /// What can be delivered.
    pub(crate) const fn bodies(self) -> &'static [Body] {
        match self {
            SecondBody::Never => &[Body::First],
            SecondBody::AnotherEvent | SecondBody::ToConfirm => &Body::ALL,
        }
    }
}

fn source() -> SourceName {
    SourceName::parse("model").expect("a plain word is a name")
}

/// The event as `delivery` brings it.
pub(crate) fn event(delivery: Name, body: Body, second: SecondBody) -> Event {
    let (verified_by, key_meaning) = match second {
        SecondBody::Never => (VerifiedBy::Signature, KeyMeaning::Event),
        SecondBody::AnotherEvent => (VerifiedBy::Signature, KeyMeaning::State),
        SecondBody::ToConfirm => (VerifiedBy::Token, KeyMeaning::State),
    };
    Event {
        id: EVENT_ID.clone(),
        source: source(),
        provider: Provider::Glossi,
        event_type: EventType::Unrecognized,
        subject: None,
        verified_by,
        key_meaning,
        must_confirm: second == SecondBody::ToConfirm,
        origin: Origin::Webhook,
        replay: 0,
        received_at: NOW,
        recorded_by: name::text(delivery).to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(&packed(body).bytes),
    }
}

/// Its body, as a record holds it.
pub(crate) fn record_body(body: Body) -> RecordBody<'static> {
    RecordBody::Inline(packed(body))
}

fn packed(body: Body) -> &'static PackedBody {
    &PACKED[body as usize]
}

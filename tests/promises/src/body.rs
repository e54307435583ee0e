//! Senders' bodies.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::content::canonical::Canonical;
use domain::content::head::Head;
use domain::delivery::headers::Headers;
use domain::delivery::{Delivery, RequestUrl};
use domain::description::Forms;
use domain::digest::Digest;
use domain::event::Event;
use domain::event::event_id::{EVENT_ID_MAX_BYTES, EventId};
use domain::event::event_type::{EventType, Status};
use domain::event::key_meaning::KeyMeaning;
use domain::ledger::record::BodyRef;
use domain::message::{BodyLocation, INLINE_MESSAGE_MAX_BYTES, encode};
use domain::provider::Provider;
use domain::provider::compiled_provider::CompiledProvider;
use domain::published::{PayloadPlacement, PublishedEvent, assets_object, publish};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::{message, queue_text};

/// Any body of any provider becomes an event with an id, a message that SQS takes, a canonical event, and a published
/// one that SNS takes and that gives the body back.
pub fn hold(provider: Provider, body: &[u8]) {
    let sender = provider.sender().expect("a sender of the catalogue");
    let canonical = Canonical::of(sender, &BTreeMap::new(), body);
    head(&sender.head(&BTreeMap::new(), body), &canonical.head, sender, body);
    details(&canonical, body);
    let event = arrived(provider, body);
    identity(&event, body);
    message::hold_for_event(&event, body);
    assert!(encode(&event, body, BodyLocation::Ledger).len() <= INLINE_MESSAGE_MAX_BYTES);
    publication(&event, &canonical, body);
}

/// The thin function and the heavy one agree, but for bodies that only the heavy one has read to the end.
fn head(thin: &Head, heavy: &Head, sender: &CompiledProvider, body: &[u8]) {
    const TEXT_MAX_BYTES: usize = 2048;
    // A form says in ASCII what is no UTF-8, and what stands there bare is taken for that.
    if std::str::from_utf8(body).is_err() && sender.description().forms == Forms::None {
        assert_eq!(*thin, Head::unrecognized(), "another encoding is no JSON");
    }
    let unless_unreadable = Head { event_type: EventType::Unrecognized, ..thin.clone() };
    assert!(heavy == thin || *heavy == unless_unreadable, "{thin:?} became {heavy:?}");
    assert!(thin.subject.as_ref().is_none_or(|subject| !subject.is_empty() && subject.len() <= TEXT_MAX_BYTES));
    assert!(thin.key.iter().all(|component| !component.is_empty()));
}

/// Nothing is made up: there is a status exactly if the shape is known, an error only of what failed, and an asset only
/// where the body has its URL.
fn details(canonical: &Canonical, body: &[u8]) {
    let Canonical { head, details, .. } = canonical;
    assert_eq!(head.event_type.status().is_some(), details.media.is_some());
    assert!(details.error.is_none() || head.event_type.status() == Some(Status::Failed));
    let mut seen = HashSet::new();
    assert!(details.assets.iter().all(|asset| seen.insert(&asset.url)), "{:?} have one twice", details.assets);
    // Of what is no JSON for others, and is read all the same, no texts can be told here.
    if let Ok(body) = serde_json::from_slice::<Value>(body) {
        let mut texts = HashSet::new();
        strings(&body, &mut texts);
        for asset in &details.assets {
            assert!(texts.contains(asset.url.as_str()), "{asset:?} is made up");
        }
    }
}

/// All texts in `value`, and all in those that are JSON themselves.
fn strings(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                strings(&inner, found);
            }
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|member| strings(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The same body has the same id. Another one has another, unless both report one end of one thing, or are one event by
/// an id of its own.
fn identity(event: &Event, body: &[u8]) {
    assert_eq!(EventId::parse(event.id.as_str()).as_ref(), Ok(&event.id));
    assert!(event.id.as_str().len() <= EVENT_ID_MAX_BYTES);
    assert_eq!(arrived(event.provider, body), *event);
    // White space after JSON says nothing; in a form it is part of the last value.
    let other = arrived(event.provider, &[body, b" "].concat());
    if !event.provider.description().is_some_and(|description| description.forms != Forms::None) {
        assert_eq!((other.event_type, &other.subject), (event.event_type, &event.subject));
    }
    if event.id.as_str().ends_with(&event.body_sha256.to_string()) {
        assert_ne!(other.id, event.id);
    } else if !event.event_type.may_recur() {
        assert_eq!(other.id, event.id);
    }
    // No state that ends nothing tells two bodies apart by itself.
    assert!(event.key_meaning == KeyMeaning::Event || !event.event_type.may_recur());
}

/// SNS takes the event, in the least carriage at least, and a consumer reads from it what the sender wrote.
fn publication(event: &Event, canonical: &Canonical, body: &[u8]) {
    let body_ref = BodyRef::of("bucket", event, body.len() as u64);
    let (assets, assets_ref) = assets_object(event, canonical, "bucket");
    assert_eq!(Digest::of(&assets).to_string(), assets_ref.sha256);
    let whole = publish(event, canonical, body, PayloadPlacement::Whole);
    let by_reference = publish(event, canonical, body, PayloadPlacement::BodyByReference(&body_ref));
    let least =
        publish(event, canonical, body, PayloadPlacement::AllByReference { body: &body_ref, assets: &assets_ref });
    assert!(least.fits());
    for published in [&whole, &by_reference, &least] {
        readable(published, event);
    }
    sent_back(&whole, body);
}

/// It is a CloudEvent with attributes that a filter policy can name.
fn readable(published: &PublishedEvent, event: &Event) {
    queue_text::holds(&published.json);
    let value: Value = serde_json::from_str(&published.json).expect("a consumer can read it");
    assert_eq!(value["id"], event.id.as_str());
    let time = value["time"].as_str().expect("it has a time");
    // RFC 3339 knows four digits for the year and no more.
    assert!(time.len() == "2025-09-01T07:26:51.484Z".len() && time.starts_with(|c: char| c.is_ascii_digit()), "{time}");
    for (name, value) in &published.attributes {
        let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        assert!(is_plain && (1..=128).contains(&value.len()), "{name}={value}");
    }
}

/// The body is in exactly one of three fields, and comes out of it as it was.
fn sent_back(whole: &PublishedEvent, body: &[u8]) {
    #[derive(serde::Deserialize)]
    struct CloudEvent<'a> {
        #[serde(borrow)]
        data: Data<'a>,
    }
    #[derive(serde::Deserialize)]
    struct Data<'a> {
        // A JSON `null` is a body too.
        #[serde(borrow, default, deserialize_with = "present")]
        raw: Option<&'a RawValue>,
        raw_text: Option<String>,
        raw_base64: Option<String>,
    }
    fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(Some)
    }
    let Data { raw, raw_text, raw_base64 } =
        serde_json::from_str::<CloudEvent<'_>>(&whole.json).expect("a consumer can read it").data;
    match (raw, raw_text, raw_base64) {
        // White space around a JSON text is no part of it, and two characters travel escaped.
        (Some(raw), None, None) => {
            let sent = std::str::from_utf8(body).expect("JSON is UTF-8");
            let sent = sent.trim_matches([' ', '\t', '\r', '\n']);
            assert_eq!(raw.get(), domain::text::queue_text::escape_for_queues(sent.to_owned()));
        }
        (None, Some(text), None) => assert_eq!(text.as_bytes(), body),
        (None, None, Some(text)) => assert_eq!(STANDARD.decode(text).expect("base64"), body),
        _ => panic!("the body is not in exactly one field"),
    }
}

/// The event of a delivery with this body, to a source that knows its sender by a token.
fn arrived(provider: Provider, body: &[u8]) -> Event {
    const TOKEN: &str = "fnTzP9s0Zx5l2kWqV8aYbQ";
    let configuration = format!(r#"{{"provider":"{provider}","token_sha256":["{}"]}}"#, Digest::of(TOKEN.as_bytes()));
    let source = |json: &str| Source::parse(SourceName::parse("test").expect("a name"), json).expect("a source");
    // A sender that publishes its keys must sign as well, so here it is known as one that signs nothing.
    let sender = provider.sender().expect("a sender of the catalogue");
    let retries_differ = sender.description().retries_differ;
    let by_token = source(&configuration.replace(provider.as_str(), "csm"));
    let source = Source { provider, sender: Arc::clone(sender), retries_differ, ..by_token };
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: Some(TOKEN.into()),
        headers: Headers::default(),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(1_700_000_000_000),
        request_id: "request-1".to_owned(),
    };
    let verified = verify(delivery, &source).expect("the token is the source's");
    assert_eq!(verified.body(), body);
    verified.event().clone()
}

//! What teams downstream read: a CloudEvents 1.0 message in structured JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::content::asset::Asset;
use crate::content::canonical::Canonical;
use crate::content::details::{EventError, Job, Timings};
use crate::content::media::Media;
use crate::digest::Digest;
use crate::event::{Event, Origin};
use crate::ledger::record::BodyRef;
use crate::text::queue_text::escape_for_queues;

/// A published event has at most this many bytes, attributes included: SNS and its subscribers take 256 KiB, and the
/// rest is left for what they add.
pub const PUBLISHED_MAX_BYTES: usize = 240 * 1024;

/// An event ready to be published.
#[derive(Clone)]
pub struct PublishedEvent {
    /// The message's text.
    pub json: String,
    /// The message attributes, for the filter policies of subscriptions. None is empty.
    pub attributes: Vec<(&'static str, String)>,
}

/// How much of an event travels in the message itself, from all to least.
#[derive(Clone, Copy, Debug)]
pub enum PayloadPlacement<'a> {
    /// All of it.
    Whole,
    /// The sender's body lies in the bucket.
    BodyByReference(&'a BodyRef),
    /// The sender's body and the list of assets lie in the bucket.
    AllByReference {
        /// Where the body lies.
        body: &'a BodyRef,
        /// Where the list of assets lies.
        assets: &'a BodyRef,
    },
}

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: String,
    datacontenttype: &'static str,
    landfallreplay: u32,
    landfallreceived: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    provider: &'static str,
    status: Option<&'static str>,
    media: Option<&'static str>,
    job: &'a Job,
    assets: &'a [Asset],
    #[serde(skip_serializing_if = "Option::is_none")]
    assets_ref: Option<&'a BodyRef>,
    error: Option<&'a EventError>,
    timings: &'a Timings,
    verified_by: &'static str,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_ref: Option<&'a BodyRef>,
}

/// Writes `event` for those downstream.
#[must_use]
pub fn publish(event: &Event, canonical: &Canonical, body: &[u8], carriage: PayloadPlacement<'_>) -> PublishedEvent {
    let event_type = canonical.head.event_type.to_string();
    let status = canonical.status().map(|status| status.as_str());
    let details = &canonical.details;
    let media = details.media.map(Media::as_str);
    let (raw_ref, assets_ref) = match carriage {
        PayloadPlacement::Whole => (None, None),
        PayloadPlacement::BodyByReference(body) => (Some(body), None),
        PayloadPlacement::AllByReference { body, assets } => (Some(body), Some(assets)),
    };
    let raw = if raw_ref.is_some() { Raw::Elsewhere } else { Raw::of(body, canonical.is_json) };
    let cloud_event = CloudEvent {
        specversion: "1.0",
        id: event.id.as_str(),
        source: format!("/landfall/{}", event.source),
        event_type: &event_type,
        subject: canonical.head.subject.as_deref(),
        time: details.time.unwrap_or(event.received_at).to_string(),
        datacontenttype: "application/json",
        landfallreplay: event.replay,
        landfallreceived: event.received_at.to_string(),
        data: Data {
            provider: event.provider.as_str(),
            status,
            media,
            job: &details.job,
            assets: if assets_ref.is_some() { &[] } else { &details.assets },
            assets_ref,
            error: details.error.as_ref(),
            timings: &details.timings,
            verified_by: event.verified_by.as_str(),
            // The record keeps how the event came first.
            origin: if event.replay > 0 { Origin::Replay } else { event.origin }.as_str(),
            raw: raw.json(),
            raw_text: raw.text(),
            raw_base64: raw.base64(),
            raw_ref,
        },
    };
    let json = serde_json::to_string(&cloud_event).expect("an event holds nothing that JSON cannot");
    let attributes = [
        ("type", Some(event_type.as_str())),
        ("source", Some(event.source.as_str())),
        ("provider", Some(event.provider.as_str())),
        ("status", status),
        ("media", media),
    ];
    PublishedEvent {
        json: escape_for_queues(json),
        attributes: attributes.into_iter().filter_map(|(name, value)| Some((name, attribute(value?)?))).collect(),
    }
}

impl PublishedEvent {
    /// Whether SNS and its subscribers will take it.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.bytes() <= PUBLISHED_MAX_BYTES
    }

    /// What SNS counts of it.
    #[must_use]
    pub fn bytes(&self) -> usize {
        /// The word `String`, which each attribute carries as its type.
        const TYPE_BYTES: usize = 6;
        let attributes = self.attributes.iter().map(|(name, value)| name.len() + value.len() + TYPE_BYTES);
        self.json.len() + attributes.sum::<usize>()
    }
}

/// The list of assets as it is put into the bucket, and where in `bucket` it goes.
#[must_use]
pub fn assets_object(event: &Event, canonical: &Canonical, bucket: &str) -> (Vec<u8>, BodyRef) {
    let bytes = serde_json::to_vec(&canonical.details.assets).expect("assets hold nothing that JSON cannot");
    let sha256 = Digest::of(&bytes);
    let key = format!("events/{}/assets-{sha256}.json", event.id.digest());
    let size = bytes.len() as u64;
    (bytes, BodyRef { bucket: bucket.to_owned(), key, sha256: sha256.to_string(), size })
}

/// The sender's body as a consumer can read it.
enum Raw<'a> {
    Json(&'a RawValue),
    Text(&'a str),
    Base64(&'a [u8]),
    Elsewhere,
}

impl<'a> Raw<'a> {
    fn of(body: &'a [u8], is_json: bool) -> Raw<'a> {
        match std::str::from_utf8(body) {
            Ok(text) if is_json => serde_json::from_str(text).map_or(Raw::Text(text), Raw::Json),
            Ok(text) => Raw::Text(text),
            Err(_) => Raw::Base64(body),
        }
    }

    fn json(&self) -> Option<&'a RawValue> {
        if let Raw::Json(json) = self { Some(json) } else { None }
    }

    fn text(&self) -> Option<&'a str> {
        if let Raw::Text(text) = self { Some(text) } else { None }
    }

    fn base64(&self) -> Option<String> {
        if let Raw::Base64(bytes) = self { Some(STANDARD.encode(bytes)) } else { None }
    }
}

/// A value that every filter policy can name: other characters are replaced, and what is empty is left out.
fn attribute(value: &str) -> Option<String> {
    const MAX_CHARS: usize = 128;
    let plain =
        |character: char| if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '_' };
    let value: String = value.chars().take(MAX_CHARS).map(plain).collect();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests;

//! The one shape into which every sender's events are brought.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

pub use crate::description::Media;
use serde::Serialize;
use serde_json::Value;

use crate::archive::NotArchived;
use crate::compiled_provider::CompiledProvider;
use crate::details::{self, Body};
use crate::event_type::{EventType, Status};
use crate::expiry;
use crate::head::Head;
use crate::time::Timestamp;
use crate::truncate::truncate;

/// A body that nests deeper is not JSON that every consumer can read: the strictest common parser, that of .NET, stops
/// at 64, and the published event puts the body two levels down.
const NESTING_MAX: usize = 62;

/// A body in the one shape for all providers: what it reports, and the details.
#[derive(Clone, Debug)]
pub struct Canonical {
    /// Type, subject and key, as the thin function read them.
    pub head: Head,
    /// All else that consumers are told.
    pub details: Details,
    /// Whether the body is JSON that a consumer's parser will read as well, inside the published event too: what nests
    /// very deep is none.
    pub is_json: bool,
}

/// What a body says beyond its head. Whatever a sender leaves out is absent, never guessed; a text above 2 KiB is cut,
/// and the sender's body, which is published beside it, has all of it.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// When the sender says that it happened.
    pub time: Option<Timestamp>,
    /// What kind of media the job is about; absent only for a body of unknown shape.
    pub media: Option<Media>,
    /// The job in the sender's terms.
    pub job: Job,
    /// The outputs, each URL once: lists in the sender's order, fields in the order of their names. Never the inputs,
    /// never links that do not work yet.
    pub assets: Vec<Asset>,
    /// Why it failed, if it did.
    pub error: Option<EventError>,
    /// What the sender says about the time it took.
    pub timings: Timings,
}

/// The sender's job.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Job {
    /// The sender's id of it.
    pub id: Option<String>,
    /// The sender's word for its kind (`image_to_3d`, `render`).
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The model that did it, in the sender's words.
    pub model: Option<String>,
    /// The id that the customer gave when submitting it.
    pub correlation_id: Option<String>,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// What it is to the job (`output`, `glb`, `thumbnail`).
    pub role: String,
    /// Its media type, told by the ending of its name, if that tells one.
    pub media_type: Option<String>,
    /// Where the sender keeps it; may expire.
    pub url: String,
    /// Where Landfall keeps a copy; null while there is none.
    pub archived: Option<Archived>,
    /// Why it keeps none, if it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_archived: Option<NotArchived>,
    /// When the URL stops working, RFC 3339: told by the URL, or else by the provider's rule; null if not known.
    pub expires_at: Option<String>,
}

/// Landfall's own copy of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Archived {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
}

/// Why a job failed, in the sender's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EventError {
    /// The sender's code, if it gives one.
    pub code: Option<String>,
    /// The sender's message, if it gives one.
    pub message: Option<String>,
}

/// What the sender says about time. Instants are the sender's own texts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Timings {
    /// When the job was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When work on it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    /// How long the work took, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_seconds: Option<f64>,
}

impl Details {
    /// The same with every text cut to a bound. The list of assets needs none: it can travel by reference.
    fn truncated(self) -> Details {
        let Details { time, media, job, assets, error, timings } = self;
        Details {
            time,
            media,
            job: Job {
                id: job.id.map(truncate),
                kind: job.kind.map(truncate),
                model: job.model.map(truncate),
                correlation_id: job.correlation_id.map(truncate),
            },
            assets,
            error: error
                .map(|error| EventError { code: error.code.map(truncate), message: error.message.map(truncate) }),
            timings: Timings {
                created_at: timings.created_at.map(truncate),
                started_at: timings.started_at.map(truncate),
                completed_at: timings.completed_at.map(truncate),
                work_seconds: timings.work_seconds,
            },
        }
    }
}

impl Details {
    /// The same with the time at which each asset's link stops working, as far as the link tells it, or
    /// how long the sender keeps them.
    fn dated(mut self, life_seconds: Option<u64>) -> Details {
        let by_rule = life_seconds.and_then(|seconds| Some(self.time? + Duration::from_secs(seconds)));
        for asset in &mut self.assets {
            asset.expires_at = expiry::of_url(&asset.url).or(by_rule).map(|expiry| expiry.to_string());
        }
        self
    }
}

impl Canonical {
    /// Brings `body` into the one shape; `headers` are the kept ones. A body that is not JSON (nor a form, of a sender
    /// that sends them), or of a shape that the sender's description does not know, comes out as unrecognized, with no
    /// details: its raw form is published beside it.
    #[must_use]
    pub fn of(sender: &CompiledProvider, headers: &BTreeMap<String, String>, body: &[u8]) -> Canonical {
        let readable = sender.readable(body);
        let (head, shape) = sender.head_and_shape(headers, &readable);
        let value = serde_json::from_slice::<Value>(&readable).ok().filter(|value| nesting(value) <= NESTING_MAX);
        // What is published beside it is the form itself.
        let is_json = value.is_some() && matches!(readable, Cow::Borrowed(_));
        match (head.event_type.status(), shape, value) {
            (Some(status), Some(shape), Some(value)) => {
                let description = sender.description();
                let body = Body { value: &value, headers, ids: description.scheme.id_headers() };
                let details = details::read(shape, status, head.subject.as_deref(), &body);
                Canonical { head, is_json, details: details.dated(description.asset_life_seconds).truncated() }
            }
            // A head skips over what it need not know, and there a number or an escape may still be wrong. Nobody is
            // told of a job that ended well when its outputs could not be read.
            _ => {
                let head = Head { event_type: EventType::Unrecognized, ..head };
                Canonical { head, is_json, details: Details::default() }
            }
        }
    }

    /// How the thing stands, if the shape is known.
    #[must_use]
    pub const fn status(&self) -> Option<Status> {
        self.head.event_type.status()
    }
}

/// How many arrays and objects stand inside each other.
fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Provider;

    fn of_get3w(body: &[u8]) -> Canonical {
        Canonical::of(Provider::Get3w.sender().unwrap(), &BTreeMap::new(), body)
    }

    #[test]
    fn what_nests_too_deep_for_a_consumer_is_not_json() {
        let of = |depth: usize| {
            // The object itself is one level.
            let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
            of_get3w(format!(r#"{{"id":"p1","status":"completed","x":{open}{close}}}"#).as_bytes())
        };
        assert!(of(NESTING_MAX).is_json && of(NESTING_MAX).status() == Some(Status::Completed));
        for depth in [NESTING_MAX + 1, 126, 127, 128] {
            assert!(!of(depth).is_json && of(depth).status().is_none(), "{depth}");
        }
    }

    #[test]
    fn a_body_that_is_json_only_where_the_head_looks_is_unrecognized() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for broken in ["1e999", r#""\ud800""#, &deep] {
            let body = format!(r#"{{"id":"p1","status":"completed","input":{broken}}}"#);
            assert_eq!(
                Provider::Get3w.sender().unwrap().head(&BTreeMap::new(), body.as_bytes()).event_type.status(),
                Some(Status::Completed)
            );
            let canonical = of_get3w(body.as_bytes());
            assert_eq!(canonical.head.event_type, EventType::Unrecognized, "{body}");
            assert_eq!(canonical.head.subject.as_deref(), Some("p1"));
            assert_eq!(canonical.details.media, None);
        }
    }
}

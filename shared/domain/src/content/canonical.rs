//! The one shape into which every sender's events are brought.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::content::details::Details;
use crate::content::details_reader;
use crate::content::head::Head;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::event::event_type::{EventType, Status};
use crate::provider::compiled_provider::CompiledProvider;

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
                let body = ParsedDelivery { value: &value, headers, ids: description.scheme.id_headers() };
                let details = details_reader::read(shape, status, head.subject.as_deref(), &body);
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

//! The one shape into which every sender's events are brought.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::content::details::Details;
use crate::content::details_reader;
use crate::content::head::Head;
use crate::content::lenient;
use crate::content::parsed_delivery::ParsedDelivery;
use crate::event::event_type::{EventType, Status};
use crate::provider::compiled_provider::CompiledProvider;

/// A body that nests deeper is read, but published as a text: it is not JSON that every consumer can read: the strictest common parser, that of .NET, stops
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
        let strict = serde_json::from_slice::<Value>(&readable).ok();
        // What is published beside it is the form itself.
        let is_json = matches!(readable, Cow::Borrowed(_)) && strict.as_ref().is_some_and(is_json_for_all);
        let value = strict.or_else(|| lenient::tree(&readable));
        match (head.event_type.status(), shape, value) {
            (Some(status), Some(shape), Some(value)) => {
                let description = sender.description();
                let body = ParsedDelivery { value: &value, headers, ids: description.scheme.id_headers() };
                let details = details_reader::read(shape, status, head.subject.as_deref(), &body);
                Canonical { head, is_json, details: details.dated(description.asset_life_seconds).truncated() }
            }
            // A head skips over what it need not know, and there may still be what is no JSON however it is read. Nobody
            // is told of a job that ended well when its outputs could not be read.
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

/// Whether a body is JSON that every consumer can read.
pub(crate) fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|value| is_json_for_all(&value))
}

fn is_json_for_all(value: &Value) -> bool {
    nesting(value) <= NESTING_MAX
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

    /// Checks what is read of a body with `corner` where nothing points, and whether consumers can parse that body.
    fn check(corner: &str, is_json: bool) {
        let body =
            format!(r#"{{"id":"p1","input":{corner},"outputs":["https://a.example/1.png"],"status":"completed"}}"#);
        let Canonical { head, details, is_json: is_found } = of_get3w(body.as_bytes());
        let urls: Vec<&str> = details.assets.iter().map(|asset| &*asset.url).collect();
        assert_eq!((&*head.event_type.to_string(), head.subject.as_deref()), ("landfall.job.completed", Some("p1")));
        assert_eq!((urls, is_found), (vec!["https://a.example/1.png"], is_json), "{corner:.80}");
    }

    #[test]
    fn an_end_is_read_whatever_stands_where_nothing_points() {
        // The object around it is one level.
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        check("[1,\"😀\"]", true);
        check(&nested(NESTING_MAX), true);
        for deep in [NESTING_MAX + 1, 126, 127, 128, 129, 5000] {
            check(&nested(deep), false);
        }
        check(r#""cut inside an emoji \ud83d""#, false);
        check(r#"{"\ude00":1e999}"#, false);
    }

    #[test]
    fn a_text_that_is_told_has_a_mark_for_half_an_emoji() {
        let told = of_get3w(br#"{"id":"p1","status":"failed","error":"no \ud83d"}"#);
        assert_eq!(told.details.error.unwrap().message.as_deref(), Some("no \u{fffd}"));
        let marked = of_get3w(b"\xef\xbb\xbf{\"id\":\"p1\",\"status\":\"completed\"}");
        assert_eq!((marked.status(), marked.is_json), (Some(Status::Completed), false));
    }

    #[test]
    fn what_is_no_json_however_it_is_read_is_unrecognized() {
        for broken in ["01", "\"\u{1}\"", r#"{"a":1,}"#] {
            let body = format!(r#"{{"id":"p1","status":"completed","input":{broken}}}"#);
            let canonical = of_get3w(body.as_bytes());
            assert_eq!(canonical.head.event_type, EventType::Unrecognized, "{body}");
            assert_eq!(canonical.details.media, None);
        }
        for twice in
            [r#""status":"completed","status":"failed""#, r#""status":"completed","x":"\ud83d","status":"failed""#]
        {
            let body = format!(r#"{{"id":"p1",{twice}}}"#);
            assert_eq!(of_get3w(body.as_bytes()).head.event_type, EventType::Unrecognized, "{body}");
        }
    }
}

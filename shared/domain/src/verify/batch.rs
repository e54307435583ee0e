//! The events of a delivery that lists several.

use crate::delivery::Delivery;
use crate::description::TooManyEvents;
use crate::digest::Digest;
use crate::source::Source;
use crate::verify::arrival::Arrival;
use crate::verify::verified_event::VerifiedEvent;

/// The events of a delivery that have a proof each, where the proof stands in the body and that lists several; `None` if
/// the delivery proves itself as a whole. One that could not would otherwise come in with the proof of another.
///
/// # Errors
/// If they are too many.
pub(super) fn items_with_proofs(delivery: &Delivery, source: &Source) -> Result<Option<Vec<Vec<u8>>>, TooManyEvents> {
    if source.sender.description().scheme.proves_in_body() { source.sender.items(&delivery.body) } else { Ok(None) }
}

impl VerifiedEvent {
    /// Its events, if its body lists several: each has an item for its body, and an id of that.
    ///
    /// The proof of the whole is that of each, or each has proven itself. Each is recorded by another name, since two of
    /// them may have one key: the record of one must not look like the other's own.
    ///
    /// # Errors
    /// If there are too many.
    pub fn items(&self, source: &Source) -> Result<Option<Vec<VerifiedEvent>>, TooManyEvents> {
        let Some(items) = source.sender.items(self.body())? else {
            return Ok(None);
        };
        Ok(Some(items.into_iter().enumerate().map(|(index, body)| self.item(source, index, body)).collect()))
    }

    fn item(&self, source: &Source, index: usize, body: Vec<u8>) -> VerifiedEvent {
        let whole = self.event();
        let arrival = Arrival {
            verified_by: whole.verified_by,
            matched: self.matched(),
            headers: whole.headers.clone(),
            received_at: whole.received_at,
            recorded_by: format!("{}.{}", whole.recorded_by, index + 1),
        };
        let body_sha256 = Digest::of(&body);
        let event = arrival.into_event(source, &body, body_sha256, body_sha256);
        VerifiedEvent::new(event, body, body_sha256, self.matched(), None, self.success().cloned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::delivery::RequestUrl;
    use crate::delivery::headers::Headers;
    use crate::description::BATCH_EVENTS_MAX;
    use crate::source::source_name::SourceName;
    use crate::time::Timestamp;
    use crate::verify::verify;

    const TOKEN: &str = "6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7";

    /// What `body` comes to for a sender whose events are listed at `/events`: id, type and body of each.
    fn found(options: Value, body: &str) -> Vec<String> {
        let mut secret = json!({
            "token_sha256": [Digest::of(TOKEN.as_bytes()).to_string()],
            "scheme": {
                "scheme": {"kind": "url-token"},
                "forms": {"json_in": "listed"},
                "batch": {"items": "/events"},
                "shape": [{
                    "subject": "/job", "key": ["/job", "/state"], "names": "state",
                    "report": [{"at": "/state", "equals": "done", "is": "job.completed"}],
                    "otherwise": "event.occurred",
                }],
            },
        });
        secret.as_object_mut().expect("an object").extend(options.as_object().expect("an object").clone());
        let source =
            Source::parse(SourceName::parse("listed").expect("a name"), &secret.to_string()).expect("a source");
        let delivery = Delivery {
            url: RequestUrl::default(),
            token: Some(TOKEN.into()),
            headers: Headers::default(),
            body: body.as_bytes().to_vec(),
            received_at: Timestamp::from_millis(0),
            request_id: "request-1".to_owned(),
        };
        let whole = verify(delivery, &source).expect("the token is right");
        let items = whole.items(&source);
        match items {
            Ok(None) => vec!["one event".to_owned()],
            Ok(Some(items)) => items.iter().map(told).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    fn told(verified: &VerifiedEvent) -> String {
        let event = verified.event();
        let body = String::from_utf8_lossy(verified.body());
        format!("{} {} by {}: {body}", event.id, event.event_type, event.recorded_by)
    }

    #[test]
    fn each_item_is_an_event_of_its_own_read_as_if_it_were_the_body() {
        let expected = [
            r#"listed/a/done landfall.job.completed by request-1.1: {"job": "a", "state": "done"}"#,
            r#"listed/b/new landfall.event.occurred by request-1.2: {"state":"new","job":"b"}"#,
        ];
        let list = r#"{"events": [{"job": "a", "state": "done"} , {"state":"new","job":"b"}]}"#;
        assert_eq!(found(json!({}), list), expected);
        let form = format!("listed={}", list.replace(' ', "+").replace('"', "%22"));
        assert_eq!(found(json!({}), &form)[1], expected[1], "the JSON of a form is a list as well");
    }

    #[test]
    fn two_items_of_one_key_have_one_id_and_records_that_tell_them_apart() {
        let found = found(json!({}), r#"{"events":[{"job":"a","state":"done"},{"job":"a","state":"done","n":2}]}"#);
        assert_eq!(
            found,
            [
                r#"listed/a/done landfall.job.completed by request-1.1: {"job":"a","state":"done"}"#,
                r#"listed/a/done landfall.job.completed by request-1.2: {"job":"a","state":"done","n":2}"#,
            ]
        );
    }

    #[test]
    fn without_deduplication_each_item_of_each_delivery_is_an_event() {
        let found = found(json!({"dedupe": "off"}), r#"{"events":[{"job":"a","state":"done"}]}"#);
        assert_eq!(
            found,
            [r#"listed/a/done/request-1.1 landfall.job.completed by request-1.1: {"job":"a","state":"done"}"#]
        );
    }

    #[test]
    fn what_lists_nothing_is_one_event() {
        for body in ["{}", r#"{"events":[]}"#, r#"{"events":{"job":"a"}}"#, r#"[{"job":"a"}]"#, "no JSON"] {
            assert_eq!(found(json!({}), body), ["one event"], "{body}");
        }
    }

    /// What a sender of whom each event has a token comes to.
    fn proven(body: &str) -> String {
        let secret = json!({
            "secrets": [TOKEN],
            "scheme": {
                "scheme": {"kind": "static-token", "at": "/token"},
                "batch": {"items": ["/events", "/older"]},
                "shape": [{"key": "/job", "names": "event", "otherwise": "event.occurred"}],
            },
        });
        let source =
            Source::parse(SourceName::parse("listed").expect("a name"), &secret.to_string()).expect("a source");
        let delivery = Delivery {
            url: RequestUrl::default(),
            token: None,
            headers: Headers::default(),
            body: body.as_bytes().to_vec(),
            received_at: Timestamp::from_millis(0),
            request_id: "request-1".to_owned(),
        };
        match verify(delivery, &source) {
            Err(rejection) => rejection.refusal.to_string(),
            Ok(whole) => format!("{:?}", whole.items(&source).map(|items| items.map(|items| items.len()))),
        }
    }

    #[test]
    fn each_event_proves_itself_where_the_proof_is_in_the_body() {
        let right = format!(r#"{{"token":"{TOKEN}","job":"a"}}"#);
        let list = |name: &str, items: &[&str]| format!(r#"{{"{name}":[{}]}}"#, items.join(","));
        assert_eq!(proven(&list("events", &[&right, &right])), "Ok(Some(2))");
        assert_eq!(proven(&list("older", &[&right])), "Ok(Some(1))");
        assert_eq!(proven(&list("events", &[&right, "{}"])), "credential_missing");
        assert_eq!(proven(&list("events", &[r#"{"token":"another"}"#, &right])), "credential_wrong");
        // The token beside the list proves none of its events.
        assert_eq!(proven(&format!(r#"{{"token":"{TOKEN}","events":[{{}}]}}"#)), "credential_missing");
        assert_eq!(proven(&right), "Ok(None)");
        assert_eq!(proven(&list("events", &vec![&*right; 10_000])), "list_too_long");
    }

    #[test]
    fn more_events_than_can_be_made_durable_in_time_are_refused_together() {
        let list = |count: usize| format!(r#"{{"events":[{}]}}"#, vec!["1"; count].join(","));
        assert_eq!(found(json!({}), &list(BATCH_EVENTS_MAX)).len(), BATCH_EVENTS_MAX);
        let too_many = ["the delivery lists more than 2500 events, or they are too large together"];
        assert_eq!(found(json!({}), &list(BATCH_EVENTS_MAX + 1)), too_many);
        assert_eq!(found(json!({}), &list(10_000)), too_many);
    }
}

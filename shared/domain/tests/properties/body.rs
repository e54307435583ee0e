use std::collections::BTreeMap;

use domain::content::head::Head;
use domain::provider::Provider;
use domain::text::queue_text::escape_for_queues;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use testdata::delivery::DeliveryFile;

use crate::any;
use promises::body;

/// Any JSON, often with words that a sender uses.
fn value() -> impl Strategy<Value = Value> {
    let words = [
        "complete",
        "completed",
        "failed",
        "success",
        "error",
        "processing",
        "cancelled",
        "model_ready",
        "created",
        "workflow.completed",
        "refine_done",
        "job.failed",
        "model.processed",
        "project.created",
        "2025-09-01T07:26:51.484Z",
        "-000009-01-01T00:00:00Z",
        "https://a.example/a.glb",
        "https://a.example/b.mp4",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::text().prop_map(Value::from),
        select(words.to_vec()).prop_map(Value::from),
    ];
    let name =
        prop_oneof![any::text(), select(vec!["url", "glb_url", "error", "message", "1"]).prop_map(str::to_owned)];
    leaf.prop_recursive(4, 16, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A recorded body that is JSON.
fn recorded(provider: Provider) -> impl Strategy<Value = Value> {
    let deliveries = DeliveryFile::of(provider.as_str()).deliveries.into_iter();
    select(deliveries.filter_map(|delivery| serde_json::from_slice(&delivery.body).ok()).collect::<Vec<Value>>())
}

/// A recorded body in which some places hold something else.
fn altered(provider: Provider) -> impl Strategy<Value = Value> {
    (recorded(provider), vec((any::<Index>(), value()), 1..4))
        .prop_map(|(body, changes)| changes.into_iter().fold(body, |body, (place, value)| put(body, place, value)))
}

fn put(mut body: Value, place: Index, value: Value) -> Value {
    let mut places = Vec::new();
    pointers(&body, String::new(), &mut places);
    *body.pointer_mut(place.get::<String>(&places)).expect("it was found there") = value;
    body
}

fn pointers(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(number, item)| pointers(item, format!("{here}/{number}"), found));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            pointers(member, format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found.push(here);
}

proptest! {
    #[test]
    fn any_bytes_become_an_event(provider in any::provider(), bytes in any::bytes()) {
        body::hold(provider, &bytes);
    }

    #[test]
    fn any_change_of_a_recorded_body_becomes_an_event(
        (provider, value) in any::provider().prop_flat_map(|provider| (Just(provider), altered(provider))),
    ) {
        body::hold(provider, value.to_string().as_bytes());
    }

    #[test]
    fn a_recorded_body_that_breaks_somewhere_becomes_an_event(
        (provider, value) in any::provider().prop_flat_map(|provider| (Just(provider), recorded(provider))),
        place in any::<Index>(),
        broken in select(vec![&b"1e999"[..], br#""\ud800""#, b"\"\xff\"", b"[[[", b"nul", &[b'['; 200]]),
    ) {
        const MARK: &str = "here it breaks";
        let text = put(value, place, json!(MARK)).to_string();
        let (before, after) = text.split_once(&format!("\"{MARK}\"")).expect("it was put there");
        body::hold(provider, &[before.as_bytes(), broken, after.as_bytes()].concat());
    }

    #[test]
    fn a_subject_is_the_senders_id_or_the_most_of_it_that_fits(id in any::text(), times in 1..200_usize) {
        let id = id.repeat(times);
        let head = head(Provider::Get3w, &json!({"id": id, "status": "completed"}).to_string());
        let subject = head.subject.unwrap_or_default();
        prop_assert!(id.starts_with(&subject));
        prop_assert!(subject.len() <= 2048 && (subject == id || subject.len() > 2048 - 4));
        prop_assert_eq!(head.key, if id.is_empty() { vec![] } else { vec![id, "completed".to_owned()] });
    }

    #[test]
    fn a_body_is_read_alike_however_its_json_is_written(
        (provider, value) in any::provider().prop_flat_map(|provider| (Just(provider), altered(provider))),
    ) {
        let plain = value.to_string();
        let plain_head = head(provider, &plain);
        prop_assert_eq!(&head(provider, &serde_json::to_string_pretty(&value).unwrap()), &plain_head);
        prop_assert_eq!(&head(provider, &escape_for_queues(plain)), &plain_head);
    }
}

fn head(provider: Provider, body: &str) -> Head {
    provider.sender().expect("a sender of the catalogue").head(&BTreeMap::new(), body.as_bytes())
}

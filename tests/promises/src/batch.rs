//! Bodies that list several events, in lists within lists, each with a proof of its own.

use domain::delivery::{Delivery, RequestUrl};
use domain::description::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use serde_json::Value;

/// The text that each event must hold.
pub const TOKEN: &str = "an-invented-token";

/// The events of a body are bounded, each is a delivery of itself alone, and the body is verified exactly if every one of
/// them has the proof.
pub fn hold(body: &[u8]) {
    let source = source();
    let verified = verify(delivery(body), &source);
    let Ok(items) = source.sender.items(body) else {
        assert!(verified.is_err(), "not all of them were looked at");
        return;
    };
    let items = items.unwrap_or_else(|| vec![body.to_vec()]);
    assert!(
        items.len() <= BATCH_EVENTS_MAX && items.iter().map(Vec::len).sum::<usize>() <= BATCH_BYTES_MAX.max(body.len())
    );
    // What strict parsers refuse, such as half an emoji, is read all the same, and has no `Value` to compare with.
    let whole = serde_json::from_slice::<Value>(body).ok();
    for item in items.iter().filter(|item| **item != body) {
        let item_alone = source.sender.items(item).expect("one can be taken");
        assert!(item_alone.is_none_or(|items| items == [item.clone()]), "it lists itself alone");
        let Some(whole) = &whole else { continue };
        let value: Value = serde_json::from_slice(item).expect("an item is JSON of its own");
        let entry = value["entry"].as_array().map(Vec::as_slice).expect("a list");
        let [entry] = entry else { panic!("one entry, and not {}", entry.len()) };
        let is_there = |known: &Value| without_changes(known) == without_changes(entry);
        assert!(
            whole["entry"].as_array().is_some_and(|entries| entries.iter().any(is_there)),
            "the entry is the body's"
        );
    }
    let proves = |item: &Vec<u8>| verify(delivery(item), &source).is_ok();
    assert_eq!(verified.is_ok(), items.iter().all(proves));
    if verified.is_ok() && whole.is_some() {
        let has_token = |item: &Vec<u8>| {
            let value: Value = serde_json::from_slice(item).expect("a proof was read there");
            value.pointer("/entry/0/changes/0/proof").and_then(Value::as_str).is_some_and(|text| text == TOKEN)
        };
        assert!(items.iter().all(has_token));
    }
}

fn without_changes(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(members) = entry.as_object_mut() {
        members.remove("changes");
    }
    entry
}

fn delivery(body: &[u8]) -> Delivery {
    Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: [("content-type", "application/json")].into_iter().collect(),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(1_700_000_000_000),
        request_id: "request-1".to_owned(),
    }
}

fn source() -> Source {
    let json = format!(
        r#"{{"secrets":["{TOKEN}"],"scheme":{{
            "scheme":{{"kind":"static-token","at":"/entry/0/changes/0/proof"}},
            "batch":{{"items":"/entry/*/changes"}},
            "shape":[{{"key":"/entry/0/changes/0/id","names":"event","otherwise":"event.occurred"}}]}}}}"#
    );
    Source::parse(SourceName::parse("test").expect("a name"), &json).expect("a source")
}

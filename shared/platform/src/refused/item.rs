//! Refused deliveries as the items of their table.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ledger::item::ZSTD;
use domain::ledger::record::PackedBody;
use domain::receive::refused::places::Place;
use domain::receive::refused::{PresentedTokens, RefusedContent, RefusedDelivery};
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use serde_json::{Value as Json, json};

/// A delivery that is stored, as far as the index knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentRefusal {
    /// The source that refused it.
    pub source: SourceName,
    /// The hash key of its minute.
    pub minute: String,
    /// When it arrived.
    pub received_at: Timestamp,
}

/// What `kind` says of each delivery, so that the index `recent` lists all of them; its headers and body have none.
pub(super) const KIND: &str = "delivery";

fn text<'i>(item: &'i Json, name: &str) -> Option<&'i str> {
    item.get(name)?.get("S")?.as_str()
}

fn number<T: std::str::FromStr>(item: &Json, name: &str) -> Option<T> {
    item.get(name)?.get("N")?.as_str()?.parse().ok()
}

/// A key of the index; `None` of what this version did not write.
pub(super) fn read_recent(item: &Json) -> Option<RecentRefusal> {
    let minute = text(item, "minute")?.to_owned();
    let source = SourceName::parse(minute.split_once('/')?.0).ok()?;
    Some(RecentRefusal { source, minute, received_at: Timestamp::from_millis(number(item, "received_at")?) })
}

/// `None` of what this version did not write.
pub(super) fn read_delivery(source: &SourceName, minute: &str, item: &Json) -> Option<(Place, RefusedDelivery)> {
    let tokens = item.get("presented_sha256").and_then(|tokens| tokens.get("M"));
    let token = |name: &str| tokens.and_then(|tokens| text(tokens, name)?.parse().ok());
    let delivery = RefusedDelivery {
        source: source.clone(),
        received_at: Timestamp::from_millis(number(item, "received_at")?),
        request_id: text(item, "request_id")?.to_owned(),
        refusal: text(item, "refusal")?.parse().ok()?,
        body_sha256: text(item, "body_sha256")?.parse().ok()?,
        body_bytes: number(item, "size")?,
        presented: PresentedTokens { url: token("url"), header: token("header") },
        expires_at_seconds: number(item, "expires_at")?,
        released_at: number(item, "released").map(Timestamp::from_millis),
    };
    Some((Place { minute: minute.to_owned(), k: number(item, "k")? }, delivery))
}

pub(super) fn read_content(item: &Json) -> RefusedContent {
    let headers = item.get("headers").and_then(|headers| headers.get("M")?.as_object());
    let headers = headers.into_iter().flatten();
    let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.get("S")?.as_str()?.to_owned())));
    let names = item.get("header_names").and_then(|names| names.get("SS")?.as_array());
    let names = names.into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned()));
    let bytes = item.get("body").and_then(|body| STANDARD.decode(body.get("B")?.as_str()?).ok());
    let is_zstd = text(item, "body_encoding") == Some(ZSTD);
    RefusedContent {
        headers: headers.collect(),
        header_names: names.collect(),
        body: bytes.map(|bytes| PackedBody { bytes, is_zstd }),
    }
}

/// What is known of a delivery without its headers and its body, as the table has it.
pub(super) fn delivery_item(place: &Place, delivery: &RefusedDelivery) -> Json {
    let tokens = [("url", delivery.presented.url), ("header", delivery.presented.header)];
    let tokens =
        tokens.into_iter().filter_map(|(name, digest)| Some((name.to_owned(), json!({"S": digest?.to_string()}))));
    let mut item = json!({
        "minute": {"S": place.minute},
        "k": {"N": place.k.to_string()},
        "kind": {"S": KIND},
        "received_at": {"N": delivery.received_at.as_millis().to_string()},
        "request_id": {"S": delivery.request_id},
        "refusal": {"S": delivery.refusal.as_str()},
        "body_sha256": {"S": delivery.body_sha256.to_string()},
        "size": {"N": delivery.body_bytes.to_string()},
        "presented_sha256": {"M": tokens.collect::<serde_json::Map<_, _>>()},
        "expires_at": {"N": delivery.expires_at_seconds.to_string()},
    });
    if let Some(released_at) = delivery.released_at {
        item["released"] = json!({"N": released_at.as_millis().to_string()});
    }
    item
}

/// The headers and the body, as the table has them.
pub(super) fn content_item(place: &Place, delivery: &RefusedDelivery, content: &RefusedContent) -> Json {
    let headers = content.headers.iter().map(|(name, value)| (name.clone(), json!({"S": value})));
    let mut item = json!({
        "minute": {"S": place.minute},
        "k": {"N": place.content_k().to_string()},
        "headers": {"M": headers.collect::<serde_json::Map<_, _>>()},
        "expires_at": {"N": delivery.expires_at_seconds.to_string()},
    });
    // DynamoDB refuses an empty set.
    if !content.header_names.is_empty() {
        item["header_names"] = json!({"SS": content.header_names});
    }
    if let Some(body) = &content.body {
        item["body"] = json!({"B": STANDARD.encode(&body.bytes)});
        if body.is_zstd {
            item["body_encoding"] = json!({"S": ZSTD});
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::digest::Digest;
    use domain::verify::Refusal;

    use super::*;

    #[test]
    fn a_delivery_is_written_in_two_items_and_the_first_costs_one_unit() {
        let place = Place { minute: format!("{}/20250901T0726", "n".repeat(63)), k: 29 };
        let digest = Digest::of(b"{}");
        let delivery = RefusedDelivery {
            source: SourceName::parse(&"n".repeat(63)).expect("a name"),
            received_at: Timestamp::from_millis(1_756_711_611_484),
            request_id: "8476a536-e9f4-11e8-9739-000000000000".to_owned(),
            refusal: Refusal::SignatureWrong,
            body_sha256: digest,
            body_bytes: 2,
            presented: PresentedTokens { url: Some(digest), header: Some(digest) },
            expires_at_seconds: 1_756_970_812,
            released_at: None,
        };
        let item = delivery_item(&place, &delivery);
        assert_eq!(item["presented_sha256"]["M"]["url"]["S"], json!(digest.to_string()));
        assert!(item.to_string().len() < 1024, "JSON is longer than what DynamoDB bills");
        assert_eq!(read_delivery(&delivery.source, &place.minute, &item), Some((place.clone(), delivery.clone())));
        assert_eq!(read_delivery(&delivery.source, &place.minute, &json!({"k": {"N": "1"}})), None);
        let recent = RecentRefusal {
            source: delivery.source.clone(),
            minute: place.minute.clone(),
            received_at: delivery.received_at,
        };
        assert_eq!((read_recent(&item), read_recent(&json!({"minute": {"S": "x"}}))), (Some(recent), None));
        let content = RefusedContent {
            headers: BTreeMap::from([("x-signature".to_owned(), "aa".to_owned())]),
            header_names: BTreeSet::from(["host".to_owned(), "x-signature".to_owned()]),
            body: Some(PackedBody { bytes: b"{}".to_vec(), is_zstd: false }),
        };
        let expected = json!({
            "minute": {"S": place.minute}, "k": {"N": "10029"}, "expires_at": {"N": "1756970812"},
            "headers": {"M": {"x-signature": {"S": "aa"}}}, "header_names": {"SS": ["host", "x-signature"]},
            "body": {"B": "e30="},
        });
        assert_eq!(content_item(&place, &delivery, &content), expected);
        assert_eq!(read_content(&expected), content);
        let none = RefusedContent { headers: BTreeMap::new(), header_names: BTreeSet::new(), body: None };
        let item = content_item(&place, &delivery, &none);
        assert_eq!(read_content(&item), none);
        assert!(item.get("header_names").is_none() && item.get("body").is_none());
    }
}

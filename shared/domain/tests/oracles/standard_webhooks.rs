//! What the specification's own library accepts, Landfall accepts, and the other way round.
//!
//! But for what is named here. Landfall alone accepts
//! - a body that is no UTF-8: the library takes texts only;
//! - a timestamp with zeros before it: the library signs the number anew, Landfall signs the header as it came;
//! - a signature without padding, or in the alphabet of URLs.
//!
//! The library alone accepts
//! - a header that is there twice, of which it takes the first;
//! - a comma in the id: a function URL joins two headers with one, so to Landfall it is two ids;
//! - an empty id;
//! - something in the list of signatures without a comma, or with two: to Landfall it is damaged, or two lists.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use domain::time::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use standardwebhooks::Webhook;

use crate::sources::{source, verified};

const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// One signature in the list, or what stands in its place.
#[derive(Clone, Debug)]
enum Item {
    Genuine,
    Version(&'static str),
    OtherSecret,
    OtherBody,
    Unpadded,
    UrlAlphabet,
    Truncated(usize),
    BitFlipped(usize),
    Text(String),
}

/// What happens to one of the headers.
#[derive(Clone, Debug)]
enum Mutation {
    None,
    Missing(usize),
    RepeatedHeader(usize),
    Emptied(usize),
}

#[derive(Clone, Debug)]
struct Case {
    key: Vec<u8>,
    id: String,
    timestamp: Stamp,
    body: Vec<u8>,
    items: Vec<Item>,
    mutation: Mutation,
}

#[derive(Clone, Debug)]
enum Stamp {
    /// So many seconds from now. The library reads the clock itself, so what is close to the edge is left out.
    Offset(i64),
    /// The same with zeros before it.
    Padded(i64),
    Text(String),
}

fn case() -> impl Strategy<Value = Case> {
    let id = prop_oneof![
        8 => "[!-+\\--~]{1,40}",
        1 => Just("msg_1,msg_2".to_owned()),
    ];
    let offset = || prop_oneof![6 => -290..290_i64, 1 => -100_000..-310_i64, 1 => 310..100_000_i64];
    let timestamp = prop_oneof![
        12 => offset().prop_map(Stamp::Offset),
        1 => offset().prop_map(Stamp::Padded),
        1 => "[-+]?[0-9a-z]{0,20}".prop_map(Stamp::Text),
    ];
    let body = prop_oneof![6 => any::<String>().prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..100)];
    let mutation = prop_oneof![
        9 => Just(Mutation::None),
        1 => (0..3_usize).prop_map(Mutation::Missing),
        1 => (0..3_usize).prop_map(Mutation::RepeatedHeader),
        1 => (0..3_usize).prop_map(Mutation::Emptied),
    ];
    let case = (vec(any::<u8>(), 8..65), id, timestamp, body, vec(item(), 0..6), mutation);
    case.prop_map(|(key, id, timestamp, body, items, mutation)| Case { key, id, timestamp, body, items, mutation })
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        4 => Just(Item::Genuine),
        2 => select(vec!["v2", "v1a", "v0", "V1", "", "v1 "]).prop_map(Item::Version),
        1 => Just(Item::OtherSecret),
        1 => Just(Item::OtherBody),
        1 => Just(Item::Unpadded),
        1 => Just(Item::UrlAlphabet),
        1 => (0..44_usize).prop_map(Item::Truncated),
        1 => (0..32_usize).prop_map(Item::BitFlipped),
        1 => "v1,[!-~]{0,50}".prop_map(Item::Text),
        1 => "[!-~]{0,20}".prop_map(Item::Text),
    ]
}

impl Case {
    fn timestamp(&self, now_seconds: i64) -> String {
        match &self.timestamp {
            Stamp::Offset(offset) => (now_seconds + offset).to_string(),
            Stamp::Padded(offset) => format!("00{}", now_seconds + offset),
            Stamp::Text(text) => text.clone(),
        }
    }

    fn signature(&self, key: &[u8], body: &[u8], timestamp: &str) -> [u8; 32] {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("a key of any length");
        let message = [self.id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
        mac.chain_update(message).finalize().into_bytes().into()
    }

    fn list(&self, timestamp: &str) -> String {
        let genuine = self.signature(&self.key, &self.body, timestamp);
        let written = |item: &Item| match item {
            Item::Genuine => format!("v1,{}", STANDARD.encode(genuine)),
            Item::Version(version) => format!("{version},{}", STANDARD.encode(genuine)),
            Item::OtherSecret => {
                format!("v1,{}", STANDARD.encode(self.signature(b"another secret", &self.body, timestamp)))
            }
            Item::OtherBody => format!("v1,{}", STANDARD.encode(self.signature(&self.key, b"another body", timestamp))),
            Item::Unpadded => format!("v1,{}", STANDARD_NO_PAD.encode(genuine)),
            Item::UrlAlphabet => format!("v1,{}", URL_SAFE.encode(genuine)),
            Item::Truncated(length) => format!("v1,{}", &STANDARD.encode(genuine)[..*length]),
            Item::BitFlipped(at) => {
                let mut flipped = genuine;
                flipped[*at] ^= 1;
                format!("v1,{}", STANDARD.encode(flipped))
            }
            Item::Text(text) => text.clone(),
        };
        self.items.iter().map(written).collect::<Vec<_>>().join(" ")
    }

    fn headers(&self, timestamp: &str) -> Vec<(String, String)> {
        let values = [self.id.clone(), timestamp.to_owned(), self.list(timestamp)];
        let mut headers: Vec<(String, String)> =
            HEADERS.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value)).collect();
        match self.mutation {
            Mutation::None => {}
            Mutation::Missing(at) => {
                headers.remove(at);
            }
            Mutation::RepeatedHeader(at) => headers.push(headers[at].clone()),
            Mutation::Emptied(at) => headers[at].1.clear(),
        }
        headers
    }

    /// Whether Landfall may accept what the library refuses.
    fn is_ours_alone(&self, timestamp: &str) -> bool {
        let is_lax = |item: &Item| matches!(item, Item::Unpadded | Item::UrlAlphabet | Item::Truncated(43));
        std::str::from_utf8(&self.body).is_err()
            || timestamp.parse::<i64>().is_ok_and(|seconds| seconds.to_string() != timestamp)
            || self.items.iter().any(is_lax)
    }

    /// Whether the library may accept what Landfall refuses.
    fn is_theirs_alone(&self, headers: &[(String, String)]) -> bool {
        let list = headers.iter().find(|(name, _)| name == "webhook-signature").map_or("", |(_, list)| list);
        matches!(self.mutation, Mutation::RepeatedHeader(_) | Mutation::Emptied(0))
            || self.id.contains(',')
            || list.split(' ').any(|item| !item.is_empty() && item.matches(',').count() != 1)
    }
}

#[expect(clippy::disallowed_methods, reason = "the library reads the clock itself, so both must")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that runs")
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let now = now();
    let now_seconds = i64::try_from(now.as_secs()).expect("a time of our own");
    let timestamp = case.timestamp(now_seconds);
    let headers = case.headers(&timestamp);
    let secret = format!("whsec_{}", STANDARD.encode(&case.key));

    let mut map = HeaderMap::new();
    for (name, value) in &headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        map.append(name, HeaderValue::from_str(value).expect("a header's value"));
    }
    let theirs = Webhook::new(&secret).expect("a secret").verify(&case.body, &map);
    let source = source(&json!({"provider": "standard-webhooks", "secrets": [secret]})).expect("a source");
    let received_at = Timestamp::from_millis(now_seconds * 1000);
    let ours = verified(&source, &headers, &case.body, received_at).map_err(|refused| refused.refusal);
    match (ours, theirs) {
        (Ok(_), Err(theirs)) => prop_assert!(case.is_ours_alone(&timestamp), "the library: {theirs}"),
        (Err(ours), Ok(())) => prop_assert!(case.is_theirs_alone(&headers), "Landfall: {ours}"),
        (Ok(_), Ok(())) | (Err(_), Err(_)) => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn both_accept_the_same(case in case()) {
        check(&case)?;
    }
}

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use domain::source::source_name::SourceName;
use expect_test::{Expect, expect};

use super::*;
use crate::signing::signer;
use crate::vector::Vector;

const BODY: &str = r#"{"type":"order.paid","order":42}"#;
const URL: &str = "https://hooks.acme.example/in/here?order=7";
const SECRET: &str = "an-invented-secret-of-acme";

/// A delivery with these headers, as text.
fn http(headers: &[(String, String)]) -> String {
    let (_, target) = URL.split_once(".example").expect("it has a path");
    let mut text = format!("POST {target} HTTP/1.1\r\nHost: hooks.acme.example\r\nContent-Type: application/json\r\n");
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").expect("a text takes any");
    }
    format!("{text}Content-Length: {}\r\n\r\n{BODY}\n", BODY.len())
}

fn samples(headers: &[(String, String)]) -> Vec<Sample> {
    Sample::parse(http(headers).as_bytes()).expect("it is a request")
}

/// The headers by which a sender with this scheme proves the delivery, and some that prove nothing.
fn signed(scheme: &str, secret: &str) -> Vec<(String, String)> {
    let mut content = described(&format!("[scheme]\n{scheme}"), secret).expect("it is TOML");
    if scheme.contains("{url}") || scheme.contains("{path}") {
        content.insert("public_url".to_owned(), json!(URL));
    }
    let signer = signer(SourceName::parse("sample").expect("a name"), &Value::Object(content).to_string());
    let bare = samples(&[("X-Acme-Topic".to_owned(), "orders".to_owned())]);
    let proof = signer.expect("it makes sense").headers(bare[0].delivery(), "evt_42").expect("it can be signed");
    [("X-Acme-Topic".to_owned(), "orders".to_owned())].into_iter().chain(proof).collect()
}

/// What is found of a sender that is in no catalogue.
fn check(scheme: &str, secret: &str, expected: Expect) {
    let headers = signed(scheme, secret);
    let search = SchemeSearch::of(&samples(&headers), secret, &Map::new());
    let found = search.description.unwrap_or_else(|| "nothing".to_owned());
    for shown in headers.iter().map(|(_, value)| &**value).filter(|value| value.len() > 20).chain([secret]) {
        assert!(!found.contains(shown), "{found}");
    }
    expected.assert_eq(found.split("\n\n").next().unwrap_or_default());
}

#[test]
fn the_form_of_an_unknown_sender_is_found() {
    check(
        r#"kind = "hmac"
hash = "sha512"
header = "x-acme-signature"
syntax = { form = "prefix", prefix = "sha512=" }
encoding = "hex"
message = "{body}""#,
        SECRET,
        expect![[r#"
            [scheme]
            kind = "hmac"
            hash = "sha512"
            header = "x-acme-signature"
            syntax = { form = "prefix", prefix = "sha512=" }
            encoding = "hex"
            message = "{body}""#]],
    );
    check(
        r#"kind = "hmac"
hash = "sha1"
header = "x-acme-signature"
encoding = "base64"
timestamp = { at = { header = "x-acme-time" }, unit = "milliseconds" }
message = "POST\n{path}\n{timestamp}\n{body}""#,
        SECRET,
        expect![[r#"
            # Take the limits out if the sender's retries have the time of the first attempt.
            # It signs its URL: where that is not the function's own, the source needs `public_url`.
            [scheme]
            kind = "hmac"
            hash = "sha1"
            header = "x-acme-signature"
            encoding = "base64"
            timestamp = { at = { header = "x-acme-time" }, unit = "milliseconds", past_seconds = 300, future_seconds = 300 }
            message = "POST\n{path}\n{timestamp}\n{body}""#]],
    );
    check(
        r#"kind = "hmac"
header = "acme-signature"
syntax = { form = "pairs", key = "s", separator = ";" }
encoding = "hex"
timestamp = { at = { pair = "ts" } }
message = "{timestamp}:{body}""#,
        SECRET,
        expect![[r#"
            # Take the limits out if the sender's retries have the time of the first attempt.
            [scheme]
            kind = "hmac"
            hash = "sha256"
            header = "acme-signature"
            syntax = { form = "pairs", key = "s", separator = ";" }
            encoding = "hex"
            timestamp = { at = { pair = "ts" }, unit = "seconds", past_seconds = 300, future_seconds = 300 }
            message = "{timestamp}:{body}""#]],
    );
    check(
        r#"kind = "hmac"
secret = { strip_prefix = "whsec_", encoding = "base64" }
header = "x-acme-signature"
syntax = { form = "versions", version = "v1" }
encoding = "base64"
id = "x-acme-id"
timestamp = { at = { header = "x-acme-time" } }
message = "{id}.{timestamp}.{body}""#,
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
        expect![[r#"
            # Take the limits out if the sender's retries have the time of the first attempt.
            [scheme]
            kind = "hmac"
            hash = "sha256"
            secret = { strip_prefix = "whsec_", encoding = "base64" }
            header = "x-acme-signature"
            syntax = { form = "versions", version = "v1" }
            encoding = "base64"
            id = "x-acme-id"
            timestamp = { at = { header = "x-acme-time" }, unit = "seconds", past_seconds = 300, future_seconds = 300 }
            message = "{id}.{timestamp}.{body}""#]],
    );
    check(
        r#"kind = "hmac"
hash = "sha384"
secret = { encoding = "hex" }
header = "x-acme-signature"
encoding = "hex"
message = "{url}{body}""#,
        "00112233445566778899aabbccddeeff",
        expect![[r#"
            # It signs its URL: where that is not the function's own, the source needs `public_url`.
            [scheme]
            kind = "hmac"
            hash = "sha384"
            secret = { encoding = "hex" }
            header = "x-acme-signature"
            encoding = "hex"
            message = "{url}{body}""#]],
    );
    check(
        "kind = \"static-token\"\nheader = \"authorization\"\nprefix = \"Bearer \"",
        SECRET,
        expect![[r#"
            [scheme]
            kind = "static-token"
            header = "authorization"
            prefix = "Bearer ""#]],
    );
    check(
        "kind = \"basic\"",
        "acme:an-invented-password",
        expect![[r#"
            [scheme]
            kind = "basic""#]],
    );
}

#[test]
fn a_shape_says_what_the_bodies_and_the_id_allow() {
    let scheme = "kind = \"hmac\"\nheader = \"x-acme-signature\"\nencoding = \"hex\"\nid = \"x-acme-id\"\nmessage = \"{id}.{body}\"";
    let search = SchemeSearch::of(&samples(&signed(scheme, SECRET)), SECRET, &Map::new());
    let description = search.description.expect("it is found");
    let (_, shape) = description.split_once("\n\n").expect("two parts");
    expect![[r#"
        # What its bodies hold comes next.
        [[shape]]
        key = "id"
        names = "event"
        otherwise = "event.occurred"
        details.job_type = "/type"
    "#]]
    .assert_eq(shape);
}

/// The case of a sender's vectors that is as it sends them, its secret, and all that its source says.
fn genuine(file: &Path) -> Option<(Vec<Sample>, String, Map<String, Value>)> {
    let vector = Vector::read(file).expect("vectors").into_iter().find(|vector| vector.name == "genuine")?;
    let secret =
        ["secrets", "public_keys"].iter().find_map(|field| vector.secret.get(*field))?.get(0)?.as_str()?.to_owned();
    let bytes = fs::read(file).expect("a file");
    let samples = Sample::parse(&bytes).expect("samples").into_iter().filter(|sample| sample.name == "genuine");
    Some((samples.collect(), secret, vector.secret))
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"))
}

#[test]
fn a_sender_of_the_catalogue_is_found_by_its_delivery() {
    let mut found = Vec::new();
    for name in Sender::names() {
        if let Some((samples, secret, known)) = genuine(&folder().join(name).with_extension("json")) {
            let matches = matches(&samples, &secret, &known);
            let is_it = |found: &Match| found.sender.provider.as_str() == name && found.reads_body();
            assert!(matches.iter().any(is_it), "{name}: {matches:?}");
            found.push(name);
        }
    }
    assert!(found.len() > 80, "{found:?}");
}

#[test]
fn a_sender_of_the_catalogue_gets_a_description_of_its_own() {
    let check = |name: &str, expected: Expect| {
        let (samples, secret, known) =
            genuine(&folder().join(name).with_extension("json")).expect("it shares a secret");
        let search = SchemeSearch::of(&samples, &secret, &known);
        let senders: Vec<&str> = search.senders.iter().map(|found| found.sender.provider.as_str()).collect();
        let description = search.description.unwrap_or_default();
        let message = description.lines().find(|line| line.starts_with("message") || line.starts_with("header"));
        expected.assert_eq(&format!("{} {}", senders.join(" "), message.unwrap_or("nothing")));
    };
    check("stripe", expect![[r#"stripe header = "stripe-signature""#]]);
    check("github", expect![[r#"github meta header = "x-hub-signature-256""#]]);
    check(
        "openai",
        expect![[
            r#"clerk gemini openai resend standard-webhooks anthropic recall-ai replicate header = "webhook-signature""#
        ]],
    );
    check("twilio", expect!["twilio nothing"]);
    check("telegram", expect![[r#"telegram header = "x-telegram-bot-api-secret-token""#]]);
}

#[test]
fn with_another_secret_nothing_fits() {
    let scheme = "kind = \"hmac\"\nheader = \"x-acme-signature\"\nencoding = \"hex\"\nmessage = \"{body}\"";
    let search = SchemeSearch::of(&samples(&signed(scheme, SECRET)), "another-invented-secret", &Map::new());
    assert!(search.is_empty() && !search.was_cut, "{search:?}");
    // Of two deliveries, one is not proven so.
    let two = [samples(&signed(scheme, SECRET)), samples(&signed(scheme, "another-invented-secret"))].concat();
    assert!(SchemeSearch::of(&two, SECRET, &Map::new()).is_empty());
}

#[test]
fn the_forms_that_are_tried_are_limited() {
    let code = "0".repeat(64);
    let mut headers: Vec<(String, String)> = (0..20).map(|n| (format!("x-code-{n}"), code.clone())).collect();
    headers.extend((0..20).map(|n| (format!("x-time-{n}"), "1767323045".to_owned())));
    let search = SchemeSearch::of(&samples(&headers), SECRET, &Map::new());
    assert!(search.is_empty() && search.was_cut, "{search:?}");
}

#[test]
fn what_is_no_delivery_is_refused() {
    let check = |text: &str, expected: &str| {
        let fault = Sample::parse(text.as_bytes()).err().unwrap_or_default();
        assert!(fault.contains(expected), "{fault}");
    };
    check("hello", "neither a JSON object nor an HTTP request");
    check("GET /hooks HTTP/1.1\nHost: acme.example\n\n", "neither a JSON object nor an HTTP request");
    check("POST /hooks HTTP/1.1\nContent-Type: text/plain\n\nhello", "the header `Host` is missing");
    check("{\"cases\": []}", "unknown field `cases`");
}

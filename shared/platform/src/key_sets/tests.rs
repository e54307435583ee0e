//! The fetching of key sets from servers that mean harm. That no other address is dialled than those that may be, the
//! tests of `download` see to: the client is the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::delivery::{Delivery, RequestUrl};
use domain::download::target::Loopback;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::verify::published_at;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::*;
use crate::download::tests::secure_client;
use crate::download::tests::server::{Act, HOST, Server, content, redirect, status};

/// RFC 8037, appendix A.2.
const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn address(url: &str) -> KeySetAddress {
    let json = format!(
        r#"{{"jwks_url":"{url}","scheme":{{"scheme":{{"kind":"ed25519","header":["x-signature"],"encoding":"hex",
            "message":"{{body}}","keys":{{"from":"jwks","url":"https://keys.example.com/jwks.json",
            "hosts":["keys.example.com"],"ttl_seconds":60}},"account":"/user"}}}},"account":"mine"}}"#
    );
    let source = Source::parse(SourceName::parse("test").unwrap(), &json).unwrap();
    source.credentials.key_set().unwrap().clone()
}

/// Fetches from a server that answers every request as `act` says, and tells what came of it.
async fn told(act: impl Fn() -> Act + Send + Sync + 'static, fetch_within: Duration, loopback: Loopback) -> String {
    let server = Server::plain(move |_| act()).await;
    let key_sets = KeySets { fetch_within, ..KeySets::new(HttpClient::new(loopback)) };
    match key_sets.fetch(&address(&format!("http://{}/jwks.json", server.address))).await {
        Ok(Some(keys)) => format!("{keys:?}"),
        Ok(None) => "no such certificate".to_owned(),
        Err(trouble) => trouble.to_string(),
    }
}

async fn check(act: impl Fn() -> Act + Send + Sync + 'static, expected: &str) {
    const LONG: Duration = Duration::from_secs(30);
    assert_eq!(told(act, LONG, Loopback::AllowedForTests).await, expected);
}

fn json(text: &str) -> Act {
    Act::Send(content("application/json", text.as_bytes()))
}

#[tokio::test]
async fn keys_come_of_a_plain_answer() {
    check(|| json(KEYS), "1 public keys").await;
}

#[tokio::test]
async fn nothing_else_is_taken_for_keys() {
    let fetching = "fetching the sender's keys";
    check(|| json("<html>"), &format!("{fetching}: it is not a JSON Web Key Set")).await;
    check(|| json(r#"{"keys":[]}"#), &format!("{fetching}: the key set has no key of Ed25519")).await;
    check(|| status(404), &format!("{fetching}: answered with 404")).await;
    check(|| redirect("http://127.0.0.1:9/"), &format!("{fetching}: answered with 302")).await;
    let padded = || json(&format!("{}{KEYS}", " ".repeat(KEY_SET_MAX_BYTES)));
    check(padded, &format!("{fetching}: the answer broke off or is too large: length limit exceeded")).await;
}

#[tokio::test]
async fn a_sender_does_not_wait_for_ever() {
    let told = told(|| Act::Stay, Duration::from_millis(100), Loopback::AllowedForTests).await;
    assert_eq!(told, "fetching the sender's keys: timed out");
}

#[tokio::test]
async fn outside_of_tests_no_key_comes_of_this_machine() {
    let told = told(|| json(KEYS), FETCH_WITHIN, Loopback::Refused).await;
    assert_eq!(told, "fetching the sender's keys: its URL is refused: not_https");
}

/// The address of a certificate that a delivery of a sender at [`HOST`] names.
fn certificate_address(kind: &str) -> KeySetAddress {
    let json = format!(
        r#"{{"account":"mine","scheme":{{"scheme":{{"kind":"{kind}","header":"x-signature","encoding":"base64",
            "message":"{{account}}.{{body}}","account":"in-message","keys":{{"from":"certificate",
            "at":"header:x-certificate","hosts":"{HOST}","path":"/{{name}}.pem","ttl_seconds":60}}}}}}}}"#
    );
    let source = Source::parse(SourceName::parse("test").unwrap(), &json).unwrap();
    // Of the right form for either kind, and of neither's key.
    let signature = if kind == "rsa-sha256" { vec![7; 256] } else { [&[0x30, 68], &[7; 68][..]].concat() };
    let (signature, url) = (STANDARD.encode(signature), format!("https://{HOST}/key.pem"));
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: [("x-signature", signature), ("x-certificate", url)].into_iter().collect(),
        body: b"{}".to_vec(),
        received_at: clock::now(),
        request_id: "request-1".to_owned(),
    };
    published_at(&delivery, &source).unwrap().into_owned()
}

/// A certificate with a key of P-256, as it is published.
fn certificate(change: impl Fn(&mut CertificateParams)) -> Vec<u8> {
    let mut parameters = CertificateParams::new([HOST.to_owned()]).unwrap();
    change(&mut parameters);
    let made = parameters.self_signed(&KeyPair::generate().unwrap()).unwrap();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(made.der())).into_bytes()
}

/// Fetches a certificate from a server that answers as `act` says, and tells what came of it.
async fn check_certificate(kind: &str, act: impl Fn() -> Act + Send + Sync + 'static, expected: &str) {
    let server = Server::secure(move |_| act()).await;
    let key_sets = KeySets { fetch_within: Duration::from_secs(30), ..KeySets::new(secure_client(server.address)) };
    let told = match key_sets.fetch(&certificate_address(kind)).await {
        Ok(Some(keys)) => format!("{keys:?}"),
        Ok(None) => "no such certificate".to_owned(),
        Err(trouble) => trouble.to_string(),
    };
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_certificate_gives_the_key_that_its_sender_has() {
    let genuine = certificate(|_| {});
    let sent = |bytes: Vec<u8>| move || Act::Send(content("application/x-pem-file", &bytes));
    check_certificate("ecdsa-p256", sent(genuine.clone()), "1 public keys").await;
    check_certificate("rsa-sha256", sent(genuine.clone()), "no such certificate").await;
    let expired = certificate(|parameters| parameters.not_after = date_time_ymd(2020, 1, 1));
    check_certificate("ecdsa-p256", sent(expired), "no such certificate").await;
    let future = certificate(|parameters| parameters.not_before = date_time_ymd(4000, 1, 1));
    check_certificate("ecdsa-p256", sent(future), "no such certificate").await;
    let no_certificate = "fetching the sender's keys: it is not a certificate";
    for bytes in [b"<html>".to_vec(), genuine[..300].to_vec(), KEYS.as_bytes().to_vec()] {
        check_certificate("ecdsa-p256", sent(bytes), no_certificate).await;
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_exist_or_leads_elsewhere_is_none() {
    check_certificate("ecdsa-p256", || status(404), "no such certificate").await;
    check_certificate("ecdsa-p256", || status(403), "no such certificate").await;
    let redirected = "fetching the sender's keys: answered with 302";
    check_certificate("ecdsa-p256", || redirect("https://cdn.get3w.com/other.pem"), redirected).await;
    check_certificate("ecdsa-p256", || status(500), "fetching the sender's keys: answered with 500").await;
}

//! The fetching of key sets from servers that mean harm. That no other address is dialled than those that may be, the
//! tests of `download` see to: the client is the same.

use domain::download::target::Loopback;
use domain::source::Source;
use domain::source::source_name::SourceName;

use super::*;
use crate::download::tests::server::{Act, Server, content, redirect, status};

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
        Ok(keys) => format!("{keys:?}"),
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
    let fetching = "fetching the sender's key set";
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
    assert_eq!(told, "fetching the sender's key set: timed out");
}

#[tokio::test]
async fn outside_of_tests_no_key_comes_of_this_machine() {
    let told = told(|| json(KEYS), FETCH_WITHIN, Loopback::Refused).await;
    assert_eq!(told, "fetching the sender's key set: its URL is refused: not_https");
}

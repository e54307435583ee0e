use std::fmt::Write as _;

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::delivery::RequestUrl;
use crate::delivery::headers::Headers;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn source(secret: &serde_json::Value) -> Source {
    let mut secret = secret.clone();
    secret["quarantine"] = json!({});
    Source::parse(SourceName::parse("test").expect("a name"), &secret.to_string()).expect("the source is sound")
}

fn delivery(token: Option<&str>, headers: &[(&str, &str)], body: &[u8]) -> Delivery {
    Delivery {
        url: RequestUrl { host: "a.example".into(), path: "/hooks/test/url-secret".into(), query: "key=q".into() },
        token: token.map(Into::into),
        headers: Headers::from_iter(headers.iter().copied()),
        body: body.to_vec(),
        received_at: Timestamp::from_millis(1_756_711_611_484),
        request_id: "request-1".to_owned(),
    }
}

fn unpacked(body: &[u8]) -> PackedBody {
    PackedBody { bytes: body.to_vec(), is_zstd: false }
}

/// Checks what is stored of a delivery, and that none of `secrets` is in it.
fn check(secret: &serde_json::Value, delivery: &Delivery, refusal: Refusal, secrets: &[&str], expected: &Expect) {
    let source = source(secret);
    let stored = RefusedDelivery::of(delivery, &source, source.quarantine.expect("it is on"), refusal);
    let Some(refused) = stored else { return expected.assert_eq("nothing") };
    let content = RefusedContent::of(delivery, &source, unpacked);
    let mut told = String::new();
    let digest = |of: Option<Digest>| of.map_or("no".to_owned(), |it| it.to_string()[..8].to_owned());
    let PresentedTokens { url, header } = refused.presented;
    let _ = write!(told, "{} url {} header {}", refused.refusal, digest(url), digest(header));
    for (name, value) in &content.headers {
        let _ = write!(told, "\n{name}: {value}");
    }
    let names: Vec<&str> = content.header_names.iter().map(String::as_str).collect();
    let body = content.body.as_ref().map_or("none".into(), |body| String::from_utf8_lossy(&body.bytes).into_owned());
    let _ = write!(told, "\nnames {}\nbody {body}", names.join(" "));
    for secret in secrets {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    expected.assert_eq(&told);
}

#[test]
fn of_a_signed_delivery_the_signature_is_stored_and_of_tokens_the_digests() {
    let headers = [
        ("X-Hub-Signature-256", "sha256=aa"),
        ("X-GitHub-Event", "push"),
        ("Authorization", "Bearer secret-1"),
        ("Cookie", "secret-2"),
        ("X-Api-Key", "secret-3"),
        ("X-Other", "secret-4"),
    ];
    let github = json!({"provider": "github", "secrets": ["0123456789abcdef01234567"]});
    let secrets = ["secret-", TOKEN, "key=q"];
    check(
        &github,
        &delivery(Some(TOKEN), &headers, b"{}"),
        Refusal::SignatureWrong,
        &secrets,
        &expect![[r#"
        signature_wrong url 3eb1bd43 header no
        x-github-event: push
        x-hub-signature-256: sha256=aa
        names authorization cookie x-api-key x-github-event x-hub-signature-256 x-other
        body {}"#]],
    );
    // One that was sent twice still shows it.
    let twice = [("X-Hub-Signature-256", "sha256=aa"), ("x-hub-signature-256", "sha256=bb")];
    check(
        &github,
        &delivery(None, &twice, b"{}"),
        Refusal::SignatureDoubled,
        &secrets,
        &expect![[r#"
        signature_doubled url no header no
        x-hub-signature-256: sha256=aa,sha256=bb
        names x-hub-signature-256
        body {}"#]],
    );
}

#[test]
fn a_token_is_never_stored() {
    let headers = [("X-Token", TOKEN), ("content-type", "application/json")];
    let static_token = json!({"scheme": {"scheme": {"kind": "static-token", "header": "x-token"}}, "secrets": [TOKEN]});
    check(
        &static_token,
        &delivery(None, &headers, b"{}"),
        Refusal::CredentialWrong,
        &[TOKEN],
        &expect![[r#"
        credential_wrong url no header 3eb1bd43
        content-type: application/json
        names content-type x-token
        body {}"#]],
    );
    let body = format!(r#"{{"token":"{TOKEN}"}}"#);
    let in_body = json!({"scheme": {"scheme": {"kind": "static-token", "at": "/token"}}, "secrets": [TOKEN]});
    check(
        &in_body,
        &delivery(None, &[], body.as_bytes()),
        Refusal::CredentialWrong,
        &[TOKEN],
        &expect![[r#"
        credential_wrong url no header no
        names 
        body none"#]],
    );
    let basic = json!({"scheme": {"scheme": {"kind": "basic"}}, "secrets": ["user:0123456789abcdef"]});
    let headers = [("Authorization", "Basic dXNlcjp4")];
    check(
        &basic,
        &delivery(None, &headers, b"{}"),
        Refusal::CredentialWrong,
        &["dXNlcjp4"],
        &expect![[r#"
        credential_wrong url no header no
        names authorization
        body {}"#]],
    );
}

#[test]
fn what_no_source_refused_is_not_stored() {
    let github = json!({"provider": "github", "secrets": ["0123456789abcdef01234567"]});
    for refusal in [Refusal::AroundFront, Refusal::UnknownSource] {
        check(&github, &delivery(None, &[], b"{}"), refusal, &[], &expect!["nothing"]);
    }
}

#[test]
fn a_large_body_is_left_out_and_its_digest_is_there() {
    let source = source(&json!({"provider": "github", "secrets": ["0123456789abcdef01234567"]}));
    let stores = |bytes: usize, pack: fn(&[u8]) -> PackedBody| {
        let delivery = delivery(None, &[], &vec![b'x'; bytes]);
        let quarantine = source.quarantine.expect("it is on");
        let refused = RefusedDelivery::of(&delivery, &source, quarantine, Refusal::SignatureWrong);
        let refused = refused.expect("it is stored");
        assert_eq!((refused.body_bytes, refused.body_sha256), (bytes, Digest::of(&delivery.body)));
        assert_eq!(refused.expires_at_seconds, 1_756_711_612 + 72 * 60 * 60);
        RefusedContent::of(&delivery, &source, pack).body.is_some()
    };
    let shrunk = |_: &[u8]| PackedBody { bytes: vec![0; BODY_MAX_BYTES], is_zstd: true };
    assert!(stores(BODY_MAX_BYTES, unpacked) && !stores(BODY_MAX_BYTES + 1, unpacked));
    assert!(stores(UNPACKED_MAX_BYTES, shrunk) && !stores(UNPACKED_MAX_BYTES + 1, shrunk));
}

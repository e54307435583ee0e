use std::fmt::Write as _;

use expect_test::{Expect, expect};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use super::release::Release;
use super::*;
use crate::source::public_keys::PublicKeys;
use crate::verify::{LateTime, VerifiedEvent};

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

const SECRET: &str = "0123456789abcdef01234567";
const ARRIVED_SECONDS: i64 = 1_756_711_611;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// A delivery that Stripe signed with `secret`, `age_seconds` before it arrived.
fn of_stripe(secret: &str, age_seconds: i64, body: &str) -> Delivery {
    let time = ARRIVED_SECONDS - age_seconds;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{time}.{body}").as_bytes());
    let signature = format!("t={time},v1={}", base16ct::lower::encode_string(&mac.finalize().into_bytes()));
    delivery(None, &[("stripe-signature", &signature)], body.as_bytes())
}

/// Has `then` refuse the delivery as `refusal`, and checks what releasing it `days` later comes to by what `now` says.
fn check_release(
    (then, now): (&serde_json::Value, &serde_json::Value),
    (delivery, refusal): (&Delivery, Refusal),
    (late, days): (LateTime, i64),
    expected: &str,
) {
    let (then, now) = (source(then), source(now));
    let quarantine = then.quarantine.expect("it is on");
    let refused = RefusedDelivery::of(delivery, &then, quarantine, refusal).expect("it is stored");
    let content = RefusedContent::of(delivery, &then, unpacked);
    let body = content.body.clone().map(|body| body.bytes);
    let at = Timestamp::from_millis((ARRIVED_SECONDS + days * DAY_SECONDS) * 1000);
    let release = refused.release(&now, &content, body.as_deref(), &PublicKeys::default(), (late, at));
    let told = match release {
        Ok(Release { events, may_be_forgotten }) => {
            let event = |verified: &VerifiedEvent| {
                let event = verified.event();
                assert_eq!(
                    (event.received_at, event.recorded_by.split('.').next()),
                    (delivery.received_at, Some("request-1"))
                );
                format!("{} by {}", event.id, event.verified_by.as_str())
            };
            let events: Vec<String> = events.iter().map(event).collect();
            format!("{}{}", events.join(", "), if may_be_forgotten { ", may be forgotten" } else { "" })
        }
        Err(refusal) => refusal.to_string(),
    };
    assert_eq!(told, expected);
}

#[test]
fn what_is_genuine_by_now_is_released_as_of_its_arrival() {
    let stripe = |secret: &str| json!({"provider": "stripe", "secrets": [secret]});
    let (wrong, right) = (stripe("fedcba9876543210fedcba98"), stripe(SECRET));
    let body = r#"{"id":"evt_1","type":"invoice.paid"}"#;
    let signed = |age_seconds| of_stripe(SECRET, age_seconds, body);
    let (strict, waived) = (LateTime::Refused, LateTime::Allowed);
    let mistake = Refusal::SignatureWrong;
    let unverified = "it is refused as signature_wrong by what the source's secret says now; landfall refused explain names the mistake";
    // Days have passed since, but it was in time.
    check_release((&wrong, &right), (&signed(300), mistake), (strict, 3), "test/evt_1 by signature");
    check_release((&wrong, &wrong), (&signed(300), mistake), (strict, 0), unverified);
    check_release((&wrong, &wrong), (&signed(301), mistake), (waived, 0), unverified);
    let late = "it was made too long before it arrived; --waive-time releases it all the same";
    check_release((&right, &right), (&signed(301), Refusal::TimestampLate), (strict, 0), late);
    check_release((&right, &right), (&signed(301), Refusal::TimestampLate), (waived, 0), "test/evt_1 by signature");
    let month = |days: i64| signed(days * DAY_SECONDS + 301);
    let known = "test/evt_1 by signature";
    check_release((&right, &right), (&month(26), Refusal::TimestampLate), (waived, 3), known);
    let forgotten = "test/evt_1 by signature, may be forgotten";
    check_release((&right, &right), (&month(27), Refusal::TimestampLate), (waived, 3), forgotten);
}

#[test]
fn a_token_is_released_by_its_digest_and_a_batch_as_its_events() {
    let digest = |token: &str| Digest::of(token.as_bytes()).to_string();
    let batch = |tokens: &[&str]| {
        let tokens: Vec<String> = tokens.iter().map(|token| digest(token)).collect();
        json!({"token_sha256": tokens, "scheme": {
            "scheme": {"kind": "url-token"}, "batch": {"items": "/events"},
            "shape": [{"key": ["/id"], "names": "event", "otherwise": "event.occurred"}],
        }})
    };
    let sent = delivery(Some(TOKEN), &[], br#"{"events":[{"id":"1"},{"id":"2"}]}"#);
    let (then, now) = (batch(&["own"]), batch(&["own", TOKEN]));
    let refused = (&sent, Refusal::TokenWrong);
    check_release((&then, &now), refused, (LateTime::Refused, 0), "test/1 by token, test/2 by token");
    let header = |secret: &str| {
        let scheme = json!({"kind": "static-token", "header": "x-token"});
        json!({"scheme": {"scheme": scheme, "shape": [{"key": ["/id"], "names": "event", "otherwise": "event.occurred"}]}, "secrets": [secret]})
    };
    let sent = delivery(None, &[("x-token", TOKEN)], br#"{"id":"1"}"#);
    let refused = (&sent, Refusal::CredentialWrong);
    check_release((&header(SECRET), &header(TOKEN)), refused, (LateTime::Refused, 0), "test/1 by token");
}

#[test]
fn what_is_not_stored_whole_is_not_released() {
    let stripe = json!({"provider": "stripe", "secrets": [SECRET]});
    let large = of_stripe(SECRET, 301, &"x".repeat(BODY_MAX_BYTES + 1));
    let unstored = "Its body was too large to be stored, so the signature cannot be tried.";
    check_release((&stripe, &stripe), (&large, Refusal::TimestampLate), (LateTime::Allowed, 0), unstored);
    let csm = |token: &str| json!({"provider": "csm", "token_sha256": [Digest::of(token.as_bytes()).to_string()]});
    let large = delivery(Some(TOKEN), &[("accept", "*/*")], &vec![b'x'; BODY_MAX_BYTES + 1]);
    let unstored = "Its body was too large to be stored, or is damaged.";
    check_release((&csm("own"), &csm(TOKEN)), (&large, Refusal::TokenWrong), (LateTime::Refused, 0), unstored);
}

#[test]
fn a_source_has_only_refusals_when_they_last_longer_than_a_stray_one() {
    let check = |genuine_minutes_ago: Option<i64>, refused_minutes_ago: &[i64], expected: bool| {
        let at = |minutes_ago: i64| Timestamp::from_millis((1_000 - minutes_ago) * 60_000);
        let refused: Vec<Timestamp> = refused_minutes_ago.iter().copied().map(at).collect();
        let found = has_only_refusals(genuine_minutes_ago.map(at), &refused, at(0));
        assert_eq!(found, expected, "{genuine_minutes_ago:?} {refused_minutes_ago:?}");
    };
    check(Some(30), &[20, 5], true);
    check(Some(30), &[10, 9], true);
    check(Some(30), &[5, 4], false);
    check(Some(30), &[20], false);
    check(Some(30), &[40, 5], false);
    check(Some(5), &[20, 4], false);
    check(Some(9), &[8, 7], false);
    check(None, &[20, 5], false);
    check(Some(30), &[], false);
}

#[test]
fn refusals_go_on_that_are_recent_and_after_the_last_genuine_delivery() {
    let now = Timestamp::from_millis(1_756_711_611_484);
    let ago = |minutes: u64| now - Duration::from_secs(60 * minutes);
    for (last_genuine, latest, expected) in [
        (None, ago(1), true),
        (Some(ago(60)), ago(1), true),
        (Some(ago(1)), ago(2), false),
        (Some(ago(60)), ago(9), true),
        (Some(ago(60)), ago(10), false),
        (None, ago(11), false),
    ] {
        assert_eq!(goes_on(last_genuine, latest, now), expected, "{last_genuine:?} {latest}");
    }
}

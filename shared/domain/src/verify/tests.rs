mod accounts;
mod challenges;
mod credentials;
mod messages;
mod replays;
mod signatures;
mod timestamps;

use expect_test::{Expect, expect};

use hmac::{KeyInit as _, Mac as _};

use super::*;
use crate::delivery::RequestUrl;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;

const SECRET: &str = "your-webhook-secret";
/// The newest Get3W payload of its documentation, and the HMAC-SHA256 of these bytes under the secret above, made
/// with OpenSSL: `printf %s "$BODY" | openssl dgst -sha256 -hmac your-webhook-secret`.
const BODY: &str = r#"{"id":"pred_abc123","model":"get3w/flux-dev","status":"completed","outputs":["https://cdn.get3w.com/outputs/image-xxxxx.png"],"timings":{"inference":2500},"created_at":"2024-01-01T12:00:00.000Z","completed_at":"2024-01-01T12:00:03.000Z"}"#;
const SIGNATURE: &str = "4862e7366fa6c4b11a7ca4ec0b41dbc59332d4846138cae6bb1315060c5b6ff7";
const TOKEN: &str = "fnTzP9s0Zx5l2kWqV8aYbQ";

fn source(configuration: &str) -> Source {
    let configuration = configuration.replace("TOKEN", &Digest::of(TOKEN.as_bytes()).to_string());
    Source::parse(SourceName::parse("test").unwrap(), &configuration).unwrap()
}

fn signing() -> Source {
    source(r#"{"provider":"get3w","secrets":["another-secret-0123456789","your-webhook-secret"]}"#)
}

fn delivery(token: Option<&str>, headers: &[(&str, &str)], body: &str) -> Delivery {
    Delivery {
        url: RequestUrl::default(),
        token: token.map(Into::into),
        headers: headers.iter().copied().collect(),
        body: body.as_bytes().to_vec(),
        received_at: Timestamp::from_millis(1_700_000_000_000),
        request_id: "request-1".to_owned(),
    }
}

/// How the event was verified, and with which of several secrets and tokens.
fn proof(verified_by: VerifiedBy, matched: MatchedCredentials) -> String {
    let number = |kind: &str, index: Option<usize>| match index {
        None | Some(0) => String::new(),
        Some(index) => format!(" with {kind} {index}"),
    };
    [
        verified_by.to_string(),
        number("secret", matched.secret),
        number("token", matched.token),
        number("public key", matched.public_key),
        number("published key", matched.published_key),
    ]
    .concat()
}

fn check(source: &Source, delivery: Delivery, expected: Expect) {
    let rendered = match verify(delivery, source) {
        Ok(verified) => {
            let event = verified.event();
            format!("{} | {} | {}", proof(event.verified_by, verified.matched()), event.event_type, event.id)
        }
        Err(refused) => format!("refused: {}", refused.refusal),
    };
    expected.assert_eq(&rendered);
}

/// When deliveries to the sources of [`described`] arrive, in seconds.
const NOW: i64 = 1_700_000_000;

/// A source of an operator's own making: its scheme, and the other fields of its secret.
fn described(scheme: &str, fields: &str) -> Source {
    source(&format!(r#"{{"scheme":{{"scheme":{scheme}}},{fields}}}"#))
}

/// Checks how a delivery proves itself, or why it does not.
fn check_proof(source: &Source, headers: &[(&str, &str)], body: &str, expected: &str) {
    check_verdict(source, delivery(None, headers, body), expected);
}

fn check_verdict(source: &Source, delivery: Delivery, expected: &str) {
    let verdict = match verify(delivery.clone(), source) {
        Ok(verified) => proof(verified.event().verified_by, verified.matched()),
        Err(refused) => refused.refusal.to_string(),
    };
    assert_eq!(
        verdict,
        expected,
        "{:?}: {:?}",
        delivery.headers.values("x-signature").collect::<Vec<_>>(),
        delivery.url
    );
}

/// The HMAC-SHA256 of `message`, made as senders' pages describe it.
fn code(secret: &[u8], message: &str) -> Vec<u8> {
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap().chain_update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(secret: &str, message: &str) -> String {
    base16ct::lower::encode_string(&code(secret.as_bytes(), message))
}

fn signed_with(signature: &str) -> Delivery {
    delivery(None, &[("X-Get3W-Signature", signature)], BODY)
}

#[test]
fn a_signature_of_the_raw_bytes_is_believed_under_any_active_secret_and_in_either_case() {
    let only = source(&format!(r#"{{"provider":"get3w","secrets":["{SECRET}"]}}"#));
    check(&only, signed_with(SIGNATURE), expect!["signature | landfall.job.completed | test/pred_abc123/completed"]);
    check(
        &signing(),
        signed_with(SIGNATURE),
        expect!["signature with secret 1 | landfall.job.completed | test/pred_abc123/completed"],
    );
    check(
        &signing(),
        signed_with(&SIGNATURE.to_uppercase()),
        expect!["signature with secret 1 | landfall.job.completed | test/pred_abc123/completed"],
    );
}

#[test]
fn every_way_in_which_a_signature_can_be_wrong_has_its_name() {
    check(&signing(), delivery(None, &[], BODY), expect!["refused: signature_missing"]);
    check(&signing(), signed_with(""), expect!["refused: signature_missing"]);
    check(&signing(), signed_with(&SIGNATURE[..62]), expect!["refused: signature_malformed"]);
    check(&signing(), signed_with(&format!("{SIGNATURE}00")), expect!["refused: signature_malformed"]);
    check(&signing(), signed_with(&format!("sha256={SIGNATURE}")), expect!["refused: signature_malformed"]);
    check(&signing(), signed_with(&SIGNATURE.replace('4', "g")), expect!["refused: signature_malformed"]);
    check(&signing(), signed_with(&format!("{SIGNATURE},{SIGNATURE}")), expect!["refused: signature_doubled"]);
    check(&signing(), signed_with(&SIGNATURE.replace('4', "5")), expect!["refused: signature_wrong"]);
    let changed = BODY.replace("xxxxx", "xxxxy");
    check(
        &signing(),
        delivery(None, &[("x-get3w-signature", SIGNATURE)], &changed),
        expect!["refused: signature_wrong"],
    );
    check(
        &signing(),
        delivery(None, &[("x-glossi-signature", SIGNATURE)], BODY),
        expect!["refused: signature_missing"],
    );
    check(
        &source(r#"{"provider":"get3w","secrets":["another-secret-0123456789"]}"#),
        signed_with(SIGNATURE),
        expect!["refused: signature_wrong"],
    );
}

#[test]
fn a_sender_that_signs_nothing_is_known_by_its_url() {
    let csm = source(r#"{"provider":"csm","token_sha256":["TOKEN"]}"#);
    let body = r#"{"type":"odd"}"#;
    check(&csm, delivery(None, &[], body), expect!["refused: token_missing"]);
    check(&csm, delivery(Some(""), &[], body), expect!["refused: token_wrong"]);
    check(&csm, delivery(Some("guess"), &[], body), expect!["refused: token_wrong"]);
    check(
        &csm,
        delivery(Some(TOKEN), &[], body),
        expect![
            "token | landfall.unrecognized | test/f6515d769370b70ed3c375d94ffd8b4bb3347a005b93431b01584a722bf72468"
        ],
    );
}

#[test]
fn a_source_with_both_asks_for_both() {
    let both = source(r#"{"provider":"get3w","secrets":["your-webhook-secret"],"token_sha256":["TOKEN"]}"#);
    let signature = [("x-get3w-signature", SIGNATURE)];
    check(&both, delivery(Some(TOKEN), &[], BODY), expect!["refused: signature_missing"]);
    check(&both, delivery(None, &signature, BODY), expect!["refused: token_missing"]);
    check(
        &both,
        delivery(Some(TOKEN), &signature, BODY),
        expect!["signature | landfall.job.completed | test/pred_abc123/completed"],
    );
}

#[test]
fn the_body_is_part_of_the_key_where_the_key_alone_may_recur() {
    let by_token = |configuration: &str| source(&configuration.replace("CREDENTIAL", r#""token_sha256":["TOKEN"]"#));
    let by_key = by_token(r#"{"provider":"get3w",CREDENTIAL}"#);
    let by_content = by_token(r#"{"provider":"get3w",CREDENTIAL,"dedupe":"content"}"#);
    let send = |body: &str| delivery(Some(TOKEN), &[], body);
    check(&by_key, send(r#"{"id":7,"status":"failed"}"#), expect!["token | landfall.job.failed | test/7/failed"]);
    check(
        &by_content,
        send(r#"{"id":7,"status":"failed"}"#),
        expect![
            "token | landfall.job.failed | test/7/failed/f3df9c5fad981f6c35936c88254ddae3106a0ddf1ca5d425781ca8c5c65af731"
        ],
    );
    check(
        &by_key,
        send(r#"{"id":7,"status":"processing"}"#),
        expect![
            "token | landfall.job.progress | test/7/processing/0da4b8e4a408dc9d006a76379715b1d487f5d26397ca8592f8863212c1ac5017"
        ],
    );
    check(
        &by_key,
        send(r#"{"id":null,"status":"failed"}"#),
        expect!["token | landfall.job.failed | test/d8a35e1c83b8768233c775259df538d3be333733e5e4ffec19a16a873e0e9609"],
    );
    check(
        &by_key,
        send("not JSON"),
        expect![
            "token | landfall.unrecognized | test/62b8125a6f6d924ec53345b5fcd58ca3ed3f5e7d51e2e146e5f1346508acce69"
        ],
    );
    check(
        &by_key,
        send(""),
        expect![
            "token | landfall.unrecognized | test/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ],
    );
}

#[test]
fn a_challenge_may_come_as_a_form() {
    let scheme = |forms: bool| {
        let challenge = r#"{"when":[{"at":"/kind","equals":["check"]}],"answer":"/word"}"#;
        source(&format!(
            r#"{{"scheme":{{"scheme":{{"kind":"url-token"}},"forms":{forms},"challenge":{challenge}}},"token_sha256":["TOKEN"]}}"#
        ))
    };
    let answer = |source: &Source| {
        let verified = verify(delivery(Some(TOKEN), &[], "kind=check&word=a+b"), source).unwrap();
        verified.challenge().map(|reply| reply.body.clone())
    };
    assert_eq!(answer(&scheme(true)).as_deref(), Some("a b"));
    assert_eq!(answer(&scheme(false)), None);
}

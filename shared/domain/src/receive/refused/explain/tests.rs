use expect_test::{Expect, expect};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::delivery::RequestUrl;
use crate::delivery::headers::Headers;
use crate::ledger::record::PackedBody;
use crate::source::Quarantine;

const SECRET: &str = "0123456789abcdef01234567";
const OTHER: &str = "fedcba9876543210fedcba98";
const TOKEN: &str = "another-token-of-32-characters-x";
const BODY: &str = r#"{"action":"opened"}"#;
const ARRIVED: Timestamp = Timestamp::from_millis(1_756_711_611_484);

fn sign(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(body.as_bytes());
    format!("sha256={}", base16ct::lower::encode_string(&mac.finalize().into_bytes()))
}

fn github(secret: &str) -> Value {
    json!({"provider": "github", "secrets": [secret]})
}

/// A delivery that a source refused, the way ingest stores it.
struct Refused {
    secret: Value,
    previous: Option<Value>,
    token: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
    body: String,
    others: Vec<(SourceName, String)>,
    history: (Option<i64>, Option<i64>),
}

impl Refused {
    fn with(headers: Vec<(&'static str, String)>) -> Refused {
        Refused {
            secret: github(SECRET),
            previous: None,
            token: None,
            headers,
            body: BODY.to_owned(),
            others: Vec::new(),
            history: (Some(-60), Some(-3600)),
        }
    }

    fn signed(signature: String) -> Refused {
        Refused::with(vec![("x-hub-signature-256", signature), ("x-github-event", "issues".to_owned())])
    }

    /// Stores it, and explains it by what the source's secret says by then.
    fn check(&self, expected: &Expect) {
        let name = SourceName::parse("test").expect("a name");
        let source = Source::parse(name, &self.secret.to_string()).expect("the source is sound");
        let delivery = Delivery {
            url: RequestUrl::default(),
            token: self.token.map(Into::into),
            headers: self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect::<Headers>(),
            body: self.body.clone().into_bytes(),
            received_at: ARRIVED,
            request_id: "request-1".to_owned(),
        };
        let refusal = crate::verify::prove(&delivery, &source, &PublicKeys::default()).map(drop);
        // What is genuine by now was refused by another secret.
        let refusal = refusal.err().unwrap_or(Refusal::SignatureWrong);
        let refused = RefusedDelivery::of(&delivery, &source, Quarantine::default(), refusal).expect("it is stored");
        let content =
            RefusedContent::of(&delivery, &source, |body| PackedBody { bytes: body.to_vec(), is_zstd: false });
        let at = |seconds: i64| Timestamp::from_millis(ARRIVED.as_millis() + seconds * 1000);
        let explanation = explain_stored(&StoredEvidence {
            refused: &refused,
            content: &content,
            body: content.body.as_ref().map(|body| &*body.bytes),
            secret: &self.secret.to_string(),
            previous_secret: self.previous.as_ref().map(Value::to_string).as_deref(),
            published: &PublicKeys::default(),
            others: &self.others,
            last_genuine: self.history.0.map(at),
            secret_changed: self.history.1.map(at),
        });
        let explanation = explanation.expect("the secret can be used");
        let steps = explanation.steps.iter().map(|step| format!("{}: {}", step.is_right, step.text));
        let causes = explanation.causes.iter().map(|cause| format!("-> {cause}"));
        let told = explanation.refusal.map_or("genuine", Refusal::as_str).to_owned();
        let told = [told].into_iter().chain(steps).chain(causes).collect::<Vec<_>>().join("\n");
        let signature = sign(SECRET, &self.body);
        assert!(!told.contains(SECRET) && !told.contains(OTHER) && !told.contains(TOKEN), "a secret in {told}");
        assert!(!told.contains(signature.trim_start_matches("sha256=")), "the right signature in {told}");
        expected.assert_eq(&told);
    }
}

fn other(name: &str, secret: &Value) -> (SourceName, String) {
    (SourceName::parse(name).expect("a name"), secret.to_string())
}

#[test]
fn another_sources_secret_is_found() {
    let others = vec![other("github-other", &github(OTHER))];
    Refused { others, ..Refused::signed(sign(OTHER, BODY)) }.check(&expect![[r#"
        signature_wrong
        true: The header `x-hub-signature-256` holds a signature.
        false: It fits the delivery with none of the source's secrets.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> It is right by the secret of the source `github-other`: the sender of that source was given this source's URL, or this source the other one's secret."#]]);
}

#[test]
fn another_sources_token_is_found_by_its_digest() {
    let digest = |token: &str| Digest::of(token.as_bytes()).to_string();
    let csm = |token: &str| json!({"provider": "csm", "token_sha256": [digest(token)]});
    let others = vec![other("csm-other", &csm(TOKEN))];
    let refused = Refused { secret: csm("own"), token: Some(TOKEN), others, ..Refused::with(Vec::new()) };
    refused.check(&expect![[r#"
        token_wrong
        false: The token of the URL is none of the source's.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> The URL has the token of the source `csm-other`: the sender was given a URL that is made of two. Give it this source's own URL."#]]);
}

#[test]
fn what_the_secret_said_before_its_last_change_is_tried() {
    let refused = Refused {
        previous: Some(github(OTHER)),
        history: (Some(-60), Some(-30)),
        ..Refused::signed(sign(OTHER, BODY))
    };
    refused.check(&expect![[r#"
        signature_wrong
        true: The header `x-hub-signature-256` holds a signature.
        false: It fits the delivery with none of the source's secrets.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        false: The source's secret was last changed at 2025-09-01T07:26:21.484Z, after that delivery: the change may be the cause.
        -> It is right by what the source's secret said before its last change: the sender still uses what was taken out. Put it back behind the new one until the sender has changed."#]]);
}

#[test]
fn mistakes_that_the_delivery_shows_by_itself_are_found() {
    Refused::signed(sign(&format!("{SECRET}\n"), BODY)).check(&expect![[r#"
        signature_wrong
        true: The header `x-hub-signature-256` holds a signature.
        false: It fits the delivery with none of the source's secrets.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> The sender's copy of the secret ends in a newline: take it out there."#]]);
    let spaced = r#"{"action": "opened"}"#;
    Refused::signed(sign(SECRET, spaced)).check(&expect![[r#"
        signature_wrong
        true: The header `x-hub-signature-256` holds a signature.
        false: It fits the delivery with none of the source's secrets.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> The JSON was written anew after it was signed: what was signed is JSON with spaces behind commas and colons, as Python writes it. Sign and send the same bytes; what passes a body on must not parse it."#]]);
}

#[test]
fn a_header_that_did_not_arrive_and_another_senders_are_named() {
    Refused::with(vec![("x-github-event", "issues".to_owned())]).check(&expect![[r#"
        signature_missing
        false: The header `x-hub-signature-256` with the signature is missing, or holds none of the right kind.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> The header `x-hub-signature-256` did not arrive. If the sender sends it, something on the way drops it: CloudFront forwards only the headers that its origin request policy names, and proxies often drop what they do not know."#]]);
    Refused::with(vec![("stripe-signature", "t=1,v1=aa".to_owned())]).check(&expect![[r#"
        signature_missing
        false: The header `x-hub-signature-256` with the signature is missing, or holds none of the right kind.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> It has the header `stripe-signature`, by which Stripe signs: another sender than this source's was given its URL."#]]);
}

#[test]
fn a_body_that_was_packed_may_have_been_unpacked() {
    let headers = vec![("x-hub-signature-256", sign(SECRET, "packed")), ("content-encoding", "gzip".to_owned())];
    Refused::with(headers).check(&expect![[r#"
        signature_wrong
        true: The header `x-hub-signature-256` holds a signature.
        false: It fits the delivery with none of the source's secrets.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z.
        -> The header `content-encoding` says that the sender packed the body. If something on the way unpacks it, the signature fits no more: have the bytes passed on as they were sent."#]]);
}

#[test]
fn what_is_fixed_is_genuine_by_now() {
    Refused::signed(sign(SECRET, BODY)).check(&expect![[r#"
        genuine
        true: The header `x-hub-signature-256` holds a signature.
        true: It fits the delivery.
        true: By what the source's secret says now, it is genuine."#]]);
}

#[test]
fn what_is_not_stored_is_said() {
    let refused = Refused { history: (None, None), ..Refused::signed("sha256=aa".to_owned()) };
    Refused { body: "x".repeat(16 * 1024 + 1), ..refused }.check(&expect![[r#"
        signature_malformed
        false: It was refused as `signature_malformed`. Its body was too large to be stored, so the signature cannot be tried.
        false: The source has had no genuine delivery that is still recorded: it may never have been set up right."#]]);
    let basic = json!({"scheme": {"scheme": {"kind": "basic"}}, "secrets": ["user:0123456789abcdef"]});
    let headers = vec![("authorization", "Basic dXNlcjp4".to_owned())];
    Refused { secret: basic, ..Refused::with(headers) }.check(&expect![[r#"
        credential_wrong
        false: It was refused as `credential_wrong`. Name and password are not stored, so nothing more can be tried.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z."#]]);
    let bearer = json!({"kind": "static-token", "header": "x-token", "prefix": "Bearer "});
    let headers = vec![("x-token", "0123456789abcdef-by-itself".to_owned())];
    let secret = json!({"scheme": {"scheme": bearer}, "secrets": [SECRET]});
    Refused { secret, ..Refused::with(headers) }.check(&expect![[r#"
        credential_malformed
        false: It was refused as `credential_malformed`. The header with the token was sent, but not as this sender writes it, or more than once. It is not stored, so nothing more can be tried.
        true: The source's last genuine delivery arrived at 2025-09-01T07:25:51.484Z.
        true: The source's secret was last changed at 2025-09-01T06:26:51.484Z."#]]);
}

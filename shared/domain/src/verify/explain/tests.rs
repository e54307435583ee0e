//! Each mistake is made, and explained.

use expect_test::{Expect, expect};

use super::*;
use crate::delivery::RequestUrl;
use crate::delivery::headers::Headers;
use crate::description::Hash;
use crate::digest::Digest;
use crate::source::MacKeys;
use crate::time::Timestamp;
use crate::verify::sign::Signer;

const SECRET: &str = "a secret that only we know";
const TOKEN: &str = "fnTzP9s0Zx5l2kWqV8aYbQ";
const BODY: &str = r#"{"id": "1", "url": "https://example.com/é", "a": 1.50}"#;
const COMPACT: &str = r#"{"id":"1","url":"https://example.com/é","a":1.50}"#;
const GENERIC: &str = r#"{"provider":"generic-hmac-sha256","secrets":["a secret that only we know"]}"#;
const STRIPE: &str = r#"{"provider":"stripe","secrets":["a secret that only we know"]}"#;
/// `whsec_` and the base64 of 24 bytes.
const STANDARD: &str = r#"{"provider":"standard-webhooks","secrets":["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"]}"#;
const RECEIVED_SECONDS: i64 = 1_767_323_045;

fn code(key: &str, message: &str) -> Vec<u8> {
    MacKeys::of(&[key.as_bytes().to_vec()], Hash::Sha256).code(0, [message.as_bytes()].into_iter()).unwrap()
}

fn hex(key: &str, message: &str) -> String {
    base16ct::lower::encode_string(&code(key, message))
}

fn base64(key: &str, message: &str) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(code(key, message))
}

fn delivery(token: Option<&str>, headers: &[(&str, &str)], body: &str) -> Delivery {
    Delivery {
        url: RequestUrl {
            host: "id.lambda-url.us-east-1.on.aws".into(),
            path: "/hooks/test".into(),
            query: String::new(),
        },
        token: token.map(Into::into),
        headers: headers.iter().copied().collect::<Headers>(),
        body: body.as_bytes().to_vec(),
        received_at: Timestamp::from_millis(RECEIVED_SECONDS * 1000),
        request_id: "request-1".to_owned(),
    }
}

fn explained(secret: &str, previous_secret: Option<&str>, delivery: &Delivery) -> Explanation {
    let source = SourceName::parse("test").unwrap();
    explain(&Evidence { delivery, source: &source, secret, previous_secret, published: &PublicKeys::default() })
        .unwrap()
}

fn check_changed(secret: &str, previous_secret: Option<&str>, delivery: &Delivery, expected: Expect) {
    let explanation = explained(secret, previous_secret, delivery);
    let mut text = explanation.refusal.map_or("genuine", Refusal::as_str).to_owned();
    for Step { is_right, text: step } in &explanation.steps {
        text += &format!("\n{} {step}", if *is_right { "ok" } else { "no" });
    }
    for cause in &explanation.causes {
        text += &format!("\n-> {cause}");
    }
    expected.assert_eq(&text);
}

fn check(secret: &str, headers: &[(&str, &str)], body: &str, expected: Expect) {
    check_changed(secret, None, &delivery(None, headers, body), expected);
}

/// The same of a sender that signs the body alone, in hex.
fn check_signature(signature: &str, body: &str, expected: Expect) {
    check(GENERIC, &[("X-Signature", signature)], body, expected);
}

#[test]
fn what_is_right_is_said_to_be() {
    check_signature(
        &hex(SECRET, BODY),
        BODY,
        expect![[r#"
        genuine
        ok The header `x-signature` holds a signature.
        ok It fits the delivery."#]],
    );
}

#[test]
fn another_secret_is_told_from_a_copy_with_something_around_it() {
    check_signature(
        &hex("another secret", BODY),
        BODY,
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> No usual mistake explains the signature: the sender signs with another secret than the source has, or the body was changed on the way. Copy the secret anew from the sender."#]],
    );
    let check = |signed_with: &str, cause: &str| {
        let signature = hex(signed_with, BODY);
        let explanation = explained(GENERIC, None, &delivery(None, &[("X-Signature", &signature)], BODY));
        assert_eq!((explanation.refusal, explanation.causes), (Some(Refusal::SignatureWrong), vec![cause.to_owned()]));
    };
    check(&format!("{SECRET}\n"), "The sender's copy of the secret ends in a newline: take it out there.");
    check(&format!("{SECRET} "), "The sender's copy of the secret ends in a space: take it out there.");
    check(
        &format!("\"{SECRET}\""),
        "The sender's copy of the secret has quotation marks around it: take them out there.",
    );
}

/// The URL's token is looked at first, and the signature is explained all the same.
#[test]
fn a_signature_beside_a_token_is_explained_whatever_the_token_is() {
    let both = format!(
        r#"{{"provider":"generic-hmac-sha256","secrets":["{SECRET}"],"token_sha256":["{}"]}}"#,
        Digest::of(b"a-token")
    );
    check(
        &both,
        &[("X-Signature", &hex("another secret", BODY))],
        BODY,
        expect![[r#"
        token_missing
        no The URL has no token.
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> The sender was given the URL without its token: it must end in `/hooks/{source}/{token}`."#]],
    );
    check(
        &both,
        &[("X-Signature", &hex(SECRET, BODY))],
        BODY,
        expect![[r#"
        token_missing
        no The URL has no token.
        ok The header `x-signature` holds a signature.
        ok It fits the delivery.
        -> The sender was given the URL without its token: it must end in `/hooks/{source}/{token}`."#]],
    );
}

#[test]
fn a_body_that_was_written_anew_is_recognized() {
    check_signature(
        &hex(SECRET, COMPACT),
        BODY,
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> The JSON was written anew after it was signed: what was signed is JSON without white space. Sign and send the same bytes; what passes a body on must not parse it."#]],
    );
    check_signature(
        &hex(SECRET, &BODY.replace('é', "\\u00e9")),
        COMPACT,
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> The JSON was written anew after it was signed: what was signed is JSON with spaces behind commas and colons, as Python writes it, all but ASCII escaped. Sign and send the same bytes; what passes a body on must not parse it."#]],
    );
    check_signature(
        &hex(SECRET, &format!("{BODY}\n")),
        BODY,
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> A newline at the end of the body was signed and not sent: sign the bytes that are sent."#]],
    );
    check_signature(
        &hex(SECRET, BODY),
        &format!("{BODY}\n"),
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> A newline was added at the end of the body after it was signed: send the bytes that were signed (curl: --data-binary)."#]],
    );
    check_signature(
        &hex(SECRET, "{\n}\n"),
        "{\r\n}\r\n",
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> The ends of lines were changed after the body was signed: send the bytes that were signed (curl: --data-binary)."#]],
    );
    // Two mistakes at once.
    check_signature(
        &hex(&format!("{SECRET}\n"), COMPACT),
        BODY,
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> The sender's copy of the secret ends in a newline: take it out there.
        -> The JSON was written anew after it was signed: what was signed is JSON without white space. Sign and send the same bytes; what passes a body on must not parse it."#]],
    );
}

#[test]
fn a_signature_that_is_written_otherwise_is_recognized() {
    check_signature(
        &base64(SECRET, BODY),
        BODY,
        expect![[r#"
        signature_malformed
        ok The header `x-signature` holds a signature.
        no It is not encoded as this sender encodes it, or has not the right length.
        -> The signature is in base64, and should be in hex: see `encoding` of the description."#]],
    );
    check_signature(
        &format!("sha256={}", hex(SECRET, BODY)),
        BODY,
        expect![[r#"
        signature_malformed
        ok The header `x-signature` holds a signature.
        no It is not encoded as this sender encodes it, or has not the right length.
        -> The signature's header is written in another form: see `syntax` of the description."#]],
    );
    check(
        GENERIC,
        &[("x-hub-signature-256", &hex(SECRET, BODY))],
        BODY,
        expect![[r#"
        signature_missing
        no The header `x-signature` with the signature is missing, or holds none of the right kind.
        -> The signature stands in the header `x-hub-signature-256`, and not in `x-signature`: see `header` of the description."#]],
    );
    check(
        GENERIC,
        &[],
        BODY,
        expect![[r#"
        signature_missing
        no The header `x-signature` with the signature is missing, or holds none of the right kind."#]],
    );
    check_signature(
        "abc",
        BODY,
        expect![[r#"
        signature_malformed
        ok The header `x-signature` holds a signature.
        no It is not encoded as this sender encodes it, or has not the right length."#]],
    );
}

#[test]
fn a_secret_that_is_not_decoded_is_recognized() {
    let signed = |key: &str| {
        let signature = format!("v1,{}", base64(key, &format!("msg_1.{RECEIVED_SECONDS}.{BODY}")));
        let time = RECEIVED_SECONDS.to_string();
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", &*time), ("webhook-signature", &*signature)];
        delivery(None, &headers, BODY)
    };
    check_changed(
        STANDARD,
        None,
        &signed("012345678901234567890123"),
        expect![[r#"
        genuine
        ok The header `webhook-signature` or `svix-signature` holds a signature.
        ok It fits the delivery.
        ok By its own account it was 0 s old when it arrived; 300 s are allowed."#]],
    );
    check_changed(
        STANDARD,
        None,
        &signed("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"),
        expect![[r#"
        signature_wrong
        ok The header `webhook-signature` or `svix-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        ok By its own account it was 0 s old when it arrived; 300 s are allowed.
        -> The sender signs with the secret's text as it stands, prefix and all, where it should decode it: have it take off the prefix and decode the rest."#]],
    );
    check_changed(
        STANDARD,
        None,
        &signed("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"),
        expect![[r#"
        signature_wrong
        ok The header `webhook-signature` or `svix-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        ok By its own account it was 0 s old when it arrived; 300 s are allowed.
        -> The sender signs with the secret's text behind the prefix as it stands, not decoded: have it decode the rest."#]],
    );
}

#[test]
fn what_is_late_or_signs_another_message_is_said_to_be() {
    let stripe = |time: i64, message: &str, expected: Expect| {
        let signature = format!("t={time},v1={}", hex(SECRET, message));
        check(STRIPE, &[("stripe-signature", &signature)], BODY, expected);
    };
    let late = RECEIVED_SECONDS - 412;
    stripe(
        late,
        &format!("{late}.{BODY}"),
        expect![[r#"
        timestamp_late
        ok The header `stripe-signature` holds a signature.
        ok It fits the delivery.
        no By its own account it was 412 s old when it arrived; 300 s are allowed.
        -> It is a copy sent again, or it was on its way for too long: have the sender deliver it anew."#]],
    );
    stripe(
        RECEIVED_SECONDS,
        BODY,
        expect![[r#"
        signature_wrong
        ok The header `stripe-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        ok By its own account it was 0 s old when it arrived; 300 s are allowed.
        -> The sender signs `{body}`: see `message` of the description."#]],
    );
    let millis = RECEIVED_SECONDS * 1000;
    let signature = format!("t={millis},v0={}", hex(SECRET, &format!("{millis}.{BODY}")));
    let elevenlabs = STRIPE.replace("stripe", "elevenlabs");
    check(
        &elevenlabs,
        &[("elevenlabs-signature", &signature)],
        BODY,
        expect![[r#"
        timestamp_early
        ok The header `elevenlabs-signature` holds a signature.
        ok It fits the delivery.
        no By its own account it was 20434672 days ahead when it arrived; 1800 s are allowed.
        -> The time is in another unit than this sender's, or not a time: see `unit` of the description."#]],
    );
    let signature = format!("v1={}", hex(SECRET, &format!("{RECEIVED_SECONDS}.{BODY}")));
    check(
        STRIPE,
        &[("stripe-signature", &signature)],
        BODY,
        expect![[r#"
        timestamp_missing
        ok The header `stripe-signature` holds a signature.
        no Without its time, the signature cannot be checked.
        no The delivery does not say when it was made."#]],
    );
    check(
        STANDARD,
        &[("webhook-signature", &format!("v1,{}", base64(SECRET, BODY)))],
        BODY,
        expect![[r#"
        timestamp_missing
        ok The header `webhook-signature` or `svix-signature` holds a signature.
        no Without its time, the signature cannot be checked.
        no The delivery does not say when it was made."#]],
    );
}

#[test]
fn a_secret_that_was_taken_out_is_recognized() {
    let new = r#"{"provider":"generic-hmac-sha256","secrets":["the new secret of this source"]}"#;
    let delivery = delivery(None, &[("x-signature", &hex(SECRET, BODY))], BODY);
    check_changed(
        new,
        Some(GENERIC),
        &delivery,
        expect![[r#"
        signature_wrong
        ok The header `x-signature` holds a signature.
        no It fits the delivery with none of the source's secrets.
        -> It is right by what the source's secret said before its last change: the sender still uses what was taken out. Put it back behind the new one until the sender has changed."#]],
    );
}

#[test]
fn tokens_are_explained_without_being_shown() {
    let token = "6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7";
    let digest = crate::digest::Digest::of(token.as_bytes()).to_string();
    let csm = format!(r#"{{"provider":"csm","token_sha256":["{digest}"]}}"#);
    let check_token =
        |token: Option<&str>, expected: Expect| check_changed(&csm, None, &delivery(token, &[], BODY), expected);
    check_token(
        Some(token),
        expect![[r#"
        genuine
        ok The token of the URL is one of the source's."#]],
    );
    check_token(
        None,
        expect![[r#"
        token_missing
        no The URL has no token.
        -> The sender was given the URL without its token: it must end in `/hooks/{source}/{token}`."#]],
    );
    check_token(
        Some(&format!("{token} ")),
        expect![[r#"
        token_wrong
        no The token of the URL is none of the source's.
        -> White space stands around the token in the URL that the sender was given: copy the URL anew."#]],
    );
    check_token(
        Some(&digest),
        expect![[r#"
        token_wrong
        no The token of the URL is none of the source's.
        -> The URL has the token's SHA-256 in the place of the token: give the sender the token itself."#]],
    );
    check_token(
        Some("another"),
        expect![[r#"
        token_wrong
        no The token of the URL is none of the source's."#]],
    );

    let leonardo = r#"{"provider":"leonardo","secrets":["6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7"]}"#;
    check(
        leonardo,
        &[("authorization", &format!("Bearer {token}"))],
        BODY,
        expect![[r#"
        genuine
        ok The header `authorization` holds one of the source's tokens."#]],
    );
    check(
        leonardo,
        &[("authorization", token)],
        BODY,
        expect![[r#"
        credential_malformed
        no The header `authorization` holds none of the source's tokens.
        -> The token is right, but must stand behind `Bearer ` in the header."#]],
    );
    check(
        leonardo,
        &[("x-api-key", token)],
        BODY,
        expect![[r#"
        credential_missing
        no The header `authorization` is missing or empty.
        -> The token stands in the header `x-api-key`: have the sender put it into `authorization`."#]],
    );
    check(
        leonardo,
        &[("authorization", "Bearer another")],
        BODY,
        expect![[r#"
        credential_wrong
        no The header `authorization` holds none of the source's tokens."#]],
    );
    let basic = r#"{"provider":"custom","scheme":{"scheme":{"kind":"basic"}},"secrets":["name:a long password"]}"#;
    check(
        basic,
        &[],
        BODY,
        expect![[r#"
        credential_missing
        no The header `authorization` is missing.
        -> The sender was given the URL without `name:password@` before the host."#]],
    );
}

#[test]
fn every_guess_at_a_message_can_be_read() {
    let (source, at) = (SourceName::parse("test").unwrap(), delivery(None, &[], ""));
    let source = Source::parse(source, GENERIC).unwrap();
    let Some(Proof::Signature { signing, .. }) = source.credentials.proof() else { panic!("it signs") };
    assert!(!messages::guesses(&at, signing).is_empty());
}

#[test]
fn a_token_is_explained() {
    let netlify = r#"{"provider":"netlify","secrets":["6f1e0c3b5a7d49e2b8c4d6f0a1e3c5b7"]}"#;
    let other = netlify.replace("6f1e", "7f1e");
    let token = |secret: &str| {
        let signer = Signer::parse(SourceName::parse("test").unwrap(), secret).unwrap();
        signer.headers(&delivery(None, &[], BODY), "").unwrap().remove(0).1
    };
    let (genuine, forged) = (token(netlify), token(&other));
    let check_token = |token: &str, body: &str, expected: Expect| {
        check(netlify, &[("x-webhook-signature", token)], body, expected);
    };
    check_token(
        &genuine,
        BODY,
        expect![[r#"
        genuine
        ok The header `x-webhook-signature` holds a token signed by HS256.
        ok It was signed by the sender.
        ok It is of this body, for this receiver, and still holds."#]],
    );
    check_token(
        &genuine,
        "{}",
        expect![[r#"
        body_digest_wrong
        ok The header `x-webhook-signature` holds a token signed by HS256.
        ok It was signed by the sender.
        no It holds the SHA-256 of another body: the body was changed on the way."#]],
    );
    check_token(
        &forged,
        BODY,
        expect![[r#"
            signature_wrong
            ok The header `x-webhook-signature` holds a token signed by HS256.
            no It was signed with none of the source's secrets.
            -> The sender signs with another secret than the source has. Copy the secret anew from the sender."#]],
    );
    // {"alg":"none"}
    check_token(
        &format!("eyJhbGciOiJub25lIn0.{}", genuine.split_once('.').unwrap().1),
        BODY,
        expect![[r#"
        algorithm_wrong
        ok The header `x-webhook-signature` holds a token.
        no It names another algorithm than HS256, which this sender signs with."#]],
    );
    check_token(
        "hello",
        BODY,
        expect![[r#"
        signature_malformed
        no The header `x-webhook-signature` is not written as a token of this sender."#]],
    );
    check(
        netlify,
        &[],
        BODY,
        expect![[r#"
        signature_missing
        no The header `x-webhook-signature` with the token is missing."#]],
    );
}

#[test]
fn a_body_that_is_not_packed_as_it_says_is_no_wrong_secret() {
    let packed = r#"{"secrets":["a secret that only we know"],"scheme":{"unpack":true,"scheme":{"kind":"hmac","header":"x-signature","encoding":"hex","message":"{body}"},"shape":[{"otherwise":"event.occurred"}]}}"#;
    let headers = [("X-Signature", &*hex(SECRET, BODY)), ("Content-Encoding", "gzip")];
    let expected = expect![[r#"
        body_malformed
        no The body is not packed as its `Content-Encoding` says."#]];
    check(packed, &headers, BODY, expected);
    // The receiver checks the URL's token before it unpacks a body, so a wrong token is the reason.
    let with_token = packed.replacen('{', &format!(r#"{{"token_sha256":["{}"],"#, Digest::of(TOKEN.as_bytes())), 1);
    let expected = expect![[r#"
        token_wrong
        no The token of the URL is none of the source's.
        no The body is not packed as its `Content-Encoding` says."#]];
    check_changed(&with_token, None, &delivery(Some("another"), &headers, BODY), expected);
}

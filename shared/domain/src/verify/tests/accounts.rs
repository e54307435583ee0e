use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::*;

/// Checks a delivery that the sender made for the account `header` or `body` names, at a source with these fields.
fn check(rule: &str, fields: &str, token: Option<&str>, header: &str, body: &str, expected: &str) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let key = base64_text(pair.public_key().as_ref());
    let scheme = format!(
        r#"{{"kind":"ed25519","header":["x-signature"],"encoding":"hex","message":"{{header:x-account}}.{{body}}",
            "keys":{{"from":"operator"}},"account":"{rule}"}}"#
    );
    let source = described(&scheme, &format!(r#""public_keys":["{key}"],{fields}"#));
    let signature = base16ct::lower::encode_string(pair.sign(format!("{header}.{body}").as_bytes()).as_ref());
    let headers = [("x-account", header), ("x-signature", &signature)];
    check_verdict(&source, delivery(token, &headers, body), expected);
}

fn base64_text(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}

#[test]
fn of_a_sender_with_one_key_for_all_an_account_tells_whose_a_delivery_is() {
    let at_header = |fields: &str, account: &str, expected: &str| {
        check("header:x-account", fields, None, account, "{}", expected);
    };
    at_header(r#""account":"mine""#, "mine", "signature");
    at_header(r#""account":["new","mine"]"#, "mine", "signature");
    at_header(r#""account":" mine\n""#, "mine", "signature");
    for other in ["other", "Mine", "mine2", "min", ""] {
        at_header(r#""account":["new","mine"]"#, other, "account_wrong");
    }
    let in_body = |body: &str, expected: &str| check("/user/id", r#""account":"7""#, None, "x", body, expected);
    in_body(r#"{"user":{"id":7}}"#, "signature");
    in_body(r#"{"user":{"id":"7"}}"#, "signature");
    for body in [r#"{"user":{"id":8}}"#, r#"{"user":{"id":null}}"#, "{}", "7"] {
        in_body(body, "account_wrong");
    }
}

#[test]
fn a_token_alone_makes_a_signature_for_anybody_count_as_a_token() {
    let token = r#""token_sha256":["TOKEN"]"#;
    for rule in ["token-only", "header:x-account"] {
        check(rule, token, Some(TOKEN), "anybody", "{}", "token");
        check(rule, token, None, "anybody", "{}", "token_missing");
    }
    let both = format!(r#"{token},"account":"mine""#);
    check("header:x-account", &both, Some(TOKEN), "mine", "{}", "signature");
    check("header:x-account", &both, Some(TOKEN), "other", "{}", "account_wrong");
    check("header:x-account", &both, None, "mine", "{}", "token_missing");
}

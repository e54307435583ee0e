use super::*;

#[test]
fn a_token_stands_in_its_header_after_its_prefix() {
    let bearer = described(
        r#"{"kind":"static-token","header":"authorization","prefix":"Bearer "}"#,
        r#""secrets":["new-token-0123456789abcdef","old-token-0123456789abcdef"]"#,
    );
    let check = |value: &str, expected: &str| check_proof(&bearer, &[("Authorization", value)], "{}", expected);
    check("Bearer new-token-0123456789abcdef", "token");
    check("Bearer old-token-0123456789abcdef", "token with secret 1");
    check("Bearer new-token-0123456789abcdeg", "credential_wrong");
    check("Bearer new-token-0123456789abcde", "credential_wrong");
    check("Bearer NEW-token-0123456789abcdef", "credential_wrong");
    check("Bearer ", "credential_malformed");
    check("new-token-0123456789abcdef", "credential_malformed");
    check("bearer new-token-0123456789abcdef", "credential_malformed");
    check("Bearer new-token-0123456789abcdef,Bearer new-token-0123456789abcdef", "credential_doubled");
    check("", "credential_missing");
    check_proof(&bearer, &[], "{}", "credential_missing");
}

#[test]
fn a_token_may_hold_commas() {
    let source =
        described(r#"{"kind":"static-token","header":"x-token"}"#, r#""secrets":["a,token,0123456789abcdef"]"#);
    let check = |headers: &[(&str, &str)], expected: &str| check_proof(&source, headers, "{}", expected);
    let (token, part) = ("a,token,0123456789abcdef", "0123456789abcdef");
    check(&[("x-token", token)], "token");
    check(&[("x-token", part)], "credential_wrong");
    // How a function URL and a list give a header that came twice.
    check(&[("x-token", &format!("{token},{token}"))], "credential_doubled");
    check(&[("x-token", token), ("x-token", token)], "credential_doubled");
    check(&[("x-token", &format!("{part},{part}"))], "credential_doubled");
    assert!(Refusal::CredentialDoubled.may_be_outdated(), "a token that was changed a moment ago may hold a comma");
}

#[test]
fn the_customer_may_choose_the_header() {
    let chosen = described(
        r#"{"kind":"static-token"}"#,
        r#""secrets":["new-token-0123456789abcdef"],"token_header":"X-My-Token""#,
    );
    check_proof(&chosen, &[("x-my-token", "new-token-0123456789abcdef")], "{}", "token");
    check_proof(&chosen, &[("x-your-token", "new-token-0123456789abcdef")], "{}", "credential_missing");
}

#[test]
fn a_name_and_a_password_are_one_secret() {
    let basic = described(r#"{"kind":"basic"}"#, r#""secrets":["hooks:a-long-password-0123456"]"#);
    let check = |value: &str, expected: &str| check_proof(&basic, &[("authorization", value)], "{}", expected);
    // printf %s hooks:a-long-password-0123456 | base64
    check("Basic aG9va3M6YS1sb25nLXBhc3N3b3JkLTAxMjM0NTY=", "token");
    check("basic aG9va3M6YS1sb25nLXBhc3N3b3JkLTAxMjM0NTY", "token");
    // printf %s hooks:another-password-0123456 | base64
    check("Basic aG9va3M6YW5vdGhlci1wYXNzd29yZC0wMTIzNDU2", "credential_wrong");
    check("Basic hooks:a-long-password-0123456", "credential_malformed");
    check("Bearer aG9va3M6YS1sb25nLXBhc3N3b3JkLTAxMjM0NTY=", "credential_malformed");
    check("Basic", "credential_malformed");
    check_proof(&basic, &[], "{}", "credential_missing");
}

#[test]
fn a_token_in_the_url_can_be_asked_for_beside_any() {
    let both =
        described(r#"{"kind":"basic"}"#, r#""secrets":["hooks:a-long-password-0123456"],"token_sha256":["TOKEN"]"#);
    let headers = [("authorization", "Basic aG9va3M6YS1sb25nLXBhc3N3b3JkLTAxMjM0NTY=")];
    check_verdict(&both, delivery(Some(TOKEN), &headers, "{}"), "token");
    check_verdict(&both, delivery(None, &headers, "{}"), "token_missing");
    check_verdict(&both, delivery(Some("guess"), &headers, "{}"), "token_wrong");
    check_verdict(&both, delivery(Some(TOKEN), &[], "{}"), "credential_missing");
}

//! Requests that only want to hear something back.

use super::*;
use crate::delivery::reply::Reply;
use crate::description::ChallengeMethod;

const HMAC: &str = r#"{"kind":"hmac","header":"x-signature","encoding":"hex","message":"{body}"}"#;

fn asked(source: &Source, method: ChallengeMethod, query: &str, header: &[(&str, &str)], body: &str) -> String {
    let (token, query) = query.rsplit_once(' ').map_or((None, query), |(query, token)| (Some(token), query));
    let url = RequestUrl { query: query.to_owned(), ..RequestUrl::default() };
    match answer_unsigned(&Delivery { url, ..delivery(token, header, body) }, method, source) {
        None => "nothing".to_owned(),
        Some(Err(refusal)) => refusal.to_string(),
        Some(Ok(Reply { status, media_type, headers, body })) => {
            let headers: String = headers.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{status} {media_type}{headers} {body}")
        }
    }
}

fn sender(challenge: &str, fields: &str) -> Source {
    source(&format!(r#"{{"scheme":{{"scheme":{HMAC},"challenge":{challenge}}},{fields}}}"#))
}

const SECRETS: &str = r#""secrets":["a-secret-0123456789"]"#;
const META: &str = r#"{"method":"GET","unsigned":true,"when":[{"at":"query:hub.mode","equals":"subscribe"}],
    "token":"query:hub.verify_token","answer":"query:hub.challenge"}"#;

#[test]
fn what_the_query_asks_is_sent_back_to_who_knows_the_verify_token() {
    let meta = sender(META, &format!(r#"{SECRETS},"verify_token":"a-verify-token""#));
    let check = |query: &str, expected: &str| {
        assert_eq!(asked(&meta, ChallengeMethod::Get, query, &[], ""), expected, "{query}");
    };
    check("hub.mode=subscribe&hub.verify_token=a-verify-token&hub.challenge=11%2058", "200 text/plain 11 58");
    check("hub.mode=subscribe&hub.verify_token=a-verify-tokem&hub.challenge=1158", "credential_wrong");
    check("hub.mode=subscribe&hub.challenge=1158", "credential_missing");
    check(
        "hub.mode=subscribe&hub.verify_token=a-verify-token&hub.verify_token=x&hub.challenge=1",
        "credential_missing",
    );
    check("hub.mode=subscribe&hub.verify_token=a-verify-token", "nothing");
    check("hub.mode=unsubscribe&hub.verify_token=a-verify-token&hub.challenge=1158", "nothing");
    check(&format!("hub.mode=subscribe&hub.verify_token=a-verify-token&hub.challenge={}", "1".repeat(4097)), "nothing");
    assert_eq!(asked(&meta, ChallengeMethod::Post, "hub.mode=subscribe&hub.challenge=1158", &[], ""), "nothing");
}

#[test]
fn without_a_verify_token_nobody_is_answered_and_the_operator_is_told() {
    let meta = sender(META, SECRETS);
    let query = "hub.mode=subscribe&hub.verify_token=&hub.challenge=1158";
    assert_eq!(asked(&meta, ChallengeMethod::Get, query, &[], ""), "credential_missing");
    let query = "hub.mode=subscribe&hub.verify_token=anything&hub.challenge=1158";
    assert_eq!(asked(&meta, ChallengeMethod::Get, query, &[], ""), "credential_wrong");
    assert!(meta.warnings.iter().any(|warning| warning.contains("`verify_token` is missing")), "{:?}", meta.warnings);
}

#[test]
fn a_source_with_a_token_in_its_url_asks_for_it_here_too() {
    let challenge =
        r#"{"unsigned":true,"when":[{"at":"query:validationToken","present":true}],"answer":"query:validationToken"}"#;
    let graph = source(&format!(
        r#"{{"scheme":{{"scheme":{{"kind":"url-token"}},"challenge":{challenge}}},"token_sha256":["TOKEN"]}}"#
    ));
    let ask = |query: &str| asked(&graph, ChallengeMethod::Post, query, &[], "");
    assert_eq!(ask(&format!("validationToken=a%3Cb {TOKEN}")), "200 text/plain a<b");
    assert_eq!(ask("validationToken=a%3Cb"), "token_missing");
    assert_eq!(ask("validationToken=a%3Cb another-token"), "token_wrong");
    assert_eq!(ask(&format!("validation=a {TOKEN}")), "nothing");
}

#[test]
fn headers_and_json_are_sent_back() {
    let asana = sender(
        r#"{"unsigned":true,"when":[{"at":"header:x-hook-secret","present":true}],
            "answer":{"headers":{"x-hook-secret":"{header:x-hook-secret}"}}}"#,
        SECRETS,
    );
    let ask = |value: &str| asked(&asana, ChallengeMethod::Post, "", &[("X-Hook-Secret", value)], "{}");
    assert_eq!(ask("b537207f"), "200 text/plain x-hook-secret=b537207f ");
    for odd in ["a\r\nset-cookie: b", "ä", "a,b", ""] {
        assert_eq!(ask(odd), "nothing", "{odd:?}");
    }
    let monday = sender(
        r#"{"unsigned":true,"when":[{"at":"/challenge","present":true}],
            "answer":{"status":201,"json":{"challenge":"{/challenge}","type":1,"in":{"a":"x{/challenge}"}}}}"#,
        SECRETS,
    );
    let ask = |body: &str| asked(&monday, ChallengeMethod::Post, "", &[], body);
    assert_eq!(
        ask(r#"{"challenge":"3\"e"}"#),
        r#"201 application/json {"challenge":"3\"e","in":{"a":"x3\"e"},"type":1}"#
    );
    assert_eq!(ask(r#"{"challenge":{}}"#), "nothing");
    assert_eq!(ask("{"), "nothing");
}

/// Else anybody could have a delivery of their own signed.
#[test]
fn nothing_is_signed_for_strangers() {
    let challenge = r#"{"method":"GET","unsigned":true,"when":[{"at":"query:crc_token","present":true}],
        "answer":{"json":{"response_token":"sha256={hmac_base64:query:crc_token}"}}}"#;
    let open = sender(challenge, SECRETS);
    assert_eq!(asked(&open, ChallengeMethod::Get, "crc_token=abc", &[], ""), "nothing");
    assert!(open.warnings.iter().any(|warning| warning.contains("`token_sha256` is missing")), "{:?}", open.warnings);

    let guarded = sender(challenge, &format!(r#"{SECRETS},"token_sha256":["TOKEN"]"#));
    let ask = |query: &str| asked(&guarded, ChallengeMethod::Get, query, &[], "");
    // printf abc | openssl dgst -sha256 -hmac a-secret-0123456789 -binary | base64
    let expected = r#"200 application/json {"response_token":"sha256=ajhMtrL72cVaGuzzApkt6PvN8Kzid2RJgh0hO87leOQ="}"#;
    assert_eq!(ask(&format!("crc_token=abc {TOKEN}")), expected);
    assert_eq!(ask("crc_token=abc another"), "token_wrong");
    for delivery in [r#"{"id":1}"#, "v0:1:x", "msg.1.x", ""] {
        let query: String = url::form_urlencoded::byte_serialize(delivery.as_bytes()).collect();
        assert_eq!(ask(&format!("crc_token={query} {TOKEN}")), "nothing", "{delivery}");
    }
    assert_eq!(ask(&format!("crc_token={} {TOKEN}", "a".repeat(257))), "nothing");
}

/// As Zoom asks: the code is only for who has signed the question.
#[test]
fn a_signed_challenge_may_ask_for_a_code() {
    let zoom = sender(
        r#"{"when":[{"at":"/event","equals":"endpoint.url_validation"}],
            "answer":{"json":{"plainToken":"{/payload/plainToken}","encryptedToken":"{hmac_hex:/payload/plainToken}"}}}"#,
        r#""secrets":["another-secret-9876543210","a-secret-0123456789"]"#,
    );
    let body = r#"{"payload":{"plainToken":"abc"},"event":"endpoint.url_validation"}"#;
    let code = |text: &str| {
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"a-secret-0123456789").unwrap();
        mac.update(text.as_bytes());
        base16ct::lower::encode_string(&mac.finalize().into_bytes())
    };
    let signed = delivery(None, &[("x-signature", &code(body))], body);
    let expected = format!(r#"{{"encryptedToken":"{}","plainToken":"abc"}}"#, code("abc"));
    assert_eq!(verify(signed, &zoom).unwrap().challenge().map(|reply| &*reply.body), Some(&*expected));
    let forged = delivery(None, &[("x-signature", &code("abc"))], body);
    assert_eq!(verify(forged, &zoom).unwrap_err().refusal, Refusal::SignatureWrong);
    assert_eq!(asked(&zoom, ChallengeMethod::Post, "", &[], body), "nothing");
}

#[test]
fn a_sender_may_take_something_else_for_success() {
    let source = source(
        r#"{"scheme":{"scheme":{"kind":"url-token"},"success":{"status":202,"text":"[accepted]"}},"token_sha256":["TOKEN"]}"#,
    );
    let verified = verify(delivery(Some(TOKEN), &[], "{}"), &source).unwrap();
    assert_eq!(verified.success().map(|reply| (reply.status, &*reply.body)), Some((202, "[accepted]")));
}

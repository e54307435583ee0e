use super::*;

const SECRETS: &str = r#""secrets":["new-secret-0123456789abcdef","old-secret-0123456789abcdef"]"#;
const NEW: &str = "new-secret-0123456789abcdef";
const OLD: &str = "old-secret-0123456789abcdef";

fn hmac(syntax: &str, encoding: &str) -> Source {
    let scheme = format!(
        r#"{{"kind":"hmac","header":["x-signature","x-old-signature"],"syntax":{syntax},"encoding":"{encoding}","message":"{{body}}"}}"#
    );
    described(&scheme, SECRETS)
}

fn check(source: &Source, signature: &str, expected: &str) {
    check_proof(source, &[("x-signature", signature)], "body", expected);
}

#[test]
fn a_signature_may_have_a_prefix() {
    let source = hmac(r#"{"form":"prefix","prefix":"sha256="}"#, "hex");
    let genuine = hex(NEW, "body");
    check(&source, &format!("sha256={genuine}"), "signature");
    check(&source, &format!("sha256={}", genuine.to_uppercase()), "signature");
    check(&source, &format!("sha256={}", hex(OLD, "body")), "signature with secret 1");
    check(&source, &genuine, "signature_malformed");
    check(&source, &format!("SHA256={genuine}"), "signature_malformed");
    check(&source, &format!("sha1={genuine}"), "signature_malformed");
    check(&source, "sha256=", "signature_malformed");
    check(&source, &format!("sha256={genuine},sha256={genuine}"), "signature_doubled");
    check(&source, &format!("sha256={}", hex(NEW, "bodz")), "signature_wrong");
}

#[test]
fn a_signature_may_stand_in_pairs() {
    let source = hmac(r#"{"form":"pairs","key":"v1","separator":","}"#, "hex");
    let (new, old) = (hex(NEW, "body"), hex(OLD, "body"));
    let wrong = "0".repeat(64);
    check(&source, &format!("t=1,v1={new}"), "signature");
    check(&source, &format!("v0={wrong}, v1={new}"), "signature");
    check(&source, &format!("v1={wrong},v1={old}"), "signature with secret 1");
    check(&source, &format!("v1={},v1={new}", &new[..62]), "signature");
    check(&source, &format!("v1={wrong},v1={wrong}"), "signature_wrong");
    check(&source, &format!("v1={}", &new[..62]), "signature_malformed");
    check(&source, "v1=", "signature_malformed");
    check(&source, &format!("v0={new}"), "signature_missing");
    check(&source, &format!("V1={new}"), "signature_missing");
    check(&source, &new, "signature_missing");
    check_proof(
        &source,
        &[("x-signature", &format!("v1={wrong}")), ("X-Signature", &format!("v1={new}"))],
        "body",
        "signature",
    );
    let semicolons = hmac(r#"{"form":"pairs","key":"h1","separator":";"}"#, "hex");
    check(&semicolons, &format!("ts=1;h1={new}"), "signature");
    check(&semicolons, &format!("ts=1;h1={new},ts=1;h1={new}"), "signature_doubled");
    let lists = hmac(r#"{"form":"pairs","key":"h1","separator":";","between_lists":","}"#, "hex");
    check(&lists, &format!("ts=1;h1={wrong},ts=1;h1={new}"), "signature");
    check(&lists, &format!("ts=1;h1={wrong},ts=1;h1={wrong}"), "signature_wrong");
}

#[test]
fn a_signature_may_be_one_of_several_versions() {
    let source = hmac(r#"{"form":"versions","version":"v1"}"#, "base64");
    let base64 =
        |secret: &str| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, code(secret.as_bytes(), "body"));
    let (new, old) = (base64(NEW), base64(OLD));
    check(&source, &format!("v1,{new}"), "signature");
    check(&source, &format!("v1,{}", new.trim_end_matches('=')), "signature");
    check(&source, &format!("v2,{old} v1,AAAA  v1,{old}"), "signature with secret 1");
    check(&source, &format!("v2,{new}"), "signature_missing");
    check(&source, "v1,", "signature_malformed");
    check(&source, &format!("v1,{}", &new[4..]), "signature_malformed");
    check(&source, &new, "signature_malformed");
    check(&source, &format!("v1,{new},v1,{new}"), "signature_doubled");
    // The specification's library passes over what has a second comma; it is a joined header as likely as not.
    check(&source, &format!("v1,{new} v1,,"), "signature_doubled");
    let many = format!("{} v1,{new}", vec![format!("v1,{}", base64("another")); 16].join(" "));
    check(&source, &many, "signature_wrong");
}

#[test]
fn the_first_header_that_is_there_is_taken() {
    let source = hmac(r#"{"form":"plain"}"#, "hex");
    let (genuine, wrong) = (hex(NEW, "body"), "0".repeat(64));
    check_proof(&source, &[("x-old-signature", &genuine)], "body", "signature");
    check_proof(&source, &[("x-signature", ""), ("x-old-signature", &genuine)], "body", "signature");
    check_proof(&source, &[("x-signature", &wrong), ("x-old-signature", &genuine)], "body", "signature_wrong");
    check_proof(&source, &[("x-signature", ""), ("x-old-signature", "")], "body", "signature_missing");
}

#[test]
fn a_secret_is_read_as_the_sender_writes_it() {
    let with_secret = |form: &str, secret: &str| {
        let scheme = r#"{"kind":"hmac","header":["x-signature"],"encoding":"hex","message":"{body}","secret":FORM}"#;
        described(&scheme.replace("FORM", form), &format!(r#""secrets":["{secret}"]"#))
    };
    // printf %s new-secret-0123456789abcdef | base64; the same with xxd -p
    let base64 = "bmV3LXNlY3JldC0wMTIzNDU2Nzg5YWJjZGVm";
    let digits = "6e65772d7365637265742d30313233343536373839616263646566";
    let genuine = hex(NEW, "body");
    for (form, secret) in [
        ("{}", NEW.to_owned()),
        (r#"{"strip_prefix":"whsec_"}"#, format!("whsec_{NEW}")),
        (r#"{"strip_prefix":"whsec_","encoding":"base64"}"#, format!(" whsec_{base64}")),
        (r#"{"strip_prefix":"whsec_","encoding":"base64"}"#, base64.to_owned()),
        (r#"{"strip_prefix":"whsec_","encoding":"base64"}"#, format!("v1,whsec_{base64}")),
        (r#"{"encoding":"hex"}"#, digits.to_uppercase()),
    ] {
        check(&with_secret(form, &secret), &genuine, "signature");
    }
    check(&with_secret("{}", &format!("whsec_{NEW}")), &genuine, "signature_wrong");
}

#[test]
fn a_signature_may_be_made_with_sha1() {
    let scheme = r#"{"kind":"hmac","hash":"sha1","header":["x-signature"],"encoding":"hex","message":"{body}"}"#;
    let source = described(scheme, SECRETS);
    // printf %s body | openssl dgst -sha1 -hmac new-secret-0123456789abcdef
    check(&source, "5722fd20e755c67e936976767f499c6a4bca9bc4", "signature");
    check(&source, &hex(NEW, "body"), "signature_malformed");
    check(&source, &"0".repeat(40), "signature_wrong");
}

/// The specification's own example of an asymmetric signature.
#[test]
fn a_signature_may_be_made_with_a_key_of_the_senders() {
    let scheme = r#"{"kind":"ed25519","header":["webhook-signature"],"encoding":"base64","id":["webhook-id"],
        "syntax":{"form":"versions","version":"v1a"},"timestamp":{"at":{"header":["webhook-timestamp"]}},
        "message":"{id}.{timestamp}.{body}","keys":{"from":"operator","strip_prefix":"whpk_"}}"#;
    let keys = r#""public_keys":["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="]"#;
    let source = described(scheme, keys);
    let signature = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    let check = |signature: &str, body: &str, expected: &str| {
        let id = ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek");
        let headers = [id, ("webhook-timestamp", "1614265330"), ("webhook-signature", signature)];
        check_proof(&source, &headers, body, expected);
    };
    let body = r#"{"test": 2432232314}"#;
    check(signature, body, "signature with public key 1");
    check(signature, r#"{"test": 2432232315}"#, "signature_wrong");
    check(&signature.replace("hnO3", "hnO4"), body, "signature_wrong");
    check(&signature[..signature.len() - 4], body, "signature_malformed");
    let after =
        |others: usize| format!("{}{signature}", format!("{} ", signature.replace("hnO3", "hnO4")).repeat(others));
    check(&after(3), body, "signature with public key 1");
    check(&after(4), body, "signature_wrong");
}

/// RFC 8032, section 7.1, test 2; its key as RFC 7517 writes one.
#[test]
fn a_key_may_be_published() {
    let scheme = r#"{"kind":"ed25519","header":["x-signature"],"encoding":"hex","message":"{body}","keys":{"from":"jwks",
        "url":"https://keys.example.com/jwks.json","hosts":["keys.example.com"],"ttl_seconds":3600},"account":"token-only"}"#;
    let source = described(scheme, r#""token_sha256":["TOKEN"]"#);
    let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    let published = PublicKeys::of_key_set(
        crate::description::SignatureAlgorithm::Ed25519,
        br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty":"OKP","crv":"Ed25519","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}]}"#,
    );
    let told = |published: &PublicKeys| {
        let verdict = verify_with(delivery(Some(TOKEN), &[("x-signature", signature)], "r"), &source, published);
        verdict.map_or_else(
            |refused| refused.refusal.to_string(),
            |verified| {
                assert!(!verified.matched().is_previous(), "the order of published keys says nothing of their age");
                proof(verified.event().verified_by, verified.matched())
            },
        )
    };
    assert_eq!(told(&published.unwrap()), "token with published key 1");
    assert_eq!(told(&PublicKeys::default()), "signature_wrong");
}

/// `printf '{"id":7}' | openssl dgst -sha512 -hmac a-secret-0123456789`, and so on.
#[test]
fn each_hash_has_codes_of_its_own_length() {
    let body = r#"{"id":7}"#;
    let source = |hash: &str| {
        let scheme =
            format!(r#"{{"kind":"hmac","hash":"{hash}","header":"x-sig","encoding":"hex","message":"{{body}}"}}"#);
        described(&scheme, r#""secrets":["a-secret-0123456789"]"#)
    };
    let codes = [
        ("sha1", "d7f9481c0141ea977aa7f14f9625f172fa959b41"),
        ("sha256", "b3f20c60415f3702a57efb24acb5d2f53c078a4a82d648cefd8495abf9829ef0"),
        ("sha384", "54d46f3387bb1d825b30dcbcb1a906946369f4da5fc576087a6111ef70d1b8af580192dd8653dcad965948bd33893e4a"),
        (
            "sha512",
            "e85cd06eef2d7af79e0b602624d941d38008d4611f798de8eeb2e0f15ca990c960c17eb829d639f13520e46321db2500f9a4019737c05071cdff7fd23204f406",
        ),
    ];
    for (hash, code) in codes {
        check_proof(&source(hash), &[("x-sig", code)], body, "signature");
        check_proof(&source(hash), &[("x-sig", &code[..code.len() - 2])], body, "signature_malformed");
        check_proof(&source(hash), &[("x-sig", code)], r#"{"id":8}"#, "signature_wrong");
        for (other, _) in codes.iter().filter(|(other, _)| *other != hash) {
            check_proof(&source(other), &[("x-sig", code)], body, "signature_malformed");
        }
    }
}

#[test]
fn a_signature_may_stand_in_any_of_several_headers() {
    let scheme = r#"{"kind":"hmac","any_header":["x-one","x-two"],"encoding":"hex","message":"{body}"}"#;
    let source = described(scheme, r#""secrets":["a-secret-0123456789"]"#);
    let (body, right) = (r#"{"id":7}"#, "b3f20c60415f3702a57efb24acb5d2f53c078a4a82d648cefd8495abf9829ef0");
    let wrong = "0".repeat(64);
    check_proof(&source, &[("x-one", right)], body, "signature");
    check_proof(&source, &[("x-two", right)], body, "signature");
    check_proof(&source, &[("x-one", &wrong), ("x-two", right)], body, "signature");
    check_proof(&source, &[("x-one", "not hex"), ("x-two", right)], body, "signature");
    check_proof(&source, &[("x-one", &wrong), ("x-two", &wrong)], body, "signature_wrong");
    check_proof(&source, &[("x-one", &format!("{right},{right}"))], body, "signature_doubled");
    check_proof(&source, &[("x-three", right)], body, "signature_missing");
}

#[test]
fn a_signature_may_stand_in_the_query_or_in_a_form() {
    let secrets = r#""secrets":["a-secret-0123456789"]"#;
    let of =
        |scheme: &str, forms: bool| source(&format!(r#"{{"scheme":{{"scheme":{scheme},"forms":{forms}}},{secrets}}}"#));
    let in_query = of(r#"{"kind":"hmac","at":"query:sig","encoding":"hex","message":"{query:user}{body}"}"#, false);
    let told = |query: &str, body: &str| {
        let url = RequestUrl { query: query.to_owned(), ..RequestUrl::default() };
        let verified = verify(Delivery { url, ..delivery(None, &[], body) }, &in_query);
        verified.map_or_else(|refused| refused.refusal.to_string(), |_| "verified".to_owned())
    };
    let code = "5cb286adfb449f1a527bbd2e5993783ecf0a13cdf08ef4290d5b23112ed0ff1a";
    assert_eq!(told(&format!("user=u%201&sig={code}"), "b"), "verified");
    assert_eq!(told(&format!("user=u%202&sig={code}"), "b"), "signature_wrong");
    assert_eq!(told(&format!("user=u%201&sig={code}&sig={code}"), "b"), "signature_missing");
    assert_eq!(told(&format!("user=u%201&user=x&sig={code}"), "b"), "field_missing");
    assert_eq!(told("user=u%201", "b"), "signature_missing");

    let scheme = r#"{"kind":"hmac","at":"/sig","encoding":"hex","message":"{json:/token}"}"#;
    let (signed, form) =
        ("7c810fb51ed4d516426fa6965eaa3f6db8ac45800a88df766fdb2ed8e965d7c3", |token: &str, sig: &str| {
            format!("token={token}&sig={sig}")
        });
    check_proof(&of(scheme, true), &[], &form("t+1", signed), "token");
    check_proof(&of(scheme, true), &[], &form("t+2", signed), "signature_wrong");
    check_proof(&of(scheme, false), &[], &form("t+1", signed), "signature_missing");
}

#[test]
fn a_public_key_may_be_written_in_hex() {
    let scheme = r#"{"kind":"ed25519","keys":{"from":"operator","encoding":"hex"},"header":"x-sig","encoding":"hex","message":"{body}"}"#;
    let read = |key: &str| {
        let json = format!(r#"{{"scheme":{{"scheme":{scheme}}},"public_keys":["{key}"]}}"#);
        Source::parse(SourceName::parse("test").unwrap(), &json).map(|_| ()).map_err(|error| error.to_string())
    };
    let not_a_key = || Err("`public_keys`: a public key of this sender is 64 hex digits".to_owned());
    assert_eq!(read(&"aB".repeat(32)), Ok(()));
    for wrong in ["ab".repeat(31), "ab".repeat(33), "zz".repeat(32), "A".repeat(43)] {
        assert_eq!(read(&wrong), not_a_key(), "{wrong}");
    }
}

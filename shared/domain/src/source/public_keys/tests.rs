use super::*;

/// RFC 8037, appendix A.2.
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
/// RFC 7517, appendix A.1.
const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;
const RSA: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256"}"#;

/// As SendGrid's library shows it.
const SENDGRID: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";

fn check(algorithm: SignatureAlgorithm, json: &str, expected: Result<usize, NotPublicKeys>) {
    let found = PublicKeys::of_key_set(algorithm, json.as_bytes()).map(|keys| keys.keys.len());
    assert_eq!(found, expected, "{json}");
}

#[test]
fn keys_of_its_algorithm_are_taken_from_a_set_and_no_others() {
    use SignatureAlgorithm::{EcdsaP256, EcdsaP256Raw, Ed25519, RsaSha256};
    let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}","kid":"1"}}"#);
    check(Ed25519, &format!(r#"{{"keys":[{key}]}}"#), Ok(1));
    let all = format!(r#"{{"keys":[{{"kty":"RSA","n":"AQAB","e":"AQAB"}},{key},{key},{P256},{RSA}]}}"#);
    check(Ed25519, &all, Ok(2));
    check(EcdsaP256, &all, Ok(1));
    check(EcdsaP256Raw, &all, Ok(1));
    check(RsaSha256, &all, Ok(1));
    let no_key = |algorithm| Err(NotPublicKeys::NoKey(algorithm));
    check(Ed25519, r#"{"keys":[{"kty":"OKP","crv":"Ed448","x":"AAAA"}]}"#, no_key(Ed25519));
    check(Ed25519, r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#, no_key(Ed25519));
    check(Ed25519, r#"{"keys":[]}"#, no_key(Ed25519));
    let other_curve = format!(r#"{{"keys":[{}]}}"#, P256.replace("P-256", "secp256k1"));
    check(EcdsaP256, &other_curve, no_key(EcdsaP256));
    check(RsaSha256, &format!(r#"{{"keys":[{}]}}"#, RSA.replace("RS256", "PS256")), no_key(RsaSha256));
    let encrypts = RSA.replace(r#""alg":"RS256""#, r#""use":"enc""#);
    check(RsaSha256, &format!(r#"{{"keys":[{encrypts}]}}"#), no_key(RsaSha256));
    check(Ed25519, &format!(r#"{{"keys":[{}]}}"#, vec![key; 17].join(",")), Err(NotPublicKeys::TooMany));
    for json in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
        check(Ed25519, json, Err(NotPublicKeys::NotAKeySet));
    }
}

#[test]
fn an_operators_key_may_have_its_prefix() {
    let parsed = |text: &str| {
        PublicKeys::parse(SignatureAlgorithm::Ed25519, &[text.to_owned()], Some("whpk_"), Encoding::Base64)
    };
    assert_eq!(parsed(X), parsed(&format!(" whpk_{X}=\n")));
    assert_eq!(parsed("whsk_AAAA"), Err(NotPublicKeys::NotAKey(NotAPublicKey::Ed25519)));
}

#[test]
fn a_key_is_read_however_it_is_written_and_only_if_it_is_of_the_right_kind() {
    use SignatureAlgorithm::{EcdsaP256, RsaSha256};
    let parsed = |algorithm, text: &str, encoding| PublicKeys::parse(algorithm, &[text.to_owned()], None, encoding);
    let sendgrid = parsed(EcdsaP256, SENDGRID, Encoding::Base64);
    assert!(sendgrid.is_ok());
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\r\n{}\n-----END PUBLIC KEY-----\n", &SENDGRID[..64], &SENDGRID[64..]);
    assert_eq!(parsed(EcdsaP256, &pem, Encoding::Base64), sendgrid);
    assert_eq!(parsed(EcdsaP256, &pem, Encoding::Hex), sendgrid);
    let der = crate::text::base64_text::decode(SENDGRID).unwrap();
    let hex = |bytes: &[u8]| base16ct::lower::encode_string(bytes);
    assert_eq!(parsed(EcdsaP256, &hex(&der), Encoding::Hex), sendgrid);
    assert_eq!(parsed(EcdsaP256, &hex(&der[26..]), Encoding::Hex), sendgrid);
    let refused = |algorithm, bytes: &[u8]| assert!(parsed(algorithm, &hex(bytes), Encoding::Hex).is_err());
    // Another curve (secp256k1 in the place of P-256), a compressed point, a byte more, a byte less, another kind.
    let mut other_curve = der.clone();
    other_curve.splice(3..23, [0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x0a]);
    other_curve[1] -= 4;
    refused(EcdsaP256, &other_curve);
    refused(EcdsaP256, &[&[2], &der[27..59]].concat());
    refused(EcdsaP256, &[&*der, &[0]].concat());
    refused(EcdsaP256, &der[..90]);
    refused(RsaSha256, &der);
    refused(EcdsaP256, &[4; 64]);
}

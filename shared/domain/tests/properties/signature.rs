use domain::verify::Refusal;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::any;
use promises::signature::{HEADER, RequiredProof, SECRETS, TOKEN, hold_for, sign, verified};

fn asked() -> impl Strategy<Value = RequiredProof> {
    select(vec![RequiredProof::Signature, RequiredProof::Token, RequiredProof::Both])
}

/// One bit of `bytes` the other way round.
fn flipped(bytes: &[u8], at: Index, bit: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    *at.get_mut(&mut bytes) ^= 1 << bit;
    bytes
}

proptest! {
    #[test]
    fn what_was_signed_is_believed_and_no_bit_of_it_may_change(
        body in vec(any::<u8>(), 1..200),
        secret in select(&SECRETS[..]),
        (at, bit) in (any::<Index>(), 0..8_u8),
    ) {
        let signature = sign(secret, &body);
        let verify = |token: &str, signature: &str, body: &[u8]| {
            verified(RequiredProof::Both, Some(token), &[(HEADER, signature)], body).map(|_| ()).map_err(|refused| refused.refusal)
        };
        prop_assert_eq!(verify(TOKEN, &signature, &body), Ok(()));
        prop_assert_eq!(verify(TOKEN, &signature, &flipped(&body, at, bit)), Err(Refusal::SignatureWrong));
        let tag = base16ct::mixed::decode_vec(&signature).unwrap();
        let other = base16ct::lower::encode_string(&flipped(&tag, at, bit));
        prop_assert_eq!(verify(TOKEN, &other, &body), Err(Refusal::SignatureWrong));
        // The highest bit of a letter would make it another character's first byte.
        let other = String::from_utf8(flipped(TOKEN.as_bytes(), at, bit % 7)).unwrap();
        prop_assert_eq!(verify(&other, &signature, &body), Err(Refusal::TokenWrong));
    }

    #[test]
    fn only_what_the_source_asks_for_is_believed(
        asked in asked(),
        token in proptest::option::of(prop_oneof![any::text(), Just(TOKEN.to_owned())]),
        headers in vec((header_name(), header_value()), 0..4),
        body in any::bytes(),
    ) {
        let genuine = sign(SECRETS[0], &body);
        let headers: Vec<(&str, String)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.replace("{signature}", &genuine)))
            .collect();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        hold_for(asked, token.as_deref(), &headers, &body);
    }
}

fn header_name() -> impl Strategy<Value = String> {
    let known = [HEADER, "X-Get3W-Signature", "content-type", "Cookie", "authorization", "user-agent"];
    prop_oneof![select(known.to_vec()).prop_map(str::to_owned), any::text()]
}

fn header_value() -> impl Strategy<Value = String> {
    let known = ["{signature}", " {signature}\t", "{signature},{signature}", "sha256={signature}", "{signature}00", ""];
    prop_oneof![3 => select(known.to_vec()).prop_map(str::to_owned), 1 => any::text(), 1 => "[0-9a-fA-F]{64}"]
}

//! Tokens that are signed with a source's key, for APIs that take no key itself.

use serde_json::json;

use crate::description::Hash;
use crate::source::{ApiKey, MacKeys};
use crate::time::Timestamp;
use crate::verify::jwt::hs256_token;

/// Longer than an invocation of a function can wait before it asks.
const LIFE_SECONDS: i64 = 30 * 60;
/// The API's clock may be behind.
const EARLY_SECONDS: i64 = 5;

/// A JSON Web Token that is signed by HS256 (RFC 7515) with the secret half of `key`: its issuer is the other half, it holds
/// from just before `now`, and for half an hour. None if the key has no halves.
pub(super) fn signed_token(key: &ApiKey, now: Timestamp) -> Option<String> {
    let (issuer, secret) = key.pair()?;
    let seconds = now.as_millis() / 1000;
    let claims = json!({ "iss": issuer, "nbf": seconds - EARLY_SECONDS, "exp": seconds + LIFE_SECONDS });
    Some(hs256_token(&claims, &MacKeys::of(&[secret.as_bytes().to_vec()], Hash::Sha256)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected token was made by another implementation of HMAC.
    #[test]
    fn a_token_is_signed_by_the_secret_half_of_a_key() {
        let token = |key: &str| {
            signed_token(&ApiKey::parse(key).expect("it is a key"), Timestamp::from_millis(1_700_000_000_999))
        };
        let parts = [
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "eyJleHAiOjE3MDAwMDE4MDAsImlzcyI6ImFjY2Vzcy0xIiwibmJmIjoxNjk5OTk5OTk1fQ",
            "YxiFq23oTDW0yyEZ61B3oTfF87HnoUE3swLl_qXmO9o",
        ];
        assert_eq!(token("access-1:sk-0123456789"), Some(parts.join(".")));
        for no_pair in ["sk-0123456789", ":sk-0123456789", "access-1:"] {
            assert_eq!(token(no_pair), None, "{no_pair}");
        }
    }
}

//! Senders' public keys, by which Ed25519 signatures are verified.

use std::fmt;

use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;

use crate::description::Encoding;
use crate::text::base64_text;

/// More keys than any sender has at a time. A signature is tried with each, and each try takes a while.
const KEYS_MAX: usize = 16;

/// Public keys of Ed25519 that are valid now.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PublicKeys(Vec<[u8; 32]>);

/// Why something is no list of public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPublicKeys {
    /// Not 32 bytes.
    #[error("a public key of Ed25519 is 32 bytes in base64")]
    NotAKey,
    /// Not 32 bytes in hex.
    #[error("a public key of this sender is 64 hex digits")]
    NotAHexKey,
    /// Not a key set at all.
    #[error("it is not a JSON Web Key Set")]
    NotAKeySet,
    /// A key set for other kinds of signatures.
    #[error("the key set has no key of Ed25519")]
    NoKey,
    /// Too many.
    #[error("there are over {KEYS_MAX} keys")]
    TooMany,
}

impl PublicKeys {
    /// Reads keys that are written in `encoding`, each with or without `prefix` before it.
    ///
    /// # Errors
    /// If one is no key, or there are too many.
    pub(crate) fn parse(
        texts: &[String],
        prefix: Option<&str>,
        encoding: Encoding,
    ) -> Result<PublicKeys, NotPublicKeys> {
        let bare = |text: &str| -> String {
            let text = text.trim();
            prefix.and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text).to_owned()
        };
        let keys = texts.iter().map(|text| match encoding {
            Encoding::Base64 => key(&bare(text)).ok_or(NotPublicKeys::NotAKey),
            Encoding::Hex => {
                let bytes = base16ct::mixed::decode_vec(bare(text)).ok().and_then(|key| key.try_into().ok());
                bytes.ok_or(NotPublicKeys::NotAHexKey)
            }
        });
        PublicKeys::bounded(keys.collect::<Result<_, _>>()?)
    }

    /// Reads a JSON Web Key Set (RFC 7517). Keys for other kinds of signatures are passed over.
    ///
    /// # Errors
    /// If it is none, has none of Ed25519, or too many.
    pub fn of_key_set(json: &[u8]) -> Result<PublicKeys, NotPublicKeys> {
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<serde_json::Value>,
        }
        let KeySet { keys } = serde_json::from_slice(json).map_err(|_| NotPublicKeys::NotAKeySet)?;
        let is_ours = |known: &&serde_json::Value| known["kty"] == "OKP" && known["crv"] == "Ed25519";
        let keys: Vec<_> = keys.iter().filter(is_ours).filter_map(|known| key(known["x"].as_str()?)).collect();
        if keys.is_empty() { Err(NotPublicKeys::NoKey) } else { PublicKeys::bounded(keys) }
    }

    fn bounded(keys: Vec<[u8; 32]>) -> Result<PublicKeys, NotPublicKeys> {
        if keys.len() > KEYS_MAX { Err(NotPublicKeys::TooMany) } else { Ok(PublicKeys(keys)) }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Which of the keys made any of `signatures` over `message`. Nothing here is secret, so the first ends the search.
    pub(crate) fn matching(&self, message: &[u8], signatures: &[Vec<u8>]) -> Option<usize> {
        self.0.iter().position(|key| {
            let key = UnparsedPublicKey::new(&ED25519, key);
            signatures.iter().any(|signature| key.verify(message, signature).is_ok())
        })
    }
}

fn key(text: &str) -> Option<[u8; 32]> {
    base64_text::decode(text)?.try_into().ok()
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} public keys", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn check(json: &str, expected: Result<usize, NotPublicKeys>) {
        assert_eq!(PublicKeys::of_key_set(json.as_bytes()).map(|keys| keys.0.len()), expected, "{json}");
    }

    #[test]
    fn keys_of_ed25519_are_taken_from_a_set_and_no_others() {
        let key = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}","kid":"1"}}"#);
        check(&format!(r#"{{"keys":[{key}]}}"#), Ok(1));
        check(&format!(r#"{{"keys":[{{"kty":"RSA","n":"AQAB","e":"AQAB"}},{key},{key}]}}"#), Ok(2));
        check(r#"{"keys":[{"kty":"OKP","crv":"Ed448","x":"AAAA"}]}"#, Err(NotPublicKeys::NoKey));
        check(r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#, Err(NotPublicKeys::NoKey));
        check(r#"{"keys":[]}"#, Err(NotPublicKeys::NoKey));
        check(&format!(r#"{{"keys":[{}]}}"#, vec![key; 17].join(",")), Err(NotPublicKeys::TooMany));
        for json in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            check(json, Err(NotPublicKeys::NotAKeySet));
        }
    }

    #[test]
    fn an_operators_key_may_have_its_prefix() {
        let parsed = |text: &str| PublicKeys::parse(&[text.to_owned()], Some("whpk_"), Encoding::Base64);
        assert_eq!(parsed(X), parsed(&format!(" whpk_{X}=\n")));
        assert_eq!(parsed("whsk_AAAA"), Err(NotPublicKeys::NotAKey));
    }
}

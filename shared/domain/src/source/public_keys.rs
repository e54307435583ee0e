//! Senders' public keys, by which their signatures are verified.

use std::fmt;

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::description::{Encoding, NotAPublicKey, PublicKey, SignatureAlgorithm, pem};
use crate::source::key_set::{KeyDocument, KeySetAddress};
use crate::text::base64_text;
use crate::time::Timestamp;

/// More keys than any sender has at a time. A signature is tried with each, and each try takes a while.
const KEYS_MAX: usize = 16;

/// Public keys of one algorithm that are valid now.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PublicKeys {
    algorithm: SignatureAlgorithm,
    keys: Vec<PublicKey>,
}

/// Why something is no list of public keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPublicKeys {
    /// Not a key, or one of another kind.
    #[error(transparent)]
    NotAKey(NotAPublicKey),
    /// Not a key set at all.
    #[error("it is not a JSON Web Key Set")]
    NotAKeySet,
    /// A key set for other kinds of signatures.
    #[error("the key set has no key of {0}")]
    NoKey(SignatureAlgorithm),
    /// Not a certificate at all.
    #[error("it is not a certificate")]
    NotACertificate,
    /// A certificate that counts no more, or not yet.
    #[error("the certificate is valid at another time")]
    NotValidNow,
    /// A certificate for other kinds of signatures.
    #[error("the certificate has no key of {0}")]
    OtherKey(SignatureAlgorithm),
    /// Too many.
    #[error("there are over {KEYS_MAX} keys")]
    TooMany,
}

impl PublicKeys {
    /// Reads keys that are written in `encoding`, each with or without `prefix` before it.
    ///
    /// # Errors
    /// If one is no key of this algorithm, or there are too many.
    pub(crate) fn parse(
        algorithm: SignatureAlgorithm,
        texts: &[String],
        prefix: Option<&str>,
        encoding: Encoding,
    ) -> Result<PublicKeys, NotPublicKeys> {
        let key = |text: &String| {
            let text = text.trim();
            let bare = prefix.and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
            PublicKey::parse(algorithm, bare, encoding).map_err(NotPublicKeys::NotAKey)
        };
        PublicKeys::bounded(algorithm, texts.iter().map(key).collect::<Result<_, _>>()?)
    }

    /// Reads a JSON Web Key Set (RFC 7517). Keys for other kinds of signatures are passed over.
    ///
    /// # Errors
    /// If it is none, has none of this algorithm, or too many.
    pub fn of_key_set(algorithm: SignatureAlgorithm, json: &[u8]) -> Result<PublicKeys, NotPublicKeys> {
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<serde_json::Value>,
        }
        let KeySet { keys } = serde_json::from_slice(json).map_err(|_| NotPublicKeys::NotAKeySet)?;
        let keys: Vec<_> = keys.iter().filter_map(|key| PublicKey::of_key_set(algorithm, key)).collect();
        if keys.is_empty() { Err(NotPublicKeys::NoKey(algorithm)) } else { PublicKeys::bounded(algorithm, keys) }
    }

    /// Reads what was published at `address`, at `now`.
    ///
    /// # Errors
    /// If it is not what should be there.
    pub fn of_document(address: &KeySetAddress, document: &[u8], now: Timestamp) -> Result<PublicKeys, NotPublicKeys> {
        match address.document() {
            KeyDocument::KeySet => PublicKeys::of_key_set(address.algorithm(), document),
            KeyDocument::Certificate => PublicKeys::of_certificate(address.algorithm(), document, now),
        }
    }

    /// Reads the first certificate of a PEM (RFC 7468), that of the key. Who has issued it is not looked at: it is
    /// trusted because of where it was published.
    ///
    /// # Errors
    /// If it is none, has another kind of key, or is not valid at `now`.
    pub fn of_certificate(
        algorithm: SignatureAlgorithm,
        text: &[u8],
        now: Timestamp,
    ) -> Result<PublicKeys, NotPublicKeys> {
        let text = str::from_utf8(text).map_err(|_| NotPublicKeys::NotACertificate)?;
        let der = pem(text).and_then(|base64| base64_text::decode(&base64)).ok_or(NotPublicKeys::NotACertificate)?;
        let (_, certificate) = X509Certificate::from_der(&der)
            .ok()
            .filter(|(rest, _)| rest.is_empty())
            .ok_or(NotPublicKeys::NotACertificate)?;
        let validity = certificate.validity();
        let seconds = now.as_millis().div_euclid(1000);
        if !(validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&seconds) {
            return Err(NotPublicKeys::NotValidNow);
        }
        let key = PublicKey::of_certificate(algorithm, certificate.public_key().raw);
        let key = key.ok_or(NotPublicKeys::OtherKey(algorithm))?;
        Ok(PublicKeys { algorithm, keys: vec![key] })
    }

    fn bounded(algorithm: SignatureAlgorithm, keys: Vec<PublicKey>) -> Result<PublicKeys, NotPublicKeys> {
        if keys.len() > KEYS_MAX { Err(NotPublicKeys::TooMany) } else { Ok(PublicKeys { algorithm, keys }) }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The algorithm that all of them are for.
    pub(crate) const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Which of the keys made any of `signatures` over `message`. Nothing here is secret, so the first ends the search.
    pub(crate) fn matching(&self, message: &[u8], signatures: &[Vec<u8>]) -> Option<usize> {
        let is_by = |key: &PublicKey| signatures.iter().any(|signature| self.is_by(key, message, signature));
        self.keys.iter().position(is_by)
    }

    fn is_by(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        match key {
            PublicKey::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            PublicKey::EcdsaP256(point) => {
                let is_raw = self.algorithm == SignatureAlgorithm::EcdsaP256Raw;
                let algorithm = if is_raw { &ECDSA_P256_SHA256_FIXED } else { &ECDSA_P256_SHA256_ASN1 };
                UnparsedPublicKey::new(algorithm, point).verify(message, signature)
            }
            PublicKey::Rsa { n, e } => {
                let is_sha1 = self.algorithm == SignatureAlgorithm::RsaSha1;
                let algorithm =
                    if is_sha1 { &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY } else { &RSA_PKCS1_2048_8192_SHA256 };
                RsaPublicKeyComponents { n, e }.verify(algorithm, message, signature)
            }
        }
        .is_ok()
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} public keys", self.keys.len())
    }
}

#[cfg(test)]
mod tests;

//! A sender's public key, as people copy it and as key sets hold it.

use serde_json::Value;

use crate::description::signature_algorithm::RSA_BYTES;
use crate::description::{Encoding, SignatureAlgorithm};
use crate::text::base64_text;

/// A sender's public key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// Of Ed25519.
    Ed25519([u8; 32]),
    /// A point of P-256: 4, then its two coordinates.
    EcdsaP256([u8; 65]),
    /// Of RSA: both numbers without zeros before them.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

/// A text that is no public key of the kind that its sender has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPublicKey {
    /// Not 32 bytes.
    #[error("a public key of Ed25519 is 32 bytes in base64")]
    Ed25519,
    /// Not 32 bytes in hex.
    #[error("a public key of this sender is 64 hex digits")]
    Ed25519Hex,
    /// Another curve, another kind of key, or not all of it.
    #[error(
        "a public key of this sender is one of ECDSA over P-256, as PEM, or as its DER or its point of 65 bytes in {0}"
    )]
    EcdsaP256(&'static str),
    /// Another kind of key, another length, or not all of it.
    #[error("a public key of this sender is one of RSA with 2048, 3072 or 4096 bits, as PEM, or as its DER in {0}")]
    Rsa(&'static str),
}

impl PublicKey {
    /// Reads a key that is written in `encoding`, or as PEM.
    pub(crate) fn parse(
        algorithm: SignatureAlgorithm,
        text: &str,
        encoding: Encoding,
    ) -> Result<PublicKey, NotAPublicKey> {
        let bytes = match (pem(text), encoding) {
            (Some(base64), _) => base64_text::decode(&base64),
            (None, Encoding::Base64) => base64_text::decode(text),
            (None, Encoding::Hex) => base16ct::mixed::decode_vec(text).ok(),
        };
        let key = bytes.and_then(|bytes| match algorithm {
            SignatureAlgorithm::Ed25519 => bytes.try_into().ok().map(PublicKey::Ed25519),
            SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw => ecdsa_p256(&bytes),
            SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1 => rsa(&bytes),
        });
        key.ok_or(match (algorithm, encoding) {
            (SignatureAlgorithm::Ed25519, Encoding::Base64) => NotAPublicKey::Ed25519,
            (SignatureAlgorithm::Ed25519, Encoding::Hex) => NotAPublicKey::Ed25519Hex,
            (SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw, encoding) => {
                NotAPublicKey::EcdsaP256(encoding.as_str())
            }
            (SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1, encoding) => {
                NotAPublicKey::Rsa(encoding.as_str())
            }
        })
    }

    /// Reads the key of a certificate, a `SubjectPublicKeyInfo` in DER.
    pub(crate) fn of_certificate(algorithm: SignatureAlgorithm, info: &[u8]) -> Option<PublicKey> {
        match algorithm {
            SignatureAlgorithm::Ed25519 => None,
            SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw => ecdsa_p256(info),
            SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::RsaSha1 => rsa(info),
        }
    }

    /// Reads a key of a JSON Web Key Set (RFC 7517); `None` if it is of another kind, or meant for something else.
    pub(crate) fn of_key_set(algorithm: SignatureAlgorithm, key: &Value) -> Option<PublicKey> {
        let bytes = |name: &str| base64_text::decode(key[name].as_str()?);
        let is_for = |name: &str| key["alg"].is_null() || key["alg"] == name;
        if key["use"] == "enc" {
            return None;
        }
        match algorithm {
            SignatureAlgorithm::Ed25519 if key["kty"] == "OKP" && key["crv"] == "Ed25519" => {
                bytes("x")?.try_into().ok().map(PublicKey::Ed25519)
            }
            SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw
                if key["kty"] == "EC" && key["crv"] == "P-256" && is_for("ES256") =>
            {
                let (x, y): ([u8; 32], [u8; 32]) = (bytes("x")?.try_into().ok()?, bytes("y")?.try_into().ok()?);
                point(&[&[UNCOMPRESSED], &x[..], &y[..]].concat())
            }
            SignatureAlgorithm::RsaSha256 if key["kty"] == "RSA" && is_for("RS256") => {
                rsa_key(&bytes("n")?, &bytes("e")?)
            }
            _ => None,
        }
    }
}

/// What stands between the lines of the first PEM of a text.
pub(crate) fn pem(text: &str) -> Option<String> {
    let lines = text.trim().strip_prefix("-----BEGIN ")?.lines().skip(1);
    Some(lines.map(str::trim).take_while(|line| !line.starts_with("-----")).collect())
}

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
/// Before the coordinates of a point that has both.
const UNCOMPRESSED: u8 = 4;
/// What a `SubjectPublicKeyInfo` names as its algorithm: an elliptic curve, and P-256.
const OF_P256: [u8; 19] = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// The same: RSA, without parameters.
const OF_RSA: [u8; 13] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

/// The key in a `SubjectPublicKeyInfo` (RFC 5280), or the point alone.
fn ecdsa_p256(bytes: &[u8]) -> Option<PublicKey> {
    point(bytes).or_else(|| point(subject_key(bytes, &OF_P256)?))
}

fn point(bytes: &[u8]) -> Option<PublicKey> {
    let point: [u8; 65] = bytes.try_into().ok()?;
    (point[0] == UNCOMPRESSED).then_some(PublicKey::EcdsaP256(point))
}

/// The key in a `SubjectPublicKeyInfo` (RFC 5280), or an `RSAPublicKey` (RFC 8017).
fn rsa(bytes: &[u8]) -> Option<PublicKey> {
    let numbers = whole(SEQUENCE, subject_key(bytes, &OF_RSA).unwrap_or(bytes))?;
    let (n, rest) = element(INTEGER, numbers)?;
    rsa_key(n, whole(INTEGER, rest)?)
}

fn rsa_key(n: &[u8], e: &[u8]) -> Option<PublicKey> {
    let bare = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
    let (n, e) = (bare(n), bare(e));
    RSA_BYTES.contains(&n.len()).then_some(PublicKey::Rsa { n, e })
}

fn subject_key<'d>(der: &'d [u8], of: &[u8]) -> Option<&'d [u8]> {
    let (algorithm, rest) = element(SEQUENCE, whole(SEQUENCE, der)?)?;
    let key = whole(BIT_STRING, rest)?.strip_prefix(&[0])?;
    (algorithm == of).then_some(key)
}

/// What is in the element of DER that is all of `der`.
fn whole(tag: u8, der: &[u8]) -> Option<&[u8]> {
    let (content, rest) = element(tag, der)?;
    rest.is_empty().then_some(content)
}

/// What is in the first element of `der`, and what stands behind it. No key is longer than two bytes count.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk()?;
    let (bytes, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => rest.split_first().map(|(bytes, rest)| (usize::from(*bytes), rest))?,
        0x82 => rest.split_first_chunk().map(|(bytes, rest)| (usize::from(u16::from_be_bytes(*bytes)), rest))?,
        _ => return None,
    };
    if found == tag { rest.split_at_checked(bytes) } else { None }
}

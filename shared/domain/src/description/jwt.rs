//! A JSON Web Token that proves a delivery.

use serde::Deserialize;

use crate::description::{AccountRule, Encoding, HeaderName, KeySource, SecretForm, SignatureAlgorithm};

/// A JSON Web Token (RFC 7519) in a header, which the sender makes of each delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwt {
    /// What it is signed with. A token that names another algorithm is refused, whatever it names.
    pub key: JwtKey,
    /// The headers that may hold it; the first that is there is taken.
    pub header: Vec<HeaderName>,
    /// What stands before it, such as `Bearer `.
    pub prefix: String,
    /// Its `iss`; any, if this is absent.
    pub issuer: Option<String>,
    /// Its `aud`, or one of them. If this is absent, it must have none, for it would be meant for somebody else.
    pub audience: Option<String>,
    /// Where it has the hash of the body. Without, it vouches for no body.
    pub body_hash: Option<BodyHash>,
    /// How many seconds ago it may have been issued, by its `iat`; not limited if absent.
    pub past_seconds: Option<u32>,
    /// As for [`PublicKeySignature`](crate::description::PublicKeySignature); here it can be a claim.
    pub account: Option<AccountRule>,
}

/// What a token is signed with.
#[derive(Clone, Debug, PartialEq)]
pub enum JwtKey {
    /// `HS256`: a secret that both know.
    Secret(SecretForm),
    /// `ES256` or `RS256`: a private key of the sender's.
    Public {
        /// The algorithm.
        algorithm: SignatureAlgorithm,
        /// Where the public keys are from.
        keys: KeySource,
    },
}

/// The name of an algorithm, as tokens have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum JwtAlgorithm {
    /// HMAC-SHA256.
    Hs256,
    /// ECDSA over P-256.
    Es256,
    /// RSA by PKCS #1 v1.5.
    Rs256,
}

/// A claim that holds the SHA-256 of the body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyHash {
    /// The claim's name.
    pub claim: String,
    /// How the hash is written.
    pub encoding: Encoding,
}

impl JwtKey {
    /// The name of its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> JwtAlgorithm {
        match self {
            JwtKey::Secret(_) => JwtAlgorithm::Hs256,
            JwtKey::Public { algorithm: SignatureAlgorithm::RsaSha256, .. } => JwtAlgorithm::Rs256,
            JwtKey::Public { .. } => JwtAlgorithm::Es256,
        }
    }
}

impl JwtAlgorithm {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            JwtAlgorithm::Hs256 => "HS256",
            JwtAlgorithm::Es256 => "ES256",
            JwtAlgorithm::Rs256 => "RS256",
        }
    }
}

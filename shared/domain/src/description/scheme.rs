//! What proves that a delivery is the sender's own.

use std::fmt;

use serde::Deserialize;

use super::public_key::RSA_BYTES;
use super::scheme_form::SchemeForm;
use crate::description::{
    AccountRule, Encoding, FieldPath, HeaderName, Jwt, KeySource, SecretForm, Syntax, Template, Timestamp,
};

/// What proves that a delivery is the sender's own. A token in the URL can be asked for beside any of them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "SchemeForm")]
pub enum Scheme {
    /// Nothing does: the URL must hold a token that nobody else knows.
    UrlToken,
    /// A header with a text that nobody else knows, the same each time.
    StaticToken(StaticToken),
    /// `Authorization: Basic`, with a name and a password from the URL that the sender was given.
    Basic,
    /// A message authentication code made with a secret that both know.
    Hmac(Hmac),
    /// A signature made with a private key of the sender's.
    PublicKey(PublicKeySignature),
    /// A JSON Web Token that holds the hash of the body.
    Jwt(Jwt),
}

/// A header with a text that nobody else knows.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticToken {
    /// The header; absent where the customer chooses it, as `token_header` of the source.
    pub header: Option<HeaderName>,
    /// Where it stands instead of in a header: in the body, or in the URL's query.
    pub at: Option<FieldPath>,
    /// What stands before the token, such as `Bearer `.
    pub prefix: String,
}

/// A message authentication code.
#[derive(Clone, Debug, PartialEq)]
pub struct Hmac {
    /// The hash.
    pub hash: Hash,
    /// How the key is made of the secret's text.
    pub secret: SecretForm,
    /// Where the signature stands.
    pub place: SignaturePlace,
    /// How the signature stands in it.
    pub syntax: Syntax,
    /// How its bytes are written.
    pub encoding: Encoding,
    /// The headers that may hold the delivery's id.
    pub id: Vec<HeaderName>,
    /// Where the delivery says when it was made, and how old it may be.
    pub timestamp: Option<Timestamp>,
    /// The bytes that are signed.
    pub message: Template,
}

/// A signature made with a private key of the sender's.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKeySignature {
    /// The algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Where the public keys are from.
    pub keys: KeySource,
    /// How one customer's deliveries are told from the others'; absent if the keys are the source's alone.
    pub account: Option<AccountRule>,
    /// As for [`Hmac`].
    pub place: SignaturePlace,
    /// As for [`Hmac`].
    pub syntax: Syntax,
    /// As for [`Hmac`].
    pub encoding: Encoding,
    /// As for [`Hmac`].
    pub id: Vec<HeaderName>,
    /// As for [`Hmac`].
    pub timestamp: Option<Timestamp>,
    /// As for [`Hmac`].
    pub message: Template,
}

/// The algorithm of a signature that a public key verifies, and how its bytes are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// Ed25519 (RFC 8032).
    #[default]
    Ed25519,
    /// ECDSA over P-256 with SHA-256; the signature is the DER that OpenSSL, Java and Go write.
    EcdsaP256,
    /// The same; the signature is its two numbers of 32 bytes each, as WebCrypto and JWTs write it.
    EcdsaP256Raw,
    /// RSA by PKCS #1 v1.5 with SHA-256.
    RsaSha256,
}

impl SignatureAlgorithm {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SignatureAlgorithm::Ed25519 => "Ed25519",
            SignatureAlgorithm::EcdsaP256 | SignatureAlgorithm::EcdsaP256Raw => "ECDSA over P-256",
            SignatureAlgorithm::RsaSha256 => "RSA",
        }
    }

    /// Whether these bytes can be a signature at all: others are refused before a message is put together.
    pub(crate) fn has_form(self, signature: &[u8]) -> bool {
        /// Both numbers in DER, each with as few bytes as it needs.
        const DER_BYTES: std::ops::RangeInclusive<usize> = 8..=72;
        let bytes = signature.len();
        match self {
            SignatureAlgorithm::Ed25519 | SignatureAlgorithm::EcdsaP256Raw => bytes == 64,
            SignatureAlgorithm::EcdsaP256 => {
                let is_sequence = matches!(signature, [0x30, length, ..] if usize::from(*length) + 2 == bytes);
                DER_BYTES.contains(&bytes) && is_sequence
            }
            SignatureAlgorithm::RsaSha256 => RSA_BYTES.contains(&bytes),
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a signature stands.
#[derive(Clone, Debug, PartialEq)]
pub enum SignaturePlace {
    /// In the first of these headers that is there.
    FirstOf(Vec<HeaderName>),
    /// In any of these headers: one signature that fits is enough.
    AnyOf(Vec<HeaderName>),
    /// In the body, or in the URL's query.
    At(FieldPath),
}

impl SignaturePlace {
    /// The headers that may hold it.
    #[must_use]
    pub fn headers(&self) -> &[HeaderName] {
        match self {
            SignaturePlace::FirstOf(names) | SignaturePlace::AnyOf(names) => names,
            SignaturePlace::At(_) => &[],
        }
    }
}

/// The hash of a message authentication code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-1, which is still sound for this.
    Sha1,
}

impl Hash {
    /// All of them.
    pub(crate) const ALL: [Hash; 4] = [Hash::Sha256, Hash::Sha384, Hash::Sha512, Hash::Sha1];

    /// How many bytes a code has that is made with it.
    pub(crate) const fn code_bytes(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
            Hash::Sha1 => 20,
        }
    }
}

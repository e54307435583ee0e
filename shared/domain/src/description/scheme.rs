//! What proves that a delivery is the sender's own.

use serde::Deserialize;

use crate::description::{
    AccountRule, Encoding, FieldPath, HeaderName, Jwt, KeySource, SecretForm, SignatureAlgorithm, Syntax, Template,
    Timestamp,
};

/// What proves that a delivery is the sender's own. A token in the URL can be asked for beside any of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Scheme {
    /// Nothing does: the URL must hold a token that nobody else knows.
    UrlToken,
    /// A header with a text that nobody else knows, the same each time.
    StaticToken(StaticToken),
    /// `Authorization: Basic`, with a name and a password from the URL that the sender was given.
    Basic,
    /// A message authentication code, or a plain hash, made with a secret that both know.
    Hmac(Hmac),
    /// A signature made with a private key of the sender's.
    PublicKey(PublicKeySignature),
    /// A JSON Web Token, which may hold the hash of the body.
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
    /// How the secret takes part.
    pub construction: Construction,
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

/// How a secret takes part in a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Construction {
    /// As the key of an HMAC (RFC 2104).
    #[default]
    Hmac,
    /// As the last part of what is hashed, which is weaker: two messages with one hash have one code under every secret.
    Hash,
    /// As one of the parts that are sorted by their bytes before they are joined and hashed. Such parts can be divided in
    /// another way without another hash.
    HashOfSorted,
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

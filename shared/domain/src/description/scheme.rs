//! What proves that a delivery is the sender's own.

use serde::Deserialize;

use crate::description::{HeaderName, Pointer, Template};

/// What proves that a delivery is the sender's own. A token in the URL can be asked for beside any of them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Scheme {
    /// Nothing does: the URL must hold a token that nobody else knows.
    UrlToken,
    /// A header with a text that nobody else knows, the same each time.
    StaticToken(StaticToken),
    /// `Authorization: Basic`, with a name and a password from the URL that the sender was given.
    Basic,
    /// A message authentication code made with a secret that both know.
    Hmac(Hmac),
    /// A signature made with a key of the sender's.
    Ed25519(Ed25519),
}

/// A header with a text that nobody else knows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaticToken {
    /// The header; absent where the customer chooses it, as `token_header` of the source.
    #[serde(default)]
    pub header: Option<HeaderName>,
    /// What stands before the token, such as `Bearer `.
    #[serde(default)]
    pub prefix: String,
}

/// A message authentication code.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hmac {
    /// The hash.
    #[serde(default)]
    pub hash: Hash,
    /// How the key is made of the secret's text.
    #[serde(default)]
    pub secret: SecretForm,
    /// The headers that may hold the signature: the first that is there is taken.
    pub header: Vec<HeaderName>,
    /// How the signature stands in it.
    #[serde(default)]
    pub syntax: Syntax,
    /// How its bytes are written.
    pub encoding: Encoding,
    /// The headers that may hold the delivery's id.
    #[serde(default)]
    pub id: Vec<HeaderName>,
    /// Where the delivery says when it was made, and how old it may be.
    #[serde(default)]
    pub timestamp: Option<Timestamp>,
    /// The bytes that are signed.
    pub message: Template,
}

/// A signature made with a key of the sender's.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ed25519 {
    /// Where the public keys are from.
    pub keys: KeySource,
    /// As for [`Hmac`].
    pub header: Vec<HeaderName>,
    /// As for [`Hmac`].
    #[serde(default)]
    pub syntax: Syntax,
    /// As for [`Hmac`].
    pub encoding: Encoding,
    /// As for [`Hmac`].
    #[serde(default)]
    pub id: Vec<HeaderName>,
    /// As for [`Hmac`].
    #[serde(default)]
    pub timestamp: Option<Timestamp>,
    /// As for [`Hmac`].
    pub message: Template,
}

/// Where public keys are from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub enum KeySource {
    /// The operator copies them into `public_keys`, in base64 (32 bytes).
    Operator {
        /// What may stand before one, such as `whpk_`.
        #[serde(default)]
        strip_prefix: Option<String>,
    },
    /// The sender publishes them as a JSON Web Key Set.
    Jwks {
        /// Where, by https.
        url: String,
        /// The hosts that the operator may name instead, in `jwks_url`.
        hosts: Vec<String>,
        /// For how many seconds they are kept, up to a day.
        ttl_seconds: u32,
    },
}

/// The hash of a message authentication code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-1, which is still sound for this.
    Sha1,
}

/// How a key is made of a secret's text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretForm {
    /// What is taken off first, if it is there.
    pub strip_prefix: Option<String>,
    /// How the rest is read.
    pub encoding: SecretEncoding,
}

/// How a secret's text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretEncoding {
    /// Its own bytes are the key.
    #[default]
    Text,
    /// It is the key in base64, padded or not.
    Base64,
    /// It is the key in hex.
    Hex,
}

/// How a signature stands in its header.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Syntax {
    /// Alone.
    #[default]
    Plain,
    /// After a prefix, such as `sha256=`.
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// In a list of `key=value`: `t=1614265330,v1=5257...`. Several of one key are several signatures.
    Pairs {
        /// The key of a signature.
        key: String,
        /// What stands between the pairs.
        separator: char,
    },
    /// In a list of `version,signature` with spaces between them. Other versions are passed over.
    Versions {
        /// The version.
        version: String,
    },
}

/// How a signature's bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Hex, in either case.
    Hex,
    /// Base64 of the standard or of the URL alphabet, padded or not.
    Base64,
}

/// When a delivery was made, by its own account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// Where it says so.
    pub at: TimestampAt,
    /// What it counts.
    #[serde(default)]
    pub unit: TimestampUnit,
    /// How many seconds old it may be; not limited if absent.
    #[serde(default)]
    pub past_seconds: Option<u32>,
    /// How many seconds ahead it may be; not limited if absent.
    #[serde(default)]
    pub future_seconds: Option<u32>,
    /// Whether the signature leaves it out, so that anybody could write another. It must be said: such a limit keeps
    /// slow deliveries out, and no copies.
    #[serde(default)]
    pub unsigned: bool,
}

/// Where a delivery says when it was made: `{ header = [...] }`, `{ pair = "t" }` or `{ json = "/pointer" }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimestampAt {
    /// In the first of these headers that is there.
    Header(Vec<HeaderName>),
    /// In the signature's own header, under this key. Only where that is a list of pairs.
    Pair(String),
    /// In the body.
    Json(Pointer),
}

/// What a timestamp counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimestampUnit {
    /// Seconds since 1970, an integer.
    #[default]
    Seconds,
    /// Milliseconds since 1970, an integer.
    Milliseconds,
    /// No count: an instant by RFC 3339.
    Rfc3339,
}

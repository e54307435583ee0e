//! What proves that a delivery is the sender's own.

use serde::Deserialize;

use crate::description::scheme_form::{KeySourceForm, SchemeForm};
use crate::description::{AccountRule, Encoding, HeaderName, SecretForm, Syntax, Template, Timestamp};

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
    /// A signature made with a key of the sender's.
    Ed25519(Ed25519),
}

/// A header with a text that nobody else knows.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticToken {
    /// The header; absent where the customer chooses it, as `token_header` of the source.
    pub header: Option<HeaderName>,
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
    /// The headers that may hold the signature: the first that is there is taken.
    pub header: Vec<HeaderName>,
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

/// A signature made with a key of the sender's.
#[derive(Clone, Debug, PartialEq)]
pub struct Ed25519 {
    /// Where the public keys are from.
    pub keys: KeySource,
    /// How one customer's deliveries are told from the others'; absent if the keys are the source's alone.
    pub account: Option<AccountRule>,
    /// As for [`Hmac`].
    pub header: Vec<HeaderName>,
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

/// Where public keys are from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "KeySourceForm")]
pub enum KeySource {
    /// The operator copies them into `public_keys`, in base64 (32 bytes).
    Operator {
        /// What may stand before one, such as `whpk_`.
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

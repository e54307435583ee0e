//! How a key is made of a secret's text.

use serde::Deserialize;

/// How a key is made of a secret's text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a table with `strip_prefix` and `encoding`; the secret itself goes into `secrets`"
)]
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

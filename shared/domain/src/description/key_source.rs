//! Where public keys are from.

use serde::Deserialize;

use crate::description::one_or_many::OneOrMany;
use crate::description::{CertificateRule, Encoding, FieldPath};

/// Where public keys are from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "KeySourceForm")]
pub enum KeySource {
    /// The operator copies them into `public_keys`.
    Operator {
        /// How they are written; in base64 if it is left out.
        encoding: Encoding,
        /// What may stand before one, such as `whpk_`.
        strip_prefix: Option<String>,
    },
    /// The sender has had the same for all of its customers ever since, and shows them in its documentation.
    Sender {
        /// The keys.
        public_keys: Vec<String>,
        /// How they are written; in base64 if it is left out.
        encoding: Encoding,
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
    /// Each delivery names a certificate, which the sender publishes.
    Certificate(CertificateRule),
}

/// A key source as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySourceForm {
    from: KeysFrom,
    strip_prefix: Option<String>,
    encoding: Option<Encoding>,
    public_keys: Option<OneOrMany<String>>,
    url: Option<String>,
    hosts: Option<OneOrMany<String>>,
    ttl_seconds: Option<u32>,
    at: Option<FieldPath>,
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KeysFrom {
    Operator,
    Sender,
    Jwks,
    Certificate,
}

impl TryFrom<KeySourceForm> for KeySource {
    type Error = &'static str;

    fn try_from(form: KeySourceForm) -> Result<KeySource, &'static str> {
        match form {
            KeySourceForm {
                from: KeysFrom::Operator,
                strip_prefix,
                encoding,
                public_keys: None,
                url: None,
                hosts: None,
                ttl_seconds: None,
                at: None,
                path: None,
            } => Ok(KeySource::Operator { encoding: encoding.unwrap_or(Encoding::Base64), strip_prefix }),
            KeySourceForm {
                from: KeysFrom::Sender,
                strip_prefix: None,
                encoding,
                public_keys: Some(OneOrMany(public_keys)),
                url: None,
                hosts: None,
                ttl_seconds: None,
                at: None,
                path: None,
            } => Ok(KeySource::Sender { public_keys, encoding: encoding.unwrap_or(Encoding::Base64) }),
            KeySourceForm {
                from: KeysFrom::Jwks,
                strip_prefix: None,
                encoding: None,
                public_keys: None,
                url: Some(url),
                hosts: Some(OneOrMany(hosts)),
                ttl_seconds: Some(ttl_seconds),
                at: None,
                path: None,
            } => Ok(KeySource::Jwks { url, hosts, ttl_seconds }),
            KeySourceForm {
                from: KeysFrom::Certificate,
                strip_prefix: None,
                encoding: None,
                public_keys: None,
                url: None,
                hosts: Some(OneOrMany(hosts)),
                ttl_seconds: Some(ttl_seconds),
                at: Some(at),
                path: Some(path),
            } => Ok(KeySource::Certificate(CertificateRule { at, hosts, path, ttl_seconds })),
            _ => Err(
                "keys `from = \"operator\"` have nothing but a `strip_prefix` and an `encoding`, those `from = \"sender\"` have `public_keys` and an `encoding`, those `from = \"jwks\"` have `url`, `hosts` and `ttl_seconds`, and those `from = \"certificate\"` have `at`, `hosts`, `path` and `ttl_seconds`",
            ),
        }
    }
}

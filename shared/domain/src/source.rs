//! A configured sender: what its secret says.

mod options;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::digest::Digest;
use crate::provider::{Provider, UnknownProvider};
use crate::source_name::SourceName;

pub use self::options::{ASSET_MAX_BYTES, ApiAccess, ApiKey, AssetHost, LoopbackUrl, Options, OptionsError};

/// A shorter signing secret can be guessed; it is refused.
const SECRET_MIN_BYTES: usize = 8;
/// A shorter signing secret deserves a warning.
const SECRET_SHORT_BYTES: usize = 24;

/// One configured sender: its provider, what proves that a delivery is its own, and what is done with its events.
#[derive(Clone, Debug)]
pub struct Source {
    /// The operator's name for it.
    pub name: SourceName,
    /// The kind of sender.
    pub provider: Provider,
    /// What a genuine delivery must carry.
    pub credentials: Credentials,
    /// How repeats are told from new events.
    pub dedupe: Dedupe,
    /// What the processor does with its events. Faults here do not stop deliveries: they would be lost.
    pub options: Result<Options, OptionsError>,
    /// What the operator should know, in sentences; holds no secret.
    pub warnings: Vec<String>,
}

/// What a genuine delivery must carry. A source without any cannot be expressed.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A signature with one of these secrets.
    Signature {
        /// The header that carries it.
        header: &'static str,
        /// The secrets that are valid now.
        secrets: Secrets,
    },
    /// One of these tokens in the URL.
    Token(TokenDigests),
    /// Both of them.
    Both {
        /// The header that carries the signature.
        header: &'static str,
        /// The secrets that are valid now.
        secrets: Secrets,
        /// The tokens that are valid now.
        tokens: TokenDigests,
    },
}

/// How repeats are told from new events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dedupe {
    /// By the provider's key: a second body under the same key is a duplicate.
    #[default]
    Key,
    /// By the key and the body: for a sender that uses its ids again.
    Content,
}

/// Signing secrets. Their texts are never shown.
#[derive(Clone)]
pub struct Secrets(Vec<String>);

/// SHA-256 digests of tokens that nobody else knows.
#[derive(Clone)]
pub struct TokenDigests(Vec<Digest>);

/// Why a source's secret cannot be used. The text says what to write instead, and never shows what stands there.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not the JSON object that it should be. Only the place is kept: the parser's own message could quote a secret.
    #[error("the secret is not the JSON object it should be (line {line}, column {column}): {category}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What kind of fault it is.
        category: &'static str,
    },
    /// A provider that Landfall does not know.
    #[error("`provider`: {0}")]
    UnknownProvider(UnknownProvider),
    /// Neither secrets nor tokens.
    #[error("nothing to verify with: give `secrets`, or `token_sha256`, or both")]
    NoCredentials,
    /// Secrets for a sender that signs nothing.
    #[error(
        "{0} signs nothing, so `secrets` cannot verify it: put a token in its URL and its digest in `token_sha256`"
    )]
    SignsNothing(Provider),
    /// A secret that can be guessed.
    #[error("a secret in `secrets` has under {SECRET_MIN_BYTES} bytes without the white space around it")]
    SecretTooShort,
    /// A token digest of the wrong form.
    #[error("`token_sha256` holds something that is not the 64 hex digits of a SHA-256")]
    NotADigest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    provider: String,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    token_sha256: Vec<String>,
    #[serde(default)]
    dedupe: Dedupe,
    #[serde(default)]
    api_base_url: Option<String>,
    #[serde(default)]
    api_family: Option<String>,
    #[serde(default)]
    api_key: Option<String>,
    #[serde(default)]
    archive: bool,
    #[serde(default)]
    asset_hosts: Vec<String>,
    #[serde(default)]
    confirm: bool,
    #[serde(default)]
    max_asset_bytes: Option<u64>,
}

impl Source {
    /// Reads what the secret of the source `name` says.
    ///
    /// # Errors
    /// If it cannot be used as it stands; nothing of such a source is accepted until it is mended.
    pub fn parse(name: SourceName, json: &str) -> Result<Source, SourceError> {
        let configuration: Configuration = serde_json::from_str(json).map_err(|error| SourceError::Malformed {
            line: error.line(),
            column: error.column(),
            category: match error.classify() {
                serde_json::error::Category::Data => "a field is missing, unknown or of the wrong type",
                serde_json::error::Category::Eof => "it ends too early",
                serde_json::error::Category::Io | serde_json::error::Category::Syntax => "it is not JSON",
            },
        })?;
        let provider: Provider = configuration.provider.parse().map_err(SourceError::UnknownProvider)?;
        let mut warnings = Vec::new();
        let options = Options::read(provider, &configuration);
        if let Err(error) = &options {
            warnings.push(error.to_string());
        }
        let secrets = Secrets::parse(configuration.secrets, &mut warnings)?;
        let tokens = TokenDigests::parse(&configuration.token_sha256)?;
        let credentials = match (secrets, tokens) {
            (None, None) => return Err(SourceError::NoCredentials),
            (None, Some(tokens)) => Credentials::Token(tokens),
            (Some(secrets), tokens) => {
                let header = provider.signature_header().ok_or(SourceError::SignsNothing(provider))?;
                match tokens {
                    None => Credentials::Signature { header, secrets },
                    Some(tokens) => Credentials::Both { header, secrets, tokens },
                }
            }
        };
        let is_always_signed = !matches!(credentials, Credentials::Token(_));
        if is_always_signed && configuration.confirm && options.is_ok() {
            warnings.push("every delivery of this source is signed, so `confirm` has no effect".to_owned());
        }
        Ok(Source { name, provider, credentials, dedupe: configuration.dedupe, options, warnings })
    }
}

impl Secrets {
    fn parse(texts: Vec<String>, warnings: &mut Vec<String>) -> Result<Option<Secrets>, SourceError> {
        // White space around a secret comes from copying it, never from the sender.
        let secrets: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).collect();
        if secrets.iter().any(|secret| secret.len() < SECRET_MIN_BYTES) {
            return Err(SourceError::SecretTooShort);
        }
        if secrets.iter().any(|secret| secret.len() < SECRET_SHORT_BYTES) {
            warnings.push(format!(
                "a secret in `secrets` has under {SECRET_SHORT_BYTES} bytes: ask the sender for a longer one"
            ));
        }
        Ok((!secrets.is_empty()).then_some(Secrets(secrets)))
    }

    /// Which of the secrets makes `signature` the HMAC-SHA256 of `message`. Every secret is tried, and each comparison
    /// takes the same time wherever they differ.
    #[must_use]
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> Option<usize> {
        let mut matched = None;
        for (index, secret) in self.0.iter().enumerate() {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
            let is_it = mac.chain_update(message).verify_slice(signature).is_ok();
            matched = matched.or(is_it.then_some(index));
        }
        matched
    }
}

impl TokenDigests {
    fn parse(texts: &[String]) -> Result<Option<TokenDigests>, SourceError> {
        let digests: Vec<Digest> = texts
            .iter()
            .map(|text| text.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| SourceError::NotADigest)?;
        Ok(TokenDigests::of(digests))
    }

    /// The tokens with these digests; `None` without any, since nothing could be checked then.
    pub(crate) fn of(digests: Vec<Digest>) -> Option<TokenDigests> {
        (!digests.is_empty()).then_some(TokenDigests(digests))
    }

    /// Which of the digests is that of `token`. Every one is compared, each in the same time wherever they differ.
    #[must_use]
    pub(crate) fn find(&self, token: &str) -> Option<usize> {
        let digest = Digest::of(token.as_bytes());
        let mut matched = None;
        for (index, known) in self.0.iter().enumerate() {
            let is_it = bool::from(known.as_bytes().ct_eq(digest.as_bytes()));
            matched = matched.or(is_it.then_some(index));
        }
        matched
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

impl fmt::Debug for TokenDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let parsed = Source::parse(SourceName::parse("test").unwrap(), json);
        let rendered = match &parsed {
            Ok(source) => format!("{:?}, warnings: {:?}", source.credentials, source.warnings),
            Err(error) => error.to_string(),
        };
        assert_eq!(rendered, expected, "{json}");
    }

    #[test]
    fn credentials_come_from_what_stands_there() {
        let digest = Digest::of(b"token");
        check(
            r#"{"provider":"glossi","secrets":["0123456789abcdef01234567"]}"#,
            r#"Signature { header: "x-glossi-signature", secrets: 1 secrets }, warnings: []"#,
        );
        check(
            &format!(r#"{{"provider":"csm","token_sha256":["{digest}"],"dedupe":"content"}}"#),
            "Token(1 tokens), warnings: []",
        );
        check(
            &format!(
                r#"{{"provider":"get3w","secrets":["0123456789abcdef01234567","89abcdef0123456789abcdef"],"token_sha256":["{digest}"]}}"#
            ),
            r#"Both { header: "x-get3w-signature", secrets: 2 secrets, tokens: 1 tokens }, warnings: []"#,
        );
    }

    #[test]
    fn what_works_but_should_be_known_is_warned_of() {
        check(
            r#"{"provider":"glossi","secrets":["0123456789"]}"#,
            r#"Signature { header: "x-glossi-signature", secrets: 1 secrets }, warnings: ["a secret in `secrets` has under 24 bytes: ask the sender for a longer one"]"#,
        );
    }

    #[test]
    fn what_cannot_work_is_refused_without_showing_it() {
        check(r#"{"provider":"glossi"}"#, "nothing to verify with: give `secrets`, or `token_sha256`, or both");
        check(
            r#"{"provider":"acme","secrets":["0123456789"]}"#,
            "`provider`: no such provider; known are csm, get3w, modelslab and glossi",
        );
        check(
            r#"{"provider":"csm","secrets":["0123456789"]}"#,
            "csm signs nothing, so `secrets` cannot verify it: put a token in its URL and its digest in `token_sha256`",
        );
        check(
            r#"{"provider":"glossi","secrets":["  short "]}"#,
            "a secret in `secrets` has under 8 bytes without the white space around it",
        );
        check(
            r#"{"provider":"csm","token_sha256":["the-token"]}"#,
            "`token_sha256` holds something that is not the 64 hex digits of a SHA-256",
        );
        check(
            r#"{"provider":"glossi","secret":"0123456789"}"#,
            "the secret is not the JSON object it should be (line 1, column 29): a field is missing, unknown or of the wrong type",
        );
        check(
            "\"0123456789\"",
            "the secret is not the JSON object it should be (line 1, column 12): a field is missing, unknown or of the wrong type",
        );
        check("whsec_0123", "the secret is not the JSON object it should be (line 1, column 1): it is not JSON");
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let json = r#"{"provider":"glossi","secrets":["0123456789abcdef01234567"]}"#;
        let source = Source::parse(SourceName::parse("test").unwrap(), json).unwrap();
        assert!(!format!("{source:?}").contains("0123"));
    }
}

//! Why a source's secret cannot be used.

use crate::download;
use crate::provider::{Provider, UnknownProvider};
use crate::source::public_keys::NotPublicKeys;

/// A shorter secret can be guessed; it is refused.
pub(super) const SECRET_MIN_BYTES: usize = 8;

/// Why a source's secret cannot be used. The text says what to write instead, and shows nothing of what stands there but
/// words and names of headers of the description in `scheme`: no value that could be a secret in the wrong place.
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
    /// No word on who the sender is.
    #[error("the sender is not named: give a `provider` of the catalogue, or describe it in `scheme`")]
    NoProvider,
    /// A provider that Landfall does not know.
    #[error("`provider`: {0}")]
    UnknownProvider(UnknownProvider),
    /// A description of a sender that has one.
    #[error("{0} needs no `scheme`: leave that out, or leave `provider` out to use your own description")]
    SchemeBesideProvider(Provider),
    /// An operator's own description that cannot be followed.
    #[error("`scheme`: {0}")]
    Scheme(String),
    /// Nothing that could be verified.
    #[error("nothing to verify with: give {0}")]
    NoCredentials(&'static str),
    /// Keys that vouch for the deliveries of strangers.
    #[error(
        "{provider} signs for all of its customers with the same keys, so anybody's deliveries would pass: give {instead}"
    )]
    NotAlone {
        /// The kind of sender.
        provider: Provider,
        /// What to give.
        instead: &'static str,
    },
    /// An account without a name.
    #[error("`account` holds an empty text: write your account as the sender's deliveries name it, or leave it out")]
    NotAnAccount,
    /// Secrets for a sender that signs nothing.
    #[error(
        "{0} does not sign deliveries, so `secrets` cannot verify them: put a token in its URL and its digest in `token_sha256`"
    )]
    SignsNothing(Provider),
    /// A field that this sender has no use for.
    #[error("`{field}` is not used by {provider}: {instead}")]
    Unfit {
        /// The field.
        field: &'static str,
        /// The kind of sender.
        provider: Provider,
        /// What to do.
        instead: &'static str,
    },
    /// A secret that can be guessed.
    #[error("a secret in `secrets` has under {SECRET_MIN_BYTES} bytes without the white space around it")]
    SecretTooShort,
    /// A token of a challenge that can be guessed.
    #[error("`verify_token` has under {SECRET_MIN_BYTES} bytes: choose a longer one, and give it to the sender anew")]
    VerifyTokenTooShort,
    /// A secret that is not written as this sender writes its own.
    #[error("a secret in `secrets` is not {0}, as this sender's are: copy all of it again")]
    SecretNotEncoded(&'static str),
    /// A secret without its name.
    #[error("a secret in `secrets` is not `name:password`, as they stand in the URL that the sender was given")]
    NotNameAndPassword,
    /// A token without its header.
    #[error("`token_header` is missing: name the header in which this sender sends the token")]
    NoTokenHeader,
    /// A header that cannot be one.
    #[error("`token_header` is not the name of a header, which is letters, digits and hyphens")]
    NotATokenHeader,
    /// A header that is stored whatever it holds.
    #[error(
        "`token_header` names a header that is kept with every event, so the token could be read by others: have the sender put it into another header, such as `x-webhook-token`"
    )]
    TokenHeaderKept,
    /// A token digest of the wrong form.
    #[error("`token_sha256` holds something that is not the 64 hex digits of a SHA-256")]
    NotADigest,
    /// Public keys that are none.
    #[error("`public_keys`: {0}")]
    NotPublicKeys(NotPublicKeys),
    /// Keys that come from somewhere else.
    #[error("`jwks_url` must be the https URL of a key set at one of the sender's own hosts ({0}), or be left out")]
    NotAKeySet(download::FetchRefusal),
    /// A URL that can be nobody's.
    #[error("`public_url` is not the URL that the sender was given, such as `https://hooks.example.com`")]
    NotAPublicUrl,
}

//! Tokens, known by their digests.

use std::fmt;

use subtle::ConstantTimeEq;

use super::SourceError;
use crate::digest::Digest;

/// SHA-256 digests of tokens that nobody else knows. Digests are compared, so that neither the place where two tokens
/// differ nor their lengths show in the time that it takes.
#[derive(Clone)]
pub struct TokenDigests(Vec<Digest>);

impl TokenDigests {
    pub(super) fn parse(texts: &[String]) -> Result<Option<TokenDigests>, SourceError> {
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
    pub(crate) fn find(&self, token: &[u8]) -> Option<usize> {
        self.find_sha256(&Digest::of(token))
    }

    /// The same of a token that has this digest.
    #[must_use]
    pub(crate) fn find_sha256(&self, digest: &Digest) -> Option<usize> {
        let mut matched = None;
        for (index, known) in self.0.iter().enumerate() {
            let is_it = bool::from(known.as_bytes().ct_eq(digest.as_bytes()));
            matched = matched.or(is_it.then_some(index));
        }
        matched
    }
}

impl TokenDigests {
    /// Whether `digest` is that of one of the digests, written as the source's secret has it.
    pub(crate) fn holds_sha256_of_digest(&self, digest: &Digest) -> bool {
        self.0.iter().any(|known| Digest::of(known.to_string().as_bytes()) == *digest)
    }

    /// Whether `digest`, which is no token, is among them.
    pub(crate) fn holds(&self, digest: &Digest) -> bool {
        self.0.contains(digest)
    }
}

impl fmt::Debug for TokenDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

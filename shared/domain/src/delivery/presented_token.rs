//! A token as a delivery presents it.

use std::fmt;

use crate::digest::Digest;

/// A token as a delivery presents it, or as much as is stored of it.
#[derive(Clone, PartialEq, Eq)]
pub enum PresentedToken {
    /// The token itself.
    Text(String),
    /// Its SHA-256, which is all that is stored of the token of a refused delivery.
    Sha256(Digest),
}

impl PresentedToken {
    /// Its SHA-256.
    #[must_use]
    pub fn sha256(&self) -> Digest {
        match self {
            PresentedToken::Text(text) => Digest::of(text.as_bytes()),
            PresentedToken::Sha256(digest) => *digest,
        }
    }

    /// The token itself, if it is known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            PresentedToken::Text(text) => Some(text),
            PresentedToken::Sha256(_) => None,
        }
    }
}

impl From<String> for PresentedToken {
    fn from(text: String) -> PresentedToken {
        PresentedToken::Text(text)
    }
}

impl From<&str> for PresentedToken {
    fn from(text: &str) -> PresentedToken {
        PresentedToken::Text(text.to_owned())
    }
}

impl fmt::Debug for PresentedToken {
    /// Shows nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }
}

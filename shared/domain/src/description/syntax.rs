//! How a signature is written.

use serde::Deserialize;

use crate::description::scheme_form::SyntaxForm;

/// How a signature stands in its header.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "SyntaxForm")]
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

//! How a signature is written.

use serde::Deserialize;

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

impl Encoding {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
        }
    }
}

/// A syntax as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SyntaxForm {
    form: Form,
    prefix: Option<String>,
    key: Option<String>,
    separator: Option<char>,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    Plain,
    Prefix,
    Pairs,
    Versions,
}

impl TryFrom<SyntaxForm> for Syntax {
    type Error = &'static str;

    fn try_from(form: SyntaxForm) -> Result<Syntax, &'static str> {
        match form {
            SyntaxForm { form: Form::Plain, prefix: None, key: None, separator: None, version: None } => {
                Ok(Syntax::Plain)
            }
            SyntaxForm { form: Form::Prefix, prefix: Some(prefix), key: None, separator: None, version: None } => {
                Ok(Syntax::Prefix { prefix })
            }
            SyntaxForm {
                form: Form::Pairs,
                prefix: None,
                key: Some(key),
                separator: Some(separator),
                version: None,
            } => Ok(Syntax::Pairs { key, separator }),
            SyntaxForm { form: Form::Versions, prefix: None, key: None, separator: None, version: Some(version) } => {
                Ok(Syntax::Versions { version })
            }
            _ => Err(
                "each `form` has its own fields: `plain` none, `prefix` a `prefix`, `pairs` a `key` and a `separator`, `versions` a `version`",
            ),
        }
    }
}

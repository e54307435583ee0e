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
        /// What stands between several such lists, if there may be several: one for each secret.
        between_lists: Option<char>,
    },
    /// In a list in which its position tells what an item is: `1614265330,5257...`. The key of an item is that position,
    /// from 1.
    List {
        /// What stands between the items.
        separator: char,
        /// The position of the first signature. What follows it are other signatures.
        first: usize,
    },
    /// In a JSON object, whose members are the pairs: `{"timestamp":1614265330,"signature":"5257..."}`.
    Json {
        /// The name of the signature's member.
        key: String,
    },
    /// In a list of `version,signature` with spaces between them. Other versions are passed over.
    Versions {
        /// The version.
        version: String,
    },
}

impl Syntax {
    /// Whether it may hold several signatures, of which one must fit.
    #[must_use]
    pub const fn is_list(&self) -> bool {
        match self {
            Syntax::Plain | Syntax::Prefix { .. } | Syntax::Json { .. } => false,
            Syntax::Pairs { .. } | Syntax::List { .. } | Syntax::Versions { .. } => true,
        }
    }

    /// Whether other texts stand beside the signature, each with a key of its own.
    #[must_use]
    pub const fn has_keys(&self) -> bool {
        match self {
            Syntax::Plain | Syntax::Prefix { .. } | Syntax::Versions { .. } => false,
            Syntax::Pairs { .. } | Syntax::List { .. } | Syntax::Json { .. } => true,
        }
    }
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
    between_lists: Option<char>,
    first: Option<usize>,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    Plain,
    Prefix,
    Pairs,
    List,
    Json,
    Versions,
}

impl TryFrom<SyntaxForm> for Syntax {
    type Error = &'static str;

    fn try_from(form: SyntaxForm) -> Result<Syntax, &'static str> {
        let SyntaxForm { form, prefix, key, separator, between_lists, first, version } = form;
        match (form, prefix, key, separator, between_lists, first, version) {
            (Form::Plain, None, None, None, None, None, None) => Ok(Syntax::Plain),
            (Form::Prefix, Some(prefix), None, None, None, None, None) => Ok(Syntax::Prefix { prefix }),
            (Form::Pairs, None, Some(key), Some(separator), between_lists, None, None) => {
                Ok(Syntax::Pairs { key, separator, between_lists })
            }
            (Form::List, None, None, Some(separator), None, Some(first), None) => Ok(Syntax::List { separator, first }),
            (Form::Json, None, Some(key), None, None, None, None) => Ok(Syntax::Json { key }),
            (Form::Versions, None, None, None, None, None, Some(version)) => Ok(Syntax::Versions { version }),
            _ => Err(
                "each `form` has its own fields: `plain` none, `prefix` a `prefix`, `pairs` a `key`, a `separator` and maybe `between_lists`, `list` a `separator` and the position of the `first` signature, `json` a `key`, `versions` a `version`",
            ),
        }
    }
}

//! How the deliveries of one customer are told from those of the others.

use serde::de::{Deserialize, Deserializer};

use crate::description::{FieldPath, NotAFieldPath};

/// How the deliveries of one customer are told from those of the others, of a sender that signs for all of them with the
/// same keys. Written as a place, as `claim:name`, as `in-message`, or as
/// `token-only`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountRule {
    /// This signed place names the customer's account.
    At(FieldPath),
    /// This claim does, of a token: `claim:sub`.
    Claim(String),
    /// The message has it, where `{account}` stands, and the delivery does not say it.
    InMessage,
    /// Nothing that is signed does: only a token in the URL can.
    TokenOnly,
}

impl AccountRule {
    fn parse(text: &str) -> Result<AccountRule, NotAFieldPath> {
        match text.strip_prefix("claim:") {
            Some(name) if !name.is_empty() => Ok(AccountRule::Claim(name.to_owned())),
            _ if text == "token-only" => Ok(AccountRule::TokenOnly),
            _ if text == "in-message" => Ok(AccountRule::InMessage),
            _ => FieldPath::parse(text).map(AccountRule::At),
        }
    }
}

impl<'de> Deserialize<'de> for AccountRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        AccountRule::parse(&text).map_err(serde::de::Error::custom)
    }
}

//! Whose deliveries a signature vouches for.

use super::SourceError;
use super::configuration::Configuration;
use crate::description::{AccountRule, FieldPath};
use crate::provider::Provider;

/// Whose deliveries a signature vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyScope {
    /// The source's: nobody else's are signed with its keys.
    Source,
    /// Those of the sender's customers all, of which the source's name one of its accounts.
    Accounts {
        /// Where they do; it is signed.
        at: FieldPath,
        /// The accounts, compared exactly.
        accounts: Vec<String>,
    },
    /// The same, of a token.
    Claim {
        /// The claim that names the account.
        name: String,
        /// As above.
        accounts: Vec<String>,
    },
    /// The same: one of the accounts is part of what is signed.
    InMessage {
        /// The accounts.
        accounts: Vec<String>,
    },
    /// Those of the sender's customers all: what tells the source's from the others is a token in the URL.
    Sender,
}

impl KeyScope {
    /// The accounts that may stand in what is signed; none if it has none in it.
    pub(crate) fn in_message(&self) -> &[String] {
        match self {
            KeyScope::InMessage { accounts } => accounts,
            KeyScope::Source | KeyScope::Accounts { .. } | KeyScope::Claim { .. } | KeyScope::Sender => &[],
        }
    }

    pub(super) fn read(
        provider: Provider,
        rule: Option<&AccountRule>,
        configuration: &Configuration,
    ) -> Result<KeyScope, SourceError> {
        // White space around an account comes from copying it, and no header has any.
        let accounts: Vec<String> = configuration.account.iter().map(|account| account.trim().to_owned()).collect();
        if accounts.iter().any(String::is_empty) {
            return Err(SourceError::NotAnAccount);
        }
        let has_token = !configuration.token_sha256.is_empty();
        match rule {
            None => Ok(KeyScope::Source),
            Some(AccountRule::At(at)) if !accounts.is_empty() => Ok(KeyScope::Accounts { at: at.clone(), accounts }),
            Some(AccountRule::Claim(name)) if !accounts.is_empty() => {
                Ok(KeyScope::Claim { name: name.clone(), accounts })
            }
            Some(AccountRule::InMessage) if !accounts.is_empty() => Ok(KeyScope::InMessage { accounts }),
            Some(AccountRule::InMessage) => {
                Err(SourceError::NotAlone { provider, instead: "`account`, which is a part of what is signed" })
            }
            Some(_) if has_token => Ok(KeyScope::Sender),
            Some(AccountRule::At(_) | AccountRule::Claim(_)) => Err(SourceError::NotAlone {
                provider,
                instead: "`account`, your account as its deliveries name it, or `token_sha256`, the digest of a token in the URL, or both",
            }),
            Some(AccountRule::TokenOnly) => {
                Err(SourceError::NotAlone { provider, instead: "`token_sha256`, the digest of a token in the URL" })
            }
        }
    }
}

//! What the operator wrote for another kind of sender.

use super::super::{SourceError, configuration::Configuration};
use crate::description::{AccountRule, KeySource, Scheme, StaticToken, Template};
use crate::provider::Provider;

/// Refuses what the operator wrote for another kind of sender: it would be thought to protect something.
pub(super) fn refuse_unfit(
    provider: Provider,
    scheme: &Scheme,
    configuration: &Configuration,
) -> Result<(), SourceError> {
    let unfit = |field, instead| Err(SourceError::Unfit { field, provider, instead });
    let (keys, message) = (scheme.keys(), scheme.message());
    if !configuration.secrets.is_empty() {
        match keys {
            None if *scheme == Scheme::UrlToken => return Err(SourceError::SignsNothing(provider)),
            None => {}
            Some(KeySource::Operator { .. }) => {
                return unfit("secrets", "give the sender's public key as `public_keys`");
            }
            Some(KeySource::Sender { .. }) => return unfit("secrets", "its public key is known, so leave them out"),
            Some(KeySource::Jwks { .. } | KeySource::Certificate(_)) => {
                return unfit("secrets", "it publishes its keys, so leave them out");
            }
        }
    }
    if !configuration.public_keys.is_empty() {
        match keys {
            None => return unfit("public_keys", "it does not sign with a key of its own"),
            Some(KeySource::Operator { .. }) => {}
            Some(KeySource::Sender { .. }) => {
                return unfit("public_keys", "its public key is known, so leave them out");
            }
            Some(KeySource::Jwks { .. } | KeySource::Certificate(_)) => {
                return unfit("public_keys", "it publishes its keys, so leave them out");
            }
        }
    }
    if configuration.jwks_url.is_some() && !matches!(keys, Some(KeySource::Jwks { .. })) {
        return unfit("jwks_url", "it publishes no keys, so leave it out");
    }
    if !configuration.account.is_empty()
        && !matches!(scheme.account(), Some(AccountRule::At(_) | AccountRule::Claim(_) | AccountRule::InMessage))
    {
        return unfit(
            "account",
            match scheme.account() {
                Some(_) => "its deliveries do not say whose they are, so leave it out and give `token_sha256`",
                None => "its keys are yours alone, so leave it out",
            },
        );
    }
    if configuration.token_header.is_some()
        && !matches!(scheme, Scheme::StaticToken(StaticToken { header: None, at: None, .. }))
    {
        return unfit("token_header", "the header is not yours to choose, so leave it out");
    }
    if configuration.public_url.is_some() && !message.is_some_and(Template::holds_url) {
        return unfit("public_url", "it does not sign its URL, so leave it out");
    }
    Ok(())
}

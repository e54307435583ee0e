//! What the processor does with a source's events.

use super::Dedupe;
use super::api_access::{ApiAccess, title};
use super::configuration::Configuration;
use super::expect_form::Order;
use super::expect_options::ExpectOptions;
use super::options_error::OptionsError;
use crate::content::head::KeyRules;
use crate::description::Description;
use crate::download::hosts::AssetHost;

/// How large an asset may be if the operator does not say.
pub const ASSET_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// What the processor does with a source's events beyond publishing them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether assets are copied into the bucket.
    pub archive: bool,
    /// An asset with more bytes is left where it is.
    pub max_asset_bytes: u64,
    /// Where the sender keeps assets, besides the hosts that its documentation names.
    pub asset_hosts: Vec<AssetHost>,
    /// How the sender's API is asked about events that a token alone vouches for; absent where that is not wanted.
    pub confirm: Option<ApiAccess>,
    /// How its jobs are waited for; absent where that is not wanted.
    pub expect: Option<ExpectOptions>,
    /// What becomes of progress that comes after the end.
    pub order: Order,
}

impl Options {
    pub(super) fn read(sender: &Description, configuration: &Configuration) -> Result<Options, OptionsError> {
        let access = |option| ApiAccess::read(sender, configuration, option);
        let confirm = if configuration.confirm { Some(access("confirm")?) } else { None };
        let expect = configuration.expect.as_ref().map(|form| {
            if sender.polls.iter().all(|poll| poll.unprompted.is_none()) {
                return Err(OptionsError::NobodyToExpectFrom(title(sender)));
            }
            if configuration.dedupe != Dedupe::Key {
                return Err(OptionsError::NeedsKeys("expect"));
            }
            let key_rules = KeyRules {
                retries_differ: configuration.retries_differ.unwrap_or(sender.retries_differ),
                has_url_token: !configuration.token_sha256.is_empty(),
                has_body: false,
            };
            let access = access("expect")?;
            if sender.has_family_paths() && access.families.is_empty() {
                return Err(OptionsError::FamiliesMissing(title(sender)));
            }
            ExpectOptions::read(form, access, key_rules)
        });
        if configuration.order == Order::EndWins && configuration.dedupe != Dedupe::Key {
            return Err(OptionsError::NeedsKeys("order"));
        }
        Ok(Options {
            archive: configuration.archive,
            max_asset_bytes: configuration.max_asset_bytes.unwrap_or(ASSET_MAX_BYTES),
            asset_hosts: configuration
                .asset_hosts
                .iter()
                .map(|text| AssetHost::parse(text).ok_or(OptionsError::NotAHost))
                .collect::<Result<_, _>>()?,
            confirm,
            expect: expect.transpose()?,
            order: configuration.order,
        })
    }
}

/// Those of a source about which nothing is known.
impl Default for Options {
    fn default() -> Options {
        Options {
            archive: false,
            max_asset_bytes: ASSET_MAX_BYTES,
            asset_hosts: Vec::new(),
            confirm: None,
            expect: None,
            order: Order::AsProcessed,
        }
    }
}

#[cfg(test)]
mod tests;

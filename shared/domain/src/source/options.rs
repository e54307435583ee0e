//! What the processor does with a source's events.

use std::fmt;

use super::Dedupe;
use super::configuration::Configuration;
use super::expect_options::{ExpectOptions, Order};
use super::job_waits::BadJobWaits;
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

/// How a sender's API is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiAccess {
    /// The key.
    pub key: ApiKey,
    /// The part of the sender's API that knows the source's jobs; its webhooks do not say it.
    pub family: Option<String>,
    /// Where a test plays the API.
    pub test_only_base_url: Option<LoopbackUrl>,
}

/// A key for the sender's API, fit for an HTTP header. Its text is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// `http://127.0.0.1:{port}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopbackUrl(u16);

/// Why a source's options cannot be followed. The text says what to write instead, and never shows what stands there.
/// Deliveries are taken all the same; their events wait until it is mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Nothing to ask the API with.
    #[error("`{0}` needs the key of the sender's API: give it as `api_key`, or leave `{0}` out")]
    ApiKeyMissing(&'static str),
    /// No header could carry it.
    #[error("`api_key` is empty or holds characters that no HTTP header can carry: copy it again from the sender")]
    NotAnApiKey,
    /// The sender's API has many parts, and a job is known to one of them.
    #[error(
        "`confirm` needs to know where {0}'s API has the jobs of this source: give `api_family`, such as `video` or `images`"
    )]
    FamilyMissing(String),
    /// Nothing that could stand in a URL of the sender's.
    #[error("`api_family` is not the name of a part of {0}'s API, such as `video` or `text-to-3d`")]
    NotAFamily(String),
    /// An operator must not be able to send a key anywhere.
    #[error("`api_base_url` is for tests only: leave it out")]
    BaseUrlOutsideTests,
    /// Not the name of a host.
    #[error(
        "`asset_hosts` holds something that is not a host name: write `cdn.example.com`, or `.example.com` for all below"
    )]
    NotAHost,
    /// Nobody could say how its jobs stand.
    #[error("`expect` cannot work, since no way to ask {0}'s API about a job is known: leave `expect` out")]
    NobodyToExpectFrom(String),
    /// A job's id would stand for more than one job, or a repeat for a new event.
    #[error(
        "`{0}` needs `dedupe` to be \"key\": the id of a job must stand for one job, and a repeat for the same event"
    )]
    NeedsKeys(&'static str),
    /// A wait of `expect`.
    #[error("`expect` cannot be followed: {0}")]
    Waits(#[source] BadJobWaits),
    /// The pace of `expect`.
    #[error("`expect` cannot be followed: `poll_per_minute` is 1 to 1000")]
    PollsPerMinute,
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
            form.read(access("expect")?, key_rules)
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

impl ApiAccess {
    fn read(
        sender: &Description,
        configuration: &Configuration,
        option: &'static str,
    ) -> Result<ApiAccess, OptionsError> {
        let key = configuration.api_key.as_deref().ok_or(OptionsError::ApiKeyMissing(option))?;
        let family = configuration.api_family.clone();
        // An expectation may name the part itself.
        if sender.has_families() && family.is_none() && configuration.confirm {
            return Err(OptionsError::FamilyMissing(title(sender)));
        }
        if family.as_deref().is_some_and(|family| !is_family(family)) {
            return Err(OptionsError::NotAFamily(title(sender)));
        }
        let test_only_base_url = configuration.api_base_url.as_deref().map(LoopbackUrl::parse).transpose()?;
        Ok(ApiAccess { key: ApiKey::parse(key)?, family, test_only_base_url })
    }
}

/// Whether a text may stand in a URL as the name of a part of an API.
pub(crate) fn is_family(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

fn title(sender: &Description) -> String {
    if sender.about.title.is_empty() { "the sender".to_owned() } else { sender.about.title.to_string() }
}

impl LoopbackUrl {
    fn parse(text: &str) -> Result<LoopbackUrl, OptionsError> {
        let port = text.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse().ok());
        port.map(LoopbackUrl).ok_or(OptionsError::BaseUrlOutsideTests)
    }
}

impl fmt::Display for LoopbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://127.0.0.1:{}", self.0)
    }
}

impl ApiKey {
    fn parse(text: &str) -> Result<ApiKey, OptionsError> {
        // White space around a key comes from copying it.
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OptionsError::NotAnApiKey);
        }
        Ok(ApiKey(text.to_owned()))
    }

    /// The key itself, for the one request that it is meant for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
}

#[cfg(test)]
mod tests;

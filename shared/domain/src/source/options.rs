//! What the processor does with a source's events.

use std::fmt;

use super::configuration::Configuration;
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
    #[error("`confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out")]
    ApiKeyMissing,
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
}

impl Options {
    pub(super) fn read(sender: &Description, configuration: &Configuration) -> Result<Options, OptionsError> {
        let confirm = if configuration.confirm { Some(ApiAccess::read(sender, configuration)?) } else { None };
        Ok(Options {
            archive: configuration.archive,
            max_asset_bytes: configuration.max_asset_bytes.unwrap_or(ASSET_MAX_BYTES),
            asset_hosts: configuration
                .asset_hosts
                .iter()
                .map(|text| AssetHost::parse(text).ok_or(OptionsError::NotAHost))
                .collect::<Result<_, _>>()?,
            confirm,
        })
    }
}

/// Those of a source about which nothing is known.
impl Default for Options {
    fn default() -> Options {
        Options { archive: false, max_asset_bytes: ASSET_MAX_BYTES, asset_hosts: Vec::new(), confirm: None }
    }
}

impl ApiAccess {
    fn read(sender: &Description, configuration: &Configuration) -> Result<ApiAccess, OptionsError> {
        let key = configuration.api_key.as_deref().ok_or(OptionsError::ApiKeyMissing)?;
        let family = configuration.api_family.clone();
        let title =
            || if sender.about.title.is_empty() { "the sender".to_owned() } else { sender.about.title.to_string() };
        if sender.has_families() && family.is_none() {
            return Err(OptionsError::FamilyMissing(title()));
        }
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if family.as_ref().is_some_and(|family| family.is_empty() || !family.bytes().all(is_plain)) {
            return Err(OptionsError::NotAFamily(title()));
        }
        let test_only_base_url = configuration.api_base_url.as_deref().map(LoopbackUrl::parse).transpose()?;
        Ok(ApiAccess { key: ApiKey::parse(key)?, family, test_only_base_url })
    }
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

//! How a sender's API is asked.

use std::fmt;

use super::configuration::Configuration;
use super::options_error::OptionsError;
use crate::description::Description;

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

impl ApiAccess {
    pub(super) fn read(
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

pub(super) fn title(sender: &Description) -> String {
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

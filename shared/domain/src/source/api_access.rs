//! How a sender's API is asked.

use std::fmt;

use super::configuration::Configuration;
use super::options_error::OptionsError;
use crate::description::{Description, is_family, is_family_path};

/// How a sender's API is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiAccess {
    /// The key.
    pub key: ApiKey,
    /// The part of the sender's API that knows the source's jobs; its webhooks do not say it.
    pub family: Option<String>,
    /// The parts that an expectation may name in its place; any, if there are none.
    pub families: Vec<String>,
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
        if sender.needs_family() && family.is_none() && configuration.confirm {
            return Err(OptionsError::FamilyMissing(title(sender)));
        }
        let has_paths = sender.has_family_paths();
        let mut families = configuration.api_families.clone();
        let is_known = |family: &String| if has_paths { is_family_path(family) } else { is_family(family) };
        if !families.iter().chain(&family).all(is_known) {
            return Err(OptionsError::NotAFamily(title(sender)));
        }
        // Each leads to another place of the API: none is asked but what the operator has named.
        if has_paths && families.is_empty() {
            families.extend(family.clone());
        }
        let key = ApiKey::parse(key)?;
        if sender.needs_key_pair() && key.pair().is_none() {
            return Err(OptionsError::NotAKeyPair(title(sender)));
        }
        let test_only_base_url = configuration.api_base_url.as_deref().map(LoopbackUrl::parse).transpose()?;
        Ok(ApiAccess { key, family, families, test_only_base_url })
    }

    /// The same for the part of the API that an expectation names; none if it is not among those that may be asked.
    pub(crate) fn in_family(&self, family: &str) -> Option<ApiAccess> {
        let mut named = self.families.iter().chain(&self.family);
        let may_be_asked = self.families.is_empty() || named.any(|known| known == family);
        may_be_asked.then(|| ApiAccess { family: Some(family.to_owned()), ..self.clone() })
    }
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
    pub(crate) fn parse(text: &str) -> Result<ApiKey, OptionsError> {
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

    /// Its halves: an access key and its secret, with a colon between.
    pub(crate) fn pair(&self) -> Option<(&str, &str)> {
        self.0.split_once(':').filter(|(access, secret)| !access.is_empty() && !secret.is_empty())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
}

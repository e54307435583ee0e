//! What the processor does with a source's events.

use std::fmt;

use crate::source::Configuration;

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
    /// The key with which the sender's API is asked about events that a token alone vouches for; absent where that is
    /// not wanted.
    pub confirm: Option<ApiKey>,
}

/// A key for the sender's API, fit for an HTTP header. Its text is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// A host's name, or all names below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetHost {
    /// This name alone, in lower case.
    Exact(String),
    /// Every name that ends so, in lower case; it begins with a dot.
    Below(String),
}

/// Why a source's options cannot be followed. The text says what to write instead, and never shows what stands there.
/// Deliveries are taken all the same; their events wait until it is mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Nothing to ask the API with.
    #[error("`confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out")]
    ApiKeyMissing,
    /// No header could carry it.
    #[error("`api_key` is empty or holds characters that no HTTP header can carry: copy it anew from the sender")]
    NotAnApiKey,
    /// Not the name of a host.
    #[error(
        "`asset_hosts` holds something that is no host's name: write `cdn.example.com`, or `.example.com` for all below"
    )]
    NotAHost,
}

impl Options {
    pub(super) fn read(configuration: &Configuration) -> Result<Options, OptionsError> {
        let api_key = configuration.api_key.as_deref().map(ApiKey::parse).transpose()?;
        let confirm = match (configuration.confirm, api_key) {
            (true, None) => return Err(OptionsError::ApiKeyMissing),
            (true, Some(api_key)) => Some(api_key),
            (false, _) => None,
        };
        Ok(Options {
            archive: configuration.archive,
            max_asset_bytes: configuration.max_asset_bytes.unwrap_or(ASSET_MAX_BYTES),
            asset_hosts: configuration
                .asset_hosts
                .iter()
                .map(|text| AssetHost::parse(text))
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

impl AssetHost {
    fn parse(text: &str) -> Result<AssetHost, OptionsError> {
        let name = text.trim().to_ascii_lowercase();
        let labels: Vec<&str> = name.strip_prefix('.').unwrap_or(&name).split('.').collect();
        let is_label = |label: &&str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        // A single label is a whole top-level domain, and one that ends in digits is an address.
        let is_address = labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
        if labels.len() < 2 || is_address || !labels.iter().all(is_label) {
            return Err(OptionsError::NotAHost);
        }
        Ok(if name.starts_with('.') { AssetHost::Below(name) } else { AssetHost::Exact(name) })
    }

    /// Whether `host` is one of those meant, in whatever case it is written.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        match self {
            AssetHost::Exact(name) => host == *name,
            AssetHost::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::source::Source;
    use crate::source_name::SourceName;

    /// Checks what the options `written` come to, and what the operator is told of them.
    fn check(written: &str, expected: &Expect) {
        let json = format!(r#"{{"provider":"get3w","secrets":["0123456789abcdef01234567"]{written}}}"#);
        let source = Source::parse(SourceName::parse("test").unwrap(), &json).unwrap();
        let options = source.options.map_or_else(|error| error.to_string(), |options| format!("{options:?}"));
        let lines = [vec![options], source.warnings].concat();
        assert!(!lines.concat().contains("sk-"), "{lines:?}");
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn nothing_is_done_that_was_not_asked_for() {
        check("", &expect!["Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: None }"]);
    }

    #[test]
    fn what_is_asked_for_is_done() {
        check(
            r#","archive":true,"max_asset_bytes":1000,"asset_hosts":["cdn.example.com"," .Example.org"]"#,
            &expect![[
                r#"Options { archive: true, max_asset_bytes: 1000, asset_hosts: [Exact("cdn.example.com"), Below(".example.org")], confirm: None }"#
            ]],
        );
        check(
            r#","confirm":true,"api_key":" sk-0123456789\n""#,
            &expect![[r#"
                Options { archive: false, max_asset_bytes: 536870912, asset_hosts: [], confirm: Some(a key) }
                every delivery of this source is signed, so `confirm` has no effect"#]],
        );
    }

    #[test]
    fn what_cannot_be_followed_is_told_with_what_to_write() {
        check(
            r#","confirm":true"#,
            &expect![[r#"
                `confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out
                `confirm` needs the key of the sender's API: give it as `api_key`, or leave `confirm` out"#]],
        );
        for api_key in ["", "  ", "sk-a b", "sk-ü", r"sk-a\nb"] {
            let written = format!(r#","confirm":true,"api_key":"{api_key}""#);
            check(
                &written,
                &expect![[r#"
                    `api_key` is empty or holds characters that no HTTP header can carry: copy it anew from the sender
                    `api_key` is empty or holds characters that no HTTP header can carry: copy it anew from the sender"#]],
            );
        }
        for host in
            ["", ".", "com", ".com", "https://a.example", "a.example:443", "a..example", "*.example.com", "10.0.0.1"]
        {
            let written = format!(r#","asset_hosts":["{host}"]"#);
            check(
                &written,
                &expect![[r#"
                    `asset_hosts` holds something that is no host's name: write `cdn.example.com`, or `.example.com` for all below
                    `asset_hosts` holds something that is no host's name: write `cdn.example.com`, or `.example.com` for all below"#]],
            );
        }
    }

    #[test]
    fn a_host_is_covered_by_its_name_or_by_what_it_is_below() {
        let covered = |written: &str, host: &str| AssetHost::parse(written).unwrap().covers(host);
        assert!(covered("cdn.example.com", "CDN.example.com"));
        assert!(!covered("cdn.example.com", "a.cdn.example.com"));
        assert!(covered(".example.com", "a.b.example.com"));
        for host in ["example.com", "badexample.com", ".example.com", "a.example.com.evil.test"] {
            assert!(!covered(".example.com", host), "{host}");
        }
    }
}

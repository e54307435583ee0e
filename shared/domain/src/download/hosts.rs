//! Where each sender keeps its assets.

use crate::description::is_host;
use crate::provider::compiled_provider::CompiledProvider;

/// A host's name, or all names below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetHost {
    /// This name alone, in lower case.
    Exact(String),
    /// Every name that ends so, in lower case; it begins with a dot.
    Below(String),
}

/// The hosts of which a source's assets may come.
#[derive(Clone, Copy, Debug)]
pub struct Hosts<'a> {
    known: &'a [String],
    added: &'a [AssetHost],
}

impl<'a> Hosts<'a> {
    /// Those that the description of the sender names, and those that the operator `added`.
    #[must_use]
    pub fn of(sender: &'a CompiledProvider, added: &'a [AssetHost]) -> Hosts<'a> {
        Hosts { known: &sender.description().asset_hosts, added }
    }

    /// Whether `host`, a normalised name, is one of them.
    #[must_use]
    pub fn hold(&self, host: &str) -> bool {
        self.known.iter().any(|known| covers(known, host)) || self.added.iter().any(|added| added.covers(host))
    }
}

impl AssetHost {
    /// The host that an operator has written; none if it is no host's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<AssetHost> {
        let name = text.trim().to_ascii_lowercase();
        let is_below = name.starts_with('.');
        match (is_host(&name), is_below) {
            (false, _) => None,
            (true, true) => Some(AssetHost::Below(name)),
            (true, false) => Some(AssetHost::Exact(name)),
        }
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

/// A name stands for itself, one with a dot before it for all names below.
fn covers(known: &str, host: &str) -> bool {
    if known.starts_with('.') { host.len() > known.len() && host.ends_with(known) } else { host == known }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Provider;

    fn held(provider: Provider, added: &[AssetHost], hosts: &[&str]) -> Vec<bool> {
        hosts.iter().map(|host| Hosts::of(provider.sender().unwrap(), added).hold(host)).collect()
    }

    #[test]
    fn a_providers_own_hosts_are_known() {
        for (provider, host) in [
            (Provider::Csm, "implicitshapefm.blob.core.windows.net"),
            (Provider::Get3w, "cdn.get3w.com"),
            (Provider::Modelslab, "assets.modelslab.ai"),
            (Provider::Modelslab, "cdn2.stablediffusionapi.com"),
            (Provider::Glossi, "files.glossi.app"),
        ] {
            for other in Provider::ALL {
                assert_eq!(held(other, &[], &[host]), [other == provider], "{host} for {other}");
            }
        }
    }

    #[test]
    fn names_that_only_look_alike_are_not() {
        let alike = ["get3w.com.evil.example", "evilget3w.com", "get3w.com", ".get3w.com", "cdn.get3w.com.", ""];
        assert_eq!(held(Provider::Get3w, &[], &alike), [false; 6]);
        assert_eq!(held(Provider::Csm, &[], &["evil.blob.core.windows.net", "blob.core.windows.net"]), [false; 2]);
        assert_eq!(held(Provider::Modelslab, &[], &["pub-evil.r2.dev"]), [false]);
    }

    #[test]
    fn the_operator_adds_more() {
        let added = [
            AssetHost::Exact("bucket.s3.us-west-2.amazonaws.com".to_owned()),
            AssetHost::Below(".example.org".to_owned()),
        ];
        let hosts = ["bucket.s3.us-west-2.amazonaws.com", "a.example.org", "files.glossi.app", "s3.amazonaws.com"];
        assert_eq!(held(Provider::Glossi, &added, &hosts), [true, true, true, false]);
    }
}

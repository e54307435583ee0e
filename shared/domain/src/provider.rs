//! The senders that Landfall knows.

// What the build script writes names things by their crates.
extern crate alloc;

use std::fmt;
use std::str::FromStr;

use description::Description;

include!(concat!(env!("OUT_DIR"), "/provider.rs"));

/// A name that is no provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such provider; the catalogue is in docs/providers")]
pub struct UnknownProvider;

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Provider, UnknownProvider> {
        let mut known = Provider::ALL.into_iter().chain([Provider::Custom]);
        known.find(|provider| provider.as_str() == name).ok_or(UnknownProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for provider in Provider::ALL.into_iter().chain([Provider::Custom]) {
            assert_eq!(provider.as_str().parse(), Ok(provider));
        }
        assert_eq!("acme".parse::<Provider>(), Err(UnknownProvider));
    }
}

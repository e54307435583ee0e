//! The senders that Landfall knows.

// What the build script writes names things by their crates.
extern crate alloc;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use description::Description;
use serde_json::Value;

use crate::canonical::Details;
use crate::clip::clipped;
use crate::event_type::Status;
use crate::head::Head;
use crate::providers::{csm, get3w, glossi, modelslab};

include!(concat!(env!("OUT_DIR"), "/provider.rs"));

/// A name that is no provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such provider; the catalogue is in docs/providers")]
pub struct UnknownProvider;

impl Provider {
    /// How long the provider keeps an asset after the job has ended, if it promises that.
    pub(crate) const fn asset_life(self) -> Option<Duration> {
        match self {
            Provider::Get3w => Some(Duration::from_secs(7 * 24 * 60 * 60)),
            _ => None,
        }
    }

    /// Reads what identifies the event; any bytes give an answer.
    #[must_use]
    pub fn head(self, body: &[u8]) -> Head {
        let head = match self {
            Provider::Csm => csm::head(body),
            Provider::Get3w => get3w::head(body),
            Provider::Modelslab => modelslab::head(body),
            Provider::Glossi => glossi::head(body),
            _ => Head::unrecognized(),
        };
        Head { subject: head.subject.map(clipped), ..head }
    }

    /// Reads the details of a body whose head is known to report `status`.
    pub(crate) fn details(self, status: Status, body: &Value) -> Details {
        match self {
            Provider::Csm => csm::details(status, body),
            Provider::Get3w => get3w::details(status, body),
            Provider::Modelslab => modelslab::details(status, body),
            Provider::Glossi => glossi::details(status, body),
            _ => Details::default(),
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Provider, UnknownProvider> {
        Provider::ALL.into_iter().find(|provider| provider.as_str() == name).ok_or(UnknownProvider)
    }
}

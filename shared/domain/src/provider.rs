//! The senders that Landfall knows.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use crate::canonical::Details;
use crate::clip::clipped;
use crate::event_type::Status;
use crate::head::Head;
use crate::providers::{csm, get3w, glossi, modelslab};

/// A kind of sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Common Sense Machines (Cube): 3D from images and text. Signs nothing.
    Csm,
    /// Get3W: predictions of many models behind one API. Signs.
    Get3w,
    /// ModelsLab: images, video, audio, 3D, training, workflows. Signs nothing.
    Modelslab,
    /// Glossi: 3D product models, projects and renders. Signs.
    Glossi,
}

/// A name that is no provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such provider; known are csm, get3w, modelslab and glossi")]
pub struct UnknownProvider;

impl Provider {
    /// All of them.
    pub const ALL: [Provider; 4] = [Provider::Csm, Provider::Get3w, Provider::Modelslab, Provider::Glossi];

    /// Its name in configuration, records and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Provider::Csm => "csm",
            Provider::Get3w => "get3w",
            Provider::Modelslab => "modelslab",
            Provider::Glossi => "glossi",
        }
    }

    /// The header that carries a hex HMAC-SHA256 of the raw body, keyed by the secret's UTF-8 text; `None` for a
    /// sender that signs nothing.
    #[must_use]
    pub const fn signature_header(self) -> Option<&'static str> {
        match self {
            Provider::Csm | Provider::Modelslab => None,
            Provider::Get3w => Some("x-get3w-signature"),
            Provider::Glossi => Some("x-glossi-signature"),
        }
    }

    /// How long the provider keeps an asset after the job has ended, if it promises that.
    pub(crate) const fn asset_life(self) -> Option<Duration> {
        match self {
            Provider::Get3w => Some(Duration::from_secs(7 * 24 * 60 * 60)),
            Provider::Csm | Provider::Modelslab | Provider::Glossi => None,
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

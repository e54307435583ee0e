//! The outputs of a job.

use serde::Serialize;

use crate::download::FetchRefusal;

/// One output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// What it is to the job (`output`, `glb`, `thumbnail`).
    pub role: String,
    /// Its media type, told by the `content_type` beside its URL, or else by the ending of its name, if that tells one.
    pub media_type: Option<String>,
    /// Where the sender keeps it; may expire.
    pub url: String,
    /// Where Landfall keeps a copy; null while there is none.
    pub archived: Option<StoredCopy>,
    /// Why it keeps none, if it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_archived: Option<MissingCopy>,
    /// When the URL stops working, RFC 3339: told by the URL, or else by the provider's rule; null if not known.
    pub expires_at: Option<String>,
}

/// Landfall's own copy of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredCopy {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hex.
    pub sha256: String,
}

/// Why there is no copy of an asset, and never will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingCopy {
    /// The sender does not have it any more.
    Gone,
    /// The sender does not give it out.
    Denied,
    /// It could not be had in any attempt.
    Unavailable,
    /// A rule forbids to fetch it.
    Refused(FetchRefusal),
}

impl MissingCopy {
    /// The word for it in an event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            MissingCopy::Gone => "gone",
            MissingCopy::Denied => "denied",
            MissingCopy::Unavailable => "unavailable",
            MissingCopy::Refused(refusal) => refusal.as_str(),
        }
    }
}

impl serde::Serialize for MissingCopy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

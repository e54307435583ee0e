//! When a delivery was made, by its own account.

use serde::Deserialize;

use crate::description::one_or_many::one_or_many;
use crate::description::{HeaderName, Pointer};

/// When a delivery was made, by its own account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// Where it says so.
    pub at: TimestampLocation,
    /// What it counts.
    #[serde(default)]
    pub unit: TimestampUnit,
    /// How many seconds old it may be; not limited if absent.
    #[serde(default)]
    pub past_seconds: Option<u32>,
    /// How many seconds ahead it may be; not limited if absent.
    #[serde(default)]
    pub future_seconds: Option<u32>,
    /// Whether the signature leaves it out, so that anybody could write another. It must be said: such a limit keeps
    /// slow deliveries out, and no copies.
    #[serde(default)]
    pub unsigned: bool,
}

/// Where a delivery says when it was made: `{ header = [...] }`, `{ pair = "t" }` or `{ json = "/pointer" }`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimestampLocation {
    /// In the first of these headers that is there.
    Header(#[serde(deserialize_with = "one_or_many")] Vec<HeaderName>),
    /// In the signature's own header, under this key. Only where its texts have keys, which [`Syntax`] says.
    ///
    /// [`Syntax`]: crate::description::Syntax
    Pair(String),
    /// In the body.
    Json(Pointer),
}

/// What a timestamp counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimestampUnit {
    /// Seconds since 1970, an integer.
    #[default]
    Seconds,
    /// Milliseconds since 1970, an integer.
    Milliseconds,
    /// No count: an instant by RFC 3339.
    Rfc3339,
    /// No count: a date as HTTP writes it (RFC 9110), `Sun, 06 Nov 1994 08:49:37 GMT`.
    #[serde(rename = "http-date")]
    HttpDate,
}

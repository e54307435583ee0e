//! Whom a source's secret lets one play.

use domain::delivery::RequestUrl;
use domain::source::source_name::SourceName;
use domain::verify::sign::Signer;

use crate::error::{Error, Result};

/// Plays the sender of the source `name`.
///
/// # Errors
/// If the secret says nothing that a sender can be played with.
pub fn signer(name: SourceName, secret: &str) -> Result<Signer> {
    Signer::parse(name, secret).map_err(|error| Error::Conflict(format!("the source's secret: {error}")))
}

/// The URL as the function sees it.
#[must_use]
pub fn request_url(url: &str) -> RequestUrl {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = before_query.split_at(before_query.find('/').unwrap_or(before_query.len()));
    RequestUrl { host: host.to_owned(), path: path.to_owned(), query: query.to_owned() }
}

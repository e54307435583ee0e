//! Sources and deliveries of these tests.

use domain::delivery::{Delivery, RequestUrl};
use domain::source::source_name::SourceName;
use domain::source::{Source, SourceError};
use domain::time::Timestamp;
use domain::verify::{Rejection, VerifiedEvent, verify};
use serde_json::Value;

/// The source that `secret` describes.
pub(crate) fn source(secret: &Value) -> Result<Source, SourceError> {
    Source::parse(SourceName::parse("test").expect("a name"), &secret.to_string())
}

/// What Landfall makes of a delivery with these headers.
pub(crate) fn verified(
    source: &Source,
    headers: &[(String, String)],
    body: &[u8],
    received_at: Timestamp,
) -> Result<VerifiedEvent, Rejection> {
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: None,
        headers: headers.iter().cloned().collect(),
        body: body.to_vec(),
        received_at,
        request_id: "request-1".to_owned(),
    };
    verify(delivery, source)
}

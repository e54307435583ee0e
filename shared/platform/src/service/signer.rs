//! Signature Version 4, by which AWS knows its callers, as the SDK makes it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningError, SigningInstructions, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use domain::time::Timestamp;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use super::service_clock::ServiceClock;

/// Which headers are signed besides those that a signature adds.
const SIGNED: [&str; 3] = ["host", "content-type", "x-amz-target"];

/// Signs the requests to one service in one region.
#[derive(Clone)]
pub(crate) struct Signer {
    identity: Identity,
    region: String,
    service: &'static str,
    /// A signature is valid for some minutes of the service's time, not of ours.
    pub(super) clock: Arc<ServiceClock>,
}

impl Signer {
    pub(crate) fn new(
        credentials: Credentials,
        region: String,
        service: &'static str,
        clock: Arc<ServiceClock>,
    ) -> Signer {
        Signer { identity: credentials.into(), region, service, clock }
    }

    /// Signs a POST of `body` to `/` as of `at`, in the place of an earlier signature. Without one the service refuses the
    /// request, and says so.
    pub(super) fn sign(&self, headers: &mut HeaderMap, body: &[u8], at: Timestamp) {
        let Ok(signature) = self.signature(headers, body, at) else { return };
        for (name, value) in signature.into_parts().0.iter().map(|header| (header.name(), header.value())) {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    /// The headers that make the signature.
    fn signature(&self, headers: &HeaderMap, body: &[u8], at: Timestamp) -> Result<SigningInstructions, SigningError> {
        let signed = SIGNED.iter().filter_map(|name| Some((*name, headers.get(*name)?.to_str().ok()?)));
        let mut settings = SigningSettings::default();
        // Of the path `/` nothing can be encoded or normalized, and no header is excluded of those that are given.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.excluded_headers = None;
        let request = SignableRequest::new("POST", "/", signed, SignableBody::Bytes(body))?;
        let parameters = SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(self.service)
            .time(UNIX_EPOCH + Duration::from_millis(at.as_millis().try_into().unwrap_or_default()))
            .settings(settings)
            .build()
            .expect("all that it needs is set");
        let (instructions, _) = sign(request, &parameters.into())?.into_parts();
        Ok(instructions)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of it that could be used.
        f.debug_struct("Signer").field("service", &self.service).field("region", &self.region).finish_non_exhaustive()
    }
}

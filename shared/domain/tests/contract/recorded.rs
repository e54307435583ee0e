//! The recorded deliveries in `tests/deliveries`, verified as the ingest function verifies them.

use std::sync::Arc;

use domain::delivery::headers::Headers;
use domain::delivery::{Delivery, RequestUrl};
use domain::description::KeySource;
use domain::digest::Digest;
use domain::event::Event;
use domain::provider::Provider;
use domain::provider::compiled_provider::CompiledProvider;
use domain::source::Source;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::{VerifiedEvent, verify};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use testdata::delivery::{self, DeliveryFile, RecordedDelivery};

/// The inbox's bucket.
pub(crate) const BUCKET: &str = "landfall-bucket";
/// When all of them arrived: 2025-09-01T07:26:52.000Z.
const RECEIVED_AT: Timestamp = Timestamp::from_millis(1_756_711_612_000);
const SECRET: &str = "a secret that no sender has";
const TOKEN: &str = "a token that no URL has";

/// What became of all of them, each with its name.
pub(crate) fn all() -> Vec<(String, VerifiedEvent)> {
    let of = |provider: Provider| {
        let deliveries = DeliveryFile::of(provider.as_str()).deliveries.into_iter();
        deliveries.map(move |delivery| (format!("{provider}/{}", delivery.name), verified(provider, delivery)))
    };
    Provider::ALL.into_iter().flat_map(of).collect()
}

/// What became of the recorded delivery `{provider}/{name}`.
pub(crate) fn event(path: &str) -> VerifiedEvent {
    let (provider, _) = path.split_once('/').expect("a provider and a name");
    verified(provider.parse().expect("a provider"), delivery::recorded(path))
}

/// What becomes of a delivery at the source `{provider}-prod`.
fn verified(provider: Provider, delivery: RecordedDelivery) -> VerifiedEvent {
    let RecordedDelivery { headers: beside, body, .. } = delivery;
    let (configuration, token, headers) = match signature_header(provider) {
        Some(header) => {
            let signature = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes a key of any length");
            let signature = signature.chain_update(&body).finalize().into_bytes();
            let signature = base16ct::lower::encode_string(&signature);
            (format!(r#"{{"provider":"{provider}","secrets":["{SECRET}"]}}"#), None, vec![(header, signature)])
        }
        None => {
            let digest = Digest::of(TOKEN.as_bytes());
            (format!(r#"{{"provider":"{provider}","token_sha256":["{digest}"]}}"#), Some(TOKEN.to_owned()), Vec::new())
        }
    };
    let beside = beside.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let headers: Headers = headers.chain([("content-type", "application/json")]).chain(beside).collect();
    let source_name = SourceName::parse(&format!("{provider}-prod")).expect("a source's name");
    // A sender that publishes its keys signs whatever else it proves; nobody here has the key for that.
    let sender = provider.sender().expect("a sender of the catalogue");
    let source = match sender.description().scheme.keys() {
        Some(KeySource::Jwks { .. } | KeySource::Certificate(_)) => {
            let by_token = Source::parse(source_name, &configuration.replace(provider.as_str(), "csm"));
            Source { provider, sender: Arc::clone(sender), ..by_token.expect("a source") }
        }
        _ => Source::parse(source_name, &configuration).expect("a source's configuration"),
    };
    let request_id = "5b1c6f0e-6c0b-4a3e-9d55-0d7b2f6a1c11".to_owned();
    let delivery = Delivery {
        url: RequestUrl::default(),
        token: token.map(Into::into),
        headers,
        body,
        received_at: RECEIVED_AT,
        request_id,
    };
    verify(delivery, &source).expect("a genuine delivery")
}

/// The sender that an event of the catalogue came from.
pub(crate) fn sender(event: &Event) -> &'static CompiledProvider {
    event.provider.sender().expect("a sender of the catalogue")
}

/// The header of those that sign with no more than a secret and the body.
const fn signature_header(provider: Provider) -> Option<&'static str> {
    match provider {
        Provider::Get3w => Some("x-get3w-signature"),
        Provider::Glossi => Some("x-glossi-signature"),
        _ => None,
    }
}

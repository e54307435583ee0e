//! The recorded deliveries in `tests/deliveries`, verified as the ingest function verifies them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use domain::compiled_provider::CompiledProvider;
use domain::delivery::{Delivery, RequestUrl};
use domain::digest::Digest;
use domain::event::{Event, VerifiedEvent};
use domain::headers::Headers;
use domain::provider::Provider;
use domain::source::Source;
use domain::source_name::SourceName;
use domain::time::Timestamp;
use domain::verify::verify;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The inbox's bucket.
pub(crate) const BUCKET: &str = "landfall-bucket";
/// When all of them arrived: 2025-09-01T07:26:52.000Z.
const RECEIVED_AT: Timestamp = Timestamp::from_millis(1_756_711_612_000);
const SECRET: &str = "a secret that no sender has";
const TOKEN: &str = "a token that no URL has";

/// The names of all of them: `{provider}/{file}`.
pub(crate) fn all() -> BTreeSet<String> {
    let of = |provider: Provider| {
        let files = fs::read_dir(folder().join(provider.as_str())).expect("each provider has a folder");
        let names = files.map(|file| file.expect("a readable folder").file_name().into_string().expect("a plain name"));
        names.filter(|name| !name.ends_with(".headers")).map(move |name| format!("{provider}/{name}"))
    };
    Provider::ALL.into_iter().flat_map(of).collect()
}

/// What became of the recorded delivery `name` at the source `{provider}-prod`.
pub(crate) fn event(name: &str) -> VerifiedEvent {
    let (provider, _) = name.split_once('/').expect("a folder and a file");
    let provider: Provider = provider.parse().expect("a provider's folder");
    let body = fs::read(folder().join(name)).expect(name);
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
    let beside = fs::read_to_string(folder().join(name).with_extension("headers")).unwrap_or_default();
    let beside = beside.lines().map(|line| line.split_once(": ").expect("a header is `name: value`"));
    let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let headers: Headers = headers.chain([("content-type", "application/json")]).chain(beside).collect();
    let source_name = SourceName::parse(&format!("{provider}-prod")).expect("a source's name");
    let source = Source::parse(source_name.clone(), &configuration).expect("a source's configuration");
    // A sender that publishes its keys signs whatever else it proves; nobody here has the key for that.
    let by_token = || Source::parse(source_name, &configuration.replace(provider.as_str(), "csm")).expect("a source");
    let source = if source.credentials.key_set().is_some() {
        Source { credentials: by_token().credentials, ..source }
    } else {
        source
    };
    let request_id = "5b1c6f0e-6c0b-4a3e-9d55-0d7b2f6a1c11".to_owned();
    let delivery = Delivery { url: RequestUrl::default(), token, headers, body, received_at: RECEIVED_AT, request_id };
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

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/deliveries"))
}

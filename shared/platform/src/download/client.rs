//! The HTTP client: the one of the SDK, with a resolver of ours and nothing else.

use std::error::Error;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::download::failure::Failure;
use domain::download::target::Target;
use domain::download::{Refusal, address};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use rustls::client::WantsClientCert;
use rustls::{ConfigBuilder, WantsVerifier, crypto};

use super::passing;
use super::resolver::{AddressRefused, Lookup, Resolver, system};

/// Shorter than the wait for an answer, so that a dead address leaves time for the next.
const CONNECT_WITHIN: Duration = Duration::from_secs(4);
/// An answer's headers are no longer than this, and no more of its content waits in memory.
const BUFFER_BYTES: usize = 64 * 1024;
/// A reason in the log has at most so many bytes.
const REASON_MAX_BYTES: usize = 300;
/// Some hosts refuse clients without a name.
const NAME: &str = concat!("landfall/", env!("CARGO_PKG_VERSION"));

type Inner = legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Empty<Bytes>>;

/// The client. Built when it is first used: reading the system's root certificates takes milliseconds, and most
/// instances never fetch anything.
pub(crate) struct Client(LazyLock<Option<Inner>, Box<dyn FnOnce() -> Option<Inner> + Send>>);

impl Default for Client {
    fn default() -> Client {
        Client::new(|| tls().ok()?.with_native_roots().ok(), system(), address::check)
    }
}

impl Client {
    /// A client that knows servers by the roots of `tls`, and looks their addresses up with `lookup`.
    pub(crate) fn new(
        tls: fn() -> Option<ConfigBuilder<ClientConfig, WantsClientCert>>,
        lookup: Arc<Lookup>,
        check: fn(IpAddr) -> Result<(), Refusal>,
    ) -> Client {
        Client(LazyLock::new(Box::new(move || Some(build(tls()?.with_no_client_auth(), lookup, check)))))
    }

    /// Asks for `target`. What comes back is the answer of that very server.
    pub(crate) async fn get(&self, target: &Target) -> Result<Response<Incoming>, Failure> {
        let client = self.0.as_ref().ok_or_else(|| passing("this system has no root certificates"))?;
        let request = Request::get(target.as_str())
            .header(ACCEPT, "*/*")
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, NAME)
            .body(Empty::new())
            .map_err(|_| Refusal::InvalidUrl)?;
        client.request(request).await.map_err(|error| sort(&error))
    }
}

/// The versions and ciphers of all TLS here; whose certificates are believed is still open.
pub(crate) fn tls() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
}

fn build(tls: ClientConfig, lookup: Arc<Lookup>, check: fn(IpAddr) -> Result<(), Refusal>) -> Inner {
    let mut http = HttpConnector::new_with_resolver(Resolver::new(lookup, check));
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_WITHIN));
    // Whether a URL may be of plain HTTP, which it may in tests alone, was decided when its target was made.
    let https = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    legacy::Client::builder(TokioExecutor::new())
        // A connection that was kept would be to an address that was checked long ago.
        .pool_max_idle_per_host(0)
        .retry_canceled_requests(false)
        .http1_max_buf_size(BUFFER_BYTES)
        .build(https)
}

/// What a failed request means. Its own words hold no URL; a stranger's certificate is quoted in them.
fn sort(error: &legacy::Error) -> Failure {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(AddressRefused(refusal)) = error.downcast_ref() {
            return Failure::Refused(*refusal);
        }
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.truncate(text.floor_char_boundary(REASON_MAX_BYTES));
    Failure::Passing { reason: text }
}

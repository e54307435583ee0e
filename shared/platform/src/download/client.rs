//! The HTTP client: hyper's, with a connection of its own for each request, to an address that was checked.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::download::failure::Failure;
use domain::download::target::Target;
use domain::download::{Refusal, address};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HOST, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::client::WantsClientCert;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ConfigBuilder, WantsVerifier, crypto};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::passing;
use super::resolver::{Lookup, resolve, system};
use crate::roots::Roots;

/// Shorter than the wait for an answer, so that a dead address leaves time for the next: all of a name share it.
const CONNECT_WITHIN: Duration = Duration::from_secs(4);
/// An answer's headers are no longer than this, and no more of its content waits in memory.
const BUFFER_BYTES: usize = 64 * 1024;
/// A reason in the log has at most so many bytes.
const REASON_MAX_BYTES: usize = 300;
/// Some hosts refuse clients without a name.
const NAME: &str = concat!("landfall/", env!("CARGO_PKG_VERSION"));

/// A connection, with TLS or, in tests alone, without.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The client.
pub(crate) struct Client {
    /// Made when it is first used: reading the system's root certificates takes milliseconds, and most instances never
    /// fetch anything.
    tls: LazyLock<TlsConnector, Box<dyn FnOnce() -> TlsConnector + Send>>,
    lookup: Arc<Lookup>,
    check: fn(IpAddr) -> Result<(), Refusal>,
}

impl Default for Client {
    fn default() -> Client {
        Client::new(|| tls().with_root_certificates(Roots::System.store()), system(), address::check)
    }
}

impl Client {
    /// A client that knows servers by the roots of `tls`, and looks their addresses up with `lookup`.
    pub(crate) fn new(
        tls: fn() -> ConfigBuilder<ClientConfig, WantsClientCert>,
        lookup: Arc<Lookup>,
        check: fn(IpAddr) -> Result<(), Refusal>,
    ) -> Client {
        let connector = move || TlsConnector::from(Arc::new(tls().with_no_client_auth()));
        Client { tls: LazyLock::new(Box::new(connector)), lookup, check }
    }

    /// Asks for `target`. What comes back is the answer of that very server.
    pub(crate) async fn get(&self, target: &Target) -> Result<Response<Incoming>, Failure> {
        let uri: Uri = target.as_str().parse().map_err(|_| Refusal::InvalidUrl)?;
        let (Some(authority), Some(path)) = (uri.authority(), uri.path_and_query()) else {
            return Err(Failure::Refused(Refusal::InvalidUrl));
        };
        let request = Request::get(path.as_str())
            .header(HOST, authority.as_str())
            .header(ACCEPT, "*/*")
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, NAME)
            .body(Empty::<Bytes>::new())
            .map_err(|_| Refusal::InvalidUrl)?;
        let stream = self.connect(&uri, authority.host()).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(BUFFER_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| sort(&error))?;
        // It carries the content too, and ends with it, or when nobody wants it any more.
        tokio::spawn(connection);
        sender.send_request(request).await.map_err(|error| sort(&error))
    }

    async fn connect(&self, uri: &Uri, host: &str) -> Result<Box<dyn Stream>, Failure> {
        // Whether a URL may be of plain HTTP to an address, which it may in tests alone, was decided when its target was
        // made.
        if uri.scheme_str() == Some("http") {
            let address = host.parse().map_err(|_| Refusal::InvalidUrl)?;
            return Ok(Box::new(dial(&[SocketAddr::new(address, uri.port_u16().unwrap_or(80))]).await?));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Refusal::InvalidUrl)?;
        let addresses = resolve(&*self.lookup, host, uri.port_u16().unwrap_or(443), self.check).await?;
        let stream = dial(&addresses).await?;
        Ok(Box::new(self.tls.connect(name, stream).await.map_err(|error| sort(&error))?))
    }
}

async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut failure = passing("its name has no address");
    let each = CONNECT_WITHIN / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    for address in addresses {
        failure = match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(|error| sort(&error))?;
                return Ok(stream);
            }
            Ok(Err(error)) => sort(&error),
            Err(_) => passing("could not be connected to in time"),
        };
    }
    Err(failure)
}

/// The versions and ciphers of all TLS here; whose certificates are believed is still open.
pub(crate) fn tls() -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has ciphers for both of them")
}

/// What a failed request means. Its own words hold no URL; a stranger's certificate is quoted in them.
pub(crate) fn sort(error: &(dyn Error + 'static)) -> Failure {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.truncate(text.floor_char_boundary(REASON_MAX_BYTES));
    Failure::Passing { reason: text }
}

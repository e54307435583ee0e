//! The HTTP client for every server that is not AWS's: hyper's, with a connection of its own for each request, to an
//! address that was checked.
//!
//! It is built so that nothing gets around the rules of `domain::download`: it asks only for what passed them as a
//! [`Target`], follows no redirect by itself, knows no proxy, decodes no content, keeps no connection, and dials no
//! address but those that its resolver has checked.

mod error;
mod resolver;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use domain::download::target::{Loopback, Target};
use domain::download::{FetchRefusal, address};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HOST, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::client::WantsClientCert;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ConfigBuilder};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

pub(crate) use self::error::HttpError;
use self::resolver::resolve;
pub(crate) use self::resolver::{Lookup, system_lookup};
use crate::roots::Roots;
use crate::tls::tls;

/// Shorter than the wait for an answer, so that a dead address leaves time for the next: all of a name share it.
const CONNECT_WITHIN: Duration = Duration::from_secs(4);
/// An answer's headers are no longer than this, and no more of its content waits in memory.
const BUFFER_BYTES: usize = 64 * 1024;
/// Some hosts refuse clients without a name.
const NAME: &str = concat!("landfall/", env!("CARGO_PKG_VERSION"));

/// A connection, with TLS or, in tests alone, without.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The client. Copies share all that it holds.
#[derive(Clone)]
pub struct HttpClient(Arc<Parts>);

struct Parts {
    loopback: Loopback,
    /// Made when it is first used: reading the system's root certificates takes milliseconds, and most instances never
    /// fetch anything.
    tls: LazyLock<TlsConnector, Box<dyn FnOnce() -> TlsConnector + Send>>,
    lookup: Arc<Lookup>,
    check: fn(IpAddr) -> Result<(), FetchRefusal>,
}

impl HttpClient {
    /// The client, and with `loopback` one that reaches a test's own servers as well.
    #[must_use]
    pub fn new(loopback: Loopback) -> HttpClient {
        HttpClient::with(
            loopback,
            || tls().with_root_certificates(Roots::System.store()),
            system_lookup(),
            address::check,
        )
    }

    /// A client that knows servers by the roots of `tls`, and looks their addresses up with `lookup`.
    pub(crate) fn with(
        loopback: Loopback,
        tls: fn() -> ConfigBuilder<ClientConfig, WantsClientCert>,
        lookup: Arc<Lookup>,
        check: fn(IpAddr) -> Result<(), FetchRefusal>,
    ) -> HttpClient {
        let connector = move || TlsConnector::from(Arc::new(tls().with_no_client_auth()));
        HttpClient(Arc::new(Parts { loopback, tls: LazyLock::new(Box::new(connector)), lookup, check }))
    }

    /// Whether a target may be a test's own server.
    pub(crate) fn loopback(&self) -> Loopback {
        self.0.loopback
    }

    /// Asks for the content of `target`. What comes back is the answer of that very server.
    pub(crate) async fn get(&self, target: &Target) -> Result<Response<Incoming>, HttpError> {
        let headers = [(ACCEPT, "*/*"), (ACCEPT_ENCODING, "identity"), (USER_AGENT, NAME)];
        let headers = headers.iter().map(|(name, value)| (name.as_str(), *value));
        self.send(target, "GET", headers, Bytes::new()).await
    }

    /// Sends a request to `target`. What comes back is the answer of that very server.
    pub(crate) async fn send(
        &self,
        target: &Target,
        method: &str,
        headers: impl Iterator<Item = (&str, &str)>,
        body: Bytes,
    ) -> Result<Response<Incoming>, HttpError> {
        let uri: Uri = target.as_str().parse().map_err(|_| FetchRefusal::InvalidUrl)?;
        let (Some(authority), Some(path)) = (uri.authority(), uri.path_and_query()) else {
            return Err(HttpError::Refused(FetchRefusal::InvalidUrl));
        };
        let request = Request::builder().method(method).uri(path.as_str()).header(HOST, authority.as_str());
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        let request = request.body(Full::new(body)).map_err(|_| HttpError::InvalidRequest)?;
        let stream = self.connect(&uri, authority.host()).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(BUFFER_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(HttpError::exchange)?;
        // It carries the content too, and ends with it, or when nobody wants it any more.
        tokio::spawn(connection);
        sender.send_request(request).await.map_err(HttpError::exchange)
    }

    async fn connect(&self, uri: &Uri, host: &str) -> Result<Box<dyn Stream>, HttpError> {
        // Whether a URL may be of plain HTTP to an address, which it may in tests alone, was decided when its target was
        // made.
        if uri.scheme_str() == Some("http") {
            let address = host.parse().map_err(|_| FetchRefusal::InvalidUrl)?;
            return Ok(Box::new(dial(&[SocketAddr::new(address, uri.port_u16().unwrap_or(80))]).await?));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| FetchRefusal::InvalidUrl)?;
        let addresses = resolve(&*self.0.lookup, host, uri.port_u16().unwrap_or(443), self.0.check).await?;
        let stream = dial(&addresses).await?;
        Ok(Box::new(self.0.tls.connect(name, stream).await.map_err(HttpError::exchange)?))
    }
}

async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream, HttpError> {
    let mut last = HttpError::NoAddress;
    let each = CONNECT_WITHIN / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    for address in addresses {
        last = match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(HttpError::exchange)?;
                return Ok(stream);
            }
            Ok(Err(error)) => HttpError::exchange(error),
            Err(_) => HttpError::ConnectTimeout,
        };
    }
    Err(last)
}

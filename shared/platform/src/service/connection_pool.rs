//! Connections that stay open between calls.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderValue;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::idle_connection::IdleConnection;
use super::network::Network;
use crate::limits::POOL_IDLE;

type Sender = SendRequest<Full<Bytes>>;

/// Where a service is.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
    /// As requests name it: the port only if it is not the usual one.
    authority: HeaderValue,
    tls: Option<Arc<ClientConfig>>,
}

/// The idle connections to a service, the last used at the end. Ingest needs one; the sweep sends side by side.
#[derive(Debug)]
pub(super) struct ConnectionPool {
    endpoint: Option<Endpoint>,
    network: Arc<Network>,
    idle: Mutex<Vec<IdleConnection<Sender>>>,
}

impl Endpoint {
    /// The server that `url` names; `tls` is how it is spoken to if by `https`. `None` if it is no URL of a server.
    pub(crate) fn new(url: &str, tls: &Arc<ClientConfig>) -> Option<Endpoint> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let (usual, tls) = match uri.scheme_str()? {
            "https" => (443, Some(Arc::clone(tls))),
            "http" => (80, None),
            _ => return None,
        };
        let port = authority.port_u16().unwrap_or(usual);
        let host = authority.host().to_owned();
        let named = if port == usual { host.clone() } else { format!("{host}:{port}") };
        Some(Endpoint { host, port, authority: HeaderValue::try_from(named).ok()?, tls })
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectionError {
    /// The operator must correct a setting.
    #[error("its endpoint is not the URL of a server")]
    InvalidEndpoint,
    /// No server has such a name.
    #[error(transparent)]
    Name(#[from] InvalidDnsNameError),
    /// It could not be connected to.
    #[error(transparent)]
    Connect(#[from] io::Error),
    /// The exchange broke off.
    #[error(transparent)]
    Exchange(#[from] hyper::Error),
    /// It took too long. The request may have had its effect.
    #[error("timed out")]
    Timeout,
}

impl ConnectionPool {
    pub(super) fn to(endpoint: Option<Endpoint>, network: Arc<Network>) -> ConnectionPool {
        ConnectionPool { endpoint, network, idle: Mutex::default() }
    }

    /// The value of `host`.
    pub(super) fn host(&self) -> HeaderValue {
        self.endpoint.as_ref().map_or(HeaderValue::from_static(""), |endpoint| endpoint.authority.clone())
    }

    /// Opens a connection, and keeps it for the next request.
    pub(super) async fn open_ahead(&self) -> Result<(), ConnectionError> {
        let sender = self.open().await?;
        self.put_idle(sender);
        Ok(())
    }

    /// Sends `request` and reads the whole answer until then, or says why there is none.
    pub(super) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        until: Instant,
    ) -> Result<Response<Bytes>, ConnectionError> {
        let mut is_reused = false;
        timeout_at(until, self.exchange(request, &mut is_reused)).await.unwrap_or_else(|_| {
            // Of a connection that is new, silence says something about its service alone.
            if is_reused {
                self.network.give_up_connections();
            }
            Err(ConnectionError::Timeout)
        })
    }

    async fn exchange(
        &self,
        mut request: Request<Full<Bytes>>,
        is_reused: &mut bool,
    ) -> Result<Response<Bytes>, ConnectionError> {
        if let Some(mut sender) = self.take_idle()
            && sender.ready().await.is_ok()
        {
            *is_reused = true;
            match sender.try_send_request(request).await {
                Ok(answer) => return self.read(answer, sender).await,
                Err(mut error) => match error.take_message() {
                    // The service had hung up before anything of it was sent.
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        *is_reused = false;
        let mut sender = self.open().await?;
        let answer = sender.send_request(request).await?;
        self.read(answer, sender).await
    }

    async fn read(&self, answer: Response<Incoming>, sender: Sender) -> Result<Response<Bytes>, ConnectionError> {
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        // Only a connection whose answer was read to its end can be used again, and behind one that is broken stands a
        // server that may be.
        if !head.status.is_server_error() {
            self.put_idle(sender);
        }
        Ok(Response::from_parts(head, body))
    }

    fn take_idle(&self) -> Option<Sender> {
        let generation = self.network.generation();
        let mut idle = self.idle();
        idle.retain(|it| it.generation == generation && it.age() < POOL_IDLE && !it.sender.is_closed());
        Some(idle.pop()?.sender)
    }

    fn put_idle(&self, sender: Sender) {
        self.idle().push(IdleConnection::new(sender, self.network.generation()));
    }

    /// Forgets all idle connections: where one gave no answer, the others may be as dead.
    pub(super) fn forget(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<IdleConnection<Sender>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self) -> Result<Sender, ConnectionError> {
        let endpoint = self.endpoint.as_ref().ok_or(ConnectionError::InvalidEndpoint)?;
        let Endpoint { host, port, tls, .. } = endpoint;
        let addresses = self.network.resolve(host, *port).await?;
        let stream = TcpStream::connect(&*addresses).await?;
        stream.set_nodelay(true)?;
        match tls {
            None => speak(stream).await,
            Some(tls) => {
                let name = ServerName::try_from(host.clone())?;
                speak(TlsConnector::from(Arc::clone(tls)).connect(name, stream).await?).await
            }
        }
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Sender, ConnectionError> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It ends when the service hangs up, or when nobody has the sender any more.
    tokio::spawn(connection);
    Ok(sender)
}

//! A server that does whatever a test tells it, byte by byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::tls::tls;

/// The host whose certificate the servers have.
pub(crate) const HOST: &str = "cdn.get3w.com";

/// What is done with a connection after its request has been read.
pub(crate) enum Act {
    /// Sends these bytes and hangs up.
    Send(Vec<u8>),
    /// Sends the first bytes, then the second again and again.
    Repeat(Vec<u8>, Vec<u8>),
    /// The same, but with a pause before each time.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// Says nothing and stays.
    Stay,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

/// The certificate of [`HOST`], which is its own authority.
struct Identity {
    config: Arc<ServerConfig>,
    roots: RootCertStore,
}

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::clone(tls().crypto_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    Identity { config: Arc::new(config), roots }
});

/// The roots by which a client knows the servers here.
pub(crate) fn roots() -> RootCertStore {
    IDENTITY.roots.clone()
}

impl Server {
    /// Answers each request as `handler` says of its head, without TLS.
    pub(crate) async fn plain(handler: impl Fn(&str) -> Act + Send + Sync + 'static) -> Server {
        Server::start("127.0.0.1:0", false, handler).await
    }

    /// The same with TLS, as [`HOST`].
    pub(crate) async fn secure(handler: impl Fn(&str) -> Act + Send + Sync + 'static) -> Server {
        Server::start("127.0.0.1:0", true, handler).await
    }

    /// One that nobody may ever reach.
    pub(crate) async fn inside() -> Server {
        Server::start("127.0.0.2:0", false, |_| Act::Send(content("image/png", super::PNG))).await
    }

    async fn start(address: &str, is_secure: bool, handler: impl Fn(&str) -> Act + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind(address).await.unwrap();
        let (address, connections) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let (handler, counted) = (Arc::new(handler), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let handler = Arc::clone(&handler);
                tokio::spawn(async move {
                    if !is_secure {
                        serve(stream, &*handler).await;
                    } else if let Ok(stream) = TlsAcceptor::from(Arc::clone(&IDENTITY.config)).accept(stream).await {
                        serve(stream, &*handler).await;
                    }
                });
            }
        });
        Server { address, connections }
    }

    /// How often somebody has connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A client that hangs up ends it: then there is nothing left to write to.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, handler: &(impl Fn(&str) -> Act + Sync)) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let (head, again, pause) = match handler(&request) {
        Act::Send(bytes) => (bytes, None, Duration::ZERO),
        Act::Repeat(head, piece) => (head, Some(piece), Duration::ZERO),
        Act::Drip(head, piece, pause) => (head, Some(piece), pause),
        Act::Stay => return std::future::pending().await,
    };
    if stream.write_all(&head).await.is_err() || stream.flush().await.is_err() {
        return;
    }
    while let Some(piece) = &again {
        tokio::time::sleep(pause).await;
        if stream.write_all(piece).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

/// What is asked for.
pub(crate) fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

/// An answer with content.
pub(crate) fn content(media_type: &str, bytes: &[u8]) -> Vec<u8> {
    with_headers(&format!("content-type: {media_type}\r\ncontent-length: {}\r\n", bytes.len()), bytes)
}

/// An answer with content, and just these headers.
pub(crate) fn with_headers(headers: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), bytes].concat()
}

/// An answer that sends the client to `location`.
pub(crate) fn redirect(location: &str) -> Act {
    Act::Send(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n").into_bytes())
}

/// An answer without content.
pub(crate) fn status(status: u16) -> Act {
    Act::Send(format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\n\r\n").into_bytes())
}

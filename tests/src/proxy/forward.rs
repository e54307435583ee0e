//! Passing a request on.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONNECTION, EXPECT, HeaderValue, TRANSFER_ENCODING};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The connection ends without an answer.
#[derive(Debug)]
pub struct ConnectionCut;

impl std::fmt::Display for ConnectionCut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for ConnectionCut {}

/// Sends `request` to `services` on a connection of its own, and gives the whole answer. If none comes, whoever asked is
/// cut off as well.
///
/// # Errors
/// If none comes.
pub async fn forward(request: Request<Bytes>, services: SocketAddr) -> Result<Response<Full<Bytes>>, ConnectionCut> {
    let (mut head, body) = request.into_parts();
    // These speak of the caller's connection. The body is whole by now.
    for of_connection in [CONNECTION, EXPECT, TRANSFER_ENCODING] {
        head.headers.remove(of_connection);
    }
    // MiniStack keeps a connection that only its caller has closed, with its tasks, until it ends. The few calls of the
    // bucket, which alone have a path, are left as they are.
    if head.uri.path() == "/" {
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let stream = TcpStream::connect(services).await.map_err(|_| ConnectionCut)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| ConnectionCut)?;
    tokio::spawn(connection);
    let answer = sender.send_request(Request::from_parts(head, Full::new(body))).await.map_err(|_| ConnectionCut)?;
    let (mut head, body) = answer.into_parts();
    let body = body.collect().await.map_err(|_| ConnectionCut)?.to_bytes();
    head.headers.remove(CONNECTION);
    head.headers.remove(TRANSFER_ENCODING);
    Ok(Response::from_parts(head, Full::new(body)))
}

//! A bucket that counts and digests copies of assets instead of keeping them. Calls to anything else go through to the
//! services of the local stack.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use ring::digest::{Context, SHA256};
use tests::proxy::{Caller, ConnectionCut, forward};
use tokio::net::{TcpListener, TcpStream};

use crate::digest::hex;

/// The bucket, of one asset.
#[derive(Clone)]
pub(crate) struct Bucket {
    services: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    /// Of all parts so far.
    digest: Context,
    parts: u64,
    bytes: u64,
    /// Who sent them.
    caller: Option<Caller>,
    is_complete: bool,
}

/// A copy that is complete.
pub(crate) struct StoredCopy {
    pub(crate) sha256: String,
    pub(crate) parts: u64,
    pub(crate) bytes: u64,
    pub(crate) caller: Caller,
}

impl Bucket {
    /// Takes the functions' calls on `listener` from now on.
    pub(crate) fn start(listener: std::net::TcpListener, services: SocketAddr) -> std::io::Result<Bucket> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let state = State { digest: Context::new(&SHA256), parts: 0, bytes: 0, caller: None, is_complete: false };
        let bucket = Bucket { services, state: Arc::new(Mutex::new(state)) };
        let serving = bucket.clone();
        tokio::spawn(async move {
            loop {
                if let Ok((stream, peer)) = listener.accept().await {
                    tokio::spawn(serving.clone().serve(stream, peer));
                }
            }
        });
        Ok(bucket)
    }

    /// The copy, once it is complete.
    pub(crate) fn stored(&self) -> Option<StoredCopy> {
        let state = self.state();
        let caller = state.caller.clone().filter(|_| state.is_complete)?;
        Some(StoredCopy { sha256: hex(state.digest.clone()), parts: state.parts, bytes: state.bytes, caller })
    }

    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        let Ok(here) = stream.local_addr() else { return };
        let caller = tokio::task::spawn_blocking(move || Caller::find(peer, here)).await.ok().flatten();
        let service = service_fn(|request| self.answer(request, caller.as_ref()));
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        caller: Option<&Caller>,
    ) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        if !request.uri().path().contains("/assets/") {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| ConnectionCut)?.to_bytes();
            return forward(Request::from_parts(head, body), self.services).await;
        }
        let query = request.uri().query().unwrap_or_default().to_owned();
        let part = query.split('&').find_map(|field| field.strip_prefix("partNumber=")?.parse().ok());
        match (request.method(), part) {
            (&Method::PUT, Some(part)) => self.take(part, request.into_body(), caller).await,
            // What fits into one part comes whole.
            (&Method::PUT, None) => {
                let answer = self.take(1, request.into_body(), caller).await;
                self.state().is_complete = true;
                answer
            }
            (&Method::POST, _) if query.split('&').any(|field| field.starts_with("uploadId=")) => {
                self.state().is_complete = true;
                Ok(respond(200, "<CompleteMultipartUploadResult/>"))
            }
            (&Method::POST, _) => {
                let mut state = self.state();
                (state.digest, state.parts, state.bytes) = (Context::new(&SHA256), 0, 0);
                let upload = "<UploadId>the-only-one</UploadId>";
                Ok(respond(200, &format!("<InitiateMultipartUploadResult>{upload}</InitiateMultipartUploadResult>")))
            }
            (&Method::DELETE, _) => Ok(respond(204, "")),
            _ => Ok(respond(404, "")),
        }
    }

    /// Takes part number `number`. Parts come in order; one may come again whose answer was lost.
    async fn take(
        &self,
        number: u64,
        mut body: Incoming,
        caller: Option<&Caller>,
    ) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        let (mut digest, before) = {
            let state = self.state();
            (state.digest.clone(), state.parts)
        };
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            if let Ok(piece) = frame.map_err(|_| ConnectionCut)?.into_data() {
                digest.update(&piece);
                bytes += piece.len() as u64;
            }
        }
        let mut state = self.state();
        if number > before + 1 {
            return Ok(respond(400, "<Error><Code>InvalidPart</Code></Error>"));
        }
        if number == state.parts + 1 {
            (state.digest, state.parts, state.bytes) = (digest, number, state.bytes + bytes);
            state.caller = caller.cloned();
        }
        Ok(respond(200, ""))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn respond(status: u16, text: &str) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("etag", "\"counted\"")
        .body(Full::new(Bytes::from(text.to_owned())))
        .expect("status and headers are valid")
}

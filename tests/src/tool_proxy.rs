//! A proxy between the tool and the emulator, which evaluates no policies and is never busy: it refuses calls as AWS would,
//! and counts what the others read.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::proxy::{ConnectionCut, forward};
use crate::stack::Stack;
use crate::world::World;

/// How a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The caller may not.
    Denied,
    /// There were too many.
    Throttled,
    /// The credentials are too old.
    Expired,
}

/// The running proxy.
#[derive(Clone, Debug)]
pub struct ToolProxy {
    /// Describes the stack behind it.
    pub file: PathBuf,
    services: SocketAddr,
    refused: Arc<Mutex<Vec<(&'static str, Refusal)>>>,
    calls: Arc<Mutex<Vec<ReadCall>>>,
}

/// A call that reads the ledger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadCall {
    /// What was asked: `Query`.
    pub action: &'static str,
    /// What DynamoDB would bill for it.
    pub read_units: f64,
}

impl ToolProxy {
    /// Starts one before the stack under test.
    ///
    /// # Panics
    /// If there is no port.
    pub async fn start(world: &World) -> ToolProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
        let file = std::env::temp_dir().join(format!("landfall-proxied-{:016x}.json", fastrand::u64(..)));
        let stack = Stack { endpoint: Some(endpoint), ..world.stack.clone() };
        std::fs::write(&file, json!(stack).to_string()).expect("a file can be written");
        let services = world.stack.address();
        let proxy = ToolProxy { file, services, refused: Arc::default(), calls: Arc::default() };
        let serving = proxy.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let proxy = serving.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| proxy.answer(request));
                    // How a connection ends is the tool's own affair.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        proxy
    }

    /// From now on, refuses calls of this action (`Query`).
    pub fn refuse(&self, action: &'static str, refusal: Refusal) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).push((action, refusal));
    }

    /// What was read since this was asked last.
    #[must_use]
    pub fn take_calls(&self) -> Vec<ReadCall> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let action = target.rsplit('.').next().unwrap_or_default().to_owned();
        let refusal =
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(it, _)| *it == action).copied();
        if let Some((action, refusal)) = refusal {
            return Ok(refuse(action, refusal));
        }
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| ConnectionCut)?.to_bytes();
        let answer = forward(Request::from_parts(head, body), self.services).await?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|_| ConnectionCut)?.to_bytes();
        let call = match action.as_str() {
            "Query" => Some(ReadCall { action: "Query", read_units: query_units(&body) }),
            "BatchGetItem" => Some(ReadCall { action: "BatchGetItem", read_units: batch_units(&body) }),
            "GetItem" => Some(ReadCall { action: "GetItem", read_units: 1.0 }),
            _ => None,
        };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).extend(call);
        Ok(Response::from_parts(head, Full::new(body)))
    }
}

/// As IAM and DynamoDB answer.
fn refuse(action: &str, refusal: Refusal) -> Response<Full<Bytes>> {
    let (code, message) = match refusal {
        Refusal::Denied => (
            "AccessDeniedException",
            format!(
                "User: arn:aws:iam::000000000000:user/reader is not authorized to perform: dynamodb:{action} on resource: \
                 arn:aws:dynamodb:us-east-1:000000000000:table/Ledger because no identity-based policy allows the \
                 dynamodb:{action} action"
            ),
        ),
        Refusal::Throttled => ("ThrottlingException", "Rate exceeded".to_owned()),
        Refusal::Expired => {
            ("ExpiredTokenException", "The security token included in the request is expired".to_owned())
        }
    };
    let body = json!({"__type": code, "message": message}).to_string();
    let response = Response::builder().status(400).header("content-type", "application/x-amz-json-1.0");
    response.body(Full::new(body.into())).expect("status and content type are valid")
}

/// A query reads all entries as one, eventually consistent: half a unit for each 4 KiB, half a unit at least.
fn query_units(answer: &[u8]) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let bytes: usize = answer["Items"].as_array().into_iter().flatten().map(item_bytes).sum();
    bytes.div_ceil(4096).max(1) as f64 / 2.0
}

/// A batch reads each item alone. None that a test here writes is larger than 4 KiB.
fn batch_units(answer: &[u8]) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let items = answer["Responses"].as_object().into_iter().flatten().flat_map(|(_, items)| items.as_array());
    items.flatten().count() as f64 / 2.0
}

/// The size of an item as DynamoDB counts it: names and texts by their bytes, a number by its digits, two in a byte.
fn item_bytes(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes
        .map(|(name, value)| {
            let text = value.as_object().and_then(|value| value.iter().next());
            let size = match text {
                Some((kind, value)) if kind == "N" => value.as_str().map_or(0, |digits| digits.len().div_ceil(2) + 1),
                Some((_, value)) => value.as_str().map_or(0, str::len),
                None => 0,
            };
            name.len() + size
        })
        .sum()
}

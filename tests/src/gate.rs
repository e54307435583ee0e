//! A gate between the tool and the emulator: it notes each call, and lets one kind of them fail as AWS does. The emulator
//! itself denies nobody anything.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::proxy::{ConnectionCut, forward};
use crate::stack::Stack;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller may not.
    Denied,
    /// Too many calls.
    Throttled,
}

/// A gate that is open until the test ends.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Where the tool reads where everything is: at the gate.
    pub file: PathBuf,
    services: SocketAddr,
    failing: Option<(String, Failure)>,
    calls: Arc<Mutex<BTreeSet<String>>>,
    played: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Gate {
    /// A gate before the services of `stack`, which lets everything through but calls of the action `failing`.
    ///
    /// # Panics
    /// If there is no port.
    pub async fn open(stack: &Stack, failing: Option<(&str, Failure)>) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("it listens"));
        let file = std::env::temp_dir().join(format!("landfall-gate-{:016x}.json", fastrand::u64(..)));
        let behind = Stack { endpoint: Some(endpoint), ..stack.clone() };
        std::fs::write(&file, serde_json::to_string(&behind).expect("it is JSON")).expect("a file can be written");
        let failing = failing.map(|(action, failure)| (action.to_owned(), failure));
        let gate = Gate { file, services: stack.address(), failing, calls: Arc::default(), played: Arc::default() };
        let serving = gate.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        gate
    }

    /// Answers `action` with `json` from now on, as AWS does: for what the emulator cannot.
    ///
    /// # Panics
    /// If a task of the gate panicked.
    pub fn play(&self, action: &str, json: &serde_json::Value) {
        self.played.lock().expect("nobody panics with it").insert(action.to_owned(), json.to_string());
    }

    /// The actions that were called, as IAM names them.
    ///
    /// # Panics
    /// If a task of the gate panicked.
    #[must_use]
    pub fn calls(&self) -> BTreeSet<String> {
        self.calls.lock().expect("nobody panics with it").clone()
    }

    async fn serve(self, stream: tokio::net::TcpStream) {
        let service = service_fn(|request| self.answer(request));
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.collect().await.map_err(|_| ConnectionCut)?.to_bytes());
        let action = action(&request);
        if let Some(action) = &action {
            self.calls.lock().expect("nobody panics with it").insert(action.clone());
        }
        let played = action.as_ref().and_then(|action| self.played.lock().ok()?.get(action).cloned());
        match (&self.failing, played) {
            (Some((failing, failure)), _) if Some(failing) == action.as_ref() => {
                Ok(refuse(&request, failing, *failure))
            }
            (_, Some(json)) => {
                let response = Response::builder().header("content-type", "application/x-amz-json-1.0");
                Ok(response.body(Full::new(json.into())).expect("status and headers are valid"))
            }
            _ => forward(request, self.services).await,
        }
    }
}

/// What is asked for, as IAM names it; `None` if the request is not signed for AWS.
fn action(request: &Request<Bytes>) -> Option<String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    // Credential=KEY/DAY/REGION/SERVICE/aws4_request, ...
    let service = header("authorization")?.split("Credential=").nth(1)?.split('/').nth(3)?;
    let service = if service == "monitoring" { "cloudwatch" } else { service };
    let (path, body) = (request.uri().path(), String::from_utf8_lossy(request.body()));
    let name = match header("x-amz-target") {
        Some(target) => target.rsplit('.').next()?.to_owned(),
        None if path.contains("/operation/") => path.rsplit('/').next()?.to_owned(),
        None if service == "lambda" && path.ends_with("/policy") => "GetPolicy".to_owned(),
        None if service == "lambda" && path.contains("account-settings") => "GetAccountSettings".to_owned(),
        None if path == "/" => body.split('&').find_map(|field| field.strip_prefix("Action="))?.to_owned(),
        None => format!("{} {path}", request.method()),
    };
    // IAM knows batches by the single call.
    let name = if service == "sqs" { name.trim_end_matches("Batch").to_owned() } else { name };
    Some(format!("{service}:{name}"))
}

/// The refusal in the form of the service's protocol.
fn refuse(request: &Request<Bytes>, action: &str, failure: Failure) -> Response<Full<Bytes>> {
    let (status, code, message) = match failure {
        Failure::Denied => (
            403,
            "AccessDeniedException",
            format!(
                "User: arn:aws:iam::000000000000:user/tester is not authorized to perform: {action} on resource: arn:aws:played because no identity-based policy allows the {action} action"
            ),
        ),
        Failure::Throttled => (400, "ThrottlingException", "Rate exceeded".to_owned()),
    };
    let response = Response::builder().status(status);
    let is_cbor = request.uri().path().contains("/operation/");
    let (response, body) = if is_cbor {
        let response = response.header("smithy-protocol", "rpc-v2-cbor").header("content-type", "application/cbor");
        (response, cbor_of_texts(&[("__type", code), ("message", &message)]))
    } else if request.headers().contains_key("x-amz-target") || request.uri().path() != "/" {
        let response = response.header("content-type", "application/x-amz-json-1.0").header("x-amzn-errortype", code);
        (response, serde_json::json!({"__type": code, "message": message}).to_string().into_bytes())
    } else {
        let text = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        (response.header("content-type", "text/xml"), text.into_bytes())
    };
    response.body(Full::new(body.into())).expect("status and headers are valid")
}

/// A map of texts as CBOR (RFC 8949): its size, and each text after its length of two bytes.
fn cbor_of_texts(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = vec![0xa0 | u8::try_from(fields.len()).expect("they are few")];
    for text in fields.iter().flat_map(|(name, value)| [name, value]) {
        bytes.push(0x79);
        bytes.extend(u16::try_from(text.len()).expect("it is short").to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

//! A proxy between the tool and the emulator, which evaluates no policies and is never busy: it notes each call, refuses
//! some as AWS would, answers others in the emulator's place, and counts what is read.

mod read_units;
mod refusal;
mod resource;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::read_units::read_units;
pub use self::refusal::Refusal;
use self::resource::resource;
use crate::proxy::{ConnectionCut, forward, object_action};
use crate::stack::Stack;

/// The running proxy. Actions have the names that IAM gives them: `dynamodb:Query`.
#[derive(Clone, Debug)]
pub struct ToolProxy {
    /// Describes the stack behind it.
    pub file: PathBuf,
    /// Where it listens.
    pub endpoint: String,
    services: SocketAddr,
    stack: Stack,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    refused: BTreeMap<String, Refusal>,
    /// How all other calls are refused.
    all_refused: Option<Refusal>,
    /// How the first call of each action is refused.
    first_refused: Option<Refusal>,
    unanswered: BTreeSet<String>,
    recorded: BTreeMap<&'static str, String>,
    /// How the next calls are cut, the last one first.
    cut: BTreeMap<&'static str, Vec<Cut>>,
    /// Actions with their resources, in the order in which they were called.
    calls: Vec<(String, String)>,
    read_units: Vec<f64>,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Before,
    After,
}

impl ToolProxy {
    /// Starts one before the services of `stack`.
    ///
    /// # Panics
    /// If there is no port.
    pub async fn start(stack: &Stack) -> ToolProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
        let file = std::env::temp_dir().join(format!("landfall-proxied-{:016x}.json", fastrand::u64(..)));
        let proxied = Stack { endpoint: Some(endpoint.clone()), ..stack.clone() };
        std::fs::write(&file, json!(proxied).to_string()).expect("a file can be written");
        let proxy =
            ToolProxy { file, endpoint, services: stack.address(), stack: stack.clone(), state: Arc::default() };
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

    /// From now on, refuses calls of this action.
    pub fn refuse(&self, action: impl Into<String>, refusal: Refusal) {
        self.state().refused.insert(action.into(), refusal);
    }

    /// From now on, refuses all calls.
    pub fn refuse_all(&self, refusal: Refusal) {
        self.state().all_refused = Some(refusal);
    }

    /// From now on, refuses the first call of each action.
    pub fn refuse_first(&self, refusal: Refusal) {
        self.state().first_refused = Some(refusal);
    }

    /// From now on, gives calls of this action no answer at all.
    pub fn leave_unanswered(&self, action: impl Into<String>) {
        self.state().unanswered.insert(action.into());
    }

    /// Cuts the connection of the next two calls of this action: of one before anything is done, of one after.
    pub fn cut(&self, action: &'static str) {
        self.state().cut.insert(action, vec![Cut::After, Cut::Before]);
    }

    /// The actions of which not all calls were cut that were to be.
    #[must_use]
    pub fn uncut(&self) -> BTreeSet<&'static str> {
        let state = self.state();
        state.cut.iter().filter(|(_, left)| !left.is_empty()).map(|(action, _)| *action).collect()
    }

    /// From now on, answers calls of this action with `answer`, as AWS does: for what the emulator cannot.
    pub fn answer_with(&self, action: &'static str, answer: &Value) {
        self.state().recorded.insert(action, answer.to_string());
    }

    /// The actions that were called.
    #[must_use]
    pub fn calls(&self) -> BTreeSet<String> {
        self.state().calls.iter().map(|(action, _)| action.clone()).collect()
    }

    /// Each call with its resource, in the order in which they were made. Resources have the names of `landfall permissions`.
    #[must_use]
    pub fn calls_with_resources(&self) -> Vec<(String, String)> {
        self.state().calls.clone()
    }

    /// What each call that read the ledger cost since this was asked last.
    #[must_use]
    pub fn take_read_units(&self) -> Vec<f64> {
        std::mem::take(&mut self.state().read_units)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, ConnectionCut> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.collect().await.map_err(|_| ConnectionCut)?.to_bytes());
        let Some(action) = action(&request) else { return forward(request, self.services).await };
        let (refusal, recorded, cut, is_unanswered) = {
            let mut state = self.state();
            let is_first = state.calls.iter().all(|(called, _)| *called != action);
            state.calls.push((action.clone(), resource(&action, &request, &self.stack)));
            let cut = state.cut.get_mut(action.as_str()).and_then(Vec::pop);
            let of_first = state.first_refused.filter(|_| is_first);
            let refusal = state.refused.get(&action).copied().or(state.all_refused).or(of_first);
            (refusal, state.recorded.get(action.as_str()).cloned(), cut, state.unanswered.contains(&action))
        };
        if is_unanswered {
            std::future::pending::<()>().await;
        }
        if cut == Some(Cut::Before) {
            return Err(ConnectionCut);
        }
        if let Some(refusal) = refusal {
            return Ok(refusal.answer(&request, &action));
        }
        if let Some(json) = recorded {
            let response = Response::builder().header("content-type", "application/x-amz-json-1.0");
            return Ok(response.body(Full::new(json.into())).expect("status and headers are valid"));
        }
        let (head, body) = forward(request, self.services).await?.into_parts();
        if cut == Some(Cut::After) {
            return Err(ConnectionCut);
        }
        let body = body.collect().await.map_err(|_| ConnectionCut)?.to_bytes();
        self.state().read_units.extend(read_units(&action, &body));
        Ok(Response::from_parts(head, Full::new(body)))
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
        // Asking whether an object is there needs the permission to read it.
        None if service == "s3" && request.method() == Method::HEAD => "GetObject".to_owned(),
        None if service == "s3" => {
            object_action(request.method(), request.uri().query().unwrap_or_default()).to_owned()
        }
        None if path == "/" => body.split('&').find_map(|field| field.strip_prefix("Action="))?.to_owned(),
        None => format!("{} {path}", request.method()),
    };
    // IAM knows batches by the single call.
    let name = if service == "sqs" { name.trim_end_matches("Batch").to_owned() } else { name };
    Some(format!("{service}:{name}"))
}

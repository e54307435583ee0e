//! A service that senders wait for, spoken to without the SDK.
//!
//! The SDK is made for every call that there is. For the few that a delivery waits for, its layers were half of what the
//! delivery took, so these are written out here: a signed request over a connection that stays open. All others, of which
//! there are many kinds and few calls, stay with the SDK. Limits of time, retries and what counts as an error are the same
//! for both.

mod call_error;
mod connection_pool;
mod error_response;
mod idle_connection;
mod network;
mod service_clock;
mod signer;

use std::sync::Arc;

use domain::time::Timestamp;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use tokio::time::{Instant, sleep, timeout_at};

use self::connection_pool::ConnectionPool;
use self::error_response::ErrorResponse;
use crate::limits::{FIRST_BACKOFF, Limits};
use crate::{clock, random};

pub(crate) use self::call_error::CallError;
pub(crate) use self::connection_pool::{ConnectionError, Endpoint};
pub(crate) use self::network::Network;
pub(crate) use self::service_clock::ServiceClock;
pub(crate) use self::signer::Signer;

/// The services that are spoken to so.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AwsJsonService {
    CloudWatchLogs,
    DynamoDb,
    SecretsManager,
    Sqs,
}

impl AwsJsonService {
    /// The service's name in signatures and hosts.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            AwsJsonService::CloudWatchLogs => "logs",
            AwsJsonService::DynamoDb => "dynamodb",
            AwsJsonService::SecretsManager => "secretsmanager",
            AwsJsonService::Sqs => "sqs",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            AwsJsonService::DynamoDb | AwsJsonService::Sqs => "application/x-amz-json-1.0",
            AwsJsonService::CloudWatchLogs | AwsJsonService::SecretsManager => "application/x-amz-json-1.1",
        }
    }
}

/// A service.
#[derive(Debug)]
pub(crate) struct Service {
    connections: ConnectionPool,
    kind: AwsJsonService,
    signer: Signer,
    limits: Limits,
}

/// A request that is ready for its first try. Each further one is signed anew.
pub(crate) struct SignedRequest {
    request: Request<Full<Bytes>>,
    body: Bytes,
    signed_at: Timestamp,
}

impl Service {
    /// Without an endpoint every call fails, and says so.
    pub(crate) fn new(
        endpoint: Option<Endpoint>,
        network: Arc<Network>,
        kind: AwsJsonService,
        signer: Signer,
        limits: Limits,
    ) -> Service {
        Service { connections: ConnectionPool::to(endpoint, network), kind, signer, limits }
    }

    /// Opens the connection, so that the first call need not. Whether it can be opened, that one will see.
    pub(crate) async fn connect(&self) {
        let until = Instant::now() + self.limits.attempt;
        let _ = timeout_at(until, self.connections.open_ahead()).await;
    }

    /// A request to do what `target` names (`AmazonSQS.SendMessage`) with what the JSON text `body` says.
    pub(crate) fn prepare(&self, target: &'static str, body: Vec<u8>) -> SignedRequest {
        const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
        const NAME: HeaderValue = HeaderValue::from_static(concat!("landfall/", env!("CARGO_PKG_VERSION")));
        let body = Bytes::from(body);
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        let headers = request.headers_mut();
        headers.insert(HOST, self.connections.host());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind.content_type()));
        headers.insert(USER_AGENT, NAME);
        headers.insert(TARGET, HeaderValue::from_static(target));
        let mut request = SignedRequest { request, body, signed_at: Timestamp::from_millis(0) };
        self.sign(&mut request);
        request
    }

    fn sign(&self, request: &mut SignedRequest) {
        request.signed_at = self.signer.clock.read(clock::now());
        self.signer.sign(request.request.headers_mut(), &request.body, request.signed_at);
    }

    /// Sends a request, again if that may help and time is left, and gives the answer.
    pub(crate) async fn send(&self, mut request: SignedRequest) -> Result<Bytes, CallError> {
        let end = Instant::now() + self.limits.operation;
        let mut backoff = FIRST_BACKOFF;
        let mut tries_left = self.limits.attempts;
        loop {
            tries_left = tries_left.saturating_sub(1);
            let until = end.min(Instant::now() + self.limits.attempt);
            let error = match self.connections.send(request.request.clone(), until).await {
                Ok(answer) if answer.status().is_success() => return Ok(answer.into_body()),
                Ok(answer) => CallError::Response(ErrorResponse::read(answer)),
                Err(error) => CallError::Connection(error),
            };
            // A random part of it, so that many instances do not come back at once.
            let wait = backoff.min(self.limits.attempt).mul_f64(random::fraction());
            if !self.may_help(&error, &request) || tries_left == 0 || Instant::now() + wait >= end {
                return Err(error);
            }
            sleep(wait).await;
            self.sign(&mut request);
            backoff *= 2;
        }
    }

    /// Whether the same call may go well a moment later. What the error says of the service is taken in.
    fn may_help(&self, error: &CallError, request: &SignedRequest) -> bool {
        match error {
            CallError::Response(response) => {
                self.signer.clock.correct(response, request.signed_at, clock::now()) || response.is_retryable()
            }
            CallError::Connection(_) => {
                self.connections.forget();
                true
            }
        }
    }
}

#[cfg(test)]
impl Service {
    /// What requests name as their host.
    pub(crate) fn host(&self) -> HeaderValue {
        self.connections.host()
    }
}

#[cfg(test)]
impl SignedRequest {
    /// What will be sent.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}

#[cfg(test)]
mod tests;

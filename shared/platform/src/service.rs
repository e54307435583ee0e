//! A service that senders wait for, spoken to without the SDK.
//!
//! The SDK is made for every call that there is. For the few that a delivery waits for, its layers were half of what the
//! delivery took, so these are written out here: a signed request over a connection that stays open. All others, of which
//! there are many kinds and few calls, stay with the SDK. Limits of time, retries and what counts as trouble are the same
//! for both.

mod connection;
mod refusal;
mod signature;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use tokio::time::{Instant, sleep, timeout_at};

use self::connection::Line;
use self::refusal::Refusal;
use crate::aws::{FIRST_BACKOFF, Limits};
use crate::{clock, random};

pub(crate) use self::connection::Endpoint;
pub(crate) use self::signature::Signer;

/// The services that are spoken to so.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AwsJsonService {
    DynamoDb,
    SecretsManager,
    Sqs,
}

impl AwsJsonService {
    /// The service's name in signatures and hosts.
    pub(crate) const fn service(self) -> &'static str {
        match self {
            AwsJsonService::DynamoDb => "dynamodb",
            AwsJsonService::SecretsManager => "secretsmanager",
            AwsJsonService::Sqs => "sqs",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            AwsJsonService::DynamoDb | AwsJsonService::Sqs => "application/x-amz-json-1.0",
            AwsJsonService::SecretsManager => "application/x-amz-json-1.1",
        }
    }
}

/// A service.
#[derive(Debug)]
pub(crate) struct Service {
    line: Line,
    dialect: AwsJsonService,
    signer: Signer,
    limits: Limits,
}

/// A signed request. It is good for some minutes, and for as many tries as there are meanwhile.
#[derive(Clone)]
pub(crate) struct Prepared(Request<Full<Bytes>>);

/// A call that did not go well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The service answered, and said no.
    Refused(Refusal),
    /// It did not answer in time, or not at all. The call may have had its effect.
    Unanswered(String),
}

impl Service {
    /// Without an endpoint every call fails, and says so.
    pub(crate) fn new(endpoint: Option<Endpoint>, dialect: AwsJsonService, signer: Signer, limits: Limits) -> Service {
        Service { line: Line::to(endpoint), dialect, signer, limits }
    }

    /// Opens the connection, so that the first call need not. Whether it can be opened, that one will see.
    pub(crate) async fn connect(&self) {
        let until = Instant::now() + self.limits.attempt;
        let _ = timeout_at(until, self.line.open_ahead()).await;
    }

    /// A request to do what `target` names (`AmazonSQS.SendMessage`) with what the JSON text `body` says.
    pub(crate) fn prepare(&self, target: &'static str, body: Vec<u8>) -> Prepared {
        const NAME: HeaderValue = HeaderValue::from_static(concat!("landfall/", env!("CARGO_PKG_VERSION")));
        let body = Bytes::from(body);
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        let headers = request.headers_mut();
        headers.insert(HOST, self.line.host());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.dialect.content_type()));
        headers.insert("x-amz-target", HeaderValue::from_static(target));
        self.signer.sign(headers, &body, clock::now());
        headers.insert(USER_AGENT, NAME);
        Prepared(request)
    }

    /// Sends what was prepared, again if that may help and time is left, and gives the answer.
    pub(crate) async fn send(&self, prepared: &Prepared) -> Result<Bytes, Failure> {
        let end = Instant::now() + self.limits.operation;
        let mut backoff = FIRST_BACKOFF;
        let mut tries_left = self.limits.attempts;
        loop {
            tries_left = tries_left.saturating_sub(1);
            let until = end.min(Instant::now() + self.limits.attempt);
            let failure = match timeout_at(until, self.line.send(prepared.0.clone())).await {
                Ok(Ok(answer)) if answer.status().is_success() => return Ok(answer.into_body()),
                Ok(Ok(answer)) => Failure::Refused(Refusal::read(answer)),
                Ok(Err(reason)) => Failure::Unanswered(reason),
                Err(_) => Failure::Unanswered("timed out".to_owned()),
            };
            if let Failure::Unanswered(_) = failure {
                self.line.forget();
            }
            // A random part of it, so that many instances do not come back at once.
            let wait = backoff.min(self.limits.attempt).mul_f64(random::fraction());
            if tries_left == 0 || !failure.may_pass() || Instant::now() + wait >= end {
                return Err(failure);
            }
            sleep(wait).await;
            backoff *= 2;
        }
    }
}

#[cfg(test)]
impl Service {
    /// What requests name as their host.
    pub(crate) fn host(&self) -> HeaderValue {
        self.line.host()
    }
}

#[cfg(test)]
impl Prepared {
    /// What will be sent.
    pub(crate) fn text(&self) -> String {
        use futures_util::FutureExt as _;
        use http_body_util::BodyExt as _;
        let body = self.0.body().clone().collect().now_or_never().unwrap().unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }
}

impl Failure {
    /// Whether the same call may go well a moment later.
    fn may_pass(&self) -> bool {
        match self {
            Failure::Refused(refusal) => refusal.may_pass(),
            Failure::Unanswered(_) => true,
        }
    }
}

#[cfg(test)]
mod tests;

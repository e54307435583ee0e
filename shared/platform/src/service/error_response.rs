//! The answer of a service that refuses a call.

use std::fmt;

use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use serde_json::Value;

/// Codes by which the services ask for patience, whatever the status.
const RETRYABLE: [&str; 12] = [
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// What a service answers to a call that it refuses.
pub(crate) struct ErrorResponse {
    status: StatusCode,
    /// What the service calls the error; its status if it does not say.
    pub(crate) code: String,
    /// The first line of its words: after it, what is said of a bad signature quotes the request.
    pub(crate) message: String,
    /// The service's time.
    pub(super) date: Option<String>,
    /// The whole answer, which may hold a record.
    pub(crate) answer: Bytes,
}

impl ErrorResponse {
    pub(super) fn read(answer: Response<Bytes>) -> ErrorResponse {
        let (head, answer) = answer.into_parts();
        let body: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let code = header("x-amzn-errortype").or_else(|| text("__type")).map(bare_code).filter(|code| !code.is_empty());
        let code = code.map_or_else(|| format!("HTTP {}", head.status.as_u16()), str::to_owned);
        let message = text("message").or_else(|| text("Message")).and_then(|message| message.lines().next());
        let message = message.unwrap_or("no message").to_owned();
        ErrorResponse { status: head.status, code, message, date: header("date").map(str::to_owned), answer }
    }

    /// Whether the same call may go well a moment later.
    pub(super) fn is_retryable(&self) -> bool {
        self.status.is_server_error()
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || RETRYABLE.contains(&self.code.as_str())
    }
}

/// A code without what may stand around it: a namespace before (`com.amazonaws.dynamodb.v20120810#`), an address behind.
fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponse")
            .field("code", &self.code)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

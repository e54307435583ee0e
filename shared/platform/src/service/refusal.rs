//! What a service says when it says no.

use std::fmt;

use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use serde_json::Value;

/// Codes by which the services ask for patience, whatever the status.
const PASSING: [&str; 12] = [
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

/// A refusal.
pub(crate) struct Refusal {
    status: StatusCode,
    /// What the service calls it; its status if it does not say.
    pub(crate) code: String,
    /// The first line of its words: after it, what is said of a bad signature quotes the request.
    pub(crate) message: String,
    /// The whole answer, which may hold a record.
    pub(crate) answer: Bytes,
}

impl Refusal {
    pub(super) fn read(answer: Response<Bytes>) -> Refusal {
        let (status, answer) = (answer.status(), answer.into_body());
        let told: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let text = |name: &str| told.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        // Some write the namespace before it: `com.amazonaws.dynamodb.v20120810#`.
        let code = text("__type").and_then(|code| code.rsplit('#').next());
        let code = code.map_or_else(|| format!("HTTP {}", status.as_u16()), str::to_owned);
        let message = text("message").or_else(|| text("Message")).and_then(|message| message.lines().next());
        Refusal { status, code, message: message.unwrap_or("no message").to_owned(), answer }
    }

    /// Whether the same call may go well a moment later.
    pub(super) fn may_pass(&self) -> bool {
        self.status.is_server_error()
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || PASSING.contains(&self.code.as_str())
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("code", &self.code).field("message", &self.message).finish_non_exhaustive()
    }
}

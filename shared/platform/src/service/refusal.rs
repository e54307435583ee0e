//! What a service says when it says no.

use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use serde::Deserialize;

/// Codes by which the services ask for patience, whatever the status.
const THROTTLES: [&str; 9] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// What the service calls it; its status if it does not say.
    pub(crate) code: String,
    /// Its words. They never quote what was asked beyond names of fields.
    pub(crate) message: String,
    /// The whole answer.
    pub(crate) answer: Bytes,
}

#[derive(Default, Deserialize)]
struct Wire {
    #[serde(rename = "__type", default)]
    code: String,
    #[serde(default, alias = "Message")]
    message: String,
}

impl Refusal {
    pub(super) fn read(answer: Response<Bytes>) -> Refusal {
        let (status, answer) = (answer.status(), answer.into_body());
        let Wire { code, message } = serde_json::from_slice(&answer).unwrap_or_default();
        // Some write the namespace before it: `com.amazonaws.dynamodb.v20120810#`.
        let code = match code.rsplit('#').next() {
            Some(code) if !code.is_empty() => code.to_owned(),
            _ => format!("HTTP {}", status.as_u16()),
        };
        let message = if message.is_empty() { "no message".to_owned() } else { message };
        Refusal { status, code, message, answer }
    }

    /// Whether the same call may go well a moment later.
    pub(super) fn may_pass(&self) -> bool {
        self.status.is_server_error()
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || THROTTLES.contains(&self.code.as_str())
    }
}

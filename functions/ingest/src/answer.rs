//! What a sender is told.

use std::collections::BTreeMap;

use domain::event_id::EventId;
use serde::Serialize;
use serde_json::{Value, json};

/// An answer. Its status is part of the contract: senders retry after a 5xx, give up after a 4xx, and some take
/// nothing but exactly 200 for success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The event is durable and new.
    Accepted(EventId),
    /// The event is durable and was known.
    Duplicate(EventId),
    /// It is proven genuine and asks for nothing but this text.
    Challenge(String),
    /// A probe under `/hooks/`.
    Ready { allow: &'static str },
    /// A probe of `/health`.
    Healthy,
    /// The delivery is not believed; one text for all reasons, so that nobody learns which names and secrets exist.
    Refused,
    /// The body cannot be decoded.
    BadRequest,
    /// The body is too large.
    TooLarge,
    /// There is nothing at that path.
    NotFound,
    /// The path does not take that method.
    MethodNotAllowed { allow: &'static str },
    /// Nothing could be made durable, or it could not be found out whether to believe the delivery: our fault, so the
    /// sender should come again.
    Unavailable,
}

/// A function URL's response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    pub(crate) status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
    /// For the log.
    #[serde(skip)]
    pub(crate) outcome: &'static str,
}

/// What an answer says beyond its status.
enum Body {
    Json(Value),
    Text(String),
}

impl Response {
    /// The response that says `answer`.
    pub(crate) fn of(answer: Answer) -> Response {
        const TRY_AGAIN: (&str, &str) = ("retry-after", "5");
        let (status_code, outcome, header, body) = match answer {
            Answer::Accepted(id) => {
                (200, "accepted", None, Body::Json(json!({"status": "accepted", "id": id.as_str()})))
            }
            Answer::Duplicate(id) => {
                (200, "duplicate", None, Body::Json(json!({"status": "duplicate", "id": id.as_str()})))
            }
            Answer::Challenge(text) => (200, "challenge", None, Body::Text(text)),
            Answer::Ready { allow } => (200, "probe", Some(("allow", allow)), Body::Json(json!({"status": "ready"}))),
            Answer::Healthy => {
                (200, "health", None, Body::Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})))
            }
            Answer::Refused => {
                (401, "refused", None, Body::Json(json!({"error": "the delivery could not be verified"})))
            }
            Answer::BadRequest => {
                (400, "bad_request", None, Body::Json(json!({"error": "the body could not be decoded"})))
            }
            Answer::TooLarge => (413, "too_large", None, Body::Json(json!({"error": "the body is larger than 4 MiB"}))),
            Answer::NotFound => (404, "not_found", None, Body::Json(json!({"error": "there is nothing here"}))),
            Answer::MethodNotAllowed { allow } => (
                405,
                "method_not_allowed",
                Some(("allow", allow)),
                Body::Json(json!({"error": "this method is not for this path"})),
            ),
            Answer::Unavailable => (
                503,
                "unavailable",
                Some(TRY_AGAIN),
                Body::Json(json!({"error": "not accepted; please send it again"})),
            ),
        };
        let (media_type, body) = match body {
            Body::Json(json) => ("application/json", json.to_string()),
            Body::Text(text) => ("text/plain", text),
        };
        let headers = [("content-type", media_type)].into_iter().chain(header).collect();
        Response { status_code, headers, body, outcome }
    }

    /// The same without its body, as HEAD wants it.
    pub(crate) fn without_body(mut self) -> Response {
        self.body.clear();
        self
    }
}

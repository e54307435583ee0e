//! What can happen to a call.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused, because there were too many.
    Throttled,
    /// Refused, because the service is broken.
    Failing,
    /// Done, but only when the caller has given up.
    Late,
    /// Done at once, but answered only when the caller has given up.
    Unheard,
    /// Done and answered so much later, while the caller still waits.
    Slow(Duration),
    /// The connection breaks before anything is done.
    CutBefore,
    /// The connection breaks when it is done.
    CutAfter,
    /// Done two times; the caller hears of the second.
    Twice,
    /// The caller dies before anything is done.
    KilledBefore,
    /// The caller dies when it is done.
    KilledAfter,
}

impl Fault {
    /// All that leaves the caller alive.
    pub const SURVIVED: [Fault; 7] = [
        Fault::Throttled,
        Fault::Failing,
        Fault::Late,
        Fault::Unheard,
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Twice,
    ];

    /// What it is called in a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Throttled => "throttled",
            Fault::Failing => "failing (5xx)",
            Fault::Late => "late, done after time-out",
            Fault::Unheard => "done, answer too late",
            Fault::Slow(_) => "slow",
            Fault::CutBefore => "cut before",
            Fault::CutAfter => "cut after",
            Fault::Twice => "done twice",
            Fault::KilledBefore => "function killed before",
            Fault::KilledAfter => "function killed after",
        }
    }
}

/// The refusal of `service` when it is asked too often, in its own words: the SDK tries again only what it knows as
/// such.
pub(crate) fn throttled(service: &str) -> Response<Full<Bytes>> {
    match service {
        "dynamodb" => in_json(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
        "sqs" => in_json(400, "com.amazonaws.sqs#RequestThrottled"),
        "s3" => in_xml(503, "<Error><Code>SlowDown</Code><Message>a fault</Message></Error>"),
        "sns" => in_xml(400, &sns_error("Sender", "Throttled")),
        _ => in_json(400, "ThrottlingException"),
    }
}

/// The refusal of `service` when something is wrong inside it.
pub(crate) fn failing(service: &str) -> Response<Full<Bytes>> {
    match service {
        "s3" => in_xml(500, "<Error><Code>InternalError</Code><Message>a fault</Message></Error>"),
        "sns" => in_xml(500, &sns_error("Receiver", "InternalError")),
        _ => in_json(500, "InternalServerError"),
    }
}

fn sns_error(side: &str, code: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>a fault</Message></Error></ErrorResponse>"
    )
}

fn in_json(status: u16, kind: &str) -> Response<Full<Bytes>> {
    respond(status, "application/x-amz-json-1.0", format!(r#"{{"__type":"{kind}","message":"a fault"}}"#))
}

fn in_xml(status: u16, text: &str) -> Response<Full<Bytes>> {
    respond(status, "text/xml", format!(r#"<?xml version="1.0" encoding="UTF-8"?>{text}"#))
}

fn respond(status: u16, content_type: &str, text: String) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(Full::new(Bytes::from(text)))
        .expect("status and content type are valid")
}

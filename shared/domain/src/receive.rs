//! What a request turns out to be, before anything is looked up for it.

use crate::answer::Answer;
use crate::delivery::Delivery;
use crate::delivery::front::{OriginCheck, OriginGuard};
use crate::delivery::request::{BodyError, Request};
use crate::delivery::route::{Route, route};
use crate::source::source_name::SourceName;
use crate::time::Timestamp;
use crate::verify::Refusal;

/// What a request turns out to be.
#[derive(Debug)]
pub enum Reception {
    /// A delivery, to be [verified](crate::verify::verify_with) with what is known of its source.
    Delivery {
        /// The source that the URL names; `None` if no source can have that name.
        source: Option<SourceName>,
        /// The delivery.
        delivery: Delivery,
    },
    /// It is answered with this.
    Answer(Answer),
    /// It is refused, whatever it is.
    Refusal(Refusal),
    /// It cannot be told: our own settings contradict each other, as the text says. The sender should come again.
    Fault(&'static str),
}

/// Finds what `request` is, which arrived at `received_at`, in the invocation `request_id`.
///
/// First of all: what bypasses the distribution in front gets to know nothing and reaches nothing.
#[must_use]
pub fn receive(request: Request<'_>, guard: &OriginGuard, received_at: Timestamp, request_id: &str) -> Reception {
    match guard.check(&request) {
        OriginCheck::Passed => {}
        OriginCheck::Missing => return Reception::Refusal(Refusal::AroundFront),
        OriginCheck::Mismatch => {
            return Reception::Fault("the front's header holds a value whose digest is not in FRONT_SHA256");
        }
    }
    Reception::Answer(match route(request.method(), request.path()) {
        Route::Probe { allow } => Answer::Ready { allow },
        Route::Health => Answer::Healthy,
        Route::NotFound => Answer::NotFound,
        Route::WrongMethod { allow } => Answer::MethodNotAllowed { allow },
        Route::Deliver { source, token } => match request.into_parts() {
            Err(BodyError::NotBase64) => Answer::BadRequest,
            Err(BodyError::TooLarge) => Answer::TooLarge,
            Ok((url, headers, body)) => {
                let request_id = request_id.to_owned();
                let delivery = Delivery { url, token, headers, body, received_at, request_id };
                return Reception::Delivery { source, delivery };
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::answer::Response;
    use crate::digest::Digest;

    /// What `method` on `path` comes to, with the front's header `front` and a body as it stands in the event.
    fn check_event(method: &str, path: &str, front: Option<&str>, (body, is_base64): (&str, bool), expected: &str) {
        let guard = front.map_or_else(OriginGuard::default, |_| {
            OriginGuard::parse(&Digest::of(b"the front").to_string()).expect("a digest")
        });
        let event = json!({
            "rawPath": path,
            "headers": {"x-landfall-front": front.filter(|value| !value.is_empty())},
            "requestContext": {"http": {"method": method}},
            "body": body,
            "isBase64Encoded": is_base64,
        })
        .to_string();
        let request = Request::read(&event).expect("it is an event");
        let found = match receive(request, &guard, Timestamp::from_millis(0), "request-1") {
            Reception::Delivery { source, delivery } => {
                let source = source.map_or_else(|| "nobody".to_owned(), |source| source.to_string());
                format!("{} bytes for {source}, with a token: {}", delivery.body.len(), delivery.token.is_some())
            }
            Reception::Answer(answer) => {
                let response = Response::of(&answer);
                format!("{} {}", response.status_code, response.body)
            }
            Reception::Refusal(refusal) => refusal.to_string(),
            Reception::Fault(fault) => fault.to_owned(),
        };
        assert_eq!(found, expected, "{method} {path}");
    }

    fn check(method: &str, path: &str, expected: &str) {
        check_event(method, path, None, ("{}", false), expected);
    }

    #[test]
    fn deliveries_are_told_from_what_is_answered_at_once() {
        check("POST", "/hooks/csm-prod/secret", "2 bytes for csm-prod, with a token: true");
        check("POST", "/hooks/CSM", "2 bytes for nobody, with a token: false");
        check("GET", "/hooks/csm-prod", r#"200 {"status":"ready"}"#);
        check("GET", "/", r#"404 {"error":"there is nothing here"}"#);
        check("PUT", "/hooks/csm-prod", r#"405 {"error":"this method is not for this path"}"#);
        let bad = r#"400 {"error":"the body could not be decoded"}"#;
        check_event("POST", "/hooks/csm-prod", None, ("%%", true), bad);
    }

    #[test]
    fn whatever_bypasses_the_front_gets_to_know_nothing() {
        for (method, path) in [("POST", "/hooks/csm-prod"), ("GET", "/health"), ("GET", "/nothing")] {
            check_event(method, path, Some(""), ("%%", true), "around_front");
            let mismatch = "the front's header holds a value whose digest is not in FRONT_SHA256";
            check_event(method, path, Some("another"), ("%%", true), mismatch);
        }
        check_event("GET", "/hooks/any", Some("the front"), ("", false), r#"200 {"status":"ready"}"#);
    }
}

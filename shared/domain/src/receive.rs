//! What a request turns out to be, before anything is looked up for it.

pub mod answer;
pub mod refused;

use self::answer::Answer;
use crate::delivery::Delivery;
use crate::delivery::front::{OriginCheck, OriginGuard};
use crate::delivery::presented_token::PresentedToken;
use crate::delivery::reply::Reply;
use crate::delivery::request::{BodyError, Request};
use crate::delivery::route::{Route, route};
use crate::description::ChallengeMethod;
use crate::source::Source;
use crate::source::public_keys::PublicKeys;
use crate::source::source_name::SourceName;
use crate::time::Timestamp;
use crate::verify::{Refusal, Rejection, TooManyEvents, VerifiedEvent, answer_unsigned, verify_with};

/// What a request turns out to be.
#[derive(Debug)]
pub enum Reception {
    /// A delivery, to be [accepted](accept) or not by what is known of its source.
    Delivery {
        /// The source that the URL names; `None` if no source can have that name.
        source: Option<SourceName>,
        /// The delivery.
        delivery: Delivery,
    },
    /// Maybe a question about the URL, [answered](answer_unsigned) if the source's sender asks one before it sends
    /// anything; else a probe.
    Question {
        /// The source that the URL names.
        source: SourceName,
        /// What may be asked.
        question: Delivery,
        /// The methods that the path takes.
        allow: &'static str,
    },
    /// It is answered with this.
    Answer(Answer),
    /// It is refused, whatever it is.
    Refusal(Refusal),
    /// It cannot be told, for a reason that is not the sender's, as the text says. The sender should come again.
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
    let read = |request: Request<'_>, token: Option<String>| {
        let (url, headers, body) = request.into_parts()?;
        let (request_id, token) = (request_id.to_owned(), token.map(PresentedToken::Text));
        Ok(Delivery { url, token, headers, body, received_at, request_id })
    };
    let answer = match route(request.method(), request.path()) {
        Route::Ask { allow, .. } if !request.has_question() => Answer::Ready { allow },
        Route::Ask { source, token, allow } => {
            return read(request, token).map_or_else(unreadable, |question| Reception::Question {
                source,
                question,
                allow,
            });
        }
        Route::Probe { allow } => Answer::Ready { allow },
        Route::Health => Answer::Healthy,
        Route::NotFound => Answer::NotFound,
        Route::WrongMethod { allow } => Answer::MethodNotAllowed { allow },
        Route::Deliver { source, token } => {
            return read(request, token).map_or_else(unreadable, |delivery| Reception::Delivery { source, delivery });
        }
    };
    Reception::Answer(answer)
}

fn unreadable(error: BodyError) -> Reception {
    match error {
        // No sender writes the event, so it is not theirs to correct.
        BodyError::NotBase64 => Reception::Fault("the event's body is not the base64 that it is said to be"),
        BodyError::TooLarge => Reception::Answer(Answer::TooLarge),
    }
}

/// What a delivery is by what is known of its source.
#[derive(Debug)]
pub enum Acceptance {
    /// It asks about the URL before anything is signed, and is sent this.
    Reply(Reply),
    /// It is the sender's own.
    Event(Box<VerifiedEvent>),
    /// The same, and it lists several events.
    Batch(Vec<VerifiedEvent>),
    /// The same, and it lists too many.
    TooManyEvents,
}

/// Finds what `delivery` is by what is known of its source; `published` are the keys that the sender publishes.
///
/// # Errors
/// If it lacks what the source asks for.
pub fn accept(delivery: Delivery, source: &Source, published: &PublicKeys) -> Result<Acceptance, Rejection> {
    match answer_unsigned(&delivery, ChallengeMethod::Post, source) {
        Some(Ok(reply)) => Ok(Acceptance::Reply(reply)),
        Some(Err(refusal)) => Err(Rejection { delivery: Box::new(delivery), refusal }),
        None => {
            let verified = verify_with(delivery, source, published)?;
            let items = if verified.challenge().is_some() { Ok(None) } else { verified.items(source) };
            Ok(match items {
                Ok(None) => Acceptance::Event(Box::new(verified)),
                Ok(Some(events)) => Acceptance::Batch(events),
                Err(TooManyEvents) => Acceptance::TooManyEvents,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::digest::Digest;
    use crate::receive::answer::Response;

    /// What `method` on `path` comes to, with the front's header `front` and a body as it stands in the event.
    fn check_event(method: &str, path: &str, front: Option<&str>, (body, is_base64): (&str, bool), expected: &str) {
        let guard = front.map_or_else(OriginGuard::default, |_| {
            OriginGuard::parse(&Digest::of(b"the front").to_string()).expect("a digest")
        });
        let event = json!({
            "rawPath": path.split_once('?').map_or(path, |(path, _)| path),
            "rawQueryString": path.split_once('?').map_or("", |(_, query)| query),
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
            Reception::Question { source, question, .. } => {
                format!(
                    "a question about {source}, with a token: {}, in {:?}",
                    question.token.is_some(),
                    question.url.query
                )
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
        check("HEAD", "/hooks/csm-prod?challenge=1", r#"200 {"status":"ready"}"#);
        let question = r#"a question about csm-prod, with a token: true, in "challenge=1""#;
        check("GET", "/hooks/csm-prod/secret?challenge=1", question);
        check("GET", "/hooks/CSM?challenge=1", r#"200 {"status":"ready"}"#);
        check("GET", "/", r#"404 {"error":"there is nothing here"}"#);
        check("PUT", "/hooks/csm-prod", r#"405 {"error":"this method is not for this path"}"#);
        let fault = "the event's body is not the base64 that it is said to be";
        check_event("POST", "/hooks/csm-prod", None, ("%%", true), fault);
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

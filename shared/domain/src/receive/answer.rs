//! What a sender is told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::delivery::reply::Reply;
use crate::event::event_id::EventId;
use crate::verify::{Refusal, TooManyEvents, VerifiedEvent};

/// An answer. Its status is part of the contract: senders retry after a 5xx, give up after a 4xx, and some take
/// nothing but exactly 200 for success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The event is durable and new.
    Accepted(EventId),
    /// The event is durable and was known.
    Duplicate(EventId),
    /// The same of a sender that takes nothing but this for success.
    Acknowledged {
        /// Whether the event was known.
        is_duplicate: bool,
        /// What it takes for success.
        success: Reply,
    },
    /// All of the delivery's events are durable.
    Batch {
        /// How many they are.
        events: usize,
        /// Whether all of them were known.
        is_duplicate: bool,
    },
    /// It asks for nothing but this.
    Challenge(Reply),
    /// A probe under `/hooks/`.
    Ready {
        /// The methods that the path takes.
        allow: &'static str,
    },
    /// A probe of `/health`.
    Healthy,
    /// The delivery is not verified; one text for all reasons, so that nobody learns which names and secrets exist.
    Refused,
    /// The body is too large.
    TooLarge,
    /// The body lists too many events.
    TooManyEvents,
    /// There is nothing at that path.
    NotFound,
    /// The path does not take that method.
    MethodNotAllowed {
        /// The methods that the path takes.
        allow: &'static str,
    },
    /// Nothing could be made durable, or the delivery could not be verified for now: our fault, so the
    /// sender should come again.
    Unavailable,
}

/// Where an event is durable now, under which id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Durability {
    /// In its record. Its message is sent, or the sweep will send it.
    Recorded(EventId),
    /// In its message; the processor makes the record.
    InMessageOnly(EventId),
    /// In the record of an earlier delivery.
    Duplicate {
        /// The event's id.
        id: EventId,
        /// That one's body is another one.
        differs: bool,
    },
    /// Nowhere. It must not be acknowledged.
    Nowhere,
}

impl Durability {
    /// The id under which the delivery's own body is on record, so that a copy need not be looked up.
    #[must_use]
    pub const fn recorded_id(&self) -> Option<&EventId> {
        match self {
            Durability::Recorded(id) | Durability::Duplicate { id, differs: false } => Some(id),
            Durability::InMessageOnly(_) | Durability::Duplicate { differs: true, .. } | Durability::Nowhere => None,
        }
    }
}

impl Answer {
    /// The answer to a delivery that did not prove itself. While secrets or keys cannot be read anew (`is_stale`), the
    /// fault may be ours: a sender told so comes again, one that is refused may never.
    #[must_use]
    pub const fn to_refusal(refusal: Refusal, is_stale: bool) -> Answer {
        if is_stale && refusal.may_be_outdated() { Answer::Unavailable } else { Answer::Refused }
    }

    /// The answer to a delivery that is no event but only asks for one; `None` if it is an event.
    #[must_use]
    pub fn to_challenge(verified: &VerifiedEvent) -> Option<Answer> {
        verified.challenge().cloned().map(Answer::Challenge)
    }

    /// The answer to a verified event, by where it is durable. `success` is what its sender takes for one, if that is
    /// nothing else.
    #[must_use]
    pub fn to_event(durability: Durability, success: Option<Reply>) -> Answer {
        match (durability, success) {
            (Durability::Nowhere, _) => Answer::Unavailable,
            (durability, Some(success)) => {
                let is_duplicate = matches!(durability, Durability::Duplicate { .. });
                Answer::Acknowledged { is_duplicate, success }
            }
            (Durability::Recorded(id) | Durability::InMessageOnly(id), None) => Answer::Accepted(id),
            (Durability::Duplicate { id, differs: _ }, None) => Answer::Duplicate(id),
        }
    }

    /// The answer to all of a delivery's events, by where each of them is durable. None of them may be lost, so one that
    /// is not durable has the whole delivery sent again.
    #[must_use]
    pub fn to_batch(durabilities: &[Durability], success: Option<Reply>) -> Answer {
        if durabilities.contains(&Durability::Nowhere) {
            return Answer::Unavailable;
        }
        let is_duplicate = durabilities.iter().all(|one| matches!(one, Durability::Duplicate { .. }));
        match success {
            Some(success) => Answer::Acknowledged { is_duplicate, success },
            None => Answer::Batch { events: durabilities.len(), is_duplicate },
        }
    }

    /// Its name in the log.
    #[must_use]
    pub const fn outcome(&self) -> &'static str {
        match self {
            Answer::Accepted(_)
            | Answer::Acknowledged { is_duplicate: false, .. }
            | Answer::Batch { is_duplicate: false, .. } => "accepted",
            Answer::Duplicate(_)
            | Answer::Acknowledged { is_duplicate: true, .. }
            | Answer::Batch { is_duplicate: true, .. } => "duplicate",
            Answer::Challenge(_) => "challenge",
            Answer::Ready { .. } => "probe",
            Answer::Healthy => "health",
            Answer::Refused => "refused",
            Answer::TooLarge | Answer::TooManyEvents => "too_large",
            Answer::NotFound => "not_found",
            Answer::MethodNotAllowed { .. } => "method_not_allowed",
            Answer::Unavailable => "unavailable",
        }
    }
}

/// A function URL's response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The status.
    pub status_code: u16,
    /// The headers.
    pub headers: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
    /// The body.
    pub body: String,
}

impl Response {
    /// The response that says `answer`.
    #[must_use]
    pub fn of(answer: &Answer) -> Response {
        let error = |text: &str| json!({ "error": text }).to_string();
        let with_id = |id: &EventId| json!({"status": answer.outcome(), "id": id.as_str()}).to_string();
        let (status_code, body) = match answer {
            Answer::Accepted(id) | Answer::Duplicate(id) => (200, with_id(id)),
            Answer::Acknowledged { success: reply, .. } | Answer::Challenge(reply) => {
                (reply.status, reply.body.clone())
            }
            Answer::Batch { events, .. } => (200, json!({"status": answer.outcome(), "events": events}).to_string()),
            Answer::Ready { .. } => (200, json!({"status": "ready"}).to_string()),
            Answer::Healthy => (200, json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}).to_string()),
            Answer::Refused => (401, error("the delivery could not be verified")),
            Answer::TooLarge => (413, error("the body is larger than 4 MiB")),
            Answer::TooManyEvents => (413, error(&TooManyEvents.to_string())),
            Answer::NotFound => (404, error("there is nothing here")),
            Answer::MethodNotAllowed { .. } => (405, error("this method is not for this path")),
            Answer::Unavailable => (503, error("not accepted; please send it again")),
        };
        let (media_type, own) = match answer {
            Answer::Acknowledged { success: reply, .. } | Answer::Challenge(reply) => {
                (reply.media_type, &*reply.headers)
            }
            _ => ("application/json", &[][..]),
        };
        let header = match answer {
            Answer::Ready { allow } | Answer::MethodNotAllowed { allow } => Some(("allow", *allow)),
            Answer::Unavailable => Some(("retry-after", "5")),
            // What a stranger may have written is nothing that a browser should guess about.
            Answer::Challenge(_) => Some(("x-content-type-options", "nosniff")),
            Answer::Accepted(_)
            | Answer::Duplicate(_)
            | Answer::Acknowledged { .. }
            | Answer::Batch { .. }
            | Answer::Healthy
            | Answer::Refused
            | Answer::TooLarge
            | Answer::TooManyEvents
            | Answer::NotFound => None,
        };
        let fixed = [("content-type", media_type)].into_iter().chain(header);
        let fixed = fixed.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value)));
        let own = own.iter().map(|(name, value)| (Cow::Owned(name.clone()), Cow::Owned(value.clone())));
        Response { status_code, headers: own.chain(fixed).collect(), body }
    }

    /// The same without its body, as HEAD wants it.
    #[must_use]
    pub fn without_body(mut self) -> Response {
        self.body.clear();
        self
    }
}

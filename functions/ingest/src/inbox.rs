//! The way of a delivery, from the request to the answer.

use std::sync::Mutex;

use domain::delivery::Delivery;
use domain::event::VerifiedEvent;
use domain::front::{Front, Way};
use domain::recent::Recent;
use domain::request::{BadBody, Request};
use domain::route::{Route, route};
use domain::source_name::SourceName;
use domain::time::Timestamp;
use domain::trace::Trace;
use domain::verify::{Refusal, Refused, verify_with};
use platform::clock;

use crate::answer::{Answer, Response};
use crate::delivery_log::DeliveryLog;
use crate::keep::{Keeper, Kept};
use crate::key_cache::KeyCache;
use crate::references::{Found, Reference, References};
use crate::settings::Settings;
use crate::source_cache::SourceCache;

/// Everything that an instance holds between deliveries.
pub(crate) struct Inbox {
    front: Front,
    references: References,
    recent: Mutex<Recent>,
    keeper: Keeper,
}

impl Inbox {
    pub(crate) fn new(settings: Settings) -> Inbox {
        Inbox {
            front: settings.front,
            references: References {
                sources: SourceCache::new(settings.sources),
                keys: KeyCache::new(settings.key_sets),
            },
            recent: Mutex::default(),
            keeper: Keeper {
                bodies: settings.bodies,
                ledger: settings.ledger,
                queue: settings.queue,
                schedule: settings.schedule,
                inline_body_bytes: settings.inline_body_bytes,
            },
        }
    }

    /// Answers a function URL's event, whose message will belong to `trace`.
    pub(crate) async fn answer(
        &self,
        event: &str,
        request_id: &str,
        trace: Option<Trace>,
        line: &mut DeliveryLog,
    ) -> Response {
        let Some(request) = Request::read(event) else {
            return Response::of(Answer::BadRequest);
        };
        let is_head = request.method() == "HEAD";
        // First of all: what goes around the front gets to know nothing and reaches nothing.
        let answer = match self.front.way(&request) {
            Way::Admitted => self.admitted(request, request_id, trace, line).await,
            Way::Around => {
                line.refused(Refusal::AroundFront);
                Answer::Refused
            }
            Way::AtOdds => {
                line.reason("the front's header holds a value whose digest is not in FRONT_SHA256");
                Answer::Unavailable
            }
        };
        let response = Response::of(answer);
        if is_head { response.without_body() } else { response }
    }

    async fn admitted(
        &self,
        request: Request<'_>,
        request_id: &str,
        trace: Option<Trace>,
        line: &mut DeliveryLog,
    ) -> Answer {
        match route(request.method(), request.path()) {
            Route::Probe { allow } => Answer::Ready { allow },
            Route::Health => Answer::Healthy,
            Route::Nothing => Answer::NotFound,
            Route::WrongMethod { allow } => Answer::MethodNotAllowed { allow },
            Route::Deliver { source, token } => match request.into_parts() {
                Err(BadBody::NotBase64) => Answer::BadRequest,
                Err(BadBody::TooLarge) => Answer::TooLarge,
                Ok((url, headers, body)) => {
                    let (received_at, request_id) = (clock::now(), request_id.to_owned());
                    let delivery = Delivery { url, token, headers, body, received_at, request_id };
                    self.receive(source, delivery, trace, line).await
                }
            },
        }
    }

    async fn receive(
        &self,
        source: Option<SourceName>,
        delivery: Delivery,
        trace: Option<Trace>,
        line: &mut DeliveryLog,
    ) -> Answer {
        line.body_bytes(delivery.body.len());
        let received_at = delivery.received_at;
        let mut verified = match self.verify(source, delivery, line).await {
            Ok(verified) => verified,
            Err(answer) => return answer,
        };
        line.verified(&verified);
        if let Some(text) = verified.challenge() {
            return Answer::Challenge(text.to_owned());
        }
        if self.recent().holds(&verified.event().id, verified.event().body_sha256, received_at) {
            line.recent();
            return Answer::Duplicate(verified.event().id.clone());
        }
        let mut kept = self.keeper.keep(&verified, trace.as_ref(), line).await;
        if kept == Kept::Beside {
            verified = verified.with_body_digest();
            line.beside(verified.event());
            kept = self.keeper.keep(&verified, trace.as_ref(), line).await;
        }
        let event = verified.event();
        if kept.has_record_of_this_body() {
            self.recent().remember(&event.id, event.body_sha256, received_at);
        }
        match kept {
            Kept::Recorded | Kept::InMessageOnly => Answer::Accepted(event.id.clone()),
            Kept::Duplicate { .. } => Answer::Duplicate(event.id.clone()),
            // An id that holds the body's digest is no other body's, so nothing can stand beside it.
            Kept::Beside | Kept::Nowhere => Answer::Unavailable,
        }
    }

    /// Makes an event of the delivery, or says how to answer it. A refusal is checked once more against secrets and keys
    /// read anew, so that a rotation works without a deploy.
    async fn verify(
        &self,
        name: Option<SourceName>,
        delivery: Delivery,
        line: &mut DeliveryLog,
    ) -> Result<VerifiedEvent, Answer> {
        let Some(name) = name else {
            line.refused(Refusal::UnknownSource);
            return Err(Answer::Refused);
        };
        line.source(&name);
        let now: Timestamp = delivery.received_at;
        let found = self.references.find(&name, now).await;
        let (refused, reference) = match check(delivery, found, line)? {
            Checked::Genuine(verified) => return Ok(*verified),
            Checked::Doubtful { refused, reference } => (refused, reference),
        };
        let refreshed = self.references.refresh(&name, &reference, refused.refusal, now).await;
        match refreshed.map(|found| check(*refused.delivery, found, line)).transpose()? {
            Some(Checked::Genuine(verified)) => Ok(*verified),
            Some(Checked::Doubtful { refused, reference }) => Err(doubt(refused.refusal, &reference, line)),
            None => Err(doubt(refused.refusal, &reference, line)),
        }
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, Recent> {
        // A panic while it was held cannot have left it half changed in a way that matters: it only saves calls.
        self.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What checking a delivery against what is known of its sender came to.
enum Checked {
    Genuine(Box<VerifiedEvent>),
    /// It is not believed, but would be if the source's secret or the sender's keys have changed since they were read.
    Doubtful {
        refused: Refused,
        reference: Reference,
    },
}

/// Checks a delivery, or says how to answer it.
fn check(delivery: Delivery, found: Found, line: &mut DeliveryLog) -> Result<Checked, Answer> {
    let reference = match found {
        Found::Known(reference) => reference,
        Found::Unknown => {
            line.refused(Refusal::UnknownSource);
            return Err(Answer::Refused);
        }
        Found::Unavailable(reason) => {
            line.reason(&reason);
            return Err(Answer::Unavailable);
        }
    };
    match verify_with(delivery, &reference.source, &reference.published) {
        Ok(verified) => Ok(Checked::Genuine(Box::new(verified))),
        Err(refused) if refused.refusal.may_be_outdated() => Ok(Checked::Doubtful { refused, reference }),
        Err(refused) => {
            line.refused(refused.refusal);
            Err(Answer::Refused)
        }
    }
}

/// Answers a delivery that stays unbelieved. While secrets or keys cannot be read, the fault may be ours: a sender told so
/// comes again, one that is refused may never.
fn doubt(refusal: Refusal, reference: &Reference, line: &mut DeliveryLog) -> Answer {
    line.refused(refusal);
    match reference.stale {
        Some(reason) => {
            line.reason(reason);
            Answer::Unavailable
        }
        None => Answer::Refused,
    }
}

//! The way of a delivery, from the request to the answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::delivery::Delivery;
use domain::delivery::front::{OriginCheck, OriginGuard};
use domain::delivery::request::{BodyError, Request};
use domain::delivery::route::{Route, route};
use domain::delivery::trace::Trace;
use domain::event::recent::RecentEvents;
use domain::ledger::schedule::Schedule;
use domain::source::source_name::SourceName;
use domain::verify::{Refusal, VerifiedEvent, verify_with};
use platform::clock;

use crate::answer::{Answer, Response};
use crate::delivery_log::DeliveryLog;
use crate::key_cache::KeyCache;
use crate::settings::Settings;
use crate::source_cache::{SourceCache, SourceUnavailable};
use crate::store::{Persisted, Store};
use crate::verification_material::{MaterialCache, MaterialError, VerificationMaterial};

/// Everything that an instance holds between deliveries.
pub(crate) struct Receiver {
    origin_guard: OriginGuard,
    materials: MaterialCache,
    recent: Mutex<RecentEvents>,
    store: Store,
}

impl Receiver {
    pub(crate) fn new(settings: Settings) -> Receiver {
        Receiver {
            origin_guard: settings.origin_guard,
            materials: MaterialCache {
                sources: SourceCache::new(settings.sources, settings.ledger.clone(), settings.time_scale),
                keys: KeyCache::new(settings.key_sets),
            },
            recent: Mutex::default(),
            store: Store {
                bodies: settings.bodies,
                ledger: settings.ledger,
                queue: settings.queue,
                schedule: Schedule::at(settings.time_scale),
                inline_body_bytes: settings.inline_body_bytes,
            },
        }
    }

    /// Answers a function URL's event, whose message will belong to `trace`, and writes the delivery's log line.
    pub(crate) async fn respond(&self, event: &str, request_id: &str, trace: Option<Trace>) -> Response {
        let mut log = DeliveryLog::begin(request_id, trace.as_ref());
        let (answer, is_head) = match Request::read(event) {
            Ok(request) => {
                let is_head = request.method() == "HEAD";
                (self.answer(request, request_id, trace, &mut log).await, is_head)
            }
            // No sender writes the event, so it is not theirs to correct.
            Err(error) => {
                log.reason(&error);
                (Answer::Unavailable, false)
            }
        };
        let response = Response::of(&answer);
        log.end(&answer, &response);
        if is_head { response.without_body() } else { response }
    }

    async fn answer(
        &self,
        request: Request<'_>,
        request_id: &str,
        trace: Option<Trace>,
        log: &mut DeliveryLog,
    ) -> Answer {
        // First of all: what bypasses the distribution in front gets to know nothing and reaches nothing.
        match self.origin_guard.check(&request) {
            OriginCheck::Passed => {}
            OriginCheck::Missing => return refuse(Refusal::AroundFront, log),
            OriginCheck::Mismatch => {
                log.reason(&"the front's header holds a value whose digest is not in FRONT_SHA256");
                return Answer::Unavailable;
            }
        }
        match route(request.method(), request.path()) {
            Route::Probe { allow } => Answer::Ready { allow },
            Route::Health => Answer::Healthy,
            Route::NotFound => Answer::NotFound,
            Route::WrongMethod { allow } => Answer::MethodNotAllowed { allow },
            Route::Deliver { source, token } => match request.into_parts() {
                Err(BodyError::NotBase64) => Answer::BadRequest,
                Err(BodyError::TooLarge) => Answer::TooLarge,
                Ok((url, headers, body)) => {
                    let (received_at, request_id) = (clock::now(), request_id.to_owned());
                    let delivery = Delivery { url, token, headers, body, received_at, request_id };
                    self.receive(source, delivery, trace, log).await
                }
            },
        }
    }

    async fn receive(
        &self,
        source: Option<SourceName>,
        delivery: Delivery,
        trace: Option<Trace>,
        log: &mut DeliveryLog,
    ) -> Answer {
        log.body_bytes(delivery.body.len());
        let received_at = delivery.received_at;
        let verified = match self.verify(source, delivery, log).await {
            Ok(verified) => verified,
            Err(answer) => return answer,
        };
        log.verified(&verified);
        if let Some(text) = verified.challenge() {
            return Answer::Challenge(text.to_owned());
        }
        let body_sha256 = verified.event().body_sha256;
        if self.recent().holds(&verified.event().id, body_sha256, received_at) {
            log.recent();
            return Answer::Duplicate(verified.event().id.clone());
        }
        match self.store.persist(verified, trace.as_ref(), log).await {
            Persisted::Recorded(id) => {
                self.recent().remember(&id, body_sha256, received_at);
                Answer::Accepted(id)
            }
            Persisted::InMessageOnly(id) => Answer::Accepted(id),
            Persisted::Duplicate { id, differs } => {
                if !differs {
                    self.recent().remember(&id, body_sha256, received_at);
                }
                Answer::Duplicate(id)
            }
            Persisted::Nowhere => Answer::Unavailable,
        }
    }

    /// Makes an event of the delivery, or says how to answer it. A refusal is checked once more against secrets and keys
    /// read anew, so that a rotation works without a deploy.
    async fn verify(
        &self,
        name: Option<SourceName>,
        delivery: Delivery,
        log: &mut DeliveryLog,
    ) -> Result<VerifiedEvent, Answer> {
        let Some(name) = name else {
            return Err(refuse(Refusal::UnknownSource, log));
        };
        log.source(&name);
        let now = delivery.received_at;
        let material = self.materials.find(&name, now).await.map_err(|error| without_material(&error, log))?;
        let rejection = match verify_with(delivery, &material.source, &material.published) {
            Ok(verified) => return Ok(verified),
            Err(rejection) => rejection,
        };
        let refreshed = self.materials.refresh(&name, &material, rejection.refusal, now).await;
        let Some(refreshed) = refreshed else {
            return Err(reject(rejection.refusal, &material, log));
        };
        let material = refreshed.map_err(|error| without_material(&error, log))?;
        let verified = verify_with(*rejection.delivery, &material.source, &material.published);
        verified.map_err(|rejection| reject(rejection.refusal, &material, log))
    }

    fn recent(&self) -> MutexGuard<'_, RecentEvents> {
        // A panic while it was held cannot have left it half changed in a way that matters: it only saves calls.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refuse(refusal: Refusal, log: &mut DeliveryLog) -> Answer {
    log.refused(refusal);
    Answer::Refused
}

/// Answers a delivery that did not prove itself. While secrets or keys cannot be read, the fault may be ours: a sender
/// told so comes again, one that is refused may never.
fn reject(refusal: Refusal, material: &VerificationMaterial, log: &mut DeliveryLog) -> Answer {
    let answer = refuse(refusal, log);
    match material.stale {
        Some(reason) if refusal.may_be_outdated() => {
            log.reason(&reason);
            Answer::Unavailable
        }
        Some(_) | None => answer,
    }
}

/// Answers a delivery that cannot be verified.
fn without_material(error: &MaterialError, log: &mut DeliveryLog) -> Answer {
    match error {
        MaterialError::UnknownSource => refuse(Refusal::UnknownSource, log),
        MaterialError::Source(SourceUnavailable::Unlisted) => {
            log.unlisted();
            Answer::Unavailable
        }
        MaterialError::Source(_) | MaterialError::Keys(_) => {
            log.reason(error);
            Answer::Unavailable
        }
    }
}

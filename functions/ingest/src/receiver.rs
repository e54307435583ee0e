//! The way of a delivery, from the request to the answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::delivery::Delivery;
use domain::delivery::front::OriginGuard;
use domain::delivery::request::Request;
use domain::delivery::trace::Trace;
use domain::description::ChallengeMethod;
use domain::event::recent::RecentEvents;
use domain::ledger::schedule::Schedule;
use domain::receive::answer::{Answer, Durability, Response};
use domain::receive::{Acceptance, Reception, accept, receive};
use domain::source::source_name::SourceName;
use domain::stale_cache::Found;
use domain::verify::{Refusal, Rejection, TooManyEvents, VerifiedEvent, answer_unsigned};
use futures_util::StreamExt as _;
use futures_util::stream;
use platform::clock;

use crate::delivery_log::DeliveryLog;
use crate::key_cache::KeyCache;
use crate::quarantine::Quarantine;
use crate::settings::Settings;
use crate::source_cache::{SourceCache, SourceUnavailable};
use crate::store::Store;
use crate::verification_material::{MaterialCache, MaterialError, VerificationMaterial};

/// How many events of one delivery are made durable side by side: enough that [`BATCH_EVENTS_MAX`] of them can be in time, and
/// few enough for the connections of a small instance.
///
/// [`BATCH_EVENTS_MAX`]: domain::description::BATCH_EVENTS_MAX
const BATCH_CONCURRENCY: usize = 16;

/// Everything that an instance holds between deliveries.
pub(crate) struct Receiver {
    origin_guard: OriginGuard,
    materials: MaterialCache,
    recent: Mutex<RecentEvents>,
    quarantine: Quarantine,
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
            quarantine: Quarantine::new(settings.refused),
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
        match receive(request, &self.origin_guard, clock::now(), request_id) {
            Reception::Delivery { source, delivery } => self.take(source, delivery, trace, log).await,
            Reception::Question { source, question, allow } => self.reply(&source, &question, allow, log).await,
            Reception::Answer(answer) => answer,
            Reception::Refusal(refusal) => refuse(refusal, log),
            Reception::Fault(fault) => {
                log.reason(&fault);
                Answer::Unavailable
            }
        }
    }

    async fn take(
        &self,
        source: Option<SourceName>,
        delivery: Delivery,
        trace: Option<Trace>,
        log: &mut DeliveryLog,
    ) -> Answer {
        log.body_bytes(delivery.body.len());
        match self.verify(source, delivery, log).await {
            Ok(Acceptance::Reply(reply)) => Answer::Challenge(reply),
            Ok(Acceptance::Event(verified)) => {
                log.verified(&verified);
                if let Some(answer) = Answer::to_challenge(&verified) {
                    return answer;
                }
                let success = verified.success().cloned();
                Answer::to_event(self.persist(*verified, trace.as_ref(), log).await, success)
            }
            Ok(Acceptance::Batch(events)) => self.take_batch(events, trace.as_ref(), log).await,
            Ok(Acceptance::TooManyEvents) => {
                log.reason(&TooManyEvents);
                Answer::TooManyEvents
            }
            Err(answer) => answer,
        }
    }

    /// Makes all events of a delivery durable, each with a log line of its own. The first that cannot be made so ends it:
    /// the sender comes again with all of them, and those that are durable by then are known.
    async fn take_batch(&self, events: Vec<VerifiedEvent>, trace: Option<&Trace>, log: &mut DeliveryLog) -> Answer {
        log.batch(&events);
        let success = events.first().and_then(VerifiedEvent::success).cloned();
        let of_delivery = &*log;
        let mut persisted = stream::iter(events)
            .map(|verified| async move {
                let mut log = of_delivery.of_item(&verified);
                let durability = self.persist(verified, trace, &mut log).await;
                (durability, log)
            })
            .buffer_unordered(BATCH_CONCURRENCY);
        let mut durabilities = Vec::new();
        let mut failed = None;
        while let Some((durability, log)) = persisted.next().await {
            durabilities.push(durability.clone());
            if durability == Durability::Nowhere {
                failed = Some(log);
                break;
            }
            let answer = Answer::to_event(durability, success.clone());
            log.end(&answer, &Response::of(&answer));
        }
        drop(persisted);
        if let Some(failed) = failed {
            log.failed_item(failed);
        }
        Answer::to_batch(&durabilities, success)
    }

    /// Makes an event durable, unless it is known to be.
    async fn persist(&self, verified: VerifiedEvent, trace: Option<&Trace>, log: &mut DeliveryLog) -> Durability {
        let (body_sha256, received_at) = (verified.event().body_sha256, verified.event().received_at);
        if self.recent().holds(&verified.event().id, body_sha256, received_at) {
            log.recent();
            return Durability::Duplicate { id: verified.event().id.clone(), differs: false };
        }
        let durability = self.store.persist(verified, trace, log).await;
        if let Some(id) = durability.recorded_id() {
            self.recent().remember(id, body_sha256, received_at);
        }
        durability
    }

    /// Finds what the delivery is, or says how to answer it. A refusal is checked once more against secrets and keys
    /// read anew, so that a rotation works without a deploy.
    async fn verify(
        &self,
        name: Option<SourceName>,
        delivery: Delivery,
        log: &mut DeliveryLog,
    ) -> Result<Acceptance, Answer> {
        let Some(name) = name else {
            return Err(refuse(Refusal::UnknownSource, log));
        };
        log.source(&name);
        let now = delivery.received_at;
        let material =
            self.materials.find(&name, &delivery, now).await.map_err(|error| without_material(&error, log))?;
        let rejection = match accept(delivery, &material.source, &material.published) {
            Ok(acceptance) => return Ok(acceptance),
            Err(rejection) => rejection,
        };
        let refreshed = self.materials.refresh(&name, &rejection.delivery, &material, rejection.refusal, now).await;
        let Some(refreshed) = refreshed else {
            return Err(self.reject(&rejection, &material, log).await);
        };
        let material = refreshed.map_err(|error| without_material(&error, log))?;
        match accept(*rejection.delivery, &material.source, &material.published) {
            Ok(acceptance) => Ok(acceptance),
            Err(rejection) => Err(self.reject(&rejection, &material, log).await),
        }
    }

    /// Answers a delivery that did not prove itself, and stores it if its source asks for it. One whose sender is to come
    /// again is not stored.
    async fn reject(&self, rejection: &Rejection, material: &VerificationMaterial, log: &mut DeliveryLog) -> Answer {
        log.refused(rejection.refusal);
        let answer = Answer::to_refusal(rejection.refusal, material.stale.is_some());
        match (&answer, material.stale) {
            (Answer::Refused, _) => {
                self.quarantine.store(&rejection.delivery, &material.source, rejection.refusal, log).await;
            }
            (Answer::Unavailable, Some(reason)) => log.reason(&reason),
            _ => {}
        }
        answer
    }

    /// Answers a question about the URL of a source whose sender asks one. Anything else is a probe, so that nobody learns
    /// which sources there are.
    async fn reply(
        &self,
        name: &SourceName,
        question: &Delivery,
        allow: &'static str,
        log: &mut DeliveryLog,
    ) -> Answer {
        let now = question.received_at;
        let mut found = self.materials.sources.find(name, now).await;
        for has_refreshed in [false, true] {
            let source = match found {
                Found::Value { value, .. } => value,
                Found::Absent | Found::Error(SourceUnavailable::Unlisted) => return Answer::Ready { allow },
                Found::Error(error) => {
                    log.source(name);
                    log.reason(&error);
                    return Answer::Unavailable;
                }
            };
            let refusal = match answer_unsigned(question, ChallengeMethod::Get, &source) {
                None => return Answer::Ready { allow },
                Some(Ok(reply)) => {
                    log.source(name);
                    return Answer::Challenge(reply);
                }
                Some(Err(refusal)) => refusal,
            };
            let is_final =
                has_refreshed || !refusal.may_be_outdated() || !self.materials.sources.refresh(name, now).await;
            if is_final {
                log.source(name);
                log.refused(refusal);
                return Answer::Ready { allow };
            }
            found = self.materials.sources.find(name, now).await;
        }
        Answer::Ready { allow }
    }

    fn recent(&self) -> MutexGuard<'_, RecentEvents> {
        // A panic while it was held cannot have left it half changed in a way that matters: it only saves calls.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refuse(refusal: Refusal, log: &mut DeliveryLog) -> Answer {
    log.refused(refusal);
    Answer::to_refusal(refusal, false)
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

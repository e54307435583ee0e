//! The one log line of a delivery.

use std::fmt::Display;
use std::time::Instant;

use domain::delivery::trace::Trace;
use domain::event::Event;
use domain::receive::answer::{Answer, Response};
use domain::source::source_name::SourceName;
use domain::verify::{MatchedCredentials, Refusal, VerifiedEvent};
use platform::log::{self, Level};
use serde::Serialize;

/// What is told of a delivery, filled in as it is learnt. Names the source and the event, never what was sent. Fields that
/// have the name of a metric are measured: a count is 1, or absent.
#[derive(Clone, Serialize)]
pub(crate) struct DeliveryLog {
    request_id: String,
    trace_id: Option<String>,
    status: u16,
    outcome: &'static str,
    source: Option<String>,
    provider: Option<&'static str>,
    event_id: Option<String>,
    event_type: Option<String>,
    verified_by: Option<&'static str>,
    body_bytes: Option<usize>,
    /// How many events the delivery lists. Each has a line of its own besides, in which it is counted.
    batch_events: Option<usize>,
    refusal: Option<&'static str>,
    accepted: Option<u32>,
    duplicates: Option<u32>,
    challenges: Option<u32>,
    refused: Option<u32>,
    /// It was refused, and its source exists.
    unverified: Option<u32>,
    unavailable: Option<u32>,
    /// It was refused, and is stored for a while; or there was no room. Absent if its source does not ask for it.
    quarantined: Option<bool>,
    /// Which of the source's secrets, and which of its tokens, proved the delivery, from 0.
    secret_index: Option<usize>,
    token_index: Option<usize>,
    /// Which of the source's public keys proved it, or of those that the sender publishes, from 0.
    key_index: Option<usize>,
    /// One of these was not the first. Of published keys this is never said: the sender replaces them.
    previous_secret: Option<u32>,
    /// A known event came with another body, which was not kept and may be another event.
    duplicate_differs: Option<u32>,
    late: Option<u32>,
    /// An event with another body has the id, so this one has an id of its own.
    beside: Option<bool>,
    /// Answered from memory, without any call.
    recent: Option<bool>,
    /// The message could not be sent; the sweep will.
    deferred: Option<u32>,
    /// The record could not be written; the message holds the event.
    unrecorded: Option<u32>,
    /// What went wrong on the way, in order.
    trouble: Option<String>,
    duration_ms: f64,
    #[serde(skip)]
    began_at: Instant,
}

impl DeliveryLog {
    pub(crate) fn begin(request_id: &str, trace: Option<&Trace>) -> DeliveryLog {
        #[expect(clippy::disallowed_methods, reason = "measures a duration; no decision depends on it")]
        let began_at = Instant::now();
        DeliveryLog {
            request_id: request_id.to_owned(),
            trace_id: trace.and_then(Trace::sampled_id).map(str::to_owned),
            status: 0,
            outcome: "",
            source: None,
            provider: None,
            event_id: None,
            event_type: None,
            verified_by: None,
            body_bytes: None,
            batch_events: None,
            refusal: None,
            accepted: None,
            duplicates: None,
            challenges: None,
            refused: None,
            unverified: None,
            unavailable: None,
            quarantined: None,
            secret_index: None,
            token_index: None,
            key_index: None,
            previous_secret: None,
            duplicate_differs: None,
            late: None,
            beside: None,
            recent: None,
            deferred: None,
            unrecorded: None,
            trouble: None,
            duration_ms: 0.0,
            began_at,
        }
    }

    pub(crate) fn source(&mut self, source: &SourceName) {
        self.source = Some(source.to_string());
    }

    pub(crate) fn body_bytes(&mut self, bytes: usize) {
        self.body_bytes = Some(bytes);
    }

    pub(crate) fn verified(&mut self, verified: &VerifiedEvent) {
        self.matched(verified.matched());
        let event = verified.event();
        if verified.challenge().is_none() {
            self.event(event);
        } else {
            self.sender(event);
        }
    }

    /// Takes in that the delivery lists these events.
    pub(crate) fn batch(&mut self, events: &[VerifiedEvent]) {
        self.batch_events = Some(events.len());
        if let Some(first) = events.first() {
            self.matched(first.matched());
            self.sender(first.event());
        }
    }

    /// The line of one event of the batch.
    pub(crate) fn of_item(&self, verified: &VerifiedEvent) -> DeliveryLog {
        let mut log = self.clone();
        // What is known of the delivery's secrets is counted once, in the delivery's own line.
        log.previous_secret = None;
        log.event(verified.event());
        log.body_bytes(verified.body().len());
        log
    }

    /// Takes in the line of an event that could not be made durable, for which the whole delivery fails.
    pub(crate) fn failed_item(&mut self, item: DeliveryLog) {
        let (body_bytes, previous_secret) = (self.body_bytes, self.previous_secret);
        *self = DeliveryLog { body_bytes, previous_secret, ..item };
    }

    fn matched(&mut self, matched: MatchedCredentials) {
        self.secret_index = matched.secret;
        self.token_index = matched.token;
        self.key_index = matched.public_key.or(matched.published_key);
        self.previous_secret = matched.is_previous().then_some(1);
    }

    fn event(&mut self, event: &Event) {
        self.sender(event);
        self.event_id = Some(event.id.to_string());
        self.event_type = Some(event.event_type.to_string());
    }

    fn sender(&mut self, event: &Event) {
        self.provider = Some(event.provider.as_str());
        self.verified_by = Some(event.verified_by.as_str());
    }

    pub(crate) fn refused(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal.as_str());
        self.unverified = refusal.is_by_source().then_some(1);
    }

    pub(crate) fn quarantined(&mut self, is_stored: bool) {
        self.quarantined = Some(is_stored);
    }

    /// Takes in that no source of that name is listed. It may have been made by hand a moment ago, so the sender is told to
    /// come again; but as a rule it is a stranger's guess, which counts as refused and rings for nobody.
    pub(crate) fn unlisted(&mut self) {
        self.refusal = Some(Refusal::UnknownSource.as_str());
        self.refused = Some(1);
    }

    pub(crate) fn duplicate(&mut self, differs: bool) {
        self.duplicate_differs = differs.then_some(1);
    }

    /// Its event was asked for before it came.
    pub(crate) fn late(&mut self, is_late: bool) {
        self.late = is_late.then_some(1);
    }

    pub(crate) fn second_body(&mut self, event: &Event) {
        self.beside = Some(true);
        self.event(event);
    }

    pub(crate) fn recent(&mut self) {
        self.recent = Some(true);
    }

    pub(crate) fn deferred(&mut self) {
        self.deferred = Some(1);
    }

    pub(crate) fn unrecorded(&mut self) {
        self.unrecorded = Some(1);
    }

    /// Takes in something that went wrong: an error, or a reason in words.
    pub(crate) fn reason(&mut self, reason: &dyn Display) {
        self.trouble = Some(match self.trouble.take() {
            Some(earlier) => format!("{earlier}; {reason}"),
            None => reason.to_string(),
        });
    }

    /// Writes the line.
    pub(crate) fn end(mut self, answer: &Answer, response: &Response) {
        let level = self.conclude(answer, response);
        self.duration_ms = self.began_at.elapsed().as_secs_f64() * 1000.0;
        log::write(level, "delivery", self);
    }

    /// Takes in how the delivery was answered, and says how much the line matters.
    fn conclude(&mut self, answer: &Answer, response: &Response) -> Level {
        self.status = response.status_code;
        self.outcome = answer.outcome();
        let level = if self.trouble.is_some() { Level::Warn } else { Level::Info };
        match answer {
            // Its events are counted by their own lines.
            _ if self.batch_events.is_some() && self.event_id.is_none() => {}
            Answer::Accepted(_) | Answer::Acknowledged { is_duplicate: false, .. } => self.accepted = Some(1),
            Answer::Duplicate(_) | Answer::Acknowledged { is_duplicate: true, .. } => self.duplicates = Some(1),
            Answer::Challenge(_) => self.challenges = Some(1),
            Answer::Refused => self.refused = Some(1),
            Answer::Unavailable if self.refused.is_some() => {}
            Answer::Unavailable | Answer::TooManyEvents => {
                self.unavailable = Some(1);
                return Level::Error;
            }
            Answer::Batch { .. }
            | Answer::Ready { .. }
            | Answer::Healthy
            | Answer::TooLarge
            | Answer::NotFound
            | Answer::MethodNotAllowed { .. } => {}
        }
        level
    }
}

#[cfg(test)]
mod tests;

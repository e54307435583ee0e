//! The one log line of a delivery.

use std::time::Instant;

use domain::event::Event;
use domain::source_name::SourceName;
use domain::verify::Refusal;
use platform::log::{self, Level};
use platform::trouble::Trouble;
use serde::Serialize;

use crate::answer::Response;

/// What is told of a delivery, filled in as it is learnt. Names the source and the event, never what was sent.
#[derive(Serialize)]
pub(crate) struct DeliveryLog {
    request_id: String,
    status: u16,
    outcome: &'static str,
    source: Option<String>,
    provider: Option<&'static str>,
    event_id: Option<String>,
    event_type: Option<String>,
    verified_by: Option<&'static str>,
    body_bytes: Option<usize>,
    refusal: Option<&'static str>,
    /// A known event came with another body.
    duplicate_differs: Option<bool>,
    /// An event with another body has failed under the id, so this one has an id of its own.
    beside_failed: Option<bool>,
    /// Answered from memory, without any call.
    recent: Option<bool>,
    /// The message could not be sent; the sweep will.
    deferred: Option<bool>,
    /// The record could not be written; the message holds the event.
    unrecorded: Option<bool>,
    /// What went wrong on the way, in order.
    trouble: Option<String>,
    duration_ms: f64,
    #[serde(skip)]
    began_at: Instant,
}

impl DeliveryLog {
    pub(crate) fn begin(request_id: &str) -> DeliveryLog {
        #[expect(clippy::disallowed_methods, reason = "measures a duration; no decision depends on it")]
        let began_at = Instant::now();
        DeliveryLog {
            request_id: request_id.to_owned(),
            status: 0,
            outcome: "",
            source: None,
            provider: None,
            event_id: None,
            event_type: None,
            verified_by: None,
            body_bytes: None,
            refusal: None,
            duplicate_differs: None,
            beside_failed: None,
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

    pub(crate) fn event(&mut self, event: &Event) {
        self.provider = Some(event.provider.as_str());
        self.event_id = Some(event.id.to_string());
        self.event_type = Some(event.event_type.to_string());
        self.verified_by = Some(event.verified_by.as_str());
    }

    pub(crate) fn refused(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal.as_str());
    }

    pub(crate) fn duplicate(&mut self, differs: bool) {
        self.duplicate_differs = differs.then_some(true);
    }

    pub(crate) fn beside(&mut self, event: &Event) {
        self.beside_failed = Some(true);
        self.event(event);
    }

    pub(crate) fn recent(&mut self) {
        self.recent = Some(true);
    }

    pub(crate) fn deferred(&mut self) {
        self.deferred = Some(true);
    }

    pub(crate) fn unrecorded(&mut self) {
        self.unrecorded = Some(true);
    }

    pub(crate) fn trouble(&mut self, trouble: &Trouble) {
        self.reason(&trouble.to_string());
    }

    pub(crate) fn reason(&mut self, reason: &str) {
        match &mut self.trouble {
            Some(earlier) => {
                earlier.push_str("; ");
                earlier.push_str(reason);
            }
            None => self.trouble = Some(reason.to_owned()),
        }
    }

    /// Writes the line.
    pub(crate) fn end(mut self, response: &Response) {
        self.status = response.status_code;
        self.outcome = response.outcome;
        self.duration_ms = self.began_at.elapsed().as_secs_f64() * 1000.0;
        let level = match (response.status_code, self.trouble.is_some()) {
            (503, _) => Level::Error,
            (_, true) => Level::Warn,
            (_, false) => Level::Info,
        };
        log::write(level, "delivery", self);
    }
}

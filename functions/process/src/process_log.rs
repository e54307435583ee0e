//! The one log line of a message.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::event::Event;
use domain::event_type::EventType;
use domain::ledger::record::Record;
use domain::time::Timestamp;
use domain::trace::Trace;
use platform::clock;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use serde::Serialize;

use crate::act::{Acted, AssetCounts};

/// What is told of a message, filled in as it is learnt. Names the source and the event, never what was sent. Fields that
/// have the name of a metric are measured: a count is above 0, or absent.
#[derive(Serialize)]
pub(crate) struct ProcessLog {
    request_id: String,
    message_id: String,
    trace_id: Option<String>,
    outcome: &'static str,
    source: Option<String>,
    provider: Option<&'static str>,
    event_id: Option<String>,
    event_type: Option<String>,
    done: Option<u32>,
    again: Option<u32>,
    hidden: Option<u32>,
    failed: Option<u32>,
    put_away: Option<u32>,
    attempts: Option<u32>,
    /// From the delivery's arrival until now.
    age_ms: Option<u64>,
    published_as: Option<String>,
    verified_by: Option<&'static str>,
    unrecognized: Option<u32>,
    /// How many assets, and their bytes.
    archived: Option<usize>,
    archived_bytes: Option<u64>,
    /// How many assets, and how many for each reason.
    not_archived: Option<usize>,
    not_archived_reasons: Option<BTreeMap<&'static str, usize>>,
    again_at: Option<String>,
    reason: Option<String>,
    /// The sender's API says otherwise. Operators watch this field: somebody may know a source's URL.
    contradicted: Option<u32>,
    /// Somebody else holds the claim by now.
    claim_lost: Option<bool>,
    /// What went wrong on the way, in order.
    trouble: Option<String>,
    duration_ms: f64,
    #[serde(skip)]
    received_at: Option<Timestamp>,
    #[serde(skip)]
    began_at: Instant,
}

impl ProcessLog {
    pub(crate) fn begin(request_id: &str, message_id: &str, trace: Option<&Trace>) -> ProcessLog {
        #[expect(clippy::disallowed_methods, reason = "measures a duration; no decision depends on it")]
        let began_at = Instant::now();
        ProcessLog {
            request_id: request_id.to_owned(),
            message_id: message_id.to_owned(),
            trace_id: trace.map(|trace| trace.id().to_owned()),
            outcome: "kept",
            source: None,
            provider: None,
            event_id: None,
            event_type: None,
            done: None,
            again: None,
            hidden: None,
            failed: None,
            put_away: None,
            attempts: None,
            age_ms: None,
            published_as: None,
            verified_by: None,
            unrecognized: None,
            archived: None,
            archived_bytes: None,
            not_archived: None,
            not_archived_reasons: None,
            again_at: None,
            reason: None,
            contradicted: None,
            claim_lost: None,
            trouble: None,
            duration_ms: 0.0,
            received_at: None,
            began_at,
        }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.source = Some(event.source.to_string());
        self.provider = Some(event.provider.as_str());
        self.event_id = Some(event.id.to_string());
        self.event_type = Some(event.event_type.to_string());
    }

    pub(crate) fn claimed(&mut self, record: &Record) {
        self.event_id = Some(record.event.id.to_string());
        self.attempts = Some(record.lifecycle.attempts);
        self.received_at = Some(record.event.received_at);
    }

    pub(crate) fn done(&mut self) {
        self.outcome = "done";
        self.done = Some(1);
    }

    pub(crate) fn outcome(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }

    pub(crate) fn published(&mut self, acted: &Acted) {
        let Acted { event_type, message_id, verified_by, assets } = acted;
        let AssetCounts { archived, archived_bytes, not_archived } = assets;
        self.event_type = Some(event_type.to_string());
        self.unrecognized = (*event_type == EventType::Unrecognized).then_some(1);
        self.published_as = Some(message_id.clone());
        self.verified_by = Some(verified_by.as_str());
        if *archived > 0 {
            self.archived = Some(*archived);
            self.archived_bytes = Some(*archived_bytes);
        }
        if !not_archived.is_empty() {
            self.not_archived = Some(not_archived.values().sum());
            self.not_archived_reasons = Some(not_archived.clone());
        }
    }

    pub(crate) fn again(&mut self, at: Timestamp, reason: &str) {
        self.outcome = "again";
        self.again = Some(1);
        self.again_at = Some(at.to_string());
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn hidden(&mut self) {
        self.hidden = Some(1);
    }

    pub(crate) fn failed(&mut self, reason: &str) {
        self.outcome = "failed";
        self.failed = Some(1);
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn contradicted(&mut self, is_contradicted: bool) {
        self.contradicted = is_contradicted.then_some(1);
    }

    pub(crate) fn put_away(&mut self, reason: &str) {
        self.outcome = "put_away";
        self.put_away = Some(1);
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn claim_lost(&mut self) {
        self.claim_lost = Some(true);
    }

    pub(crate) fn trouble(&mut self, trouble: &ServiceError) {
        let earlier = self.trouble.take().map(|earlier| earlier + "; ").unwrap_or_default();
        self.trouble = Some(format!("{earlier}{trouble}"));
    }

    /// Writes the line.
    pub(crate) fn end(mut self) {
        let level = self.conclude(clock::now());
        self.duration_ms = self.began_at.elapsed().as_secs_f64() * 1000.0;
        log::write(level, "event", self);
    }

    /// Takes in that it is `now`, and says how much the line matters.
    fn conclude(&mut self, now: Timestamp) -> Level {
        let age = self.received_at.map(|received_at| received_at.until(now).as_millis());
        self.age_ms = age.and_then(|millis| u64::try_from(millis).ok());
        match self.outcome {
            "failed" | "put_away" => Level::Error,
            "again" | "kept" | "contended" => Level::Warn,
            _ if self.trouble.is_some() || self.not_archived.is_some() => Level::Warn,
            _ => Level::Info,
        }
    }
}

#[cfg(test)]
mod tests;

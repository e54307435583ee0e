//! The one log line of a message.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::delivery::trace::Trace;
use domain::event::event_type::EventType;
use domain::event::{Event, Origin};
use domain::ledger::record::Record;
use domain::ledger::settle::Settlement;
use domain::source::source_name::SourceName;
use domain::time::Timestamp;
use platform::clock;
use platform::log::{self, Level};
use platform::service_error::ServiceError;
use serde::Serialize;

use crate::job::JobNote;
use crate::outcome::Outcome;
use crate::publish::{AssetCounts, PublishResult};
use crate::steps::WorkResult;

/// What is logged of a message, filled in step by step. Names the event, never what was sent, and repeats what ingest's
/// line says of the event only where that has changed. Fields that have the name of a metric are measured: a count is
/// above 0, or absent.
#[derive(Serialize)]
pub(crate) struct ProcessLog {
    request_id: String,
    message_id: String,
    trace_id: Option<String>,
    outcome: Outcome,
    /// Of an expectation: the id of an event begins with it.
    source: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    done: Option<u32>,
    retry: Option<u32>,
    hidden: Option<u32>,
    failed: Option<u32>,
    dead_letter: Option<u32>,
    attempts: Option<u32>,
    /// From the delivery's arrival until now.
    age_ms: Option<u64>,
    published_as: Option<String>,
    verified_by: Option<&'static str>,
    unrecognized: Option<u32>,
    /// The event that tells the end of the job in the place of this one.
    superseded_by: Option<String>,
    /// The event that has ended the job of which this one tells progress.
    suppressed: Option<String>,
    expected: Option<u32>,
    ended_by: Option<&'static str>,
    ended_by_poll: Option<u32>,
    late: Option<u32>,
    expired: Option<u32>,
    unaskable: Option<u32>,
    /// From the job's submission to its webhook.
    wait_ms: Option<u64>,
    /// How many assets, and their bytes.
    archived: Option<usize>,
    archived_bytes: Option<u64>,
    /// How many assets, and how many for each reason.
    not_archived: Option<usize>,
    not_archived_reasons: Option<BTreeMap<&'static str, usize>>,
    /// How many URLs were left out of the list of assets.
    assets_omitted: Option<usize>,
    retry_at: Option<String>,
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
            trace_id: trace.and_then(Trace::sampled_id).map(str::to_owned),
            outcome: Outcome::Kept,
            event_id: None,
            source: None,
            event_type: None,
            done: None,
            retry: None,
            hidden: None,
            failed: None,
            dead_letter: None,
            attempts: None,
            age_ms: None,
            published_as: None,
            verified_by: None,
            unrecognized: None,
            superseded_by: None,
            suppressed: None,
            expected: None,
            ended_by: None,
            ended_by_poll: None,
            late: None,
            expired: None,
            unaskable: None,
            wait_ms: None,
            archived: None,
            archived_bytes: None,
            not_archived: None,
            not_archived_reasons: None,
            assets_omitted: None,
            retry_at: None,
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
        self.event_id = Some(event.id.to_string());
    }

    pub(crate) fn claimed(&mut self, record: &Record) {
        self.event_id = Some(record.event.id.to_string());
        self.attempts = Some(record.lifecycle.attempts);
        self.received_at = Some(record.event.received_at);
    }

    pub(crate) fn source(&mut self, source: &SourceName) {
        self.source = Some(source.to_string());
    }

    /// The end of a job is expected, from now on if that `is_new`.
    pub(crate) fn expected(&mut self, is_new: bool) {
        self.outcome = Outcome::Expecting;
        self.expected = is_new.then_some(1);
    }

    pub(crate) fn reason(&mut self, reason: &str) {
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn done(&mut self, recorded: &Event, result: &WorkResult) {
        match result {
            WorkResult::Published(published, note) => {
                self.published(recorded, published);
                self.job(note);
            }
            WorkResult::Superseded(by, note) => {
                self.superseded_by = Some(by.clone());
                self.job(note);
            }
            WorkResult::Suppressed(by) => self.suppressed = Some(by.clone()),
        }
    }

    fn job(&mut self, note: &JobNote) {
        self.ended_by = note.ended_by.map(Origin::as_str);
        self.ended_by_poll = (note.ended_by == Some(Origin::Poll)).then_some(1);
        self.late = note.is_late.then_some(1);
        self.expired = note.is_expired.then_some(1);
        self.wait_ms = note.wait_millis;
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        self.unaskable = matches!(outcome, Outcome::Unaskable).then_some(1);
        self.outcome = outcome;
    }

    fn published(&mut self, recorded: &Event, result: &PublishResult) {
        let PublishResult { event_type, message_id, verified_by, assets } = result;
        let AssetCounts { archived, archived_bytes, not_archived, omitted } = assets;
        self.event_type = (*event_type != recorded.event_type).then(|| event_type.to_string());
        self.unrecognized = (*event_type == EventType::Unrecognized).then_some(1);
        self.published_as = Some(message_id.clone());
        self.verified_by = (*verified_by != recorded.verified_by).then_some(verified_by.as_str());
        if *archived > 0 {
            self.archived = Some(*archived);
            self.archived_bytes = Some(*archived_bytes);
        }
        if !not_archived.is_empty() {
            self.not_archived = Some(not_archived.values().sum());
            self.not_archived_reasons = Some(not_archived.clone());
        }
        self.assets_omitted = (*omitted > 0).then_some(*omitted);
    }

    pub(crate) fn hidden(&mut self) {
        self.hidden = Some(1);
    }

    pub(crate) fn settled(&mut self, settlement: Settlement, is_contradicted: bool) {
        match &settlement {
            Settlement::Done { .. } => self.done = Some(1),
            Settlement::Again { at, reason, .. } => {
                self.retry = Some(1);
                self.retry_at = Some(at.to_string());
                self.reason = Some(reason.clone());
            }
            Settlement::Failed { reason, .. } => {
                self.failed = Some(1);
                self.reason = Some(reason.clone());
            }
        }
        self.contradicted = is_contradicted.then_some(1);
        self.outcome = Outcome::Settled(settlement);
    }

    /// The message has arrived in the dead-letter queue.
    pub(crate) fn dead_letter(&mut self) {
        self.outcome = Outcome::DeadLetter;
        self.dead_letter = Some(1);
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
        let has_trouble = self.trouble.is_some() || self.not_archived.is_some() || self.assets_omitted.is_some();
        match self.outcome.level() {
            Level::Info if has_trouble => Level::Warn,
            level => level,
        }
    }
}

#[cfg(test)]
mod tests;

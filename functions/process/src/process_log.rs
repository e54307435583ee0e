//! The one log line of a message.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::ledger::record::Record;
use domain::time::Timestamp;
use platform::clock;
use platform::log::{self, Level};
use platform::trouble::Trouble;
use serde::Serialize;

use crate::act::{Acted, AssetCounts};

/// What is told of a message, filled in as it is learnt. Names the source and the event, never what was sent.
#[derive(Default, Serialize)]
pub(crate) struct ProcessLog {
    message_id: String,
    outcome: &'static str,
    source: Option<String>,
    provider: Option<&'static str>,
    event_id: Option<String>,
    event_type: Option<String>,
    attempts: Option<u32>,
    /// From the delivery's arrival until now.
    age_ms: Option<u64>,
    published_as: Option<String>,
    verified_by: Option<&'static str>,
    /// How many assets.
    archived: Option<usize>,
    /// How many assets, for each reason.
    not_archived: Option<BTreeMap<&'static str, usize>>,
    again_at: Option<String>,
    reason: Option<String>,
    /// The sender's API says otherwise. Operators watch this field: somebody may know a source's URL.
    contradicted: Option<bool>,
    /// Somebody else holds the claim by now.
    claim_lost: Option<bool>,
    /// What went wrong on the way, in order.
    trouble: Option<String>,
    #[serde(skip)]
    received_at: Option<Timestamp>,
}

impl ProcessLog {
    pub(crate) fn begin(message_id: &str) -> ProcessLog {
        ProcessLog { message_id: message_id.to_owned(), outcome: "kept", ..ProcessLog::default() }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.source = Some(event.source.to_string());
        self.provider = Some(event.provider.as_str());
        self.event_id = Some(event.id.to_string());
        self.event_type = Some(event.event_type.to_string());
        self.received_at = Some(event.received_at);
    }

    pub(crate) fn claimed(&mut self, record: &Record) {
        self.event_id = Some(record.event.id.to_string());
        self.attempts = Some(record.standing.attempts);
    }

    pub(crate) fn outcome(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }

    pub(crate) fn published(&mut self, acted: &Acted) {
        let Acted { event_type, message_id, verified_by, assets: AssetCounts { archived, not_archived } } = acted;
        self.event_type = Some(event_type.clone());
        self.published_as = Some(message_id.clone());
        self.verified_by = Some(verified_by.as_str());
        self.archived = (*archived > 0).then_some(*archived);
        self.not_archived = (!not_archived.is_empty()).then(|| not_archived.clone());
    }

    pub(crate) fn again(&mut self, at: Timestamp, reason: &str) {
        self.outcome = "again";
        self.again_at = Some(at.to_string());
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn failed(&mut self, reason: &str) {
        self.outcome = "failed";
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn contradicted(&mut self, is_contradicted: bool) {
        self.contradicted = is_contradicted.then_some(true);
    }

    pub(crate) fn put_away(&mut self, reason: &str) {
        self.outcome = "put_away";
        self.reason = Some(reason.to_owned());
    }

    pub(crate) fn claim_lost(&mut self) {
        self.claim_lost = Some(true);
    }

    pub(crate) fn trouble(&mut self, trouble: &Trouble) {
        let earlier = self.trouble.take().map(|earlier| earlier + "; ").unwrap_or_default();
        self.trouble = Some(format!("{earlier}{trouble}"));
    }

    /// Writes the line.
    pub(crate) fn end(mut self) {
        let age = self.received_at.map(|received_at| received_at.until(clock::now()).as_millis());
        self.age_ms = age.and_then(|millis| u64::try_from(millis).ok());
        let level = match self.outcome {
            "failed" | "put_away" => Level::Error,
            "again" | "kept" | "contended" => Level::Warn,
            _ if self.trouble.is_some() || self.not_archived.is_some() => Level::Warn,
            _ => Level::Info,
        };
        log::write(level, "event", self);
    }
}

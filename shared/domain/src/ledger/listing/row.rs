//! A row: an event as its record tells of it.

use std::collections::BTreeMap;

use crate::event::Event;
use crate::ledger::attribute::Attribute;
use crate::ledger::item::{Item, Unreadable};
use crate::ledger::record::RecordState;
use crate::ledger::record::State;
use crate::ledger::schedule::RECORD_RETENTION;
use crate::ledger::value::Value;
use crate::time::Timestamp;

/// An event, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub event: Event,
    /// How far it has come.
    pub lifecycle: RecordState,
    /// Why its latest attempt failed.
    pub last_error: Option<String>,
    /// What it was published as, where the record does not say so anyway.
    pub outcome: BTreeMap<String, String>,
    /// The replay jobs that have replayed it.
    pub replay_jobs: Vec<String>,
    /// When the latest of them did.
    pub replayed_at: Option<Timestamp>,
}

impl Row {
    /// Reads a record's item.
    ///
    /// # Errors
    /// If an attribute does not hold what it must.
    pub fn of_item(item: &Item<'_>) -> Result<Row, Unreadable> {
        let outcome = item.get(Attribute::Outcome).and_then(Value::as_map).into_iter().flatten();
        let outcome = outcome.filter_map(|(name, value)| Some((name.to_string(), value.as_text()?.to_owned())));
        let jobs = item.get(Attribute::ReplayJobs).and_then(Value::as_texts).into_iter().flatten();
        Ok(Row {
            event: item.event()?,
            lifecycle: item.record_state()?,
            last_error: item.get(Attribute::LastError).and_then(Value::as_text).map(str::to_owned),
            outcome: outcome.collect(),
            replay_jobs: jobs.map(ToString::to_string).collect(),
            replayed_at: item.get(Attribute::ReplayedAt).and_then(Value::as_number).map(Timestamp::from_millis),
        })
    }

    /// Whether it is done without having been published: what another event says about the same end, or the end itself, took
    /// its place. Nobody has seen it, so nobody misses it.
    #[must_use]
    pub fn is_left_unpublished(&self) -> bool {
        ["superseded_by", "suppressed"].iter().any(|reason| self.outcome.contains_key(*reason))
    }

    /// When it was finished, to the second: a record stands for a fixed time from then on.
    #[must_use]
    pub fn finished_at(&self) -> Option<Timestamp> {
        match self.lifecycle.state {
            State::Received | State::Processing => None,
            State::Failed if self.lifecycle.due_at.is_some() => self.lifecycle.due_at,
            State::Done | State::Failed => {
                let expires_at = Timestamp::from_millis(self.lifecycle.expires_at_seconds?.saturating_mul(1000));
                Some(expires_at - RECORD_RETENTION)
            }
        }
    }
}

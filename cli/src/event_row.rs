//! Events as data.

use domain::ledger::listing::row;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::output::Row;

/// An event, as lists and files have it.
#[derive(Debug, Serialize)]
pub struct EventRow {
    received_at: String,
    id: String,
    source: String,
    provider: &'static str,
    r#type: String,
    subject: Option<String>,
    state: &'static str,
    attempts: u32,
    verified_by: &'static str,
    origin: &'static str,
    replay: u32,
    replayed_at: Option<String>,
    replay_jobs: Vec<String>,
    finished_at: Option<String>,
    due_at: Option<String>,
    last_error: Option<String>,
    outcome: BTreeMap<String, String>,
    body_sha256: String,
}

impl Row for EventRow {
    const COLUMNS: &'static [&'static str] = &["received_at", "state", "type", "id"];
}

impl From<row::Row> for EventRow {
    fn from(row: row::Row) -> EventRow {
        let is_final = row.lifecycle.state.is_final();
        EventRow {
            received_at: row.event.received_at.to_string(),
            id: row.event.id.to_string(),
            source: row.event.source.to_string(),
            provider: row.event.provider.as_str(),
            r#type: row.event.event_type.to_string(),
            subject: row.event.subject.clone(),
            state: row.lifecycle.state.as_str(),
            attempts: row.lifecycle.attempts,
            verified_by: row.event.verified_by.as_str(),
            origin: row.event.origin.as_str(),
            replay: row.event.replay,
            replayed_at: row.replayed_at.map(|at| at.to_string()),
            finished_at: row.finished_at().map(|at| at.to_string()),
            due_at: row.lifecycle.due_at.filter(|_| !is_final).map(|at| at.to_string()),
            last_error: row.last_error,
            outcome: row.outcome,
            replay_jobs: row.replay_jobs,
            body_sha256: row.event.body_sha256.to_string(),
        }
    }
}

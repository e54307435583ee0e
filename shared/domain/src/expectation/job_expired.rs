//! The event of a job that was given up: `landfall.{thing}.expired`. No sender tells it, so Landfall writes its body.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::content::canonical::Canonical;
use crate::content::details::{Details, EventError, Job as JobDetails, Timings};
use crate::content::head::Head;
use crate::digest::Digest;
use crate::event::event_id::EventId;
use crate::event::event_type::{EventType, Thing};
use crate::event::key_meaning::KeyMeaning;
use crate::event::{Event, Origin, VerifiedBy};
use crate::ledger::job::JobRecord;
use crate::time::Timestamp;

/// `data.error.code` where the sender's API never answered.
const UNANSWERED: &str = "unanswered";

/// Why a job is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiryReason {
    /// Its sender's API has said that it has not ended, or does not know it.
    NotEnded,
    /// Its sender's API has not said anything for a month.
    Unanswered,
}

/// The body of the event.
#[derive(Debug, Serialize, Deserialize)]
struct ExpiredBody {
    job_id: String,
    #[serde(default)]
    submitted_at: Option<String>,
    #[serde(default)]
    give_up_at: Option<String>,
    expired_at: String,
    reason: ExpiryReason,
}

/// Makes the event of a job that is given up `now` by an invocation with the id `request_id`, and its body.
#[must_use]
pub fn expired(record: &JobRecord, reason: ExpiryReason, now: Timestamp, request_id: &str) -> (Event, Vec<u8>) {
    let job = &record.job;
    let body = ExpiredBody {
        job_id: job.subject.clone(),
        submitted_at: record.submitted_at.map(|at| at.to_string()),
        give_up_at: record.give_up_at.map(|at| at.to_string()),
        expired_at: now.to_string(),
        reason,
    };
    let body = serde_json::to_vec(&body).expect("texts are always JSON");
    let event = Event {
        id: EventId::expired(&job.source, job.thing, &job.subject),
        source: job.source.clone(),
        provider: job.provider,
        event_type: EventType::Expired(job.thing),
        subject: Some(job.subject.clone()),
        verified_by: VerifiedBy::Confirmed,
        key_meaning: KeyMeaning::Event,
        must_confirm: false,
        origin: Origin::Poll,
        replay: 0,
        received_at: now,
        recorded_by: request_id.to_owned(),
        headers: BTreeMap::new(),
        body_sha256: Digest::of(&body),
    };
    (event, body)
}

/// Reads the body of such an event; any bytes give an answer.
#[must_use]
pub fn canonical(thing: Thing, body: &[u8]) -> Canonical {
    let read = serde_json::from_slice::<ExpiredBody>(body).ok();
    let job_id = read.as_ref().map(|body| body.job_id.clone());
    let is_unanswered = read.as_ref().is_some_and(|body| body.reason == ExpiryReason::Unanswered);
    let head = Head { event_type: EventType::Expired(thing), subject: job_id.clone(), ..Head::unrecognized() };
    let details = Details {
        time: read.as_ref().and_then(|body| Timestamp::parse_rfc3339(&body.expired_at)),
        job: JobDetails { id: job_id, ..JobDetails::default() },
        error: is_unanswered.then(|| EventError { code: Some(UNANSWERED.to_owned()), message: None }),
        timings: Timings { created_at: read.as_ref().and_then(|body| body.submitted_at.clone()), ..Timings::default() },
        ..Details::default()
    };
    Canonical { head, details, is_json: read.is_some() }
}

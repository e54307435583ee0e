//! What is expected of a sender: the wire form of the queue of expectations.
//!
//! An application that has submitted a job says so, and the sweep sends the jobs whose time is over.

pub mod job_expired;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::description::is_family_path;
use crate::event::event_type::Thing;
use crate::source::source_name::SourceName;
use crate::source::{BadJobWaits, JobWaits};
use crate::text::queue_text::escape_for_queues;
use crate::time::Timestamp;

/// The version of the wire form.
const EXPECTATION_VERSION: u32 = 1;
/// A hint has at most this many bytes of JSON.
const HINT_MAX_BYTES: usize = 1024;

/// The longest ids that senders give are a fraction of it.
const JOB_ID_MAX_BYTES: usize = 1024;
/// A job that was submitted earlier is not waited for.
const SUBMITTED_MAX_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A message of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectationMessage {
    /// An application expects the end of a job.
    Expect(Expectation),
    /// The sweep wants the sender asked about a job.
    Poll(PollRequest),
}

/// The end of a job is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The source by which the webhook would come.
    pub source: SourceName,
    /// What kind of thing it is.
    pub thing: Thing,
    /// The sender's id of it, which is the `subject` of its events.
    pub job_id: String,
    /// When it was submitted, if the application says so.
    pub submitted_at: Option<Timestamp>,
    /// When the sender is asked, if the application says so.
    pub within_seconds: Option<u32>,
    /// When the job is given up, if the application says so.
    pub give_up_seconds: Option<u32>,
    /// What the sender must be told besides the id.
    pub hint: Hint,
}

/// What a sender must be told about a job besides its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hint {
    /// The part of the sender's API that knows the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// What a delivery's body would say.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub body: Map<String, Value>,
}

/// A sender is to be asked about a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollRequest {
    /// The id of the job's record.
    pub job: String,
    /// Which release of that record this is; another one makes this message void.
    pub sweeps: u32,
    /// Whether it tries if a sender that was in trouble answers again.
    pub is_probe: bool,
}

/// Why a message cannot be followed. It never can be, so it belongs on the dead-letter queue. The text quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadExpectation {
    /// It is not JSON of the documented shape.
    #[error("not an expectation of the documented form (line {line}, column {column})")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It was written for another version.
    #[error("version {0} of the expectation form is not known here")]
    Version(u32),
    /// A field does not hold what it must.
    #[error("`{0}` does not hold what it must")]
    Field(&'static str),
    /// The hint is too large.
    #[error("`hint` has more than {HINT_MAX_BYTES} bytes")]
    HintTooLarge,
    /// The job was submitted too long ago.
    #[error("`submitted_at` is more than 30 days ago")]
    TooOld,
    /// A wait is out of bounds.
    #[error(transparent)]
    Waits(#[from] BadJobWaits),
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    poll: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sweeps: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    probe: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thing: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitted_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    give_up_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<Hint>,
}

impl ExpectationMessage {
    /// Reads a message that is received at `now`. Unknown fields do not matter.
    ///
    /// # Errors
    /// If it cannot be followed, now or ever.
    pub fn decode(text: &str, now: Timestamp) -> Result<ExpectationMessage, BadExpectation> {
        let wire: Wire = serde_json::from_str(text)
            .map_err(|error| BadExpectation::Malformed { line: error.line(), column: error.column() })?;
        if wire.v != EXPECTATION_VERSION {
            return Err(BadExpectation::Version(wire.v));
        }
        if let Some(job) = wire.poll {
            let sweeps = wire.sweeps.ok_or(BadExpectation::Field("sweeps"))?;
            return Ok(ExpectationMessage::Poll(PollRequest { job, sweeps, is_probe: wire.probe }));
        }
        let source = wire.source.and_then(|name| SourceName::parse(&name).ok());
        let submitted_at = wire.submitted_at.map(|text| Timestamp::parse_rfc3339(&text));
        let thing = match &wire.thing {
            None => Some(Thing::Job),
            Some(word) => word.parse().ok().filter(|thing| *thing != Thing::Event),
        };
        let expectation = Expectation {
            source: source.ok_or(BadExpectation::Field("source"))?,
            thing: thing.ok_or(BadExpectation::Field("thing"))?,
            job_id: wire.job_id.filter(|id| is_job_id(id)).ok_or(BadExpectation::Field("job_id"))?,
            submitted_at: match submitted_at {
                None => None,
                // The application's clock may be ahead.
                Some(at) => Some(at.ok_or(BadExpectation::Field("submitted_at"))?.min(now)),
            },
            within_seconds: wire.within_seconds,
            give_up_seconds: wire.give_up_seconds,
            hint: wire.hint.unwrap_or_default().check()?,
        };
        if expectation.submitted_at.is_some_and(|at| at.until(now) > SUBMITTED_MAX_AGE) {
            return Err(BadExpectation::TooOld);
        }
        Ok(ExpectationMessage::Expect(expectation))
    }
}

fn is_job_id(text: &str) -> bool {
    (1..=JOB_ID_MAX_BYTES).contains(&text.len()) && !text.contains(char::is_control)
}

impl Expectation {
    /// How long its job is waited for, where its source says `usual`.
    ///
    /// # Errors
    /// If a wait is too short or too long.
    pub fn waits(&self, usual: JobWaits) -> Result<JobWaits, BadJobWaits> {
        let within_seconds = self.within_seconds.unwrap_or(usual.within_seconds);
        let give_up_seconds = self.give_up_seconds.unwrap_or(usual.give_up_seconds.max(within_seconds));
        (JobWaits { within_seconds, give_up_seconds }).check()
    }
}

impl Hint {
    fn check(self) -> Result<Hint, BadExpectation> {
        if self.family.as_deref().is_some_and(|family| !is_family_path(family)) {
            return Err(BadExpectation::Field("hint.family"));
        }
        if self.to_json().len() > HINT_MAX_BYTES { Err(BadExpectation::HintTooLarge) } else { Ok(self) }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.family.is_none() && self.body.is_empty()
    }

    /// It as a record keeps it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("JSON is always JSON")
    }
}

impl fmt::Display for Expectation {
    /// The message that says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wire = Wire {
            source: Some(self.source.to_string()),
            job_id: Some(self.job_id.clone()),
            thing: Some(self.thing.as_str().to_owned()),
            submitted_at: self.submitted_at.map(|at| at.to_string()),
            within_seconds: self.within_seconds,
            give_up_seconds: self.give_up_seconds,
            hint: Some(self.hint.clone()).filter(|hint| !hint.is_empty()),
            ..Wire::EMPTY
        };
        f.write_str(&wire.to_text())
    }
}

impl fmt::Display for PollRequest {
    /// The message that says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (poll, sweeps) = (Some(self.job.clone()), Some(self.sweeps));
        f.write_str(&Wire { poll, sweeps, probe: self.is_probe, ..Wire::EMPTY }.to_text())
    }
}

impl Wire {
    const EMPTY: Wire = Wire {
        v: EXPECTATION_VERSION,
        poll: None,
        sweeps: None,
        probe: false,
        source: None,
        job_id: None,
        thing: None,
        submitted_at: None,
        within_seconds: None,
        give_up_seconds: None,
        hint: None,
    };

    fn to_text(&self) -> String {
        escape_for_queues(serde_json::to_string(self).expect("JSON is always JSON"))
    }
}

#[cfg(test)]
mod tests;

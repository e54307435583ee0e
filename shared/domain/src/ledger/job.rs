//! A sender's job: one record that holds what is expected of it and which event told its end.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::digest::Digest;
use crate::event::Origin;
use crate::event::event_id::{EVENT_ID_MAX_BYTES, EventId};
use crate::event::event_type::{Status, Thing};
use crate::expectation::Hint;
use crate::ledger::attribute::Attribute;
use crate::ledger::item::{Item, Unreadable};
use crate::ledger::slot;
use crate::ledger::value::Value;
use crate::provider::Provider;
use crate::source::source_name::SourceName;
use crate::text::string_enum::string_enum;
use crate::time::Timestamp;

/// The id of a job's record, which is no event's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

/// Which job it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The source by which its events come.
    pub source: SourceName,
    /// The kind of sender.
    pub provider: Provider,
    /// What kind of thing it is.
    pub thing: Thing,
    /// The sender's id of it.
    pub subject: String,
}

/// How far a job has come. No claim and no sweep of any version takes one of these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Its end is expected.
    Waiting,
    /// Its end is known.
    Ended,
    /// It was given up.
    Expired,
}

string_enum!(JobState { Waiting => "waiting", Ended => "ended", Expired => "expired" });

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// Well.
    Completed,
    /// Badly.
    Failed,
}

/// The record of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// Which job it is.
    pub job: Job,
    /// How far it has come.
    pub state: JobState,
    /// When it was submitted; absent if nobody has said that it is expected.
    pub submitted_at: Option<Timestamp>,
    /// What the sender must be told besides the id.
    pub hint: Hint,
    /// How often the sender was to be asked.
    pub sweeps: u32,
    /// When it is given up.
    pub give_up_at: Option<Timestamp>,
    /// When it was given up.
    pub expired_at: Option<Timestamp>,
    /// The event that told that it ended well.
    pub completed: Option<EndMarker>,
    /// The event that told that it ended badly.
    pub failed: Option<EndMarker>,
    /// When the record may be forgotten, in whole seconds since the epoch; absent while it waits.
    pub expires_at_seconds: Option<i64>,
}

/// Which event told the end of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EndMarker {
    /// The id under which the end is published.
    pub id: String,
    /// Whether it was delivered or asked for.
    pub by: Origin,
    /// Whether a signature covers its body.
    pub is_signed: bool,
    /// When the sender's API answered, if it was asked for.
    pub at: Option<Timestamp>,
}

impl JobId {
    /// The id of the record of a job.
    #[must_use]
    pub fn of(source: &SourceName, thing: Thing, subject: &str) -> JobId {
        let of_event = EventId::new(source, [thing.as_str(), subject]);
        let id = format!("@job/{of_event}");
        if id.len() <= EVENT_ID_MAX_BYTES {
            return JobId(id);
        }
        JobId(format!("@job/{source}/sha256:{}", Digest::of(id.as_bytes())))
    }

    /// Reads the id of a job's record; `None` if the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<JobId> {
        let rest = text.strip_prefix("@job/")?;
        EventId::parse(rest).ok().map(|_| JobId(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Job {
    /// The id of its record.
    #[must_use]
    pub fn id(&self) -> JobId {
        JobId::of(&self.source, self.thing, &self.subject)
    }

    /// The slot of the index of arrivals in which its expectation is listed.
    #[must_use]
    pub fn slot(&self) -> String {
        format!("~{}", self.source_slot())
    }

    /// The shard of the index of due times in which it waits.
    #[must_use]
    pub fn due_shard(&self) -> String {
        due_shard(&self.source_slot())
    }

    fn source_slot(&self) -> String {
        slot::of_subject(&self.source, &self.subject)
    }
}

/// The shard of the index of due times for the jobs in a slot of a source.
fn due_shard(slot: &str) -> String {
    format!("x/{slot}")
}

/// All shards in which jobs of a source wait.
pub fn due_shards(source: &SourceName) -> impl Iterator<Item = String> {
    slot::all(source).map(|slot| due_shard(&slot))
}

/// All slots in which expectations of a source are listed.
pub fn slots(source: &SourceName) -> impl Iterator<Item = String> {
    slot::all(source).map(|slot| format!("~{slot}"))
}

impl End {
    /// The end that a status tells of, if it tells of one.
    #[must_use]
    pub const fn of(status: Status) -> Option<End> {
        match status {
            Status::Completed => Some(End::Completed),
            Status::Failed => Some(End::Failed),
            Status::Created | Status::Progress | Status::Occurred => None,
        }
    }

    /// The attribute that says which event told it.
    #[must_use]
    pub const fn attribute(self) -> Attribute {
        match self {
            End::Completed => Attribute::EndCompleted,
            End::Failed => Attribute::EndFailed,
        }
    }
}

impl JobRecord {
    /// Reads an item.
    ///
    /// # Errors
    /// If an attribute does not hold what it must.
    pub fn of_item(item: &Item<'_>) -> Result<JobRecord, Unreadable> {
        let hint = item.optional_text(Attribute::Hint);
        Ok(JobRecord {
            job: Job {
                source: item.parsed(Attribute::Source, |text| SourceName::parse(text).ok())?,
                provider: item.parsed(Attribute::Provider, |text| text.parse().ok())?,
                thing: item.parsed(Attribute::Thing, |text| text.parse().ok())?,
                subject: item.text(Attribute::Subject)?.to_owned(),
            },
            state: item.parsed(Attribute::State, |text| text.parse().ok())?,
            submitted_at: item.time(Attribute::ReceivedAt)?,
            // What was checked when it was written is JSON; anything else is no hint.
            hint: hint.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default(),
            sweeps: item.count(Attribute::Sweeps)?,
            give_up_at: item.time(Attribute::GiveUpAt)?,
            expired_at: item.time(Attribute::ExpiredAt)?,
            completed: item.get(Attribute::EndCompleted).and_then(EndMarker::of_value),
            failed: item.get(Attribute::EndFailed).and_then(EndMarker::of_value),
            expires_at_seconds: item.optional_number(Attribute::ExpiresAt)?,
        })
    }

    /// The event that told this end.
    #[must_use]
    pub const fn end(&self, end: End) -> Option<&EndMarker> {
        match end {
            End::Completed => self.completed.as_ref(),
            End::Failed => self.failed.as_ref(),
        }
    }

    /// The event that told any end.
    #[must_use]
    pub const fn any_end(&self) -> Option<&EndMarker> {
        match &self.completed {
            Some(end) => Some(end),
            None => self.failed.as_ref(),
        }
    }

    /// Whether the record's time is over, so that it counts as none.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at_seconds.is_some_and(|seconds| seconds.saturating_mul(1000) <= now.as_millis())
    }
}

impl EndMarker {
    pub(super) fn to_value(&self) -> Value<'static> {
        let mut members = BTreeMap::from([
            (Cow::Borrowed("id"), Value::from(self.id.clone())),
            (Cow::Borrowed("by"), Value::from(self.by.as_str())),
        ]);
        if self.is_signed {
            members.insert(Cow::Borrowed("signed"), Value::Number(1));
        }
        if let Some(at) = self.at {
            members.insert(Cow::Borrowed("at"), at.into());
        }
        Value::Map(members)
    }

    fn of_value(value: &Value<'_>) -> Option<EndMarker> {
        let members = value.as_map()?;
        let number = |name| members.get(name).and_then(Value::as_number);
        Some(EndMarker {
            id: members.get("id")?.as_text()?.to_owned(),
            by: members.get("by")?.as_text()?.parse().ok()?,
            is_signed: number("signed") == Some(1),
            at: number("at").map(Timestamp::from_millis),
        })
    }
}

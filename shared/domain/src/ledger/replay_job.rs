//! A replay job: which events are processed again, and how far that has come. It lives in the ledger, so any terminal can
//! go on with what another began.
//!
//! ```text
//! freezing ──► frozen ──► running ⇄ paused
//!                            │  └──► done ──► running, from the first chunk on
//!                            └─────► cancelled, from every state but done
//! ```
//!
//! Its ids lie in chunks, items of their own. Neither id is an event's: none begins with `@`.

use std::borrow::Cow;
use std::fmt;

use crate::event::event_id::EventId;
use crate::ledger::attribute::Attribute::{
    self, By, Chunks, Contradicted, Count, ExpiresAt, Filter, Id, Ids, NextChunk, Rate, Runner, RunnerUntil,
};
use crate::ledger::condition::Condition::{self, Absent, All, Any};
use crate::ledger::item::{Item, Unreadable};
use crate::ledger::schedule::RECORD_RETENTION;
use crate::ledger::value::Value;
use crate::ledger::write::Update::Remove;
use crate::ledger::write::{Change, Update, Write};
use crate::text::string_enum::string_enum;
use crate::time::Timestamp;

/// A chunk has at most so many ids: with the longest ones it is still far below what an item may hold.
pub const CHUNK_MAX_IDS: usize = 200;
/// A runner that says nothing for so long may be replaced.
pub const LEASE_SECONDS: u64 = 60;

/// The name of a job. It is drawn, never chosen: records remember it longer than the job itself stands, and a second job
/// of that name would be taken for the first.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayJobId(String);

/// A text that names no job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a replay job is named by letters and digits, 8 to 64 of them")]
pub struct NotAReplayJob;

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplayJobState {
    /// Its ids are being written. If that stops, it is begun anew, as another job.
    Freezing,
    /// Its ids stand, and it was not begun.
    Frozen,
    /// Somebody runs it, or did until his lease ended.
    Running,
    /// Somebody stopped it, and it can go on.
    Paused,
    /// All its events were asked for. To run it again takes those that were busy.
    Done,
    /// Somebody stopped it for good.
    Cancelled,
}

string_enum!(ReplayJobState {
    Freezing => "freezing", Frozen => "frozen", Running => "running", Paused => "paused", Done => "done",
    Cancelled => "cancelled",
});

/// A replay job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayJob {
    /// Its name.
    pub id: ReplayJobId,
    /// How far it has come.
    pub state: ReplayJobState,
    /// Which events it was frozen of, as JSON.
    pub filter: String,
    /// How many they are.
    pub count: u32,
    /// In how many chunks they lie.
    pub chunks: u32,
    /// How many are replayed a second at most; 0 sets no limit.
    pub rate_per_second: u32,
    /// Who froze it.
    pub by: String,
    /// Whether it also replays what senders have contradicted.
    pub replays_contradicted: bool,
    /// The chunk that comes next, from 0.
    pub next_chunk: u32,
    /// Who runs it, and until when.
    pub runner: Option<(String, Timestamp)>,
    /// When it may be forgotten.
    pub expires_at_seconds: i64,
}

impl ReplayJobId {
    /// Reads a name.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<ReplayJobId, NotAReplayJob> {
        let is_name = (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_name { Ok(ReplayJobId(text.to_owned())) } else { Err(NotAReplayJob) }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the job's item.
    #[must_use]
    pub fn item_id(&self) -> String {
        format!("@replay/{}", self.0)
    }

    /// The id of the item of one of its chunks.
    #[must_use]
    pub fn chunk_id(&self, number: u32) -> String {
        format!("@replay/{}/{number}", self.0)
    }
}

impl fmt::Debug for ReplayJobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for ReplayJobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ReplayJob {
    /// When a job that is made now may be forgotten.
    #[must_use]
    pub fn expiry(now: Timestamp) -> i64 {
        (now + RECORD_RETENTION).as_seconds_rounded_up()
    }

    /// When it was frozen.
    #[must_use]
    pub fn frozen_at(&self) -> Timestamp {
        Timestamp::from_millis(self.expires_at_seconds.saturating_mul(1000)) - RECORD_RETENTION
    }

    /// Reads a job's item.
    ///
    /// # Errors
    /// If an attribute does not hold what it must.
    pub fn of_item(id: &ReplayJobId, item: &Item<'_>) -> Result<ReplayJob, Unreadable> {
        let text = |name: Attribute| item.get(name).and_then(Value::as_text);
        let number = |name: Attribute| item.get(name).and_then(Value::as_number);
        let count = |name: Attribute| match item.get(name) {
            None => Ok(0),
            Some(_) => number(name).and_then(|number| u32::try_from(number).ok()).ok_or(Unreadable(name)),
        };
        let state = text(Attribute::State).and_then(|state| state.parse().ok()).ok_or(Unreadable(Attribute::State))?;
        let runner = text(Runner).zip(number(RunnerUntil));
        Ok(ReplayJob {
            id: id.clone(),
            state,
            filter: text(Filter).ok_or(Unreadable(Filter))?.to_owned(),
            count: count(Count)?,
            chunks: count(Chunks)?,
            rate_per_second: count(Rate)?,
            by: text(By).ok_or(Unreadable(By))?.to_owned(),
            replays_contradicted: count(Contradicted)? > 0,
            next_chunk: count(NextChunk)?,
            runner: runner.map(|(name, until)| (name.to_owned(), Timestamp::from_millis(until))),
            expires_at_seconds: number(ExpiresAt).ok_or(Unreadable(ExpiresAt))?,
        })
    }

    /// Puts a new job, whose ids are to be written.
    #[must_use]
    pub fn begin<'a>(&'a self, item_id: &'a str) -> Write<'a> {
        let mut item = Item::default();
        item.set(Id, item_id);
        item.set(Attribute::State, ReplayJobState::Freezing.as_str());
        item.set(Filter, self.filter.as_str());
        item.set(By, self.by.as_str());
        item.set(Rate, self.rate_per_second);
        if self.replays_contradicted {
            item.set(Contradicted, 1_u32);
        }
        item.set(ExpiresAt, self.expires_at_seconds);
        // The name is drawn: whoever finds it there was here before.
        write(item_id, Absent(Id), Change::Put(item), Condition::equal(By, self.by.as_str()))
    }

    /// Puts one of its chunks.
    #[must_use]
    pub fn chunk<'a>(&self, chunk_id: &'a str, ids: &'a [EventId]) -> Write<'a> {
        let mut item = Item::default();
        item.set(Id, chunk_id);
        item.set(Ids, Value::Texts(ids.iter().map(|id| Cow::Borrowed(id.as_str())).collect()));
        item.set(ExpiresAt, self.expires_at_seconds);
        let own = Condition::equal(ExpiresAt, self.expires_at_seconds);
        write(chunk_id, Absent(Id), Change::Put(item), own)
    }

    /// The ids of a chunk, sorted.
    #[must_use]
    pub fn ids_of_chunk(item: &Item<'_>) -> Vec<EventId> {
        let ids = item.get(Ids).and_then(Value::as_texts).into_iter().flatten();
        ids.filter_map(|id| EventId::parse(id).ok()).collect()
    }
}

/// All its ids stand.
#[must_use]
pub fn freeze(item_id: &str, count: u32, chunks: u32) -> Write<'_> {
    let updates = vec![set(ReplayJobState::Frozen), Update::set(Count, count), Update::set(Chunks, chunks)];
    write(item_id, is(ReplayJobState::Freezing), Change::Update(updates), is(ReplayJobState::Frozen))
}

/// Takes the job for `runner`, or keeps it: nobody else runs it, or his lease is over. One that is done begins again.
#[must_use]
pub fn run<'a>(item_id: &'a str, runner: &'a str, now: Timestamp, state: ReplayJobState) -> Write<'a> {
    let is_free = Any(vec![Absent(Runner), Condition::equal(Runner, runner), Condition::at_most(RunnerUntil, now)]);
    let mut updates = vec![set(ReplayJobState::Running)];
    updates.extend(lease(runner, now));
    if state == ReplayJobState::Done {
        updates.push(Update::set(NextChunk, 0_u32));
    }
    write(item_id, All(vec![is(state), is_free]), Change::Update(updates), is_run_by(runner))
}

/// A chunk is through: `runner` goes on with the next, unless somebody has stopped or replaced it.
#[must_use]
pub fn advance<'a>(item_id: &'a str, runner: &'a str, next_chunk: u32, now: Timestamp) -> Write<'a> {
    let mut updates = vec![Update::set(NextChunk, next_chunk)];
    updates.extend(lease(runner, now));
    // To write it twice comes to the same.
    write(item_id, is_run_by(runner), Change::Update(updates), Condition::NEVER)
}

/// All chunks are through.
#[must_use]
pub fn finish<'a>(item_id: &'a str, runner: &'a str) -> Write<'a> {
    let updates = vec![set(ReplayJobState::Done), Remove(Runner), Remove(RunnerUntil)];
    write(item_id, is_run_by(runner), Change::Update(updates), is(ReplayJobState::Done))
}

/// Stops the job, so that it can go on; whoever runs it sees that before its next chunk.
#[must_use]
pub fn pause(item_id: &str) -> Write<'_> {
    stop(item_id, ReplayJobState::Paused, &[ReplayJobState::Running, ReplayJobState::Frozen])
}

/// Stops the job for good.
#[must_use]
pub fn cancel(item_id: &str) -> Write<'_> {
    let from = [ReplayJobState::Freezing, ReplayJobState::Frozen, ReplayJobState::Running, ReplayJobState::Paused];
    stop(item_id, ReplayJobState::Cancelled, &from)
}

fn stop<'a>(item_id: &'a str, to: ReplayJobState, from: &[ReplayJobState]) -> Write<'a> {
    let updates = vec![set(to), Remove(Runner), Remove(RunnerUntil)];
    write(item_id, Any(from.iter().map(|state| is(*state)).collect()), Change::Update(updates), is(to))
}

fn write<'a>(id: &'a str, condition: Condition<'a>, change: Change<'a>, own: Condition<'a>) -> Write<'a> {
    Write { id, condition, change, reads_item: false, own }
}

fn lease<'a>(runner: &'a str, now: Timestamp) -> [Update<'a>; 2] {
    let until = now + std::time::Duration::from_secs(LEASE_SECONDS);
    [Update::set(Runner, runner), Update::set(RunnerUntil, until)]
}

fn is_run_by(runner: &str) -> Condition<'_> {
    All(vec![is(ReplayJobState::Running), Condition::equal(Runner, runner)])
}

fn is(state: ReplayJobState) -> Condition<'static> {
    Condition::equal(Attribute::State, state.as_str())
}

fn set(state: ReplayJobState) -> Update<'static> {
    Update::set(Attribute::State, state.as_str())
}

#[cfg(test)]
mod tests;

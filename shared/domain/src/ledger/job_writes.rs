//! The writes of a job's record. In each condition a record whose time is over counts as none, and is replaced whole: an
//! update would leave the ends that it had.

use std::time::Duration;

use crate::event::Origin;
use crate::expectation::Hint;
use crate::ledger::attribute::Attribute::{
    self, Delivery, DueAt, DueShard, ExpiredAt, ExpiresAt, GiveUpAt, Id, Provider, ReceivedAt, Source, Subject, Sweeps,
    SweptBy, Thing,
};
use crate::ledger::condition::Comparison::Above;
use crate::ledger::condition::Condition::{self, Absent, All, Any, Compare};
use crate::ledger::item::Item;
use crate::ledger::job::{EndMarker, Job, JobId, JobState};
use crate::ledger::job_end::JobEnd;
use crate::ledger::schedule::Schedule;
use crate::ledger::sweep::Overdue;
use crate::ledger::value::Value;
use crate::ledger::write::Update::{Add, Remove};
use crate::ledger::write::{Change, Update, Write};
use crate::ledger::writes::PutCondition;
use crate::source::JobWaits;
use crate::time::Timestamp;

/// The end of a job is expected.
#[derive(Clone, Debug)]
pub struct ExpectedJob {
    /// The job.
    pub job: Job,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When its sender is asked first.
    pub due_at: Timestamp,
    /// When it is given up.
    pub give_up_at: Timestamp,
    /// What the sender must be told besides the id.
    pub hint: Hint,
    /// A fresh random token: it tells this expectation from another one of the same job.
    pub token: String,
}

/// A job whose sender is to be asked, as the index shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRelease {
    /// The job's record, as the index shows it.
    pub overdue: Overdue,
    /// A fresh random token: it tells this release from that of another sweep which runs at the same time.
    pub token: String,
    /// When it comes due again.
    pub next_due_at: Timestamp,
}

impl ExpectedJob {
    /// The expectation of a job that was submitted at `submitted_at`; `token` is fresh and random.
    #[must_use]
    pub fn new(
        job: Job,
        submitted_at: Timestamp,
        waits: JobWaits,
        hint: Hint,
        schedule: Schedule,
        token: String,
    ) -> ExpectedJob {
        let after = |seconds: u32| schedule.after(submitted_at, Duration::from_secs(seconds.into()));
        let (due_at, give_up_at) = (after(waits.within_seconds), after(waits.give_up_seconds));
        ExpectedJob { job, submitted_at, due_at, give_up_at, hint, token }
    }

    /// Whether it was this expectation that wrote the record, or listed it.
    fn is_own(&self) -> Condition<'_> {
        Condition::equal(Delivery, self.token.as_str())
    }
}

/// Waits for the end of a job of which nothing is known.
#[must_use]
pub fn expect<'a>(id: &'a JobId, expected: &'a ExpectedJob, condition: PutCondition) -> Write<'a> {
    let mut item = item(id, &expected.job, JobState::Waiting);
    item.set(Attribute::Slot, expected.job.slot());
    item.set(ReceivedAt, expected.submitted_at);
    item.set(DueShard, expected.job.due_shard());
    item.set(DueAt, expected.due_at);
    item.set(GiveUpAt, expected.give_up_at);
    if !expected.hint.is_empty() {
        item.set(Attribute::Hint, expected.hint.to_json());
    }
    item.set(Delivery, expected.token.as_str());
    Write { own: expected.is_own(), ..put(id, item, condition) }
}

/// Lists an expectation whose job has ended already.
#[must_use]
pub fn expect_ended<'a>(id: &'a JobId, expected: &'a ExpectedJob) -> Write<'a> {
    Write {
        id: id.as_str(),
        condition: All(vec![is(JobState::Ended), Absent(Attribute::Slot)]),
        change: Change::Update(vec![
            Update::set(Attribute::Slot, expected.job.slot()),
            Update::set(ReceivedAt, expected.submitted_at),
            Update::set(Delivery, expected.token.as_str()),
        ]),
        reads_item: false,
        own: expected.is_own(),
    }
}

/// Has the sender asked about a job. The index lags behind the table: only what is due as it was seen is released.
#[must_use]
pub fn release(release: &JobRelease) -> Write<'_> {
    Write {
        id: &release.overdue.id,
        condition: All(vec![Condition::equal(DueAt, release.overdue.due_at), is(JobState::Waiting)]),
        change: Change::Update(vec![
            Update::set(DueAt, release.next_due_at),
            Update::set(SweptBy, release.token.as_str()),
            Add(Sweeps, 1),
        ]),
        reads_item: true,
        own: Condition::equal(SweptBy, release.token.as_str()),
    }
}

/// Makes this event the one that tells this end of its job. One that it finds there may be itself: see
/// [`JobEnd::judge`].
#[must_use]
pub fn win<'a>(id: &'a JobId, end: &'a JobEnd, now: Timestamp, schedule: Schedule) -> Write<'a> {
    let mut updates = of_job(&end.job);
    updates.push(Update::set(Attribute::State, JobState::Ended.as_str()));
    updates.push(Update::set(end.end.attribute(), end.marker().to_value()));
    updates.push(Update::set(ExpiresAt, schedule.expires_at_seconds(now)));
    updates.extend([DueAt, DueShard, SweptBy].map(Remove));
    Write {
        id: id.as_str(),
        condition: All(vec![Absent(end.end.attribute()), is_current(now)]),
        change: Change::Update(updates),
        reads_item: true,
        // The event that stands there says it.
        own: Condition::NEVER,
    }
}

/// The same where the record's time is over, which expires at this second.
#[must_use]
pub fn win_anew<'a>(
    id: &'a JobId,
    end: &'a JobEnd,
    now: Timestamp,
    schedule: Schedule,
    expired_at_seconds: i64,
) -> Write<'a> {
    let mut item = item(id, &end.job, JobState::Ended);
    item.set(end.end.attribute(), end.marker().to_value());
    item.set(ExpiresAt, schedule.expires_at_seconds(now));
    put(id, item, PutCondition::Expired(expired_at_seconds))
}

/// Gives a job up.
#[must_use]
pub fn expire(id: &JobId, now: Timestamp, schedule: Schedule) -> Write<'_> {
    let mut updates = vec![
        Update::set(Attribute::State, JobState::Expired.as_str()),
        Update::set(ExpiredAt, now),
        Update::set(ExpiresAt, schedule.expires_at_seconds(now)),
    ];
    updates.extend([DueAt, DueShard, SweptBy].map(Remove));
    Write {
        id: id.as_str(),
        condition: Any(vec![is(JobState::Waiting), is(JobState::Expired)]),
        change: Change::Update(updates),
        reads_item: false,
        own: Condition::NEVER,
    }
}

impl JobEnd {
    /// What the record says of it.
    #[must_use]
    pub fn marker(&self) -> EndMarker {
        let at = self.at.filter(|_| self.by == Origin::Poll);
        EndMarker { id: self.id.to_string(), by: self.by, is_signed: self.is_signed, at }
    }
}

fn item<'a>(id: &'a JobId, job: &'a Job, state: JobState) -> Item<'a> {
    let mut item = Item::default();
    item.set(Id, id.as_str());
    item.set(Attribute::State, state.as_str());
    item.set(Source, job.source.as_str());
    item.set(Provider, job.provider.as_str());
    item.set(Thing, job.thing.as_str());
    item.set(Subject, job.subject.as_str());
    item
}

fn of_job(job: &Job) -> Vec<Update<'_>> {
    vec![
        Update::set(Source, job.source.as_str()),
        Update::set(Provider, job.provider.as_str()),
        Update::set(Thing, job.thing.as_str()),
        Update::set(Subject, job.subject.as_str()),
    ]
}

fn put<'a>(id: &'a JobId, item: Item<'a>, condition: PutCondition) -> Write<'a> {
    let condition = match condition {
        PutCondition::Absent => Absent(Id),
        PutCondition::Expired(seconds) => Any(vec![Absent(Id), Condition::equal(ExpiresAt, seconds)]),
    };
    Write { id: id.as_str(), condition, change: Change::Put(item), reads_item: false, own: Condition::NEVER }
}

fn is(state: JobState) -> Condition<'static> {
    Condition::equal(Attribute::State, state.as_str())
}

fn is_current(now: Timestamp) -> Condition<'static> {
    let now_seconds = now.as_millis().div_euclid(1000);
    Any(vec![Absent(ExpiresAt), Compare(ExpiresAt, Above, Value::Number(now_seconds))])
}

#[cfg(test)]
mod tests;

//! What may be processed again, because an operator asks for it.

use crate::event::event_id::EventId;
use crate::ledger::attribute::Attribute::{
    self, Attempts, BodyRef, ClaimedBy, DueAt, DueShard, ExpiresAt, LastError, LeaseUntil, NotBefore, Outcome,
    ReceivedAt, Replay, ReplayJobs, ReplayedAt, Sweeps,
};
use crate::ledger::condition::Comparison::{Above, BeginsWith, Contains};
use crate::ledger::condition::Condition::{self, Absent, All, Any, Compare, Not};
use crate::ledger::due_shard;
use crate::ledger::item::Item;
use crate::ledger::record::State;
use crate::ledger::replay_job::ReplayJobId;
use crate::ledger::schedule::Schedule;
use crate::ledger::settle::CONTRADICTED;
use crate::ledger::value::Value;
use crate::ledger::write::Update::{Add, Insert, Remove};
use crate::ledger::write::{Change, Update, Write};
use crate::time::Timestamp;

/// A replay job asks for events.
#[derive(Clone, Debug)]
pub struct ReplayRequest {
    /// The job, which replays each event once.
    pub job: ReplayJobId,
    /// When it asks.
    pub now: Timestamp,
    /// The pace of waits.
    pub schedule: Schedule,
    /// Whether it also replays what the sender's API has contradicted.
    pub replays_contradicted: bool,
}

/// What a request comes to, given what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Replayability {
    /// It may be replayed.
    Replayable,
    /// This job has replayed it before.
    Mine,
    /// It is not finished: somebody else replays it, or it never ended. Run the job again later.
    Busy,
    /// There is no record, or one that is about to expire.
    Gone,
    /// Its body is in the bucket, which may delete it before the replay ends.
    BodyGone,
    /// Its sender says that it is not true, and the job leaves such events out.
    Contradicted,
}

crate::text::string_enum::string_enum!(Replayability {
    Replayable => "replayable", Mine => "mine", Busy => "busy", Gone => "gone", BodyGone => "body_gone",
    Contradicted => "contradicted",
});

impl ReplayRequest {
    /// Has a finished event processed again, once for each replay job: the record remembers them. The job takes the
    /// claim's place, so that a processor that settles late cannot end the replay before it begins.
    #[must_use]
    pub fn write<'a>(&'a self, id: &'a EventId) -> Write<'a> {
        let job = self.job.as_str();
        let is = |state: State| Condition::equal(Attribute::State, state.as_str());
        let is_mine = || Compare(ReplayJobs, Contains, job.into());
        let mut conditions = vec![
            Any(vec![is(State::Done), is(State::Failed)]),
            Compare(ExpiresAt, Above, Schedule::replayable_until(self.now).into()),
            Not(Box::new(is_mine())),
            Any(vec![Absent(BodyRef), Compare(ReceivedAt, Above, Schedule::body_gone_at(self.now).into())]),
        ];
        if !self.replays_contradicted {
            conditions.push(Not(Box::new(Compare(LastError, BeginsWith, CONTRADICTED.into()))));
        }
        let mut updates = vec![
            Update::set(Attribute::State, State::Received.as_str()),
            Update::set(Attempts, 0_u32),
            Update::set(ClaimedBy, format!("replay:{job}")),
            Update::set(ReplayedAt, self.now),
            Add(Replay, 1),
            Insert(ReplayJobs, job.into()),
            Update::set(DueAt, self.schedule.first_due(self.now)),
            Update::set(DueShard, due_shard::of(id)),
        ];
        updates.extend([ExpiresAt, NotBefore, LeaseUntil, Sweeps, Outcome].map(Remove));
        Write {
            id: id.as_str(),
            condition: All(conditions),
            change: Change::Update(updates),
            reads_item: true,
            own: is_mine(),
        }
    }

    /// What it comes to, given `item`.
    #[must_use]
    pub fn decide(&self, item: Option<&Item<'_>>) -> Replayability {
        let Some(item) = item else { return Replayability::Gone };
        let number = |attribute| item.get(attribute).and_then(Value::as_number);
        let text = |attribute| item.get(attribute).and_then(Value::as_text);
        let jobs = item.get(Attribute::ReplayJobs).and_then(Value::as_texts);
        if jobs.is_some_and(|jobs| jobs.contains(self.job.as_str())) {
            return Replayability::Mine;
        }
        match text(Attribute::State).and_then(|state| state.parse::<State>().ok()) {
            None => return Replayability::Gone,
            Some(state) if !state.is_final() => return Replayability::Busy,
            Some(_) => {}
        }
        let stands = number(Attribute::ExpiresAt).is_some_and(|at| at > Schedule::replayable_until(self.now));
        let arrived_lately =
            number(Attribute::ReceivedAt).is_some_and(|at| at > Schedule::body_gone_at(self.now).as_millis());
        let is_contradicted = text(Attribute::LastError).is_some_and(|reason| reason.starts_with(CONTRADICTED));
        if !stands {
            Replayability::Gone
        } else if item.get(Attribute::BodyRef).is_some() && !arrived_lately {
            Replayability::BodyGone
        } else if is_contradicted && !self.replays_contradicted {
            Replayability::Contradicted
        } else {
            Replayability::Replayable
        }
    }
}

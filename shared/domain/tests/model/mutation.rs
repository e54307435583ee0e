//! Ways to get the protocol wrong.

use domain::ledger::attribute::Attribute::{
    self, Attempts, BroughtForwardAt, ClaimedBy, DueAt, DueShard, ExpiresAt, Id, LeaseUntil, Outcome, ReplayJobs,
    Sweeps,
};
use domain::ledger::condition::Condition;
use domain::ledger::value::Value;
use domain::ledger::write::{Change, Update, Write};

use crate::time::{NOW, SCHEDULE};

/// A change of the protocol that looks harmless. Each must make a named property fail, or the model proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mutation {
    /// Ingest records an event without `due_at`, as a mere mark against duplicates: the message will come anyway.
    RecordIsNotDue,
    /// Ingest sends before it records, and the processor takes a message whose record stands for a duplicate.
    SendThenDedupOnRecord,
    /// The answer goes out first and the work follows, which Lambda may freeze or kill.
    AnswerFirst,
    /// An instance remembers an event when it arrives, not when it is durable.
    RememberOnArrival,
    /// A put that failed on its own earlier try is taken for a duplicate.
    OwnRecordIsForeign,
    /// A claim that failed on its own earlier try is taken for somebody else's.
    OwnClaimIsForeign,
    /// A claim takes what another still works on.
    IgnoreLeases,
    /// Settling names the event and not the claim.
    SettleWithoutFence,
    /// A message is deleted although the ledger could not be asked.
    DeleteUnasked,
    /// A message that the ledger refused stays on the queue, as if the queue were the retry schedule.
    KeepRefused,
    /// The sweep takes an event off the index once it has sent it.
    SweepOnce,
    /// A sweep knows its own mark by the due time that it set, as another sweep at the same instant sets it too.
    MarkWithoutToken,
    /// Passing trouble gives `received` and a `not_before`, but the due time is left to the queue.
    AgainIsNotDue,
    /// A record that has expired counts until DynamoDB deletes it.
    TrustTtl,
    /// A record begins to expire when it is made.
    ExpireFromTheStart,
    /// A failed event that goes back to work keeps the token of the claim that failed it.
    ReturnKeepsClaim,
    /// A failed event goes back to work whenever it is delivered again.
    ReturnAtOnce,
    /// Another body under a state's key is taken for a repeat.
    SecondBodyIsRepeat,
    /// A message with another body than the record's is deleted like any other that the ledger refuses.
    SecondBodyIsDeleted,
    /// Another body brings an event forward whenever it comes.
    AskAlways,
    /// An attempt that another body brought forward counts like any other.
    AskedAttemptCounts,
    /// An event that is brought forward is no longer due: its message will come.
    AskedIsNotDue,
    /// An event that is brought forward keeps the token of the claim under which it was tried.
    AskKeepsClaim,
    /// A replay keeps the token of the claim that ended the event.
    ReplayKeepsClaim,
    /// A record remembers the latest replay job alone.
    RememberOneJob,
    /// What is published is named after the attempt.
    NameTheAttempt,
}

/// Makes of a write what a wrong protocol has in its place.
pub(crate) fn mutate(mutation: Option<Mutation>, write: &mut Write<'static>) {
    let Some(mutation) = mutation else { return };
    let is_claim = adds(write, Attempts, 1);
    let is_mark = adds(write, Sweeps, 1);
    let is_return = is_return(write);
    let is_replay = is_replay(write);
    let is_ask = sets(write, BroughtForwardAt);
    let is_settling = matches!(write.condition, Condition::Compare(ClaimedBy, ..));
    match (&mut write.change, mutation) {
        (Change::Put(item), _) if item.get(ClaimedBy).is_none() => match mutation {
            Mutation::RecordIsNotDue | Mutation::SendThenDedupOnRecord => {
                item.remove(DueAt);
                item.remove(DueShard);
            }
            Mutation::ExpireFromTheStart => item.set(ExpiresAt, SCHEDULE.expires_at_seconds(NOW)),
            Mutation::OwnRecordIsForeign => write.own = Condition::NEVER,
            _ => {}
        },
        (_, Mutation::OwnClaimIsForeign) if is_claim => write.own = Condition::NEVER,
        (_, Mutation::IgnoreLeases) if is_claim => replace(&mut write.condition, LeaseUntil, &ALWAYS),
        (_, Mutation::SettleWithoutFence) if is_settling => write.condition = Condition::equal(Id, write.id),
        (Change::Update(updates), Mutation::ReturnKeepsClaim) if is_return => {
            updates.retain(|update| !matches!(update, Update::Set(ClaimedBy, _)));
        }
        (Change::Update(updates), Mutation::AskedAttemptCounts) if is_ask => {
            updates.retain(|update| !matches!(update, Update::Set(Attempts, _)));
        }
        (Change::Update(updates), Mutation::AskedIsNotDue) if is_ask => {
            updates.extend([DueAt, DueShard].map(Update::Remove));
        }
        (Change::Update(updates), Mutation::AskKeepsClaim) if is_ask => {
            updates.retain(|update| !matches!(update, Update::Set(ClaimedBy, _)));
        }
        (_, Mutation::AskAlways) if is_ask => replace(&mut write.condition, BroughtForwardAt, &ALWAYS),
        (Change::Update(updates), Mutation::ReplayKeepsClaim) if is_replay => {
            updates.retain(|update| !matches!(update, Update::Set(ClaimedBy, _)));
        }
        (Change::Update(updates), Mutation::RememberOneJob) if is_replay => {
            for update in updates {
                if let Update::Insert(attribute, job) = update {
                    *update = Update::Set(*attribute, Value::Texts([job.clone()].into()));
                }
            }
        }
        (Change::Update(updates), Mutation::SweepOnce) if is_mark => leave_undue(updates),
        (Change::Update(updates), Mutation::AgainIsNotDue) if is_settling => leave_undue(updates),
        (Change::Update(updates), Mutation::MarkWithoutToken) if is_mark => {
            let next = updates.iter().find_map(|update| match update {
                Update::Set(DueAt, next) => Some(next.clone()),
                _ => None,
            });
            write.own = Condition::equal(DueAt, next.expect("a mark moves the due time"));
        }
        _ => {}
    }
}

/// Whether `write` replays the event.
pub(crate) fn is_replay(write: &Write<'_>) -> bool {
    let inserts = |update: &Update<'_>| matches!(update, Update::Insert(ReplayJobs, _) | Update::Set(ReplayJobs, _));
    matches!(&write.change, Change::Update(updates) if updates.iter().any(inserts))
}

/// Whether it gives the failed event back to work: the only other one that removes what was published.
fn is_return(write: &Write<'_>) -> bool {
    !is_replay(write) && matches!(&write.change, Change::Update(updates) if updates.contains(&Update::Remove(Outcome)))
}

const ALWAYS: Condition<'static> = Condition::All(Vec::new());

fn adds(write: &Write<'_>, attribute: Attribute, number: i64) -> bool {
    matches!(&write.change, Change::Update(updates) if updates.contains(&Update::Add(attribute, number)))
}

pub(crate) fn sets(write: &Write<'_>, attribute: Attribute) -> bool {
    let sets = |update: &Update<'_>| matches!(update, Update::Set(set, _) if *set == attribute);
    matches!(&write.change, Change::Update(updates) if updates.iter().any(sets))
}

/// Puts `other` in the place of all that is asked of `attribute`.
fn replace(condition: &mut Condition<'static>, attribute: Attribute, other: &Condition<'static>) {
    match condition {
        Condition::Compare(compared, ..) | Condition::Absent(compared) if *compared == attribute => {
            *condition = other.clone();
        }
        Condition::All(conditions) | Condition::Any(conditions) => {
            conditions.iter_mut().for_each(|condition| replace(condition, attribute, other));
        }
        Condition::Not(condition) => replace(condition, attribute, other),
        Condition::Compare(..) | Condition::Between(..) | Condition::Absent(_) => {}
    }
}

fn leave_undue(updates: &mut Vec<Update<'static>>) {
    let is_due = updates.iter().any(|update| matches!(update, Update::Set(DueAt, _)));
    if is_due {
        updates.retain(|update| !matches!(update, Update::Set(DueAt | DueShard, _)));
        updates.extend([DueAt, DueShard].map(Update::Remove));
    }
}

//! The ledger: a record that only conditional writes change.
//!
//! Mirrors shared/platform/src/ledger.rs and shared/platform/src/ledger/. The conditions there are DynamoDB expressions
//! that a contract test holds against the decisions; here they are the decisions.

use domain::ledger::admit::{Admission, admit};
use domain::ledger::claim::{Claim, ClaimRequest, claim};
use domain::ledger::record::{RecordState, State};
use domain::ledger::settle::Settlement;
use domain::ledger::sweep::{Overdue, may_sweep};
use domain::time::Timestamp;

use crate::history::{Broken, History};
use crate::mutation::Mutation;
use crate::record::{Name, Record, body_sha256, delivery_text, token_text};
use crate::time::{NOW, PROCESSOR_TIMEOUT, SCHEDULE};

/// Where a put may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    Free,
    Expired(i64),
}

/// Who claims, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Claimant {
    pub(crate) asked_at: Timestamp,
    /// The last field, so that it decides last about the order in which the actors are listed.
    pub(crate) token: Name,
}

/// What a settled record becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Done { expires_at_seconds: i64 },
    Failed { expires_at_seconds: i64 },
    Again { at: Timestamp, attempts: u32 },
}

/// A conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    Record { delivery: Name, due_at: Timestamp, place: Place },
    BringForward { due_at: Timestamp },
    Take { claimant: Claimant, due_moves: bool },
    Make { claimant: Claimant, place: Place },
    Settle { token: Name, end: End },
    Sweep { seen: Timestamp, next: Timestamp },
    Unsweep { next: Timestamp, soon: Timestamp },
}

impl Claimant {
    pub(crate) fn deadline(self) -> Timestamp {
        self.asked_at + PROCESSOR_TIMEOUT
    }

    pub(crate) fn lease_until(self) -> Timestamp {
        SCHEDULE.lease_until(self.deadline())
    }

    /// `Desk::work` in functions/process/src/desk.rs.
    pub(crate) fn request(self) -> ClaimRequest {
        ClaimRequest {
            token: token_text(self.token),
            now: self.asked_at,
            lease_until: self.lease_until(),
            schedule: SCHEDULE,
        }
    }
}

impl End {
    /// What becomes of a record behind which `attempts_before` lie.
    pub(crate) fn of(settlement: Settlement, attempts_before: u32) -> End {
        match settlement {
            Settlement::Done { expires_at_seconds } => End::Done { expires_at_seconds },
            Settlement::Failed { expires_at_seconds, .. } => End::Failed { expires_at_seconds },
            Settlement::Again { at, attempts, .. } => {
                End::Again { at, attempts: attempts.saturating_sub(attempts_before) }
            }
        }
    }
}

/// What a decision reads of `record`, or what a wrong protocol would.
fn standing(record: &Record, mutation: Option<Mutation>) -> RecordState {
    let mut standing = record.standing();
    match mutation {
        Some(Mutation::IgnoreLeases) => standing.lease_until = None,
        Some(Mutation::TrustTtl) => standing.expires_at_seconds = None,
        _ => {}
    }
    standing
}

/// The real decision about a put that found `record`.
pub(crate) fn admission(record: &Record, delivery: Name, mutation: Option<Mutation>) -> Admission {
    let admission = admit(&standing(record, mutation), &delivery_text(delivery), body_sha256(), NOW);
    match admission {
        Admission::Own if mutation == Some(Mutation::OwnRecordIsForeign) => Admission::Duplicate { differs: false },
        other => other,
    }
}

/// The real decision about a claim.
pub(crate) fn decision(record: Option<&Record>, claimant: Claimant, mutation: Option<Mutation>) -> Claim {
    let standing = record.map(|record| standing(record, mutation));
    claim(standing.as_ref(), &claimant.request())
}

/// Carries `write` out, if its condition holds.
pub(crate) fn apply(
    write: Write,
    stored: &mut Option<Record>,
    mutation: Option<Mutation>,
    history: &mut History,
) -> bool {
    let Some(changed) = changed(write, stored.as_ref(), mutation) else {
        return false;
    };
    if let Some(old) = &stored {
        if old.standing().is_expired(NOW) {
            history.begin_anew();
        } else if old.is_final() && old.state != changed.state {
            history.note(Broken::FinalChanged);
        }
        if matches!(write, Write::Settle { token, .. } if old.claimed_by != Some(token)) {
            history.note(Broken::SettledByAnother);
        }
    }
    *stored = Some(changed);
    true
}

/// The record as `write` leaves it; `None` if its condition does not hold.
fn changed(write: Write, stored: Option<&Record>, mutation: Option<Mutation>) -> Option<Record> {
    match write {
        Write::Record { delivery, due_at, place } => is_free(stored, place).then(|| fresh(delivery, due_at, mutation)),
        Write::Make { claimant, place } => is_free(stored, place).then(|| {
            let made = Record { attempts: 1, ..fresh(0, claimant.request().due_at(), None) };
            claimed(made, claimant)
        }),
        Write::BringForward { due_at } => {
            let record = stored.filter(|record| record.state == State::Received)?;
            record.due_at.filter(|later| *later > due_at)?;
            Some(Record { due_at: Some(due_at), ..record.clone() })
        }
        Write::Take { claimant, due_moves } => {
            let Claim::Take { due_at } = decision(stored, claimant, mutation) else { return None };
            if due_at.is_some() && !due_moves {
                return None;
            }
            let mut taken = stored?.clone();
            taken.attempts += 1;
            if due_moves {
                taken.due_at = Some(claimant.request().due_at());
            }
            Some(claimed(taken, claimant))
        }
        Write::Settle { token, end } => {
            let is_fenced = mutation != Some(Mutation::SettleWithoutFence);
            let record = stored.filter(|record| !is_fenced || record.claimed_by == Some(token))?;
            Some(settled(record.clone(), end, mutation))
        }
        Write::Sweep { seen, next } => {
            let record = stored?;
            let overdue = Overdue { id: String::new(), due_at: seen, sweeps: record.sweeps };
            may_sweep(&record.standing(), &overdue, NOW).then(|| {
                let due_at = (mutation != Some(Mutation::SweepOnce)).then_some(next);
                Record { due_at, sweeps: (record.sweeps + 1).min(4), ..record.clone() }
            })
        }
        Write::Unsweep { next, soon } => {
            let record = stored.filter(|record| record.due_at == Some(next) && record.sweeps > 0)?;
            Some(Record { due_at: Some(soon), sweeps: record.sweeps - 1, ..record.clone() })
        }
    }
}

fn is_free(stored: Option<&Record>, place: Place) -> bool {
    match (stored, place) {
        (None, _) => true,
        (Some(_), Place::Free) => false,
        (Some(record), Place::Expired(seconds)) => record.expires_at_seconds == Some(seconds),
    }
}

fn fresh(delivery: Name, due_at: Timestamp, mutation: Option<Mutation>) -> Record {
    let is_due = !matches!(mutation, Some(Mutation::RecordIsNotDue | Mutation::SendThenDedupOnRecord));
    let mut record = Record::received(delivery, is_due.then_some(due_at));
    if mutation == Some(Mutation::ExpireFromTheStart) {
        record.expires_at_seconds = Some(SCHEDULE.expires_at_seconds(NOW));
    }
    record
}

fn claimed(record: Record, claimant: Claimant) -> Record {
    Record {
        state: State::Processing,
        claimed_by: Some(claimant.token),
        lease_until: Some(claimant.lease_until()),
        not_before: None,
        sweeps: 0,
        ..record
    }
}

fn settled(record: Record, end: End, mutation: Option<Mutation>) -> Record {
    let finished = |state, expires_at_seconds| Record {
        state,
        expires_at_seconds: Some(expires_at_seconds),
        lease_until: None,
        not_before: None,
        due_at: None,
        sweeps: 0,
        ..record.clone()
    };
    match end {
        End::Done { expires_at_seconds } => finished(State::Done, expires_at_seconds),
        End::Failed { expires_at_seconds } => finished(State::Failed, expires_at_seconds),
        End::Again { at, attempts } => Record {
            state: State::Received,
            attempts,
            not_before: Some(at),
            due_at: (mutation != Some(Mutation::AgainIsNotDue)).then_some(at),
            lease_until: None,
            expires_at_seconds: None,
            ..record
        },
    }
}

impl Write {
    /// The instants in it that have to keep their order with those of the record.
    pub(crate) fn times(&mut self) -> Vec<&mut Timestamp> {
        match self {
            Write::Record { due_at, .. } | Write::BringForward { due_at } => vec![due_at],
            Write::Settle { end: End::Again { at, .. }, .. } => vec![at],
            Write::Sweep { seen, next } => vec![seen, next],
            Write::Unsweep { next, soon } => vec![next, soon],
            Write::Settle { .. } | Write::Take { .. } | Write::Make { .. } => Vec::new(),
        }
    }

    /// The claim or the delivery that makes it.
    pub(crate) fn name(&mut self) -> Option<&mut Name> {
        match self {
            Write::Take { claimant, .. } | Write::Make { claimant, .. } => Some(&mut claimant.token),
            Write::Settle { token, .. } => Some(token),
            Write::Record { delivery, .. } => Some(delivery),
            Write::BringForward { .. } | Write::Sweep { .. } | Write::Unsweep { .. } => None,
        }
    }
}

//! A sweep, effect by effect.
//!
//! Mirrors `Sweeper::sweep_shard` and `Sweeper::sweep` in functions/sweep/src/sweeper.rs. Two can overlap: a schedule fires
//! at least once, and somebody may start one by hand.

use domain::ledger::attribute::Attribute;
use domain::ledger::sweep::{Overdue, SweepMark};
use domain::ledger::writes;
use domain::time::Timestamp;

use crate::event::EVENT_ID;
use crate::history::Broken;
use crate::name::{self, Name};
use crate::outcome::Outcome;
use crate::queue::Brought;
use crate::time::{NOW, SCHEDULE};
use crate::world::{Seen, World};

/// A sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Sweep {
    pub(crate) step: Step,
    /// The token of its mark. The last field, so that it decides last about the order of the sweeps.
    pub(crate) token: Name,
}

/// What it does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Waits for its minute.
    #[default]
    Idle,
    /// `Ledger::mark_swept`, for an entry of the index that may no longer be true.
    Marking { seen: Timestamp, sweeps: u32 },
    /// `Queue::send`.
    Sending { next: Timestamp },
    /// `Ledger::take_mark_back`.
    TakingBack { next: Timestamp },
}

impl Sweep {
    pub(crate) fn is_idle(&self) -> bool {
        self.step == Step::Idle
    }

    /// How the call that comes next can end.
    pub(crate) const fn outcomes(&self) -> &'static [Outcome] {
        match self.step {
            Step::Idle => &[],
            Step::Marking { .. } | Step::TakingBack { .. } => &Outcome::OF_A_WRITE,
            Step::Sending { .. } => &Outcome::OF_A_SEND,
        }
    }

    /// The instant that has to keep its order with those of the record.
    pub(crate) fn time(&mut self) -> Option<&mut Timestamp> {
        match &mut self.step {
            Step::Idle => None,
            Step::Marking { seen, .. } => Some(seen),
            Step::Sending { next } | Step::TakingBack { next } => Some(next),
        }
    }

    fn mark(self, seen: Timestamp, sweeps: u32) -> SweepMark {
        let overdue = Overdue { id: EVENT_ID.to_string(), due_at: seen, sweeps };
        overdue.mark(name::text(self.token).to_owned(), NOW, SCHEDULE)
    }
}

/// The entry that the index shows; `Ledger::overdue` in shared/platform/src/ledger/overdue.rs.
pub(crate) fn overdue(world: &World) -> Option<Step> {
    let record = world.record.as_ref().filter(|record| record.is_swept())?;
    let seen = record.time(Attribute::DueAt).filter(|due_at| *due_at <= NOW)?;
    Some(Step::Marking { seen, sweeps: record.sweeps() })
}

/// It takes its next step.
pub(crate) fn step(world: &mut World, index: usize, outcome: Outcome) {
    let me = world.sweeps[index];
    let next = match me.step {
        Step::Idle => Step::Idle,
        Step::Marking { seen, sweeps } => mark(world, me, &me.mark(seen, sweeps), outcome),
        Step::Sending { next } => {
            if world.send(Brought::Reference, outcome) {
                Step::Idle
            } else {
                Step::TakingBack { next }
            }
        }
        Step::TakingBack { next } => {
            let mark = SweepMark { next_due_at: next, ..me.mark(NOW, 0) };
            match world.write(&writes::take_mark_back(&mark, SCHEDULE.deferred_due(NOW)), outcome) {
                Seen::NextTry => me.step,
                Seen::Yes | Seen::No(_) | Seen::Unreachable => Step::Idle,
            }
        }
    };
    world.sweeps[index] = if next == Step::Idle { Sweep::default() } else { Sweep { step: next, ..me } };
}

fn mark(world: &mut World, me: Sweep, mark: &SweepMark, outcome: Outcome) -> Step {
    let is_mine = |world: &World| world.record.as_ref().and_then(|it| it.name(Attribute::SweptBy)) == Some(me.token);
    match world.write(&writes::mark_swept(mark), outcome) {
        Seen::NextTry => me.step,
        Seen::Yes => {
            if !is_mine(world) {
                world.history.note(Broken::TakenForOwn);
            }
            Step::Sending { next: mark.next_due_at }
        }
        Seen::No(_) => {
            if is_mine(world) {
                world.history.note(Broken::LockedOutByItself);
            }
            Step::Idle
        }
        Seen::Unreachable => Step::Idle,
    }
}

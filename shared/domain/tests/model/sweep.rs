//! The sweep, effect by effect.
//!
//! Mirrors `Sweeper::sweep_shard` and `Sweeper::sweep` in functions/sweep/src/sweeper.rs. There is one: Lambda runs no
//! second one beside it.

use domain::ledger::sweep::Overdue;
use domain::time::Timestamp;

use crate::ledger::Write;
use crate::outcome::Outcome;
use crate::queue::Brought;
use crate::time::{NOW, SCHEDULE};
use crate::world::{Seen, World};

/// What it does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Sweep {
    /// Waits for its minute.
    #[default]
    Idle,
    /// `Ledger::sweep`, for an entry of the index that may no longer be true.
    Marking { seen: Timestamp, sweeps: u32 },
    /// `Queue::send`.
    Sending { next: Timestamp },
    /// `Ledger::unsweep`.
    Unsweeping { next: Timestamp },
}

impl Sweep {
    /// How the call that comes next can end.
    pub(crate) const fn outcomes(self) -> &'static [Outcome] {
        match self {
            Sweep::Idle => &[],
            Sweep::Marking { .. } | Sweep::Unsweeping { .. } => &Outcome::OF_A_WRITE,
            Sweep::Sending { .. } => &Outcome::OF_A_SEND,
        }
    }

    /// The instants that have to keep their order with those of the record.
    pub(crate) fn time(&mut self) -> Option<&mut Timestamp> {
        match self {
            Sweep::Idle => None,
            Sweep::Marking { seen, .. } => Some(seen),
            Sweep::Sending { next } | Sweep::Unsweeping { next } => Some(next),
        }
    }
}

/// The entry that the index shows; `Ledger::overdue` in shared/platform/src/ledger/overdue.rs.
pub(crate) fn overdue(world: &World) -> Option<Sweep> {
    let record = world.record.as_ref()?;
    let seen = record.due_at.filter(|due_at| *due_at <= NOW)?;
    Some(Sweep::Marking { seen, sweeps: record.sweeps })
}

/// It takes its next step.
pub(crate) fn step(world: &mut World, outcome: Outcome) {
    world.sweep = match world.sweep {
        Sweep::Idle => Sweep::Idle,
        Sweep::Marking { seen, sweeps } => {
            let overdue = Overdue { id: String::new(), due_at: seen, sweeps };
            let next = overdue.next_due_at(NOW, SCHEDULE);
            match world.write(Write::Sweep { seen, next }, outcome) {
                Seen::NextTry => world.sweep,
                Seen::Yes => Sweep::Sending { next },
                Seen::No(_) | Seen::Unreachable => Sweep::Idle,
            }
        }
        Sweep::Sending { next } => {
            if world.send(Brought::Reference, outcome) {
                Sweep::Idle
            } else {
                Sweep::Unsweeping { next }
            }
        }
        Sweep::Unsweeping { next } => {
            let write = Write::Unsweep { next, soon: SCHEDULE.deferred_due(NOW) };
            match world.write(write, outcome) {
                Seen::NextTry => world.sweep,
                Seen::Yes | Seen::No(_) | Seen::Unreachable => Sweep::Idle,
            }
        }
    };
}

//! An operator's terminal that runs replay jobs, effect by effect.
//!
//! Mirrors `replay_event` in shared/operator/src/replay/run.rs. There is one event, so each job has one id; a terminal that
//! resumes a job from an older chunk asks for it again.

use domain::ledger::record::State;
use domain::ledger::replay::ReplayRequest;
use domain::ledger::replay_job::ReplayJobId;

use crate::event::EVENT_ID;
use crate::outcome::Outcome;
use crate::queue::Brought;
use crate::table::Record;
use crate::time::{NOW, SCHEDULE};
use crate::world::{Seen, World};

/// The jobs.
pub(crate) const JOBS: [&str; 2] = ["jobjobjobone", "jobjobjobtwo"];

/// What the terminal does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Replay {
    /// Nothing.
    #[default]
    Idle,
    /// `Ledger::replay`, for the job of this number.
    Asking(usize),
    /// `Queue::send`.
    Sending,
}

impl Replay {
    /// How the call that comes next can end.
    pub(crate) const fn outcomes(self) -> &'static [Outcome] {
        match self {
            Replay::Idle => &[],
            Replay::Asking(_) => &Outcome::OF_A_WRITE,
            Replay::Sending => &Outcome::OF_A_SEND,
        }
    }
}

/// It takes its next step.
pub(crate) fn step(world: &mut World, outcome: Outcome) {
    world.replay = match world.replay {
        Replay::Idle => Replay::Idle,
        Replay::Asking(job) => {
            let job = ReplayJobId::parse(JOBS[job]).expect("a plain word is a name");
            let request = ReplayRequest { job, now: NOW, schedule: SCHEDULE, replays_contradicted: false };
            match world.write(&request.write(&EVENT_ID), outcome) {
                Seen::NextTry => world.replay,
                // What this job has replayed before is sent again while nobody works on it.
                Seen::Yes if world.record.as_ref().map(Record::state) == Some(State::Received) => Replay::Sending,
                Seen::Yes | Seen::No(_) | Seen::Unreachable => Replay::Idle,
            }
        }
        Replay::Sending => {
            world.send(Brought::Reference, outcome);
            Replay::Idle
        }
    };
}

//! What the function is told by its environment.

use domain::ledger::schedule::Schedule;
use domain::time_scale::TimeScale;
use platform::aws::{Aws, Limits};
use platform::env::{Env, EnvError};
use platform::ledger::Ledger;
use platform::log::{self, Level};
use platform::queue::Queue;

use crate::sweeper::Sweeper;

/// Reads the environment.
pub(crate) fn read() -> Result<Sweeper, EnvError> {
    let mut env = Env::of_process();
    log::start(env.parsed("LOG_LEVEL", Level::Info, Level::parse));
    let aws = Aws::from_env(&mut env);
    let sweeper = Sweeper {
        ledger: Ledger::new(&aws, env.required("LEDGER_TABLE"), Limits::PATIENT),
        queue: Queue::new(&aws, env.required("EVENTS_QUEUE_URL"), Limits::PATIENT),
        schedule: Schedule::at(env.parsed("TIME_SCALE", TimeScale::REAL, TimeScale::parse)),
    };
    env.finish(sweeper)
}

//! What the function is told by its environment.

use std::time::Duration;

use domain::ledger::schedule::Schedule;
use domain::time::time_scale::TimeScale;
use platform::aws::{Aws, Limits};
use platform::env::{Env, EnvError};
use platform::ledger::Ledger;
use platform::queue::Queue;
use platform::refused::RefusedDeliveries;
use platform::source_listing::SourceListing;

use crate::releaser::Releaser;
use crate::silence::SilenceCheck;
use crate::sweeper::{RESERVE, Sweeper};

/// One event takes up to three calls (mark, send, take the mark back), and none may be cut off between them.
const LIMITS: Limits =
    Limits { operation: Duration::from_millis(1500), attempt: Duration::from_millis(700), attempts: 2 };
const _: () = assert!(3 * LIMITS.operation.as_millis() < RESERVE.as_millis());

/// Reads the environment.
pub(crate) fn read() -> Result<Sweeper, EnvError> {
    let mut env = Env::of_process();
    env.start_log();
    let aws = Aws::from_env(&mut env);
    let schedule = Schedule::at(env.parsed("TIME_SCALE", TimeScale::REAL, TimeScale::parse));
    let ledger = Ledger::new(&aws, env.required("LEDGER_TABLE"), LIMITS);
    // Without the queue nobody is asked about jobs.
    let releaser = env.optional("EXPECT_QUEUE_URL").map(|url| Releaser {
        ledger: ledger.clone(),
        queue: Queue::new(&aws, url, LIMITS),
        schedule,
    });
    let refused = env.optional("REFUSED_TABLE").map(|table| RefusedDeliveries::new(&aws, table, LIMITS));
    let sweeper = Sweeper {
        silence: SilenceCheck::new(ledger.clone(), refused, schedule),
        ledger,
        sources: SourceListing::new(&aws, &env.required("SOURCES_PREFIX"), LIMITS),
        queue: Queue::new(&aws, env.required("EVENTS_QUEUE_URL"), LIMITS),
        schedule,
        releaser,
    };
    env.finish(sweeper)
}

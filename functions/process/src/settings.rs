//! What the function is told by its environment.

use std::time::Duration;

use domain::archive::DOWNLOAD_RESERVE;
use domain::download::target::Loopback;
use domain::ledger::schedule::Schedule;
use domain::time_scale::TimeScale;
use platform::assets::Assets;
use platform::aws::{Aws, Limits};
use platform::bodies::Bodies;
use platform::body_codec::INLINE_BODY_BYTES;
use platform::download::Downloads;
use platform::env::{Env, EnvError};
use platform::ledger::Ledger;
use platform::log;
use platform::provider_api;
use platform::queue::Queue;
use platform::sources::Sources;
use platform::topic::Topic;

/// No step begins later before the function's end than this: a call may take as long as its limit, reading an object
/// twice that, and settling must still follow it.
pub(crate) const STEP_RESERVE: Duration = Duration::from_secs(20);
const _: () = assert!(STEP_RESERVE.as_secs() > 3 * Limits::PATIENT.operation.as_secs());
const _: () =
    assert!(STEP_RESERVE.as_secs() > provider_api::ANSWER_WITHIN.as_secs() + Limits::PATIENT.operation.as_secs());

/// Whatever is still being copied so long before the function's end is cut off. Downloads have ended well before; this is
/// for a bucket that does not answer.
pub(crate) const CUT_RESERVE: Duration = Duration::from_secs(14);
const _: () = assert!(CUT_RESERVE.as_secs() > 2 * Limits::PATIENT.operation.as_secs());
const _: () = assert!(CUT_RESERVE.as_secs() + Assets::LIMITS.operation.as_secs() <= DOWNLOAD_RESERVE.as_secs());
const _: () = assert!(STEP_RESERVE.as_secs() < DOWNLOAD_RESERVE.as_secs());

/// The function's settings, as clients ready for use.
pub(crate) struct Settings {
    pub(crate) sources: Sources,
    pub(crate) assets: Assets,
    pub(crate) bodies: Bodies,
    pub(crate) downloads: Downloads,
    pub(crate) ledger: Ledger,
    pub(crate) events: Queue,
    pub(crate) dead_letters: Queue,
    pub(crate) topic: Topic,
    pub(crate) schedule: Schedule,
    pub(crate) inline_body_bytes: usize,
    pub(crate) loopback: Loopback,
}

/// Reads the environment.
pub(crate) fn read() -> Result<Settings, EnvError> {
    let mut env = Env::of_process();
    log::start(&mut env);
    let aws = Aws::from_env(&mut env);
    let loopback = env.loopback();
    let settings = Settings {
        sources: Sources::new(&aws, env.required("SOURCES_PREFIX"), Limits::PATIENT),
        assets: Assets::new(&aws, env.required("BUCKET")),
        bodies: Bodies::new(&aws, env.required("BUCKET"), Limits::PATIENT),
        downloads: Downloads::new(loopback),
        ledger: Ledger::new(&aws, env.required("LEDGER_TABLE"), Limits::PATIENT),
        events: Queue::new(&aws, env.required("EVENTS_QUEUE_URL"), Limits::PATIENT),
        dead_letters: Queue::new(&aws, env.required("DEAD_LETTER_QUEUE_URL"), Limits::PATIENT),
        topic: Topic::new(&aws, env.required("TOPIC_ARN"), Limits::PATIENT),
        schedule: Schedule::at(env.parsed("TIME_SCALE", TimeScale::REAL, TimeScale::parse)),
        inline_body_bytes: env.parsed("INLINE_BODY_BYTES", INLINE_BODY_BYTES, str::parse),
        loopback,
    };
    env.finish(settings)
}

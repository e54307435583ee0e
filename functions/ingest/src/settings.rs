//! What the function is told by its environment.

use std::time::Duration;

use domain::delivery::front::OriginGuard;
use domain::time::time_scale::TimeScale;
use platform::aws::{Aws, Limits};
use platform::bodies::Bodies;
use platform::body_codec::INLINE_BODY_BYTES;
use platform::env::{Env, EnvError};
use platform::http_client::HttpClient;
use platform::key_sets::KeySets;
use platform::ledger::Ledger;
use platform::queue::Queue;
use platform::refused::RefusedDeliveries;
use platform::sources::Sources;

use crate::quarantine::TIME_LIMIT;

// One sender waits for 5 seconds, a cold start included. Whatever single service hangs, the answer comes within its
// limit, or twice the ledger's (three times where the directory of sources is read first), plus the others' usual
// milliseconds; with all three stores hanging from the start it comes within 3 seconds. There is time for one retry in each.
/// How long it waits for connections when it starts. Within AWS they take some milliseconds.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_millis(300);
const SECRETS_LIMITS: Limits = limits(1000, 600);
const BUCKET_LIMITS: Limits = limits(900, 600);
const LEDGER_LIMITS: Limits = limits(800, 450);
/// One try: the table is best effort, and a second try could find the place taken by the first.
const REFUSED_LIMITS: Limits = Limits { operation: TIME_LIMIT, attempt: TIME_LIMIT, attempts: 1 };
const QUEUE_LIMITS: Limits = limits(900, 500);
const _: () = assert!(
    CONNECT_LIMIT.as_millis()
        + BUCKET_LIMITS.operation.as_millis()
        + LEDGER_LIMITS.operation.as_millis()
        + QUEUE_LIMITS.operation.as_millis()
        < 3000
);

const fn limits(operation_millis: u64, attempt_millis: u64) -> Limits {
    Limits {
        operation: Duration::from_millis(operation_millis),
        attempt: Duration::from_millis(attempt_millis),
        attempts: 2,
    }
}

/// The function's settings, as clients ready for use.
pub(crate) struct Settings {
    pub(crate) origin_guard: OriginGuard,
    pub(crate) sources: Sources,
    pub(crate) key_sets: KeySets,
    pub(crate) bodies: Bodies,
    pub(crate) ledger: Ledger,
    pub(crate) queue: Queue,
    pub(crate) refused: Option<RefusedDeliveries>,
    pub(crate) time_scale: TimeScale,
    pub(crate) inline_body_bytes: usize,
}

/// Reads the environment.
pub(crate) fn read(mut env: Env) -> Result<Settings, EnvError> {
    env.start_log();
    let aws = Aws::from_env(&mut env);
    let loopback = env.loopback();
    let settings = Settings {
        origin_guard: env.parsed("FRONT_SHA256", OriginGuard::default(), OriginGuard::parse),
        sources: Sources::new(&aws, env.required("SOURCES_PREFIX"), SECRETS_LIMITS),
        key_sets: KeySets::new(HttpClient::new(loopback)),
        bodies: Bodies::new(&aws, env.required("BUCKET"), BUCKET_LIMITS),
        ledger: Ledger::new(&aws, env.required("LEDGER_TABLE"), LEDGER_LIMITS),
        queue: Queue::new(&aws, env.required("EVENTS_QUEUE_URL"), QUEUE_LIMITS),
        refused: env.optional("REFUSED_TABLE").map(|table| RefusedDeliveries::new(&aws, table, REFUSED_LIMITS)),
        time_scale: env.parsed("TIME_SCALE", TimeScale::REAL, TimeScale::parse),
        inline_body_bytes: env.parsed("INLINE_BODY_BYTES", INLINE_BODY_BYTES, str::parse),
    };
    env.finish(settings)
}

//! The sweep: each minute, what is overdue goes back to the queue.
//!
//! It is part of the promise, not an extra. A message that was never sent, one that was lost, a processor that died, a
//! planned wait: all of them leave an unfinished record whose due time passes, and this function finds it. It also keeps the
//! directory of sources, by which ingest knows a name without looking its secret up, and counts watched sources from which
//! nothing arrives, and sources that have only refusals.

mod releaser;
mod report;
mod settings;
mod silence;
mod sweep_log;
mod sweeper;

use std::sync::Arc;

use domain::delivery::trace::Trace;
use domain::time::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;

use crate::report::Report;
use crate::sweep_log::SweepLog;
use crate::sweeper::Sweeper;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let sweeper = Arc::new(settings::read()?);
    lambda_runtime::run(service_fn(|event: LambdaEvent<IgnoredAny>| sweep(Arc::clone(&sweeper), event))).await
}

async fn sweep(sweeper: Arc<Sweeper>, event: LambdaEvent<IgnoredAny>) -> Result<Report, Error> {
    let deadline = Timestamp::from_millis(i64::try_from(event.context.deadline).unwrap_or(i64::MAX));
    let trace = event.context.xray_trace_id.as_deref().and_then(Trace::parse);
    let line = SweepLog::begin(&event.context.request_id, trace.as_ref());
    let report = sweeper.run(deadline, trace).await;
    line.end(&report);
    // A run that could read nothing must show as a failed one; the scheduler does not repeat it, the next minute does.
    if report.saw_nothing() { Err("no shard of the index could be read".into()) } else { Ok(report) }
}

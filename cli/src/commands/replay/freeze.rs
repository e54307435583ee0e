//! `landfall replay freeze`.

use clap::Args;
use domain::ledger::replay_job::ReplayJob;
use operator::replay::Replays;

use crate::context::Context;
use crate::error::Result;
use crate::events_argument::EventsArgument;
use crate::job_row::JobRow;
use crate::services::Services;

/// The options of `landfall replay freeze`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    events: EventsArgument,
}

/// Freezes a job.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    arguments.events.check()?;
    let replays = Services::of(&context.session).await?.replays()?;
    let job = freeze(&replays, &arguments.events, context).await?;
    context.output.words(&format!("Run it with: {}", context.session.command(&format!("replay run {}", job.id))));
    context.output.item(&JobRow::from(job))
}

/// Writes down which events are to be replayed.
pub(crate) async fn freeze(replays: &Replays, events: &EventsArgument, context: &Context) -> Result<ReplayJob> {
    let (job, may_miss_late_ones) = events.freeze(replays, context.session.caller_name().await?).await?;
    if may_miss_late_ones {
        context.output.words(
            "Events of the last 15 minutes may be recorded later and are not in the job then: with --until 15m, all are.",
        );
    }
    Ok(job)
}

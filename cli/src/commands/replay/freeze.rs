//! `landfall replay freeze`.

use clap::Args;
use domain::ledger::listing::filter::{Filter, View};
use domain::ledger::replay_job::ReplayJob;
use operator::replay::Replays;
use operator::replay::freeze::FreezeRequest;
use platform::clock;

use crate::commands::replay::events_argument::EventsArgument;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::job_row::JobRow;
use crate::services::Services;
use std::time::Duration;

/// A record may be made so much later than its event arrived.
const LATE: Duration = Duration::from_secs(15 * 60);

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
    context.output.words(&format!("Run it with: landfall replay run {}", job.id));
    context.output.item(&JobRow::from(job))
}

/// Writes down which events are to be replayed.
pub(crate) async fn freeze(replays: &Replays, events: &EventsArgument, context: &Context) -> Result<ReplayJob> {
    let request = FreezeRequest {
        by: context.session.caller_name().await?,
        rate_per_second: events.rate,
        replays_contradicted: events.contradicted,
    };
    let job = if events.ids.is_empty() {
        let filter = events.filter.filter(&replays.listing).await?;
        warn_of_late_ones(&filter, context);
        replays.freeze(filter, request).await?
    } else {
        let mut ids = events.ids.clone();
        ids.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        ids.dedup();
        replays.freeze_ids(&ids, request).await?
    };
    if job.count == 0 {
        replays.cancel(&job.id).await?;
        return Err(Error::NotFound("no finished event is what was asked for: there is nothing to replay".into()));
    }
    Ok(job)
}

fn warn_of_late_ones(filter: &Filter, context: &Context) {
    let is_by_arrival = match filter.view {
        View::Arrived | View::Subject(_) | View::ScatteredSubject(_) => true,
        View::Failed | View::Unfinished => false,
    };
    if is_by_arrival && filter.until.is_none_or(|until| until > clock::now() - LATE) {
        context.output.words(
            "Events of the last 15 minutes may be recorded later and are not in the job then: with --until 15m, all are.",
        );
    }
}

//! `landfall replay`: having events processed again.

mod freeze;
mod job;
mod list;
mod run;
mod show;
mod start;

use clap::{Args, Subcommand};
use domain::event::event_id::EventId;
use domain::ledger::replay_job::ReplayJobId;

use crate::commands::events::event_id;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter_options::FilterOptions;

/// The options of `landfall replay`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<ReplayCommand>,
    #[command(flatten)]
    events: EventsArgument,
    /// Count the events, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which events are replayed, and how.
#[derive(Debug, Args)]
pub(crate) struct EventsArgument {
    /// The events' ids; without any, the filter says which
    #[arg(value_name = "ID", value_parser = event_id, conflicts_with = "filter")]
    ids: Vec<EventId>,
    #[command(flatten)]
    filter: FilterOptions,
    /// So many events a second at most, such as 50 or 50/s; 0 sets no limit
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = rate)]
    rate: u32,
    /// Replay also what its sender says is not true
    #[arg(long)]
    contradicted: bool,
}

/// A replay job's name.
#[derive(Debug, Args)]
pub(crate) struct JobArgument {
    /// The replay job
    #[arg(value_name = "JOB", value_parser = ReplayJobId::parse)]
    job: ReplayJobId,
}

/// What to do with replay jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum ReplayCommand {
    /// Write down which events are to be replayed, and replay none yet
    Freeze(Box<freeze::Arguments>),
    /// Run a job, or go on with it: each of its events is replayed once
    #[command(visible_alias = "resume")]
    Run(JobArgument),
    /// Stop a job, whichever terminal runs it, so that it can go on
    Pause(JobArgument),
    /// Stop a job for good
    Cancel(JobArgument),
    /// Show how a job and its events stand
    Show(JobArgument),
    /// List the jobs of the last 30 days
    List,
}

/// Replays events, or does something with a job.
pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    match arguments.command {
        None => start::run(&arguments.events, arguments.dry_run, context).await,
        Some(ReplayCommand::Freeze(arguments)) => freeze::run(&arguments, context).await,
        Some(ReplayCommand::Run(JobArgument { job })) => run::run(&job, context).await,
        Some(ReplayCommand::Pause(JobArgument { job })) => job::pause(&job, context).await,
        Some(ReplayCommand::Cancel(JobArgument { job })) => job::cancel(&job, context).await,
        Some(ReplayCommand::Show(JobArgument { job })) => show::run(&job, context).await,
        Some(ReplayCommand::List) => list::run(context).await,
    }
}

impl EventsArgument {
    /// Nobody means to replay everything.
    fn check(&self) -> Result<()> {
        let filter = &self.filter;
        let is_narrow = !self.ids.is_empty()
            || !filter.sources.is_empty()
            || filter.provider.is_some()
            || filter.state.is_some()
            || filter.subject.is_some()
            || filter.view.is_some()
            || filter.since.is_some();
        let text = "name events by their ids, or narrow them down: --source, --provider, --state, --subject, --view or --since";
        if is_narrow { Ok(()) } else { Err(Error::Usage(text.into())) }
    }
}

fn rate(text: &str) -> std::result::Result<u32, String> {
    text.strip_suffix("/s").unwrap_or(text).parse().map_err(|_| format!("{text} is no rate: write 50 or 50/s"))
}

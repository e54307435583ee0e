//! `landfall replay`: having events processed again.

mod freeze;
mod job;
mod job_argument;
mod list;
mod run;
mod show;
mod start;

use clap::{Args, Subcommand};

use crate::commands::replay::job_argument::JobArgument;
use crate::context::Context;
use crate::error::Result;
use crate::events_argument::EventsArgument;

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
    /// Ask nothing, and replay only if it is this many events, as --dry-run counts them
    #[arg(long, value_name = "NUMBER", conflicts_with = "dry_run")]
    expect: Option<u64>,
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
        None if arguments.dry_run => start::count(&arguments.events, context).await,
        None => start::run(&arguments.events, arguments.expect, context).await,
        Some(ReplayCommand::Freeze(arguments)) => freeze::run(&arguments, context).await,
        Some(ReplayCommand::Run(JobArgument { job })) => run::run(&job, context).await,
        Some(ReplayCommand::Pause(JobArgument { job })) => job::pause(&job, context).await,
        Some(ReplayCommand::Cancel(JobArgument { job })) => job::cancel(&job, context).await,
        Some(ReplayCommand::Show(JobArgument { job })) => show::run(&job, context).await,
        Some(ReplayCommand::List) => list::run(context).await,
    }
}

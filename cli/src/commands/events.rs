//! `landfall events`: what the ledger has.

mod body;
mod diff;
mod export;
mod get;
mod list;
pub(crate) mod tail;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Result;
use crate::id_argument::IdArgument;

/// What to do with events.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// List events, the newest first
    List(Box<list::Arguments>),
    /// Tell one event's whole life, from its record and the functions' log lines
    Get(get::Arguments),
    /// Write the body of one event, byte for byte as its sender sent it
    Body(IdArgument),
    /// Show where the bodies of two events differ
    Diff(diff::Arguments),
    /// Show events as they arrive
    Tail(Box<tail::Arguments>),
    /// Write all events, one JSON document a line, and go on where an earlier run stopped
    Export(Box<export::Arguments>),
}

impl EventsCommand {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        match self {
            EventsCommand::List(arguments) => list::run(&arguments, context).await,
            EventsCommand::Get(arguments) => get::run(&arguments, context).await,
            EventsCommand::Body(IdArgument { id }) => body::run(&id, context).await,
            EventsCommand::Diff(arguments) => diff::run(&arguments, context).await,
            EventsCommand::Tail(arguments) => tail::run(&arguments.filter, context).await,
            EventsCommand::Export(arguments) => export::run(&arguments, context).await,
        }
    }
}

//! `landfall events`: what the ledger has.

mod body;
mod export;
mod get;
mod list;
pub(crate) mod tail;

use clap::{Args, Subcommand};
use domain::event::event_id::EventId;

use crate::context::Context;
use crate::error::Result;

/// What to do with events.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// List events, the newest first
    List(Box<list::Arguments>),
    /// Tell one event's whole life, from its record and the functions' log lines
    Get(get::Arguments),
    /// Write the body of one event, byte for byte as its sender sent it
    Body(IdArgument),
    /// Show events as they arrive
    Tail(Box<tail::Arguments>),
    /// Write all events, one JSON document a line, and go on where an earlier run stopped
    Export(Box<export::Arguments>),
}

/// An event's id.
#[derive(Debug, Args)]
pub struct IdArgument {
    /// The event's id
    #[arg(value_name = "ID", value_parser = event_id)]
    pub(crate) id: EventId,
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
            EventsCommand::Tail(arguments) => tail::run(&arguments.filter, context).await,
            EventsCommand::Export(arguments) => export::run(&arguments, context).await,
        }
    }
}

pub(crate) fn event_id(text: &str) -> std::result::Result<EventId, String> {
    EventId::parse(text).map_err(|_| format!("{text} is no event id: {{source}}/{{what tells the event from others}}"))
}

pub(crate) fn missing(id: &EventId) -> crate::error::Error {
    crate::error::Error::NotFound(format!(
        "there is no event {id}: its record may have expired, 30 days after the event's end"
    ))
}

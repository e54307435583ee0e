//! Ids on the command line: of events, and of what a sender reports on.

use clap::Args;
use domain::event::event_id::EventId;

use crate::error::Error;

/// What a job's id can be of: an event names nothing that its sender could be asked about.
pub const THINGS: [&str; 5] = ["job", "training", "workflow", "model", "project"];

/// An event's id.
#[derive(Debug, Args)]
pub struct IdArgument {
    /// The event's id
    #[arg(value_name = "ID", value_parser = event_id)]
    pub id: EventId,
}

/// Reads one.
///
/// # Errors
/// If the text is none.
pub fn event_id(text: &str) -> Result<EventId, String> {
    EventId::parse(text).map_err(|_| format!("{text} is no event id: {{source}}/{{what tells the event from others}}"))
}

/// The ledger has no such event.
#[must_use]
pub fn missing(id: &EventId) -> Error {
    Error::NotFound(format!("there is no event {id}: its record may have expired, 30 days after the event's end"))
}

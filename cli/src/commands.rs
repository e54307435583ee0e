//! The commands, each group in a file.

use clap::Subcommand;

use crate::context::Context;
use crate::error::Result;

mod deploy;
mod events;
mod explain;
mod sign;
mod source;
mod status;
mod trigger;
mod try_vectors;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deploy to an AWS account, guided through the first time
    Deploy(Box<deploy::arguments::Arguments>),
    /// Set senders up, and look after them
    #[command(subcommand)]
    Source(source::SourceCommand),
    /// Ask the ledger which events there are, and what became of them
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// Explain, step by step, why a recorded request is refused
    Explain(explain::Arguments),
    /// Print the headers that a source's sender would add to a body, for curl
    Sign(sign::Arguments),
    /// Show the stack and its state
    Status(status::Arguments),
    /// Send a recorded delivery, correctly signed
    Trigger(trigger::Arguments),
    /// Say what becomes of recorded requests, without a network
    Try(try_vectors::Arguments),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        match self {
            Command::Deploy(arguments) => deploy::run(&arguments, context).await,
            Command::Source(command) => command.run(context).await,
            Command::Events(command) => command.run(context).await,
            Command::Explain(arguments) => explain::run(&arguments, context).await,
            Command::Sign(arguments) => sign::run(&arguments, context).await,
            Command::Status(arguments) => status::run(&arguments, context).await,
            Command::Trigger(arguments) => trigger::run(&arguments, context).await,
            Command::Try(arguments) => try_vectors::run(&arguments, context),
        }
    }
}

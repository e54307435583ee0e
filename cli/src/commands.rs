//! The commands, each group in a file.

use clap::Subcommand;

use crate::context::Context;
use crate::error::Result;

mod deploy;
mod events;
mod explain;
mod ledger;
mod replay;
mod sign;
mod source;
mod status;
mod tail;
mod trigger;
mod try_vectors;
mod upgrade;
mod wait;

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
    /// Look after the ledger
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Have events processed again: by their ids, or by a filter
    Replay(Box<replay::Arguments>),
    /// Print the headers that a source's sender would add to a body, for curl
    Sign(sign::Arguments),
    /// Show the stack and its state
    Status(status::Arguments),
    /// Show what the functions log, as one stream
    Tail(tail::Arguments),
    /// Send a recorded delivery, correctly signed
    Trigger(trigger::Arguments),
    /// Say what becomes of recorded requests, without a network
    Try(try_vectors::Arguments),
    /// Bring a stack to this version, or show what would change
    Upgrade(upgrade::Arguments),
    /// Wait until an event has ended; the exit code says how: 0 well, 1 badly, 9 not in time
    Wait(wait::Arguments),
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
            Command::Ledger(command) => command.run(context).await,
            Command::Replay(arguments) => replay::run(*arguments, context).await,
            Command::Sign(arguments) => sign::run(&arguments, context).await,
            Command::Status(arguments) => status::run(&arguments, context).await,
            Command::Tail(arguments) => tail::run(&arguments, context).await,
            Command::Trigger(arguments) => trigger::run(&arguments, context).await,
            Command::Try(arguments) => try_vectors::run(&arguments, context),
            Command::Upgrade(arguments) => upgrade::run(&arguments, context).await,
            Command::Wait(arguments) => wait::run(&arguments, context).await,
        }
    }
}

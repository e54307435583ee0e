//! The commands, each group in a file.

use clap::Subcommand;

use crate::context::Context;
use crate::error::Result;

mod deploy;
mod source;
mod status;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Deploy to an AWS account, guided through the first time
    Deploy(Box<deploy::arguments::Arguments>),
    /// Set senders up, and look after them
    #[command(subcommand)]
    Source(source::SourceCommand),
    /// Show the stack and its state
    Status(status::Arguments),
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
            Command::Status(arguments) => status::run(&arguments, context).await,
        }
    }
}

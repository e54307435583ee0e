//! `landfall source`: the configured senders.

mod add;
mod from_sample;
mod list;
mod name_argument;
mod register;
mod remove;
mod rotate;
mod show;
mod test;

use clap::Subcommand;

use crate::commands::source::name_argument::NameArgument;
use crate::context::Context;
use crate::error::Result;

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Set a sender up: store its secret, or make a token, and show the URL and the steps
    Add(add::Arguments),
    /// List the sources
    List,
    /// Show what a source's secret says, without any secret
    Show(NameArgument),
    /// Put a new secret or token before the others, all of which stay valid
    Rotate(rotate::Arguments),
    /// Remove a source, or only its previous secrets and tokens
    Remove(remove::Arguments),
    /// Send one recorded delivery to a source, signed as its sender signs
    Test(test::Arguments),
    /// Register a source's URL with its sender by the sender's API, and store the secret that it shows once
    Register(register::Arguments),
}

impl SourceCommand {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        match self {
            SourceCommand::Add(arguments) => add::run(&arguments, context).await,
            SourceCommand::List => list::run(context).await,
            SourceCommand::Show(NameArgument { name }) => show::run(&name, context).await,
            SourceCommand::Rotate(arguments) => rotate::run(&arguments, context).await,
            SourceCommand::Remove(arguments) => remove::run(&arguments, context).await,
            SourceCommand::Test(arguments) => test::run(&arguments, context).await,
            SourceCommand::Register(arguments) => register::run(&arguments, context).await,
        }
    }
}

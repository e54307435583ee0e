//! `landfall source`: the configured senders.

mod add;
mod list;
mod remove;
mod rotate;
mod show;

use clap::Subcommand;
use domain::source::source_name::SourceName;

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
}

/// Which source.
#[derive(Debug, clap::Args)]
pub struct NameArgument {
    /// The source's name
    #[arg(value_parser = parse_name)]
    pub name: SourceName,
}

fn parse_name(text: &str) -> std::result::Result<SourceName, domain::source::source_name::NotASourceName> {
    SourceName::parse(text)
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
        }
    }
}

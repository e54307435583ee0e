//! `landfall refused`: deliveries that were refused and are stored for a while.

mod explain;
mod list;
mod release;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::Result;
use crate::refused::refused_id::IdArgument;

/// What to do with refused deliveries.
#[derive(Debug, Subcommand)]
pub enum RefusedCommand {
    /// List what was refused, by source and cause: since when, against the last genuine delivery and the secret's last change
    List(list::Arguments),
    /// Show what is stored of a refused delivery
    Show(IdArgument),
    /// Explain why a delivery was refused, step by step, and which mistake it is
    Explain(IdArgument),
    /// Process deliveries that are genuine by what the source's secret says now, each once
    Release(release::Arguments),
}

impl RefusedCommand {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        match self {
            RefusedCommand::List(arguments) => list::run(&arguments, context).await,
            RefusedCommand::Show(IdArgument { id }) => show::run(&id, context).await,
            RefusedCommand::Explain(IdArgument { id }) => explain::run(&id, context).await,
            RefusedCommand::Release(arguments) => release::run(&arguments, context).await,
        }
    }
}

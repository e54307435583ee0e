//! `landfall consumers`.

use clap::Subcommand;

use crate::consumers::consumers;
use crate::context::Context;
use crate::error::{Error, Result};

/// What to do with the queues that receive events.
#[derive(Debug, Subcommand)]
pub enum ConsumersCommand {
    /// List the subscriptions of the topic: filters in words, how much waits, dead letters, and what to change
    List,
}

impl ConsumersCommand {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        let ConsumersCommand::List = self;
        let consumers = consumers(&context.session).await?;
        context.output.rows(&consumers)?;
        match consumers.iter().filter(|consumer| !consumer.problems.is_empty()).count() {
            0 => Ok(()),
            count => Err(Error::Failed(format!("{count} of {} consumers should be changed", consumers.len()))),
        }
    }
}

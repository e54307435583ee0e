//! `landfall dlq`: the dead-letter queues.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::context::Context;
use crate::dead_letters::{DeadLetterQueue, letters, redrive};
use crate::error::{Error, Result};
use crate::output::Row;
use crate::queues::Queues;

/// What to do with the dead-letter queues.
#[derive(Debug, Subcommand)]
pub enum DlqCommand {
    /// List the stack's dead-letter queues, and how much is in them
    List,
    /// Show what is in one: who put it there and why. It stays there
    Show(ShowArguments),
    /// Send everything in one again, to a queue that you name
    Redrive(RedriveArguments),
}

/// The options of `landfall dlq show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The dead-letter queue
    queue: DeadLetterQueue,
    /// At most this many messages
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: usize,
}

/// The options of `landfall dlq redrive`.
#[derive(Debug, Args)]
pub struct RedriveArguments {
    /// The dead-letter queue
    queue: DeadLetterQueue,
    /// The ARN of another queue to send to; default: the queue that its messages were for
    #[arg(long, value_name = "ARN")]
    to: Option<String>,
}

/// A dead-letter queue.
#[derive(Serialize)]
struct QueueRow {
    name: &'static str,
    waiting: u64,
    in_flight: u64,
    url: String,
}

impl Row for QueueRow {
    const COLUMNS: &'static [&'static str] = &["name", "waiting", "in_flight", "url"];
}

impl DlqCommand {
    /// Does it.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, context: &Context) -> Result<()> {
        match self {
            DlqCommand::List => list(context).await,
            DlqCommand::Show(ShowArguments { queue, limit }) => {
                context.output.rows(&letters(&context.session, queue, limit).await?)
            }
            DlqCommand::Redrive(arguments) => redrive_all(&arguments, context).await,
        }
    }
}

async fn list(context: &Context) -> Result<()> {
    let mut rows = Vec::new();
    for queue in DeadLetterQueue::ALL {
        let found = queue.find(&context.session).await?;
        let (waiting, in_flight) = (found.waiting, found.in_flight);
        rows.push(QueueRow { name: queue.as_str(), waiting, in_flight, url: found.url });
    }
    context.output.rows(&rows)
}

async fn redrive_all(arguments: &RedriveArguments, context: &Context) -> Result<()> {
    let session = &context.session;
    let from = arguments.queue.find(session).await?;
    let to = match &arguments.to {
        Some(arn) => Queues::of(session).await?.existing(arn).await?,
        None => arguments.queue.find_origin(session).await?,
    };
    if from.arn == to.arn {
        return Err(Error::Usage(format!("--to: {} is the dead-letter queue itself", to.name())));
    }
    if from.waiting == 0 {
        return Err(Error::Conflict(format!("the dead-letter queue {} is empty", arguments.queue.as_str())));
    }
    context.prompt.agree(&format!("Move about {} messages from {} to {}?", from.waiting, from.name(), to.name()))?;
    let redriven = redrive(session, &from, &to).await?;
    if redriven.task.is_some() {
        context.output.words("SQS moves them from now on, whether or not this program runs.");
    }
    context.output.item(&redriven)
}

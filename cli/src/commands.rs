//! The commands, each group in a file.

use clap::Subcommand;

use crate::command_line::CommandLine;
use crate::context::Context;
use crate::error::Result;

mod completions;
mod console;
mod consumers;
mod cost;
mod deploy;
mod dlq;
mod doctor;
mod events;
mod expect;
mod explain;
mod ledger;
mod listen;
mod mcp;
mod permissions;
mod reconcile;
mod refused;
mod replay;
mod sign;
mod source;
mod status;
mod tail;
mod trigger;
mod try_vectors;
mod upgrade;
mod wait;
mod watch;

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
    /// Say that jobs are expected to end: their sender is asked about those whose webhooks do not come
    Expect(Box<expect::Arguments>),
    /// Explain, step by step, why a recorded request is refused
    Explain(explain::Arguments),
    /// Look after the ledger
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Show how the jobs ended that were expected of a source: by webhook, by the sender's answer, late, or never
    Reconcile(reconcile::Arguments),
    /// Get a live copy of the events on this machine, by a queue of your own
    Listen(Box<listen::Arguments>),
    /// Look at deliveries that were refused, of sources with `quarantine`
    #[command(subcommand)]
    Refused(refused::RefusedCommand),
    /// Have events processed again: by their ids, or by a filter
    Replay(Box<replay::Arguments>),
    /// Print the headers that a source's sender would add to a body, for curl
    Sign(sign::Arguments),
    /// Show what the stack has done and what waits: figures of the functions, queues, ledger and alarms
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
    /// Watch a source, so that an alarm rings when nothing arrives from it; or show what is watched
    Watch(watch::Arguments),
    /// Serve pages on this machine that show events, what needs a person, and what to do
    Console(console::Arguments),
    /// Look at the queues that receive events
    #[command(subcommand)]
    Consumers(consumers::ConsumersCommand),
    /// Look at what could not be processed or delivered, and send it again
    #[command(subcommand)]
    Dlq(dlq::DlqCommand),
    /// Answer an agent over the Model Context Protocol, on standard input and output
    Mcp(mcp::Arguments),
    /// Examine the stack point by point, and say what to do
    Doctor,
    /// Show what the stack has cost, by what CloudWatch counted and list prices
    Cost(cost::Arguments),
    /// List what the commands may ask of AWS, by the policy that allows it
    Permissions(permissions::Arguments),
    /// Print a script that completes the command line in a shell
    Completions(completions::Arguments),
    /// Print the man page
    #[command(hide = true)]
    Man,
}

impl Command {
    /// Does it; `command_line` is all commands, for those that describe or run others.
    ///
    /// # Errors
    /// They say who must do what.
    pub async fn run(self, command_line: CommandLine, context: &Context) -> Result<()> {
        match self {
            Command::Deploy(arguments) => deploy::run(&arguments, context).await,
            Command::Source(command) => command.run(context).await,
            Command::Events(command) => command.run(context).await,
            Command::Expect(arguments) => expect::run(&arguments, context).await,
            Command::Explain(arguments) => explain::run(&arguments, context).await,
            Command::Ledger(command) => command.run(context).await,
            Command::Reconcile(arguments) => reconcile::run(&arguments, context).await,
            Command::Listen(arguments) => listen::run(&arguments, context).await,
            Command::Refused(command) => command.run(context).await,
            Command::Replay(arguments) => replay::run(*arguments, context).await,
            Command::Sign(arguments) => sign::run(&arguments, context).await,
            Command::Status(arguments) => status::run(&arguments, context).await,
            Command::Tail(arguments) => tail::run(&arguments, context).await,
            Command::Trigger(arguments) => trigger::run(&arguments, context).await,
            Command::Try(arguments) => try_vectors::run(&arguments, context),
            Command::Upgrade(arguments) => upgrade::run(&arguments, context).await,
            Command::Wait(arguments) => wait::run(&arguments, context).await,
            Command::Watch(arguments) => watch::run(&arguments, context).await,
            Command::Console(arguments) => console::run(&arguments, context).await,
            Command::Consumers(command) => command.run(context).await,
            Command::Dlq(command) => command.run(context).await,
            Command::Mcp(arguments) => mcp::run(&arguments, command_line, context).await,
            Command::Doctor => doctor::run(context).await,
            Command::Cost(arguments) => cost::run(&arguments, context).await,
            Command::Permissions(arguments) => permissions::run(&arguments, context),
            Command::Completions(arguments) => completions::run(&arguments, (command_line.description)(), context),
            Command::Man => completions::man((command_line.description)(), context),
        }
    }
}

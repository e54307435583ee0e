//! `landfall mcp`.

use clap::Args;

use crate::command_line::CommandLine;
use crate::context::Context;
use crate::error::Result;
use crate::mcp::serve;

/// The options of `landfall mcp`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Offer replays too; without it, nothing can be changed
    #[arg(long)]
    allow_writes: bool,
}

/// Serves an agent until it goes or this is interrupted.
pub(crate) async fn run(arguments: &Arguments, command_line: CommandLine, context: &Context) -> Result<()> {
    serve(command_line, arguments.allow_writes, context).await
}

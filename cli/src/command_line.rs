//! All commands as a value, for those that describe or run others.

use clap::Command;
use futures_util::future::LocalBoxFuture;

use crate::context::Context;
use crate::error::Result;

/// All commands.
#[derive(Clone, Copy, Debug)]
pub struct CommandLine {
    /// Describes them.
    pub description: fn() -> Command,
    /// Runs the command that these words are, the first of which names the program, in this context.
    pub run: fn(Vec<String>, Context) -> LocalBoxFuture<'static, Result<()>>,
}

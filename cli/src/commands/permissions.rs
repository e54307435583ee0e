//! `landfall permissions`.

use clap::Args;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::permissions;

/// The options of `landfall permissions`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only those of this command, such as `dlq list`
    #[arg(value_name = "COMMAND", num_args = 0..)]
    command: Vec<String>,
}

/// Lists what the commands may ask of AWS.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let command = arguments.command.join(" ");
    let mut permissions = permissions::all();
    permissions.retain(|permission| command.is_empty() || permission.command == command);
    if permissions.is_empty() {
        return Err(Error::NotFound(format!("{command} is no command that calls AWS; see landfall permissions")));
    }
    context.output.rows(&permissions)
}

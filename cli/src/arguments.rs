//! The command line.

use clap::Parser;

use crate::commands::Command;
use crate::options::Options;

/// Set senders up, deploy, and look after a Landfall stack, on AWS or on this machine.
#[derive(Debug, Parser)]
#[command(name = "landfall", version, propagate_version = false)]
pub struct Arguments {
    /// What all commands have in common.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }
}

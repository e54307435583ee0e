//! The options of all commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where `make up` says what runs on this machine.
const LOCAL_STACK: &str = "target/local/stack.json";

/// The options of all commands.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// How data is written
    #[arg(long, global = true, value_enum, default_value = "table", value_name = "FORMAT")]
    pub output: Format,
    /// The fields to write, separated by commas
    #[arg(long, global = true, value_delimiter = ',', value_name = "NAMES")]
    pub fields: Vec<String>,
    /// The name of the CloudFormation stack
    #[arg(long, global = true, env = "LANDFALL_STACK", value_name = "NAME")]
    pub stack: Option<String>,
    /// The profile of the AWS configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The AWS region
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Use the local stack of `make up`, or the one that this file describes
    #[arg(
        long, global = true, env = "LANDFALL_LOCAL", value_name = "FILE", num_args = 0..=1, require_equals = true,
        default_missing_value = LOCAL_STACK, conflicts_with_all = ["stack", "profile", "region"],
    )]
    pub local: Option<PathBuf>,
    /// Ask nothing: agree, and use the defaults
    #[arg(long, short = 'y', global = true)]
    pub yes: bool,
}

impl Options {
    /// The name of the stack, given or usual.
    #[must_use]
    pub fn stack_name(&self) -> &str {
        self.stack.as_deref().unwrap_or("landfall")
    }
}

/// How data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line
    Ndjson,
}

//! Which source a command is about.

use clap::Args;
use domain::source::source_name::{NotASourceName, SourceName};

/// Which source.
#[derive(Debug, Args)]
pub struct NameArgument {
    /// The source's name
    #[arg(value_parser = parse)]
    pub name: SourceName,
}

fn parse(text: &str) -> Result<SourceName, NotASourceName> {
    SourceName::parse(text)
}

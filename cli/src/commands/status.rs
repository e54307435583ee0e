//! `landfall status`.

use std::time::Duration;

use clap::Args;
use platform::clock;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::output::Row;
use crate::stack_status::figures;

/// The options of `landfall status`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The time over which the functions' figures are summed up
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,
    /// Show where the parts of the stack are instead
    #[arg(long)]
    parts: bool,
}

/// A part of the stack.
#[derive(Serialize)]
struct Part {
    part: String,
    place: String,
}

impl Row for Part {
    const COLUMNS: &'static [&'static str] = &["part", "place"];
}

/// Shows what the stack has done, and what waits.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let stack = context.session.stack().await?;
    context.output.words(&format!("{} is {}", context.session.stack_name(), stack.status));
    if arguments.parts {
        let parts = stack.outputs.iter().map(|(part, place)| Part { part: part.clone(), place: place.clone() });
        return context.output.rows(&parts.collect::<Vec<_>>());
    }
    let window = Duration::from_secs(arguments.minutes * 60);
    context.output.rows(&figures(&context.session, window, clock::now()).await?)
}

//! `landfall status`.

use clap::Args;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::output::Row;

/// The options of `landfall status`.
#[derive(Debug, Args)]
pub struct Arguments {}

/// A part of the stack.
#[derive(Serialize)]
struct Part {
    part: String,
    place: String,
}

impl Row for Part {
    const COLUMNS: &'static [&'static str] = &["part", "place"];
}

/// Shows where the parts of the stack are.
pub(crate) async fn run(_: &Arguments, context: &Context) -> Result<()> {
    let stack = context.session.stack().await?;
    context.output.words(&format!("{} is {}", context.session.stack_name(), stack.status));
    let parts = stack.outputs.iter().map(|(part, place)| Part { part: part.clone(), place: place.clone() });
    context.output.rows(&parts.collect::<Vec<_>>())
}

//! `landfall expect ask`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use domain::source::source_name::SourceName;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::id_argument::THINGS;
use crate::sender_answer::ask;

/// The options of `landfall expect ask`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The source
    #[arg(value_name = "SOURCE", value_parser = SourceName::parse)]
    source: SourceName,
    /// The sender's id of the job
    #[arg(value_name = "JOB_ID")]
    job: String,
    /// What the job is
    #[arg(long, value_name = "THING", default_value = "job", value_parser = PossibleValuesParser::new(THINGS))]
    thing: String,
}

/// Asks a job's sender how it stands.
pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let Arguments { source, job, thing } = arguments;
    let thing = thing.parse().map_err(|_| Error::Usage(format!("--thing: there is no {thing}")))?;
    let answer = ask(&context.session, source, thing, job).await?;
    context.output.words("Nothing of this is recorded or published.");
    context.output.item(&answer)
}

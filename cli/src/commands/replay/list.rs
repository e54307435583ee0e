//! `landfall replay list`.

use crate::context::Context;
use crate::error::Result;
use crate::job_row::JobRow;
use crate::services::Services;

/// Lists the jobs.
pub(crate) async fn run(context: &Context) -> Result<()> {
    let replays = Services::of(&context.session).await?.replays()?;
    let jobs = replays.jobs().await?;
    context.output.rows(&jobs.into_iter().map(JobRow::from).collect::<Vec<_>>())
}

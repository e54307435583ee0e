//! `landfall replay pause` and `landfall replay cancel`.

use domain::ledger::replay_job::ReplayJobId;

use crate::context::Context;
use crate::error::Result;
use crate::job_row::JobRow;
use crate::services::Services;

/// Stops a job so that it can go on.
pub(crate) async fn pause(job: &ReplayJobId, context: &Context) -> Result<()> {
    let replays = Services::of(&context.session).await?.replays()?;
    replays.pause(job).await?;
    context.output.words(&format!("Go on with: {}", context.session.command(&format!("replay resume {job}"))));
    context.output.item(&JobRow::from(replays.job(job).await?))
}

/// Stops a job for good.
pub(crate) async fn cancel(job: &ReplayJobId, context: &Context) -> Result<()> {
    let replays = Services::of(&context.session).await?.replays()?;
    replays.cancel(job).await?;
    context.output.item(&JobRow::from(replays.job(job).await?))
}

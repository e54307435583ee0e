//! `landfall replay show`.

use domain::ledger::replay_job::ReplayJobId;

use crate::context::Context;
use crate::error::Result;
use crate::job_row::JobReport;
use crate::services::Services;

/// Shows how a job and its events stand.
pub(crate) async fn run(job: &ReplayJobId, context: &Context) -> Result<()> {
    let replays = Services::of(&context.session).await?.replays()?;
    context.output.item(&JobReport::from(replays.show(job).await?))
}

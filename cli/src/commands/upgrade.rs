//! `landfall upgrade`: brings a stack to this version.

use clap::Args;

use crate::context::Context;
use crate::deployment::project::Project;
use crate::deployment::state::deployable;
use crate::deployment::{self, Deployment, limits};
use crate::deployment_options::{DeploymentFiles, Parameters};
use crate::error::{Error, Result};
use crate::stack::Stack;

/// The options of `landfall upgrade`.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    files: DeploymentFiles,
    /// Show what would be added, changed, replaced and removed, and leave the stack as it is. For that, functions and template
    /// are uploaded, to a bucket that must be there
    #[arg(long)]
    dry_run: bool,
}

/// Shows the changes, and makes them if that is wanted. What no parameter says stays as the stack has it.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let session = &context.session;
    if session.options().local.is_some() {
        return Err(Error::Usage("the local stack is brought up to date by make up".into()));
    }
    let mut project = Project::find(arguments.files.project.as_deref())?;
    project.check_tools()?;
    let account = session.caller().await?.account().unwrap_or_default().to_owned();
    let (region, name) = (session.region().await?, session.stack_name());
    let stack = deployable(Stack::find(session.config().await?, name).await?, session)?.ok_or_else(|| {
        Error::NotFound(format!(
            "There is no stack {name} in {region}: {} makes a first one.",
            session.command("deploy")
        ))
    })?;
    let mut parameters: Parameters = arguments.files.parameters.iter().cloned().collect();
    // The functions are built for what the stack runs on, unless that shall change.
    if let Some(architecture) = parameters.get("Architecture").or_else(|| stack.parameters.get("Architecture")) {
        project.architecture.clone_from(architecture);
    }
    limits::settle_concurrency(context, Some(&stack), &mut parameters).await?;
    project.build()?;
    let (deployed, bucket) = (Some(&stack), arguments.files.bucket.as_deref());
    let deployment = Deployment { context, project: &project, deployed, parameters: &parameters, bucket };
    deployment::carry_out(&deployment, &account, arguments.dry_run).await
}

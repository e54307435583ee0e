//! `landfall deploy`: deploys to an AWS account, and guides through the first time.

pub(crate) mod arguments;

use crate::context::Context;
use crate::deployment::project::Project;
use crate::deployment::state::deployable;
use crate::deployment::{self, Deployment, delivery_check, limits};
use crate::deployment_options::Parameters;
use crate::error::{Error, Result};
use crate::new_source::{NewSource, ask_sender};
use crate::options::Options;
use crate::prompt::Question;
use crate::source_store::{SourceStore, Version};
use crate::stack::Stack;

use self::arguments::{Arguments, is_email_or_nothing, is_region};

/// The template's default of `SourcesPrefix`.
const SOURCES_PREFIX: &str = "landfall";
const WHAT_COMES: &str = "
This creates one CloudFormation stack: three Lambda functions with a role each, a DynamoDB table, four SQS queues,
two SNS topics, an S3 bucket, log groups, alarms and a dashboard; and one secret in Secrets Manager for each sender.
It costs a few dollars a month while idle (alarms, dashboard, secrets), and a few dollars more for a million events;
docs/performance.md has the figures.
";
const WHAT_FOLLOWS: &str = "
The functions and the template are uploaded to a bucket of your account; if it does not exist yet, you are asked first.
Then each change of the inbox is shown, and none is made before you agree.
";

/// Deploys, or only checks.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let sender = arguments.check()?;
    let options = context.session.options();
    if options.local.is_some() {
        return Err(Error::Usage("the local stack is deployed by make up".into()));
    }
    let mut project = Project::find(arguments.files.project.as_deref())?;
    if let Some(architecture) = &arguments.architecture {
        project.architecture.clone_from(architecture);
    }
    project.check_tools()?;
    let account = sign_in(context).await?;
    let context = &place(&project, context).await?;
    let (region, name) = (context.session.region().await?, context.session.stack_name());
    let deployed = deployable(Stack::find(context.session.config().await?, name).await?, &context.session)?;
    if arguments.check_delivery {
        let none = || Error::NotFound(format!("There is no stack {name} in {region}: deploy it first."));
        return delivery_check::check(context, &deployed.ok_or_else(none)?).await;
    }
    let kind = if deployed.is_none() { "a first deployment" } else { "an update" };
    context.output.words(&format!("\nAccount {account}, region {region}, stack {name}: {kind}"));

    let parameters = settle(arguments, &project, context, deployed.as_ref()).await?;
    let sender = match sender {
        None if deployed.is_none() && !context.prompt.assumes_yes() => ask_sender(context)?,
        sender => sender,
    };
    let ask = |sender| NewSource::ask(context, sender, arguments.source.as_deref(), &arguments.options);
    let source = sender.map(ask).transpose()?;
    if let Some(source) = &source {
        let prefix = limits::parameter(&parameters, deployed.as_ref(), "SourcesPrefix").unwrap_or(SOURCES_PREFIX);
        SourceStore::check_name(&context.session, prefix, &source.name).await?;
    }
    let (deployed, bucket) = (deployed.as_ref(), arguments.files.bucket.as_deref());
    let deployment = Deployment { context, project: &project, deployed, parameters: &parameters, bucket };
    if arguments.dry_run {
        context.output.words(&deployment.describe(&account).await?);
        if let Some(source) = source {
            let name = source.name;
            context
                .output
                .words(&format!("Then it would create the secret {{SourcesPrefix}}/source/{name}, if there is none."));
        }
        return Ok(());
    }
    context.output.words(WHAT_FOLLOWS);
    context.prompt.agree(if project.is_checkout() { "Build and upload now?" } else { "Upload now?" })?;
    project.build()?;
    deployment::carry_out(&deployment, &account, false).await?;
    if let Some(source) = source {
        set_up(source, arguments, context).await?;
    }
    say_what_is_where(context, context.session.stack().await?);
    Ok(())
}

/// The account.
async fn sign_in(context: &Context) -> Result<String> {
    let identity = context.session.caller().await?;
    context.output.words(&format!("Signed in as {}", identity.arn().unwrap_or_default()));
    Ok(identity.account().unwrap_or_default().to_owned())
}

/// Asks for region and name; what follows works there.
async fn place(project: &Project, context: &Context) -> Result<Context> {
    let options = context.session.options();
    let usual = context.session.usual_region().await;
    let question = Question {
        what: "Region",
        why: "near the senders or the consumers; a stack cannot move",
        default: usual.as_deref().unwrap_or_default(),
    };
    let region = context.prompt.ask(&question, options.region.as_deref(), is_region)?;
    let question = Question {
        what: "Stack",
        why: "the name of this inbox; two names are two inboxes",
        default: &project.stack_name,
    };
    let stack = context.prompt.ask(&question, options.stack.as_deref(), |_| Ok(()))?;
    Ok(Context::new(Options { region: Some(region), stack: Some(stack), ..options.clone() }))
}

/// The parameters: those of the project, those that are given, and those that are asked for.
async fn settle(
    arguments: &Arguments,
    project: &Project,
    context: &Context,
    deployed: Option<&Stack>,
) -> Result<Parameters> {
    let mut parameters = project.parameters.clone();
    parameters.extend(arguments.files.parameters.iter().cloned());
    if let Some(architecture) = &arguments.architecture {
        parameters.insert("Architecture".into(), architecture.clone());
    }
    let email = arguments.alarm_email.as_deref();
    if deployed.is_none() {
        context.output.words(WHAT_COMES);
        let usual = parameters.get("AlarmEmail").cloned().unwrap_or_default();
        let why = "empty: alarms only show in CloudWatch; AWS asks the address to confirm";
        let question = Question { what: "E-mail for alarms", why, default: &usual };
        let email = context.prompt.ask(&question, email, is_email_or_nothing)?;
        parameters.insert("AlarmEmail".into(), email);
        limits::settle_front(context, &mut parameters).await?;
    } else if let Some(email) = email {
        parameters.insert("AlarmEmail".into(), email.to_owned());
    }
    limits::settle_concurrency(context, deployed, &mut parameters).await?;
    Ok(parameters)
}

async fn set_up(source: NewSource, arguments: &Arguments, context: &Context) -> Result<()> {
    let store = SourceStore::of(&context.session).await?;
    let set_up = match store.read(&source.name, Version::Current).await {
        Ok(Some(_)) => {
            let secret = store.secret_name(&source.name);
            context.output.words(&format!("\nThe secret {secret} exists already and was left alone."));
            return Ok(());
        }
        Ok(None) => source.set_up(context, &store, &arguments.options.files, true).await,
        Err(error) => Err(error),
    };
    match set_up {
        // The inbox is there; the source can follow with `landfall source add`.
        Err(Error::NotAgreed(text) | Error::Conflict(text)) => context.output.words(&text),
        result => result?,
    }
    Ok(())
}

fn say_what_is_where(context: &Context, stack: &Stack) {
    // The template may be of an earlier version.
    let output = |name| stack.output(name).unwrap_or("unknown");
    context.output.words(&format!(
        "
Landfall is deployed.
  health     curl {}health
  consumers  {} (docs/consumers.md)
  topic      {}
  logs       {}, {} (docs/logs.md)
  alarms     CloudWatch, dashboard {} (docs/runbook.md)
  later      {} updates it
             {} sets up one more sender",
        output("FunctionUrl"),
        output("ConsumerQueueUrl"),
        output("TopicArn"),
        output("IngestLogGroup"),
        output("ProcessLogGroup"),
        output("Dashboard"),
        context.session.command("upgrade"),
        context.session.command("source add"),
    ));
}

#[cfg(test)]
mod tests {
    use super::SOURCES_PREFIX;

    #[test]
    fn sources_are_where_the_template_has_them() {
        let parameter = format!("  SourcesPrefix:\n    Type: String\n    Default: {SOURCES_PREFIX}\n");
        assert!(include_str!("../../../template.yaml").contains(&parameter));
    }
}

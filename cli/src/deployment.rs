//! A deployment by CloudFormation: the functions and the template go to a bucket, and a change set is made, shown and
//! executed.

mod artifact_bucket;
mod change_set;
pub(crate) mod delivery_check;
mod failure;
mod function_package;
mod leftovers;
pub(crate) mod limits;
mod planned_change;
pub(crate) mod project;
mod stack_events;
pub(crate) mod state;
mod template;

use std::collections::BTreeMap;

use crate::context::Context;
use crate::deployment_options::Parameters;
use crate::error::{Error, Result};
use crate::stack::Stack;

use self::artifact_bucket::ArtifactBucket;
use self::change_set::ChangeSet;
use self::function_package::FunctionPackage;
use self::planned_change::{PlannedChange, warnings};
use self::project::Project;
use self::template::Template;

/// What shall become of a stack.
pub(crate) struct Deployment<'a> {
    pub(crate) context: &'a Context,
    pub(crate) project: &'a Project,
    /// The stack as it is; `None` for the first deployment.
    pub(crate) deployed: Option<&'a Stack>,
    pub(crate) parameters: &'a Parameters,
    /// The caller's own bucket for the artefacts.
    pub(crate) bucket: Option<&'a str>,
}

impl Deployment<'_> {
    /// What would be done, without doing any of it.
    pub(crate) async fn describe(&self, account: &str) -> Result<String> {
        let region = self.context.session.region().await?;
        let build = match self.project.is_checkout() {
            true => format!("  build     the functions: make build ARCHITECTURE={}\n", self.project.architecture),
            false => String::new(),
        };
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        let parameters = if parameters.is_empty() { " as they are".to_owned() } else { parameters.concat() };
        Ok(format!(
            "\nThis would be done, and each change shown before it is made:\n{build}  upload    the functions and the \
             template to the bucket {}\n  change    the stack {} by a change set; parameters:{parameters}",
            self.bucket_name(account, region),
            self.context.session.stack_name(),
        ))
    }

    /// Makes a change set and shows it. `None` if nothing would change.
    async fn plan(&self, account: &str, may_make_bucket: bool) -> Result<Option<ChangeSet>> {
        let context = self.context;
        let config = context.session.config().await?;
        let region = context.session.region().await?;
        let bucket = self.bucket_name(account, region);
        let bucket = ArtifactBucket::open(context, &bucket, account, may_make_bucket).await?;
        let mut parameters = self.parameters.clone();
        let template = Template::read(&self.project.template())?;
        // Where there are no function URLs, CloudFormation may not know the type either, whatever its condition says.
        let template = match limits::parameter(&parameters, self.deployed, "Front") {
            Some("http-api") => template.without_function_url(),
            _ => template,
        };
        let mut places = BTreeMap::new();
        for binary in template.binaries()? {
            let package = FunctionPackage::read(&self.project.bootstrap(&binary))?;
            // The functions say it themselves, and CloudFormation would not notice a contradiction.
            if let Some(other) = parameters.insert("Architecture".into(), package.architecture.to_owned())
                && other != package.architecture
            {
                let built = package.architecture;
                return Err(Error::Usage(format!(
                    "Architecture={other} does not fit: the functions of {} are built for {built}",
                    self.project.root.display()
                )));
            }
            places.insert(binary, bucket.upload(context, "zip", package.zip).await?);
        }
        let text = template.with_code(|binary| places[binary].s3_uri())?;
        let template_url = bucket.upload(context, "yaml", text.into_bytes()).await?.url(&bucket).await?;
        context.output.words("Making the change set ...");
        let known = template.parameters();
        let change_set =
            ChangeSet::create(config, context.session.stack_name(), self.deployed, &template_url, &parameters, &known);
        change_set.await
    }

    fn bucket_name(&self, account: &str, region: &str) -> String {
        self.bucket.map_or_else(|| format!("landfall-artifacts-{account}-{region}"), str::to_owned)
    }
}

/// Makes the changes once the caller has agreed to them, and checks a key that they set; with `only_show`, leaves the stack as
/// it is.
pub(crate) async fn carry_out(deployment: &Deployment<'_>, account: &str, only_show: bool) -> Result<()> {
    let context = deployment.context;
    let name = context.session.stack_name();
    let Some(change_set) = deployment.plan(account, !only_show).await? else {
        context.output.words(&format!("{name} is up to date: nothing changes."));
        return Ok(());
    };
    show(context, &change_set)?;
    if only_show {
        change_set.delete().await?;
        context.output.words("Nothing was changed.");
        return Ok(());
    }
    if let Err(refusal) = context.prompt.agree("Make these changes?") {
        change_set.delete().await?;
        return Err(refusal);
    }
    change_set.execute(context).await?;
    // What the session knows of the stack may be older.
    let changed = Stack::find(context.session.config().await?, name).await?;
    match changed {
        Some(stack) if !["", deployment.deployed.map(key).unwrap_or_default()].contains(&key(&stack)) => {
            delivery_check::check(context, &stack).await
        }
        _ => Ok(()),
    }
}

fn key(stack: &Stack) -> &str {
    stack.parameters.get("KeyArn").map(String::as_str).unwrap_or_default()
}

/// Shows what a change set would do, with what that means for data and addresses.
fn show(context: &Context, change_set: &ChangeSet) -> Result<()> {
    context.output.rows::<PlannedChange>(&change_set.changes)?;
    for warning in warnings(&change_set.changes) {
        context.output.words(&warning);
    }
    Ok(())
}

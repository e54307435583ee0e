//! A change set: what CloudFormation would do to a stack.

use std::collections::BTreeSet;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{Capability, ChangeSetStatus, ChangeSetType, Parameter};
use aws_types::SdkConfig;
use platform::random;

use crate::aws_error::{OrError as _, code};
use crate::context::Context;
use crate::deployment::failure;
use crate::deployment::planned_change::PlannedChange;
use crate::deployment::stack_events::StackEvents;
use crate::deployment_options::Parameters;
use crate::error::{Error, Result};
use crate::poll::Poll;
use crate::stack::Stack;

/// A change set that can be executed.
pub(crate) struct ChangeSet {
    client: Client,
    stack: String,
    stack_id: String,
    id: String,
    is_first: bool,
    pub(crate) changes: Vec<PlannedChange>,
}

impl ChangeSet {
    /// Makes one of the template at `template_url`, whose parameters are `known`. `None` if nothing would change.
    pub(super) async fn create(
        config: &SdkConfig,
        stack: &str,
        deployed: Option<&Stack>,
        template_url: &str,
        parameters: &Parameters,
        known: &BTreeSet<String>,
    ) -> Result<Option<ChangeSet>> {
        let client = Client::new(config);
        let is_first = deployed.is_none();
        let create = client.create_change_set().stack_name(stack).template_url(template_url);
        let kind = if is_first { ChangeSetType::Create } else { ChangeSetType::Update };
        let create = create.change_set_type(kind).change_set_name(format!("landfall-{}", random::token()));
        // The roles have no names of their own, and a change set needs no capability for the transform.
        let create = create.capabilities(Capability::CapabilityIam);
        let made = create.set_parameters(Some(values(deployed, parameters, known))).send().await;
        let made = match made {
            Err(error) if code(&error) == Some("ValidationError") => {
                let message = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
                return Err(refused(stack, message));
            }
            made => made.or_error("cloudformation:CreateChangeSet")?,
        };
        let mut change_set = ChangeSet {
            client,
            stack: stack.to_owned(),
            stack_id: made.stack_id.unwrap_or_default(),
            id: made.id.unwrap_or_default(),
            is_first,
            changes: Vec::new(),
        };
        let description = change_set.wait().await?;
        if description.status() == Some(&ChangeSetStatus::Failed) {
            let reason = description.status_reason().unwrap_or("CloudFormation gave no reason").to_owned();
            change_set.delete().await?;
            // CloudFormation calls this a failure, and says it in one of two ways.
            if ["didn't contain changes", "No updates are to be performed"].iter().any(|it| reason.contains(it)) {
                return Ok(None);
            }
            return Err(Error::Failed(format!(
                "CloudFormation cannot make these changes: {reason}{}",
                failure::advice(&reason)
            )));
        }
        change_set.changes = change_set.all_changes(description).await?;
        Ok(Some(change_set))
    }

    async fn wait(&self) -> Result<DescribeChangeSetOutput> {
        let mut poll = Poll::begin();
        loop {
            let description = self.client.describe_change_set().change_set_name(&self.id).send().await;
            let description = description.or_error("cloudformation:DescribeChangeSet")?;
            if [Some(&ChangeSetStatus::CreateComplete), Some(&ChangeSetStatus::Failed)].contains(&description.status())
            {
                return Ok(description);
            }
            poll.wait().await;
        }
    }

    /// All of them, in pages after the first.
    async fn all_changes(&self, first: DescribeChangeSetOutput) -> Result<Vec<PlannedChange>> {
        let mut changes: Vec<PlannedChange> = first.changes().iter().filter_map(PlannedChange::of).collect();
        let mut next = first.next_token;
        while let Some(token) = next {
            let page = self.client.describe_change_set().change_set_name(&self.id).next_token(token).send().await;
            let page = page.or_error("cloudformation:DescribeChangeSet")?;
            changes.extend(page.changes().iter().filter_map(PlannedChange::of));
            next = page.next_token;
        }
        Ok(changes)
    }

    /// Leaves the stack as it was; one that only exists as a name goes too.
    pub(crate) async fn delete(&self) -> Result<()> {
        let deleted = self.client.delete_change_set().change_set_name(&self.id).send().await;
        deleted.or_error("cloudformation:DeleteChangeSet")?;
        if self.is_first {
            let deleted = self.client.delete_stack().stack_name(&self.stack_id).send().await;
            deleted.or_error("cloudformation:DeleteStack")?;
        }
        Ok(())
    }

    /// Makes the changes, and says each step until the last.
    pub(crate) async fn execute(&self, context: &Context) -> Result<()> {
        let mut events = StackEvents::after_now(&self.client, &self.stack_id).await?;
        let execute = self.client.execute_change_set().change_set_name(&self.id).send().await;
        execute.or_error("cloudformation:ExecuteChangeSet")?;
        let status = self.wait_for_end(context, &mut events).await;
        let status = status.map_err(|error| {
            let look = format!("cloudformation describe-stacks --stack-name {}", self.stack);
            goes_on(error, &self.stack, &context.session.aws_command(&look))
        })?;
        match status.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" => Ok(()),
            _ => Err(Error::Failed(failure::text(&context.session, &self.stack, &status, &events.failures))),
        }
    }

    /// Says each step until the last, and gives the state in which the stack is then.
    async fn wait_for_end(&self, context: &Context, events: &mut StackEvents<'_>) -> Result<String> {
        let mut poll = Poll::begin();
        loop {
            poll.wait().await;
            events.tell_new(context).await?;
            let described = self.client.describe_stacks().stack_name(&self.stack_id).send().await;
            let described = described.or_error("cloudformation:DescribeStacks")?;
            let status = described.stacks().first().and_then(|stack| stack.stack_status()).map(|it| it.as_str());
            let status = status.unwrap_or_default();
            if status.ends_with("_IN_PROGRESS") {
                continue;
            }
            events.tell_new(context).await?;
            return Ok(status.to_owned());
        }
    }
}

/// What CloudFormation did not even plan: a parameter does not fit, or the stack is being changed since it was looked at.
fn refused(stack: &str, message: &str) -> Error {
    if message.contains("state and can not") {
        return Error::Conflict(format!(
            "CloudFormation cannot change {stack} now: {message}\nRun this again: it says what the state of the stack needs \
             first."
        ));
    }
    let advice = match failure::advice(message) {
        unknown if unknown.is_empty() => failure::advice("Parameter"),
        known => known,
    };
    Error::Usage(format!("CloudFormation refuses this: {message}{advice}"))
}

/// A change that can no longer be followed has not ended: an index of a large table takes longer than many sessions.
fn goes_on(error: Error, stack: &str, look: &str) -> Error {
    let told = |text: String| {
        format!(
            "{text}\nThis is only about looking: CloudFormation goes on with {stack}. To see what becomes of it:\n  {look}"
        )
    };
    match error {
        Error::SignIn(text) => Error::SignIn(told(text)),
        Error::Unavailable(text) => Error::Unavailable(told(text)),
        Error::Denied { call, message, statement } => Error::Denied { call, message: told(message), statement },
        other => other,
    }
}

/// What is given, and for the rest what the stack has: without that, CloudFormation would take the defaults.
fn values(deployed: Option<&Stack>, parameters: &Parameters, known: &BTreeSet<String>) -> Vec<Parameter> {
    let given =
        parameters.iter().map(|(name, value)| Parameter::builder().parameter_key(name).parameter_value(value).build());
    let former = deployed.into_iter().flat_map(|stack| stack.parameters.keys());
    let former = former.filter(|name| known.contains(*name) && !parameters.contains_key(*name));
    given.chain(former.map(|name| Parameter::builder().parameter_key(name).use_previous_value(true).build())).collect()
}

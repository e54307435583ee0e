//! What CloudFormation does to a stack, as it happens.

use std::collections::HashSet;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::StackEvent;

use crate::aws_error::OrError as _;
use crate::context::Context;
use crate::deployment::failure::ResourceFailure;
use crate::error::Result;

/// A stack's events from some moment on.
pub(super) struct StackEvents<'a> {
    client: &'a Client,
    stack_id: &'a str,
    seen: HashSet<String>,
    /// What failed by itself, the first first.
    pub(super) failures: Vec<ResourceFailure>,
}

impl<'a> StackEvents<'a> {
    /// Leaves out what has happened until now.
    pub(super) async fn after_now(client: &'a Client, stack_id: &'a str) -> Result<StackEvents<'a>> {
        let mut events = StackEvents { client, stack_id, seen: HashSet::new(), failures: Vec::new() };
        events.unseen().await?;
        Ok(events)
    }

    /// Says what is new, and remembers what failed.
    pub(super) async fn tell_new(&mut self, context: &Context) -> Result<()> {
        for event in self.unseen().await? {
            let resource = event.logical_resource_id().unwrap_or_default();
            let status = event.resource_status().map(|status| status.as_str()).unwrap_or_default();
            let reason = event.resource_status_reason().unwrap_or_default();
            let kind = event.resource_type().unwrap_or_default();
            // Begun and done is enough for the reader; a reason is there where something is unusual.
            context.output.words(format!("  {status:<28} {resource} ({kind}) {reason}").trim_end());
            if status.ends_with("_FAILED") && !reason.contains("cancelled") {
                self.failures.push(ResourceFailure { resource: resource.to_owned(), reason: reason.to_owned() });
            }
        }
        Ok(())
    }

    /// The newest come first from CloudFormation, and last from here.
    async fn unseen(&mut self) -> Result<Vec<StackEvent>> {
        let mut unseen = Vec::new();
        let mut next = None;
        loop {
            let page = self.client.describe_stack_events().stack_name(self.stack_id).set_next_token(next).send().await;
            let page = page.or_error("cloudformation:DescribeStackEvents")?;
            let count = page.stack_events().len();
            let new = page.stack_events.unwrap_or_default().into_iter();
            let new: Vec<StackEvent> =
                new.filter(|event| self.seen.insert(event.event_id().unwrap_or_default().to_owned())).collect();
            let has_older = new.len() < count;
            unseen.extend(new);
            next = page.next_token;
            if next.is_none() || has_older {
                unseen.reverse();
                return Ok(unseen);
            }
        }
    }
}

//! Whether a deployment can begin.

use crate::error::{Error, Result};
use crate::stack::Stack;

/// The stack, if a deployment can begin from its state; `None` is one that is not there yet.
pub(crate) fn deployable(stack: Option<Stack>, name: &str, region: &str) -> Result<Option<Stack>> {
    let Some(stack) = stack else {
        return Ok(None);
    };
    let (state, place) = (&stack.status, format!("--stack-name {name} --region {region}"));
    let problem = match state.as_str() {
        "UPDATE_ROLLBACK_FAILED" => format!(
            "An update of {name} failed, and so did undoing it ({state}). Fix what its events name, let CloudFormation \
             continue, and run this again:\n  aws cloudformation describe-stack-events {place}\n  \
             aws cloudformation continue-update-rollback {place}"
        ),
        "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" => format!(
            "A first deployment of {name} has failed before and left it as {state}, which cannot be updated. Delete it, \
             then try again:\n  aws cloudformation delete-stack {place}"
        ),
        state if state.ends_with("_IN_PROGRESS") => format!(
            "The stack {name} is being changed at this moment ({state}). Run this again when that has ended:\n  \
             aws cloudformation describe-stacks {place} --query 'Stacks[0].StackStatus'"
        ),
        _ => return Ok(Some(stack)),
    };
    Err(Error::Conflict(problem))
}

//! Whether a deployment can begin.

use crate::deployment::leftovers;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::stack::Stack;

/// The session's stack, if a deployment can begin from its state; `None` is one that is not there yet.
pub(crate) fn deployable(stack: Option<Stack>, session: &Session) -> Result<Option<Stack>> {
    let Some(stack) = stack else {
        return Ok(None);
    };
    let (state, name) = (&stack.status, session.stack_name());
    let command = |words: &str| session.aws_command(&format!("cloudformation {words} --stack-name {name}"));
    let events = || command("describe-stack-events");
    let problem = match state.as_str() {
        "UPDATE_ROLLBACK_FAILED" => format!(
            "An update of {name} failed, and so did undoing it ({state}). Fix what its events name, let CloudFormation \
             continue, and run this again:\n  {}\n  {}",
            events(),
            command("continue-update-rollback")
        ),
        "ROLLBACK_COMPLETE" => format!(
            "A first deployment of {name} has failed before and left it as {state}, which cannot be updated. Delete it, \
             then try again:{}",
            leftovers::commands(session, name)
        ),
        "CREATE_FAILED" | "ROLLBACK_FAILED" => format!(
            "A first deployment of {name} has failed before and left it as {state}, which cannot be updated. More than the \
             ledger may be left:\nits events name what could not be made or deleted. Look there, delete it, then try \
             again:\n  {}{}",
            events(),
            leftovers::commands(session, name)
        ),
        "DELETE_FAILED" => format!(
            "Somebody deleted {name}, and that failed ({state}). Fix what its events name, delete it again, then try \
             again:\n  {}\n  {}\nLedger, bucket and queues outlive it, with what they hold: docs/operate.md, Removing the \
             stack.",
            events(),
            command("delete-stack")
        ),
        state if state.ends_with("_IN_PROGRESS") => format!(
            "The stack {name} is being changed at this moment ({state}). Run this again when that has ended:\n  {}",
            command("describe-stacks --query 'Stacks[0].StackStatus'")
        ),
        _ => return Ok(Some(stack)),
    };
    Err(Error::Conflict(problem))
}

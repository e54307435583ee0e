"""The existing stack."""

import sys
from dataclasses import dataclass

from botocore.exceptions import ClientError


@dataclass
class Stack:
    outputs: dict
    parameters: dict


def find(session, name):
    """The stack; None while there is no such stack. Ends the program if no deployment can begin from its state."""
    try:
        found = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        sys.exit(f"CloudFormation did not describe the stack: {error}")
    state, where = found["StackStatus"], f"--stack-name {name} --region {session.region_name}"
    if state in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS"):
        return None
    if state.endswith("_IN_PROGRESS"):
        sys.exit(f"The stack {name} is being changed at this moment ({state}). Run this again when that has ended:\n"
                 f"  aws cloudformation describe-stacks {where} --query 'Stacks[0].StackStatus'")
    if state == "UPDATE_ROLLBACK_FAILED":
        sys.exit(f"An update of {name} failed, and so did undoing it ({state}). Fix what its events name, let "
                 f"CloudFormation continue, and run this again:\n  aws cloudformation describe-stack-events {where}\n"
                 f"  aws cloudformation continue-update-rollback {where}")
    if state in ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
        sys.exit(f"A first deployment of {name} has failed before and left it as {state}, which cannot be updated. "
                 f"Delete it, then try again:\n  aws cloudformation delete-stack {where}")
    return Stack(
        {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])},
        {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in found.get("Parameters", [])},
    )

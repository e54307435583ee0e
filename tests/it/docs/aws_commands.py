"""Holds calls of the AWS CLI against the description of AWS's API that the CLI itself is made of.

Reads the arguments of each call, as the shell made them, behind the name of their page, as a list in a line of JSON.
"""

import json
import sys

import botocore.session
from botocore import xform_name

# Those of the CLI itself, for every command.
GLOBAL = {"query", "output", "max-items", "region", "endpoint-url"}
# What the CLI makes of several operations: options that are known, and those that are needed.
OWN = {("cloudformation", "deploy"): (
    {"template-file", "stack-name", "parameter-overrides", "capabilities"}, {"template-file", "stack-name"},
)}
# Options that AWS leaves out at will, and that our commands need: SQS does not know the source of messages that were sent to a
# dead-letter queue, or put there by SNS.
NEEDED_HERE = {("sqs", "start-message-move-task"): {"destination-arn"}}
# A service that the CLI calls otherwise than the API does.
SERVICES = {"s3api": "s3"}
# An option that the CLI calls otherwise than the API does.
RENAMED = {
    ("sns", "subscribe"): {"endpoint": "notification-endpoint"},
    ("lambda", "publish-layer-version"): {"content": "zip-file"},
}

session = botocore.session.get_session()


def names(service, command, arguments):
    """The options that the command knows, and those that it needs."""
    if (service, command) in OWN:
        return OWN[service, command]
    model = session.get_service_model(SERVICES.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if command == "wait":
        waiters = session.get_waiter_model(service)
        known = {xform_name(name, "-"): name for name in waiters.waiter_names}
        operation = waiters.get_waiter(known[arguments[0]]).operation
    else:
        operation = operations[command]
    shape = model.operation_model(operation).input_shape
    members = shape.members if shape else {}
    renamed = RENAMED.get((service, command), {})
    known = {renamed.get(name, name) for name in (xform_name(name, "-") for name in members)}
    # A truth value is an option without one, or with a no before it.
    known |= {f"no-{xform_name(name, '-')}" for name, member in members.items() if member.type_name == "boolean"}
    needed = (xform_name(name, "-") for name in (shape.required_members if shape else []))
    return known, {renamed.get(name, name) for name in needed} | NEEDED_HERE.get((service, command), set())


def problems_of(arguments):
    service, command, rest = arguments[0], arguments[1], arguments[2:]
    try:
        known, needed = names(service, command, rest)
    except Exception:
        return [f"aws {service} {command}: there is no such command"]
    given = {argument[2:] for argument in rest if argument.startswith("--")}
    found = [f"aws {service} {command}: there is no option --{option}" for option in given - known - GLOBAL]
    return found + [f"aws {service} {command}: --{option} is missing" for option in needed - given]


if __name__ == "__main__":
    calls = [json.loads(line) for line in sys.stdin]
    problems = [f"{page}: {problem}" for page, *call in calls for problem in problems_of(call)]
    print("\n".join(problems) or len(calls))
    sys.exit(bool(problems))

"""Holds the `aws` commands of a script against the description of AWS's API that the CLI itself is made of."""

import re
import sys

import botocore.session
from botocore import xform_name

# Those of the CLI itself, for every command.
GLOBAL = {"query", "output", "max-items"}

session = botocore.session.get_session()
script = re.sub(r"\\\n\s*", " ", sys.argv[1])
problems, count = [], 0
for match in re.finditer(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)([^\n]*)", script):
    service, command, rest = match.groups()
    count += 1
    try:
        model = session.get_service_model(service)
    except Exception as error:
        problems.append(f"aws {service}: {error}")
        continue
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if command == "wait":
        waiters = session.get_waiter_model(service)
        names = {xform_name(name, "-"): name for name in waiters.waiter_names}
        command = f"wait {rest.split()[0]}"
        if rest.split()[0] in names:
            operations[command] = waiters.get_waiter(names[rest.split()[0]]).operation
    if command not in operations:
        problems.append(f"aws {service} {command}: there is no such command")
        continue
    shape = model.operation_model(operations[command]).input_shape
    options = {xform_name(name, "-") for name in (shape.members if shape else {})}
    required = {xform_name(name, "-") for name in (shape.required_members if shape else [])}
    given = set(re.findall(r"--([a-z0-9-]+)", re.split(r"\s\|\s|\$\(aws", rest)[0]))
    for option in given - options - GLOBAL:
        problems.append(f"aws {service} {command}: there is no option --{option}")
    for option in required - given:
        problems.append(f"aws {service} {command}: --{option} is missing")
print("\n".join(problems) or count)
sys.exit(bool(problems))

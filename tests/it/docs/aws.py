"""Runs one call of the AWS CLI, as far as the tutorials need it, with the library that the CLI itself is made of.

No test installs the CLI: it brings more than all other tools together.
"""

import json
import sys
from pathlib import Path

import jmespath
from aws_commands import GLOBAL, RENAMED, SERVICES, problems_of, session
from botocore import xform_name


def value(shape, words):
    """What the words behind an option are for a member of this shape."""
    text = words[0] if words else ""
    if text.startswith("file://"):
        text = Path(text.removeprefix("file://")).read_text()
    if shape.type_name == "list" and not text.startswith("["):
        return [value(shape.member, [word]) for word in words]
    if shape.type_name in ("map", "structure") and not text.startswith("{"):
        return dict(word.split("=", 1) for word in words)
    if shape.type_name in ("list", "map", "structure"):
        return json.loads(text)
    return {"integer": int, "boolean": lambda _: True}.get(shape.type_name, str)(text)


def main(service, command, *rest):
    options = {}
    for word in rest:
        if word.startswith("--"):
            options[word[2:]] = []
        else:
            list(options.values())[-1].append(word)
    api = SERVICES.get(service, service)
    model = session.get_service_model(api)
    operation = {xform_name(name, "-"): name for name in model.operation_names}[command]
    renamed = RENAMED.get((service, command), {})
    members = model.operation_model(operation).input_shape.members
    names = {xform_name(name, "-"): name for name in members}
    members = {renamed.get(option, option): (name, members[name]) for option, name in names.items()}
    parameters = {
        members[option][0]: value(members[option][1], words)
        for option, words in options.items()
        if option not in GLOBAL
    }
    answer = getattr(session.create_client(api), xform_name(operation))(**parameters)
    answer.pop("ResponseMetadata", None)
    if "query" in options:
        answer = jmespath.search(options["query"][0], answer)
    if options.get("output") == ["text"]:
        print(answer if isinstance(answer, str) else "\t".join(map(str, answer or ["None"])))
    else:
        print(json.dumps(answer, indent=4, default=str))


if problems := problems_of(sys.argv[1:]):
    sys.exit("\n".join(problems))
main(*sys.argv[1:])

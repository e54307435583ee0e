"""How a sender's file is laid out: for people to read, and so that a change of one case changes its own lines alone."""

import json
from typing import Any

# A list or an object without another one in it stays on one line up to here.
WIDTH = 120


def laid_out(value: Any, depth: int = 0, name: str = "") -> str:
    """`value` as JSON, `depth` levels deep, behind the `name` of its field."""
    line = name + json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value:
        return line
    items = value.values() if isinstance(value, dict) else value
    if not any(isinstance(item, (dict, list)) for item in items) and 2 * depth + len(line) <= WIDTH:
        return line
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(value, dict):
        lines = [laid_out(item, depth + 1, json.dumps(field) + ": ") for field, item in value.items()]
        return f"{name}{{{inner}{(',' + inner).join(lines)}{outer}}}"
    lines = [laid_out(item, depth + 1) for item in value]
    return f"{name}[{inner}{(',' + inner).join(lines)}{outer}]"

"""What a verified delivery becomes, for a receiver in Python: the id of its event, or a repeat of another's.

It reads of a description what tells events apart: which of its shapes a delivery has, the key, and what that names.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

# A thing may come to a state that ends nothing any number of times.
RECURRING = re.compile(r"unrecognized|\w+\.progress")
# What stands between the values of an object or a list.
SPACE = re.compile(r"[\s,:]*")
DECODER = json.JSONDecoder()
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Event:
    id: str
    # Whether the key is an id of the event's own, and not a state that a thing can come to again.
    names_event: bool
    verified_by: str
    body_sha256: str
    content_sha256: str


def event(
    description: dict[str, Any], source: dict[str, Any], headers: list[list[str]], body: bytes, content: bytes, found: dict[str, Any]
) -> Event:
    """The event of a delivery that was verified as `found` says. `content` is what stands for the body under the signature."""
    secret = source["secret"]
    places = Places(description, headers, body)
    shape = next((shape for shape in description.get("shape", []) if places.fit(shape)), {})
    parts = [places.first(part) for part in listed(shape.get("key", []))]
    key = [] if None in parts else parts
    names_event = shape.get("names", "state") == "event" or secret.get("retries_differ", description.get("retries_differ", False))
    recurs = shape.get("names", "state") == "state" and RECURRING.fullmatch(places.report(shape))
    content_sha256 = hashlib.sha256(content).hexdigest()
    if not key or shape.get("key_with_body") or recurs or secret.get("dedupe") == "content":
        key, names_event = [*key, content_sha256], True
    if "token" in found:
        joining = (places.first(part) for part in listed(shape.get("key_with_token", [])))
        key += [part for part in joining if part is not None]
    event_id = "/".join([source["name"], *(quote(part, safe="") for part in key)])
    return Event(event_id, names_event, found["verified_by"], hashlib.sha256(body).hexdigest(), content_sha256)


def items(body: bytes, pointers: str | list[str]) -> list[bytes]:
    """The items of the list at the first of the pointers that leads to one, as they are written; none if there is no list.
    With a `*`, an item is the whole body with one item in each list on the way.
    """
    text = body.decode("utf-8-sig", errors="replace")
    try:
        json.loads(text)
    except ValueError:
        return []
    for pointer in listed(pointers):
        levels = [level.split("/")[1:] for level in pointer.split("/*")]
        if found := nested(text, levels, around=len(levels) > 1):
            return [item.encode() for item in found]
    return []


def nested(text: str, levels: list[list[str]], around: bool) -> list[str]:
    start = SPACE.match(text, 0).end()
    for name in levels[0]:
        if text[start] != "{" or name not in (found := dict(members(text, start))):
            return []
        start = found[name]
    if text[start] != "[":
        return []
    end = DECODER.raw_decode(text, start)[1]
    found = []
    for item in elements(text, start):
        inner = nested(item, levels[1:], around) if len(levels) > 1 else []
        found += [f"{text[:start]}[{one}]{text[end:]}" if around else one for one in inner or [item]]
    return found


def members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The names of an object's members, each with where its value begins."""
    at = SPACE.match(text, start + 1).end()
    while text[at] != "}":
        name, at = DECODER.raw_decode(text, at)
        value = SPACE.match(text, at).end()
        yield name, value
        at = SPACE.match(text, DECODER.raw_decode(text, value)[1]).end()


def elements(text: str, start: int) -> Iterator[str]:
    at = SPACE.match(text, start + 1).end()
    while text[at] != "]":
        end = DECODER.raw_decode(text, at)[1]
        yield text[at:end]
        at = SPACE.match(text, end).end()


def id_after(known: list[Event], second: Event, asks_sender: bool) -> str | None:
    """The id under which `second` is an event, where `known` ones are not finished; nothing if it is a repeat of one."""
    first = next((event for event in known if event.id == second.id), None)
    if first is None:
        return second.id
    is_signed = second.verified_by == "signature"
    is_as_well_vouched_for = is_signed or (first.verified_by == "token" and not asks_sender)
    if first.body_sha256 == second.body_sha256 or second.names_event or not is_as_well_vouched_for:
        return None
    return f"{second.id}/{second.content_sha256}"


class Places:
    """What a delivery holds at the places of which its description speaks."""

    def __init__(self, description: dict[str, Any], headers: list[list[str]], body: bytes) -> None:
        self.id_headers = listed(description["scheme"].get("id", []))
        self.headers = {name.lower(): value for name, value in headers}
        try:
            self.value = json.loads(body.decode("utf-8-sig"))
        except ValueError:
            self.value = dict(parse_qsl(body.decode(errors="replace"))) if description.get("forms") else None

    def at(self, place: str) -> Any:
        if place == "id":
            return next((self.headers[name] for name in self.id_headers if name in self.headers), None)
        if place.startswith("header:"):
            return self.headers.get(place.removeprefix("header:"))
        value = self.value
        for segment in place.split("/")[1:]:
            segment = segment.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
                value = value[int(segment)]
            else:
                value = value.get(segment) if isinstance(value, dict) else None
        return value

    def text(self, place: str) -> str | None:
        """A string that is not empty, an integer or a boolean."""
        value = self.at(place)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int):
            return str(value)
        return value if isinstance(value, str) and value else None

    def first(self, places: str | list[str]) -> str | None:
        return next((text for text in map(self.text, listed(places)) if text is not None), None)

    def fit(self, shape: dict[str, Any]) -> bool:
        any_of = shape.get("when_any", [])
        return all(map(self.holds, shape.get("when", []))) and (not any_of or any(map(self.holds, any_of)))

    def report(self, shape: dict[str, Any]) -> str:
        reported = (rule["is"] for rule in shape.get("report", []) if self.holds(rule))
        return next(reported, shape.get("otherwise", "unrecognized")) if self.value is not None else "unrecognized"

    def holds(self, condition: dict[str, Any]) -> bool:
        places = listed(condition.get("at") or condition["first_of"])
        if "object" in condition:
            return any(isinstance(self.at(place), dict) for place in places) == condition["object"]
        texts = [text for text in map(self.text, places) if text is not None]
        texts = texts[:1] if "first_of" in condition else texts
        if "present" in condition:
            return bool(texts) == condition["present"]
        tests = {
            "equals": lambda text, wanted: text == wanted,
            "starts_with": str.startswith,
            "ends_with": lambda text, wanted: text.endswith(wanted) and text != wanted,
            "contains": lambda text, wanted: wanted in text,
        }
        for name, test in tests.items():
            if name in condition:
                return any(test(text, as_text(wanted)) for text in texts for wanted in listed(condition[name]))
        if "not_equals" in condition:
            return any(text not in map(as_text, listed(condition["not_equals"])) for text in texts)
        return any(UUID.fullmatch(text) for text in texts)


def listed(value: Any) -> list[Any]:
    """A list may be written as its only item."""
    return value if isinstance(value, list) else [value]


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""The core of a consumer of Landfall's events: a batch of SQS records in, the failed ones out."""

import base64
import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

log = logging.getLogger(__name__)

Event = dict[str, Any]
Handler = Callable[[Event], None]


class Claims(Protocol):
    """Who works on which event, and which are done. A claim ends by itself: a crash must not hold an event for ever."""

    def claim(self, key: str, token: str) -> str:
        """Takes `key`: `mine` if nobody has it or its lease has lapsed, else `busy` or `done`."""

    def complete(self, key: str, token: str) -> None:
        """Marks `key` done, so that it is never taken again."""

    def release(self, key: str, token: str) -> None:
        """Gives `key` back, so that the next receive can take it at once."""


class Objects(Protocol):
    """The inbox's bucket."""

    def get(self, bucket: str, key: str) -> bytes: ...


class Refused(Exception):
    """The message stays on the queue. The text quotes nothing of it."""


class Consumer:
    """Handles each event once, as far as that can be: a crash between the work and `complete` repeats the work."""

    def __init__(self, *, handlers: Mapping[str, Handler], claims: Claims, objects: Objects, bucket: str) -> None:
        self.handlers, self.claims, self.objects, self.bucket = handlers, claims, objects, bucket

    def handle_batch(self, batch: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
        """Lambda's handler. What is not named in the answer is deleted from the queue."""
        failures = []
        for record in batch["Records"]:
            try:
                self.handle(record["body"])
            except Exception as error:  # whatever it is, it is this record's alone
                reason = str(error) if isinstance(error, Refused) else type(error).__name__
                log.warning("message %s stays on the queue: %s", record["messageId"], reason)
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    def handle(self, text: str) -> None:
        event = parse(text)
        handler = self.handlers.get(event["type"])
        if handler is None:
            log.info("ignored %s: nothing is done for %s", event["id"], event["type"])
            return
        key, token = f"{event['id']}#{event['landfallreplay']}", uuid.uuid4().hex
        # Before the work, so that two copies of the event are never worked on at the same time.
        claim = self.claims.claim(key, token)
        if claim == "done":
            log.info("%s is done already", key)
            return
        if claim == "busy":
            # Not a duplicate to delete: whoever holds the claim may crash, and then this message is the only one left.
            raise Refused(f"{key} is being worked on")
        try:
            handler(self.resolved(event))
        except Exception:
            self.released(key, token)
            raise
        # Not before the work is done: a crash until here lets the lease lapse, and the event comes again.
        self.claims.complete(key, token)

    def released(self, key: str, token: str) -> None:
        try:
            self.claims.release(key, token)
        except Exception as error:
            log.warning("%s is free only when its lease lapses: %s", key, type(error).__name__)

    def resolved(self, event: Event) -> Event:
        """The event with everything in it that lay in the bucket."""
        data = dict(event["data"])
        if "raw_ref" in data:
            data.update(as_raw(self.fetch(data["raw_ref"])))
        if "assets_ref" in data:
            data["assets"] = json.loads(self.fetch(data["assets_ref"]))
        return {**event, "data": data}

    def fetch(self, reference: Mapping[str, Any]) -> bytes:
        if reference["bucket"] != self.bucket:
            raise Refused("a reference leads to another bucket than the inbox's")
        content = self.objects.get(reference["bucket"], reference["key"])
        if len(content) != reference["size"] or hashlib.sha256(content).hexdigest() != reference["sha256"]:
            raise Refused(f"{reference['key']} is not what was published")
        return content


def parse(text: str) -> Event:
    """The event in a message, or `Refused`. Fields that nobody asked for do not matter."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None
    if not (
        isinstance(event, dict)
        and event.get("specversion") == "1.0"
        and all(isinstance(event.get(name), str) and event[name] for name in ("id", "type"))
        and type(event.get("landfallreplay")) is int
        and event["landfallreplay"] >= 0
        and isinstance(event.get("data"), dict)
    ):
        raise Refused("not an event of Landfall; is raw message delivery on?")
    return event


def replaces(event: Event, earlier: Event) -> bool:
    """Whether `event` tells a later state of its job than `earlier` does: messages come in any order."""

    def order(it: Event) -> tuple[bool, str, str]:
        # An end wins; else the newer time does; of one time, the later arrival. Earlier versions do not tell the arrival.
        return it["data"]["status"] in ("completed", "failed"), it["time"], it.get("landfallreceived", "")

    return order(event) > order(earlier)


def as_raw(content: bytes) -> dict[str, Any]:
    """A body in the field in which a small one would have come."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(content).decode()}
    try:
        return {"raw": json.loads(text, parse_constant=not_json)}
    except (ValueError, RecursionError):
        return {"raw_text": text}


def not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON, although Python reads it")

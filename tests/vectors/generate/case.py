"""A delivery, and what a receiver must make of it."""

from dataclasses import dataclass, field
from typing import Any

from signing import NOW_SECONDS, Answer, Header, Recipe, Sent


@dataclass(frozen=True)
class Accepted:
    """The delivery is believed: by which of the secrets and of the URL's tokens, counted from 0."""

    secret: int | None = None
    token: int | None = None
    # Whether it is a repeat of the delivery before it, and so no event of its own.
    is_repeat: bool = False


@dataclass(frozen=True)
class Refused:
    reason: str


@dataclass(frozen=True)
class Answered:
    """A challenge is answered: by this, or as a probe is."""

    answer: Answer | None


@dataclass(frozen=True)
class Case:
    """One delivery and what is to be made of it."""

    name: str
    shows: str
    recipe: Recipe
    sent: Sent
    headers: list[Header]
    verdict: Accepted | Refused | Answered
    # How many of the URL's tokens the source knows; without any it asks for none.
    tokens: int = 0
    # How many of the recipe's secrets the source knows.
    secrets: int = 1
    method: str = "POST"
    received_millis: int = NOW_SECONDS * 1000
    # What else the operator configures; None takes away what the recipe has.
    options: dict[str, Any] = field(default_factory=dict)
    # The name of the case whose delivery came to the same source before.
    after: str | None = None
    # Whether its body's digest is part of its key: always, or because it is an event beside that one.
    has_body_in_key: bool = False
    # What tells the event from every other, and its type, where the recipe's are those of another kind of delivery.
    key: list[str] | None = None
    event_type: str | None = None

"""Makes the vectors in the folders beside this one, or says which of them are out of date.

    python tests/vectors/generate            compares
    python tests/vectors/generate --write    writes them anew

The same every time: no clock, no randomness.
"""

import base64
import datetime
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import published
from case import Accepted, Case
from cases import cases
from described_senders import DESCRIBED_SENDERS, Acme
from media_senders import MEDIA_SENDERS
from other_senders import OTHER_SENDERS
from signing import NOW_SECONDS, TOKENS, Ed25519, KeySet, Sent

FOLDER = Path(__file__).parent.parent
# Where the tests have a sender that is in no catalogue, and add it to a copy of ours.
ADDED = FOLDER.parent.parent / "shared/domain/tests/vectors/added"
SOURCE = "test"
# No configured secret may have fewer.
SECRET_MIN_BYTES = 8


def instant(millis: int) -> str:
    at = datetime.datetime.fromtimestamp(millis // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{at}.{millis % 1000:03}Z"


def request(sent: Sent, headers: list[tuple[str, str]]) -> dict[str, Any]:
    try:
        body = {"body": sent.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(sent.body).decode()}
    return {"method": "POST", "url": sent.url, "headers": [list(header) for header in headers], **body}


def event(event_type: str, key: list[str] | None, sent: Sent) -> dict[str, str]:
    parts = key or [hashlib.sha256(sent.body).hexdigest()]
    return {"id": "/".join([SOURCE, *(quote(part, safe="") for part in parts)]), "type": event_type}


def verdict(case: Case) -> dict[str, Any]:
    if not isinstance(case.verdict, Accepted):
        return {"refused": case.verdict.reason}
    by = "signature" if case.recipe.covers_body else "token"
    indices = {case.recipe.proof: case.verdict.secret, "token": case.verdict.token}
    known = {name: index for name, index in indices.items() if index is not None}
    recipe, sent = case.recipe, case.sent
    return {"accepted": {"verified_by": by, **known}, "event": event(recipe.type_of(sent), recipe.key(sent), sent)}


def vector(case: Case) -> dict[str, Any]:
    recipe = case.recipe
    secrets = recipe.secrets[: case.secrets]
    # An operator's own description takes the place of the sender's name.
    configuration: dict[str, Any] = {} if "scheme" in recipe.options else {"provider": recipe.provider}
    key_set = {}
    if isinstance(recipe, KeySet):
        key_set = {"key_set": recipe.key_set(secrets)}
    elif isinstance(recipe, Ed25519):
        configuration["public_keys"] = [recipe.public_text(secret) for secret in secrets]
    elif secrets:
        configuration["secrets"] = secrets
    if case.tokens:
        configuration["token_sha256"] = [hashlib.sha256(token.encode()).hexdigest() for token in TOKENS[: case.tokens]]
    return {
        "shows": case.shows,
        "source": {"name": SOURCE, "secret": {**configuration, **recipe.options, **case.options}},
        **key_set,
        "received_at": instant(case.received_millis),
        "request": request(case.sent, case.headers),
        **verdict(case),
    }


def published_vector(known: published.Published) -> dict[str, Any]:
    recipe, sent = known.recipe, known.sent
    field = "public_keys" if isinstance(recipe, Ed25519) else "secrets"
    is_timed = recipe.timestamp_header or recipe.signs_timestamp
    return {
        "shows": f"Published: {known.source}",
        "source": {"name": SOURCE, "secret": {"provider": recipe.provider, field: [known.secret]}},
        "received_at": instant(1000 * (int(sent.timestamp) if is_timed else NOW_SECONDS)),
        "request": request(sent, recipe.headers_of(sent, known.value)),
        "accepted": {"verified_by": "signature", recipe.proof: 0},
        "event": event(known.event_type, known.key, sent),
    }


def hold(known: published.Published) -> None:
    """The recipe makes what was published."""
    recipe, sent = known.recipe, known.sent
    if isinstance(recipe, Ed25519):
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(known.secret.removeprefix("whpk_")))
        try:
            key.verify(base64.b64decode(known.value.split(",")[1]), recipe.message(sent))
        except InvalidSignature:
            sys.exit(f"{recipe.provider}: the published signature is not of what the recipe signs")
    elif (made := recipe.value(recipe.signatures(sent, [known.secret]), sent)) not in known.value:
        sys.exit(f"{recipe.provider}: the recipe makes {made}, and {known.source} says {known.value}")


def laid_out(value: dict[str, Any]) -> str:
    """One field a line, and one header."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return re.sub(r'\[\s+("(?:[^"\\]|\\.)*"),\s+("(?:[^"\\]|\\.)*")\s+\]', r"[\1, \2]", text) + "\n"


def vectors() -> Iterator[tuple[Path, dict[str, Any]]]:
    for recipe in [*MEDIA_SENDERS, *OTHER_SENDERS, *DESCRIBED_SENDERS]:
        for case in cases(recipe):
            yield FOLDER / recipe.provider / f"{case.name}.json", vector(case)
    added = Acme()
    for case in cases(added):
        yield ADDED / added.provider / f"{case.name}.json", vector(case)
    for known in published.ALL:
        hold(known)
        if len(known.secret) >= SECRET_MIN_BYTES:
            yield FOLDER / known.recipe.provider / f"{known.name}.json", published_vector(known)


def main() -> None:
    made: dict[Path, str] = {}
    for path, value in vectors():
        assert path not in made, f"there are two {path}"
        made[path] = laid_out(value)
    # What is published of a vector is beside it, and written by those who publish it.
    there = {path for place in (FOLDER, ADDED) for path in place.glob("*/*.json") if not path.match("*.event.json")}
    stale = there - made.keys()
    changed = [path for path, text in made.items() if path not in there or path.read_text() != text]
    if "--write" in sys.argv[1:]:
        for path in stale:
            path.unlink()
        for path in changed:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made[path])
        print(f"{len(made)} vectors, {len(changed)} of them written, {len(stale)} removed")
    elif stale or changed:
        names = "\n".join(f"  {path}" for path in sorted({*stale, *changed}))
        sys.exit(f"out of date; `make vectors-new` writes them anew:\n{names}")
    else:
        print(f"{len(made)} vectors are what the recipes make")


if __name__ == "__main__":
    main()

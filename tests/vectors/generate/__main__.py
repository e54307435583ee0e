"""Makes the files of vectors beside this folder, one a sender, or says which of them are out of date.

    python tests/vectors/generate            compares
    python tests/vectors/generate --write    writes them anew

The same every time: no clock, no randomness.
"""

import base64
import datetime
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature

import published
from ai_senders import AI_SENDERS
from business_senders import BUSINESS_SENDERS
from batch_senders import BATCH_SENDERS, hold_adyen
from case import Accepted, Answered, Case
from cases import cases
from certificate_senders import CERTIFICATE_SENDERS, Certified
from described_senders import DESCRIBED_SENDERS, Acme
from header_forms import HEADER_FORMS
from jwt_senders import JWT_SENDERS
from key_senders import KEY_SENDERS
from layout import laid_out
from media_senders import MEDIA_SENDERS
from more_ai_senders import MORE_AI_SENDERS
from more_business_senders import MORE_BUSINESS_SENDERS
from other_senders import OTHER_SENDERS
from rare_senders import RARE_SENDERS
from signing import NOW_SECONDS, TOKENS, URL, PublicKey, Recipe, Sent
from voice_senders import VOICE_SENDERS

FOLDER = Path(__file__).parent.parent
# Where the tests have a sender that is in no catalogue, and add it to a copy of ours.
ADDED = FOLDER.parent.parent / "shared/domain/tests/vectors/added"
SOURCE = "test"
# No configured secret may have fewer.
SECRET_MIN_BYTES = 8
# What stands behind it is the last field of a file, and written by those who publish it.
PUBLISHED_EVENT = '\n  "published_event": '
NOTHING_PUBLISHED = "null\n}\n"
CATALOGUE = [
    *MEDIA_SENDERS,
    *AI_SENDERS,
    *MORE_AI_SENDERS,
    *VOICE_SENDERS,
    *OTHER_SENDERS,
    *BUSINESS_SENDERS,
    *MORE_BUSINESS_SENDERS,
    *RARE_SENDERS,
    *BATCH_SENDERS,
    *CERTIFICATE_SENDERS,
]


def instant(millis: int) -> str:
    at = datetime.datetime.fromtimestamp(millis // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{at}.{millis % 1000:03}Z"


def request(recipe: Recipe, sent: Sent, headers: list[tuple[str, str]], method: str = "POST") -> dict[str, Any]:
    body_bytes = recipe.transported(sent, headers)
    try:
        body = {"body": body_bytes.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(body_bytes).decode()}
    return {"method": method, "url": sent.url, "headers": [list(header) for header in headers], **body}


def event(event_type: str, key: list[str]) -> dict[str, str]:
    return {"id": "/".join([SOURCE, *(quote(part, safe="") for part in key)]), "type": event_type}


def events(recipe: Recipe, event_type: str, key: list[str] | None, sent: Sent) -> dict[str, Any]:
    if several := recipe.events(sent):
        return {"events": [event(item_type, item_key) for item_key, item_type in several]}
    return {"event": event(event_type, key or [hashlib.sha256(recipe.content(sent)).hexdigest()])}


def expected(case: Case) -> dict[str, Any]:
    if isinstance(case.verdict, Answered):
        if case.verdict.answer is None:
            return {"unanswered": True}
        answer = case.verdict.answer
        headers = {"headers": [list(header) for header in answer.headers]} if answer.headers else {}
        return {"answered": {"status": answer.status, "type": answer.type, **headers, "body": answer.body}}
    if not isinstance(case.verdict, Accepted):
        return {"refused": case.verdict.reason}
    account = {**case.recipe.options, **case.options}.get("account")
    is_ours = account or not case.recipe.is_for_all_customers
    by = "signature" if case.recipe.covers_body and is_ours else "token"
    indices = {case.recipe.proof: case.verdict.secret, "token": case.verdict.token}
    known = {name: index for name, index in indices.items() if index is not None}
    accepted = {"verified_by": by, **known}
    if case.verdict.is_repeat:
        return {"accepted": accepted, "repeat": True}
    recipe, sent = case.recipe, case.sent
    key = case.key or recipe.key(sent)
    content = hashlib.sha256(recipe.content(sent)).hexdigest()
    if case.verdict.token is not None and recipe.header_beside_token:
        key = [*(key or [content]), recipe.other_headers[recipe.header_beside_token]]
    if case.has_body_in_key:
        assert key, f"{recipe.provider}, {case.name}: only what has a key can have two bodies under one"
        key = [*key, content]
    return {"accepted": accepted, **events(recipe, case.event_type or recipe.type_of(sent), key, sent)}


def configured(case: Case) -> dict[str, Any]:
    """The source that the delivery comes to."""
    recipe = case.recipe
    secrets = recipe.secrets[: case.secrets]
    # An operator's own description takes the place of the sender's name.
    fields: dict[str, Any] = {"secrets": secrets} if secrets else {}
    key_set = {}
    if isinstance(recipe, PublicKey):
        fields = recipe.fields(secrets)
        if published_keys := recipe.key_set(secrets):
            key_set = {"key_set": published_keys}
    if isinstance(recipe, Certified):
        key_set = {"certificates": recipe.certificates(secrets)}
    is_described = "scheme" in {**recipe.options, **fields}
    secret: dict[str, Any] = {**({} if is_described else {"provider": recipe.provider}), **fields}
    if case.tokens:
        secret["token_sha256"] = [hashlib.sha256(token.encode()).hexdigest() for token in TOKENS[: case.tokens]]
    options = {name: value for name, value in {**recipe.options, **case.options}.items() if value is not None}
    return {"source": {"name": SOURCE, "secret": {**secret, **options}}, **key_set}


def vector(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "comment": case.shows,
        **({"after": case.after} if case.after else {}),
        "received_at": instant(case.received_millis),
        "request": request(case.recipe, case.sent, case.headers, case.method),
        "expected": expected(case),
    }


def published_source(known: published.Published) -> dict[str, Any]:
    field = "public_keys" if isinstance(known.recipe, PublicKey) else "secrets"
    secret = {"provider": known.recipe.provider, field: [known.secret], **known.options}
    return {"source": {"name": SOURCE, "secret": secret}}


def published_vector(known: published.Published) -> dict[str, Any]:
    recipe, sent = known.recipe, known.sent
    is_timed = recipe.timestamp_header or recipe.signs_timestamp
    return {
        "name": known.name,
        "comment": f"Published: {known.source}",
        "received_at": instant(1000 * (int(sent.timestamp) if is_timed else NOW_SECONDS)),
        "request": request(recipe, sent, recipe.headers_of(sent, known.value)),
        "expected": {
            "accepted": {"verified_by": "signature", recipe.proof: 0},
            **events(recipe, known.event_type, known.key, sent),
        },
    }


def hold(known: published.Published) -> None:
    """The recipe makes what was published."""
    recipe, sent = known.recipe, known.sent
    if isinstance(recipe, PublicKey):
        try:
            recipe.verify(known.secret, base64.b64decode(known.value.split(",")[-1]), recipe.message(sent))
        except InvalidSignature:
            sys.exit(f"{recipe.provider}: the published signature is not of what the recipe signs")
    elif (made := recipe.value(recipe.signatures(sent, [known.secret]), sent)) not in known.value:
        sys.exit(f"{recipe.provider}: the recipe makes {made}, and {known.source} says {known.value}")


def vectors(recipe: Recipe) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """All of a sender, each with the source that it comes to."""
    for case in cases(recipe):
        yield configured(case), vector(case)
    for known in published.ALL:
        # What is signed with a URL of somebody else's is only held against the recipe.
        is_ours = known.sent.url.startswith(URL)
        if known.recipe.provider == recipe.provider and is_ours and len(known.secret) >= SECRET_MIN_BYTES:
            yield published_source(known), published_vector(known)


def sender_file(recipe: Recipe) -> dict[str, Any]:
    """Its vectors, those with the same source together."""
    groups: list[dict[str, Any]] = []
    names: set[str] = set()
    for source, case in vectors(recipe):
        assert case["name"] not in names, f"{recipe.provider} has two {case['name']}"
        names.add(case["name"])
        group = next((group for group in groups if {**group, "cases": None} == {**source, "cases": None}), None)
        if group is None:
            groups.append(group := {**source, "cases": []})
        group["cases"].append(case)
    return {"sender": recipe.provider, "number_of_cases": len(names), "groups": groups}


def main() -> None:
    for known in published.ALL:
        hold(known)
    hold_adyen()
    places = [*((FOLDER, recipe) for recipe in [*CATALOGUE, *DESCRIBED_SENDERS, *HEADER_FORMS, *KEY_SENDERS, *JWT_SENDERS]), (ADDED, Acme())]
    made, count = {}, 0
    for folder, recipe in places:
        path, value = folder / f"{recipe.provider}.json", sender_file(recipe)
        there = path.read_text() if path.exists() else ""
        published_event = there.partition(PUBLISHED_EVENT)[2] or NOTHING_PUBLISHED
        made[path] = laid_out(value).removesuffix("\n}") + "," + PUBLISHED_EVENT + published_event
        count += value["number_of_cases"]
    stale = {path for place in (FOLDER, ADDED) for path in place.glob("*.json")} - made.keys()
    changed = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--write" in sys.argv[1:]:
        for path in stale:
            path.unlink()
        for path in changed:
            path.write_text(made[path])
        print(f"{count} vectors of {len(made)} senders, {len(changed)} files written, {len(stale)} removed")
    elif stale or changed:
        names = "\n".join(f"  {path}" for path in sorted({*stale, *changed}))
        sys.exit(f"out of date; `make vectors-new` writes them anew:\n{names}")
    else:
        print(f"{count} vectors of {len(made)} senders are what the recipes make")


if __name__ == "__main__":
    main()

"""Proofs that stand in the body: what a receiver must make of each."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from case import Accepted, Case, Refused
from signing import NOW_SECONDS, InBody, PlainHash, TokenInBody, at, compact, flipped, put


def in_body(recipe: InBody | TokenInBody) -> Iterator[Case]:
    genuine = recipe.sent()

    def case(name: str, shows: str, value: Any, verdict: Accepted | Refused, secrets: int = 1) -> Case:
        sent = recipe.with_value(genuine, value)
        return Case(name, shows, recipe, sent, recipe.plain_headers(sent), verdict, secrets=secrets)

    headers = recipe.plain_headers(genuine)
    yield Case("genuine", "As the sender sends it.", recipe, genuine, headers, Accepted(0))
    other = [(name.swapcase(), value) for name, value in headers]
    yield Case("names-in-other-case", "Names of headers have no case.", recipe, genuine, other, Accepted(0))
    if isinstance(recipe, InBody):
        yield from signature(recipe, case)
    else:
        yield from token(recipe, case)
    old, new = (text.encode() for text in recipe.change)
    assert genuine.body.count(old) == 1, f"{recipe.provider}: {old!r} is to be in the body once"
    changed = replace(genuine, body=genuine.body.replace(old, new))
    shows = "Nobody vouches for the rest of the body."
    yield Case("body-changed", shows, recipe, changed, recipe.plain_headers(changed), Accepted(0))


def token(recipe: TokenInBody, case: Any) -> Iterator[Case]:
    current, previous, unknown = recipe.secrets
    wrong, missing = Refused("credential_wrong"), Refused("credential_missing")
    yield case("previous-secret", "The second token counts too.", previous, Accepted(1), 2)
    yield case("secret-wrong", "The token is another one.", unknown, wrong)
    yield case("secret-missing", "The token is missing.", None, missing)
    yield case("secret-empty", "The token is empty.", "", missing)
    yield case("secret-in-a-list", "The token is in a list, and so no text.", [current], missing)
    yield case("secret-truncated", "The token lacks its last letter.", current[:-1], wrong)
    yield case("secret-longer", "The token has one letter more.", f"{current}0", wrong)
    yield case("secret-in-upper-case", "The token is in capitals.", current.upper(), wrong)


def signature(recipe: InBody, case: Any) -> Iterator[Case]:
    _, previous, unknown = recipe.secrets
    sent = recipe.sent()
    wrong, missing, malformed = (Refused(f"signature_{word}") for word in ("wrong", "missing", "malformed"))
    right = recipe.sign(recipe.secrets[0], recipe.message(sent))
    for name, shows, key, verdict, secrets in [
        ("previous-secret", "The second secret counts too.", previous, Accepted(recipe.previous_index), 2),
        ("previous-secret-gone", "It is signed with a secret that counts no more.", previous, wrong, 1),
        ("secret-wrong", "It is signed with somebody else's secret.", unknown, wrong, 2),
    ]:
        by_key = recipe.signed_by(sent, key)
        yield Case(name, shows, recipe, by_key, recipe.plain_headers(by_key), verdict, secrets=secrets)
    yield case("signature-missing", "The signature is missing.", None, missing)
    yield case("signature-empty", "The signature is empty.", "", missing)
    yield case("signature-in-a-list", "The signature is in a list, and so no text.", [recipe.written(right)], missing)
    yield case("signature-truncated", "The signature lacks its last byte.", recipe.written(right[:-1]), malformed)
    yield case("signature-longer", "The signature has a byte more.", recipe.written(right + b"\0"), malformed)
    flip = recipe.written(flipped(right, -1))
    yield case("signature-bit-flipped", "One bit of the signature is another one.", flip, wrong)
    if recipe.encoding == "hex":
        yield case("signature-in-upper-case", "Hex digits have no case.", right.hex().upper(), Accepted(0))
        yield case("signature-not-hex", "The signature has a letter that is no hex digit.", "g" + right.hex()[1:], malformed)
    else:
        written = recipe.written(right)
        yield case("signature-unpadded", "The padding may be left out.", written.rstrip("="), Accepted(0))
        yield case("signature-in-other-case", "One letter is in the other case.", recipe.in_other_case(written), wrong)
        yield case("signature-not-base64", "A character is none of base64.", f"!{written[1:]}", malformed)
    if isinstance(recipe, PlainHash):
        for name, shows, code in recipe.sign_otherwise(recipe.message(sent)):
            yield case(name, shows, recipe.written(code), wrong)
    if recipe.timestamp_at:
        yield from time(recipe)
    names = recipe.signed_at[-1]
    body = json.loads(sent.body)
    missing_field = wrong if recipe.may_lack_fields else Refused("field_missing")
    for name, shows, value, verdict in [
        ("field-missing", "A field that is signed is missing.", None, missing_field),
        ("field-changed", "A field that is signed is another one.", f"{at(body, names)}0", wrong),
    ]:
        changed = replace(sent, body=compact(put(body, names, value)))
        yield Case(name, shows, recipe, changed, recipe.plain_headers(changed), verdict)
    if recipe.may_lack_fields:
        without = recipe.signed(replace(sent, body=compact(put(body, names, None))))
        shows = "A field may be missing, and nothing then stands for it in what is signed."
        yield Case("field-absent", shows, recipe, without, recipe.plain_headers(without), Accepted(0))


def time(recipe: InBody) -> Iterator[Case]:
    assert recipe.timestamp_at and recipe.past_seconds is not None and recipe.future_seconds is not None
    body = json.loads(recipe.sent().body)

    def case(name: str, shows: str, value: Any, verdict: Accepted | Refused, millis: int = 0) -> Case:
        changed = recipe.signed(replace(recipe.sent(), body=compact(put(body, recipe.timestamp_at, value))))
        received = NOW_SECONDS * 1000 + millis
        return Case(name, shows, recipe, changed, recipe.plain_headers(changed), verdict, received_millis=received)

    oldest, newest = NOW_SECONDS - recipe.past_seconds, NOW_SECONDS + recipe.future_seconds
    yield case("time-oldest", "It is as old as it may be.", str(oldest), Accepted(0))
    yield case("time-almost-oldest", "It is a second younger than that.", str(oldest + 1), Accepted(0))
    shows = "What is left of the second in which it arrives does not count."
    yield case("time-oldest-within-the-second", shows, str(oldest), Accepted(0), 999)
    yield case("time-late", "It is a second older than it may be.", str(oldest - 1), Refused("timestamp_late"))
    yield case("time-newest", "It is as far ahead as it may be.", str(newest), Accepted(0))
    yield case("time-almost-newest", "It is a second less ahead.", str(newest - 1), Accepted(0))
    yield case("time-early", "It is a second further ahead than it may be.", str(newest + 1), Refused("timestamp_early"))
    missing, malformed = Refused("timestamp_missing"), Refused("timestamp_malformed")
    yield case("timestamp-missing", "The time is missing.", None, missing)
    yield case("timestamp-empty", "The time is empty.", "", missing)
    yield case("timestamp-null", "The time is a list, and so no text.", [], missing)
    yield case("timestamp-not-a-number", "The time is no number.", "hello", malformed)
    yield case("timestamp-with-sign", "A plus sign is no part of a time.", f"+{NOW_SECONDS}", malformed)
    yield case("timestamp-not-an-instant", "The time is no instant that a calendar knows.", "9" * 20, malformed)

"""What differs in some senders' deliveries alone, because of what they sign."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from case import Accepted, Case, Refused
from described_senders import DescribedHttpDate
from media_senders import Kie
from more_business_senders import Square
from other_senders import Twilio
from rare_senders import Cloudinary
from signing import TOKENS, URL, Recipe, Sent, StandardWebhooks, compact


def more_cases(recipe: Recipe) -> Iterator[Case]:
    if isinstance(recipe, Twilio):
        yield from of_a_form(recipe)
        yield from of_a_digest_in_the_url(recipe)
    if isinstance(recipe, Twilio | Square):
        yield from of_a_url(recipe)
    if isinstance(recipe, DescribedHttpDate):
        yield from of_a_path(recipe)
    if isinstance(recipe, Cloudinary):
        yield from of_a_boundary(recipe)
    if isinstance(recipe, Kie):
        yield from of_a_field(recipe)
    if other := recipe.for_another():
        yield from of_an_account(recipe, *other)
    if isinstance(recipe, StandardWebhooks) and recipe.proof == "secret":
        yield from of_a_secret(recipe)


def of_a_boundary(recipe: Cloudinary) -> Iterator[Case]:
    sent = recipe.sent()
    (signature,) = recipe.signatures(sent)
    moved = replace(sent, body=sent.body + sent.timestamp[:1].encode(), timestamp=sent.timestamp[1:])
    shows = "A digit of the time stands at the body's end: the hash is the same, and the time is long past."
    yield Case("time-split-otherwise", shows, recipe, moved, recipe.headers_of(moved, signature), Refused("timestamp_late"))


def of_a_secret(recipe: StandardWebhooks) -> Iterator[Case]:
    sent = recipe.sent()

    def case(name: str, shows: str, secret: str) -> Case:
        return Case(name, shows, recipe, sent, recipe.headers(sent), Accepted(0), options={"secrets": [secret]})

    secret = recipe.secrets[0]
    yield case("secret-without-prefix", "The prefix may be left out.", secret.removeprefix("whsec_"))
    yield case("secret-with-version", "It may be pasted with the version before it.", "v1," + secret)
    yield case("secret-unpadded", "The secret's padding may be left out.", secret.rstrip("="))


def of_an_account(recipe: Recipe, another: Recipe, theirs: str) -> Iterator[Case]:
    ours = recipe.options["account"]
    wrong = Refused("account_wrong")

    def case(name: str, shows: str, of: Recipe, verdict: Accepted | Refused, path: str = "", **changes: Any) -> Case:
        delivered = replace(of.sent(), url=URL + path)
        return Case(name, shows, recipe, delivered, of.headers(delivered), verdict, **changes)

    shows = "A source may have several accounts."
    yield case("account-second", shows, recipe, Accepted(0), options={"account": [theirs, ours]})
    shows = "The sender signs for all of its customers with one key, and this is another customer's."
    yield case("account-wrong", shows, another, wrong)
    shows = "Accounts are compared exactly."
    yield case("account-in-other-case", shows, recipe, wrong, options={"account": ours.swapcase()})
    yield case("account-longer", shows, recipe, wrong, options={"account": ours[:-1]})
    shows = "Without an account, the URL's token tells whose it is; the signature tells only that somebody is a customer."
    token, other = TOKENS
    alone: dict[str, Any] = {"options": {"account": None}, "tokens": 1}
    yield case("account-by-token", shows, recipe, Accepted(0, 0), f"/{token}", **alone)
    shows = "Without an account, the URL must hold the token."
    yield case("account-by-token-missing", shows, recipe, Refused("token_missing"), **alone)
    yield case("account-by-token-wrong", shows, recipe, Refused("token_wrong"), f"/{other}", **alone)


def of_a_form(recipe: Twilio) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)

    def case(name: str, shows: str, fields: list[tuple[str, str]], verdict: Accepted | Refused) -> Case:
        return Case(name, shows, recipe, replace(sent, body=urlencode(fields).encode()), genuine, verdict)

    fields, wrong = recipe.fields, Refused("signature_wrong")
    yield case("form-in-other-order", "Fields are signed sorted by name.", fields[::-1], Accepted(0))
    encoded = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields).replace("%20", "+", 1)
    otherwise = replace(sent, body=encoded.replace("SmsSid", "%53ms%53id").encode())
    shows = "The same form encoded in another way is the same event."
    yield Case("form-encoded-otherwise", shows, recipe, otherwise, genuine, Accepted(0))
    (name, value), *rest = fields
    shows = "Nothing tells names from values under the signature, so this is the same event too."
    yield case("form-split-otherwise", shows, [(name + value[:1], value[1:]), *rest], Accepted(0))
    yield case("form-field-changed", "A field has another value.", [*fields[:-1], (fields[-1][0], "x")], wrong)
    yield case("form-field-missing", "A field is missing.", fields[1:], wrong)
    yield case("form-field-added", "There is a field more.", [*fields, ("Zone", "")], wrong)
    twice = replace(sent, body=urlencode([*fields, ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]).encode())
    shows = "Of a field that is there several times, each value is signed once, in order."
    yield Case("form-field-doubled", shows, recipe, twice, recipe.headers(twice), Accepted(0))
    empty = replace(sent, body=b"")
    yield Case("form-empty", "A form may have no field.", recipe, empty, recipe.headers(empty), Accepted(0))


def of_a_digest_in_the_url(recipe: Twilio) -> Iterator[Case]:
    body = compact([{"specversion": "1.0", "id": "EZ1", "type": "com.twilio.messaging.message.delivered"}])
    query = "?bodySHA256=" + hashlib.sha256(body).hexdigest()

    def case(name: str, shows: str, query: str, verdict: Accepted | Refused, body: bytes = body) -> Case:
        sent = Sent(body, url=URL + query, content_type="application/json")
        return Case(name, shows, recipe, sent, recipe.headers(sent), verdict)

    yield case("json-with-digest", "The URL has the digest of a body that is no form.", query, Accepted(0))
    yield case("json-without-digest", "Without it, nothing vouches for the body.", "", Refused("body_digest_missing"))
    changed = body.replace(b"delivered", b"failed")
    yield case("json-changed", "The digest is that of another body.", query, Refused("body_digest_wrong"), changed)


def of_a_url(recipe: Twilio | Square) -> Iterator[Case]:
    sent = replace(recipe.sent(), url=f"{URL}?order=7&sort=b%2Fa")
    genuine = recipe.headers(sent)
    wrong = Refused("signature_wrong")

    def case(name: str, shows: str, sent: Sent, verdict: Accepted | Refused, **options: Any) -> Case:
        return Case(name, shows, recipe, sent, genuine, verdict, options=options)

    yield case("url-with-query", "The query is part of the URL, to the letter.", sent, Accepted(0))
    other = replace(sent, url=sent.url.replace("order=7", "order=8"))
    yield case("url-query-changed", "The query is another one.", other, wrong)
    behind = replace(sent, url=sent.url.replace("hooks.example.com", "behind.example.net"))
    yield case("url-host-changed", "The host is another one.", behind, wrong)
    with_port = replace(sent, url=sent.url.replace("hooks.example.com", "hooks.example.com:443"))
    shows = "The sender signs its URL with a port, or without the one that it was given."
    signed = recipe.headers(with_port)
    yield Case("url-signed-with-port", shows, recipe, sent, signed, Accepted(0))
    given = {"public_url": URL.replace("hooks.example.com", "hooks.example.com:8443")}
    yield Case("url-signed-without-port", shows, recipe, behind, genuine, Accepted(0), options=given)
    yield Case("url-signed-with-other-port", "Only its scheme's port is tried.", recipe, behind, signed, wrong, options=given)
    shows = "The sender was given another URL than the function's own, and the operator says which."
    yield case("url-public", shows, behind, Accepted(0), public_url=URL)
    shows = "It may be that only its host is another one."
    yield case("url-public-host", shows, behind, Accepted(0), public_url="https://hooks.example.com")


def of_a_path(recipe: DescribedHttpDate) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)

    def case(name: str, shows: str, url: str, verdict: Accepted | Refused, **options: Any) -> Case:
        return Case(name, shows, recipe, replace(sent, url=url), genuine, verdict, options=options)

    behind = "https://behind.example.net/hooks/test"
    yield case("path-with-query", "The query is no part of it.", f"{URL}?order=7", Accepted(0))
    yield case("path-at-another-host", "Nor is the host.", behind, Accepted(0))
    yield case("path-changed", "The path has a slash more.", f"{URL}/", Refused("signature_wrong"))
    shows = "The sender was given another URL than the function's own, and the operator says which."
    fronted = replace(sent, url="https://front.example.com/in%2Fhere?order=7")
    headers = recipe.headers(fronted)
    public = {"public_url": "https://front.example.com/in%2Fhere"}
    yield Case("path-public", shows, recipe, sent, headers, Accepted(0), options=public)


def of_a_field(recipe: Kie) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)
    body = json.loads(sent.body)

    def case(name: str, shows: str, data: dict[str, Any], reason: str) -> Case:
        changed = replace(sent, body=compact({**body, "data": data}))
        return Case(name, shows, recipe, changed, genuine, Refused(reason))

    data = body["data"]
    other = {**data, "task_id": data["task_id"] + "0"}
    yield case("field-changed", "The task is another one.", other, "signature_wrong")
    renamed = {"taskId" if name == "task_id" else name: value for name, value in data.items()}
    shows = "Newer products call it `taskId`."
    spelled = replace(sent, body=compact({**body, "data": renamed}))
    yield Case("field-other-spelling", shows, recipe, spelled, genuine, Accepted(0))
    both = replace(sent, body=compact({**body, "data": {**data, "taskId": "task-of-mine"}}))
    shows = "Of two ids the one that is signed tells events apart."
    yield Case("field-both-spellings", shows, recipe, both, recipe.headers(both), Accepted(0))
    yield Case("field-both-spellings-changed", "The id that is signed is another one.", recipe, both, genuine, Refused("signature_wrong"))
    midi = {"task_id": "5c79be8e", "code": 200, "msg": "success", "data": {"state": "complete", "instruments": []}}
    beside = replace(sent, body=compact(midi))
    yield Case("field-beside-data", "For MIDI it stands beside `data`.", recipe, beside, recipe.headers(beside), Accepted(0))
    none = {name: value for name, value in data.items() if name != "task_id"}
    yield case("field-missing", "The body names no task.", none, "field_missing")

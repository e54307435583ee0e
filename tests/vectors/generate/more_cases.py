"""What differs in some senders' deliveries alone, because of what they sign."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1

from batch_senders import Adyen, HubSpot, Mandrill
from business_senders import Meta, MicrosoftGraph
from case import Accepted, Case, Refused
from certificate_senders import AwsSns, Certified, PayPal
from described_senders import DescribedHttpDate
from key_signing import rsa_key
from media_senders import Kie
from more_business_senders import Square
from other_senders import Twilio
from rare_senders import Cloudinary
from signing import TOKENS, URL, Recipe, Sent, StandardWebhooks, compact


def more_cases(recipe: Recipe) -> Iterator[Case]:
    if isinstance(recipe, Twilio | Mandrill):
        yield from of_a_form(recipe)
        yield from of_a_digest_in_the_url(recipe)
    if isinstance(recipe, Mandrill):
        yield from of_two_mails(recipe)
    if isinstance(recipe, Meta):
        yield from of_two_accounts(recipe)
    if isinstance(recipe, MicrosoftGraph):
        yield from of_two_tokens(recipe)
    if isinstance(recipe, Adyen):
        yield from of_two_signatures(recipe)
    if isinstance(recipe, Certified):
        yield from of_a_certificate(recipe)
    if isinstance(recipe, AwsSns):
        yield from of_lines(recipe)
    if isinstance(recipe, PayPal):
        yield from of_a_checksum(recipe)
    if isinstance(recipe, Twilio | Square | Mandrill | HubSpot):
        yield from of_a_url(recipe)
    if isinstance(recipe, DescribedHttpDate):
        yield from of_a_path(recipe)
    if isinstance(recipe, Cloudinary):
        yield from of_a_boundary(recipe)
    if isinstance(recipe, Kie):
        yield from of_a_field(recipe)
    if (other := recipe.for_another()) and not isinstance(recipe, PayPal):
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


def of_two_mails(recipe: Mandrill) -> Iterator[Case]:
    items = [*recipe.items, {"event": "open", "_id": "exampleaaaaaaaaaaaaaaaaaaaaaaaaa3", "ts": 1384954005}]
    sent = replace(recipe.sent(), body=urlencode({"mandrill_events": compact(items).decode()}).encode())
    yield Case("items", "Each item of the list is an event.", recipe, sent, recipe.headers(sent), Accepted(0))


def of_two_accounts(recipe: Meta) -> Iterator[Case]:
    (entry,) = recipe.body["entry"]
    (change,) = entry["changes"]
    second = {**change, "field": "account_update"}
    entries = [{**entry, "changes": [change, second]}, {"id": "7", "messaging": [{"sender": {"id": "8"}}, {}]}]
    sent = replace(recipe.sent(), body=compact({**recipe.body, "entry": entries}))
    shows = "Each change of each entry is an event; an entry without changes is one itself."
    yield Case("items", shows, recipe, sent, recipe.headers(sent), Accepted(0))


def of_two_tokens(recipe: MicrosoftGraph) -> Iterator[Case]:
    current, previous, unknown = recipe.secrets
    (item,) = recipe.body["value"]

    def case(name: str, shows: str, tokens: list[Any], verdict: Accepted | Refused) -> Case:
        items = [{**item, "changeType": f"change-{number}", "clientState": token} for number, token in enumerate(tokens)]
        sent = replace(recipe.sent(), body=compact({"value": items}))
        return Case(name, shows, recipe, sent, recipe.headers(sent), verdict, secrets=2)

    yield case("items", "Each item has the token, and is an event.", [current, current], Accepted(0))
    yield case("items-with-previous-secret", "One of them has the older token.", [current, previous, current], Accepted(1))
    for place, tokens in [("first", [unknown, current]), ("last", [current, unknown])]:
        shows = f"The {place} item has another token, and none of them is believed."
        yield case(f"item-with-another-proof-{place}", shows, tokens, Refused("credential_wrong"))
    yield case("item-with-another-proof", "An item has a token that was never the source's.", [current, unknown], Refused("credential_wrong"))
    yield case("item-without-proof", "An item has no token.", [current, None], Refused("credential_missing"))


def of_two_signatures(recipe: Adyen) -> Iterator[Case]:
    current, previous, unknown = recipe.secrets
    first, wrong = recipe.item(), Refused("signature_wrong")
    captured = {"pspReference": "8815658961765250", "originalReference": "7914073381342284", "eventCode": "CAPTURE"}

    def case(name: str, shows: str, verdict: Accepted | Refused, *items: dict[str, Any]) -> Case:
        sent = replace(recipe.sent(), body=recipe.listing(*items))
        return Case(name, shows, recipe, sent, recipe.plain_headers(sent), verdict, secrets=2)

    second = recipe.item(**captured)
    yield case("items", "Each item has a signature of its own, and is an event.", Accepted(0), first, second)
    older = recipe.item(previous, **captured)
    yield case("items-with-previous-secret", "One of them is signed with the older key.", Accepted(1), first, older)
    foreign = recipe.item(unknown, **captured)
    yield case("item-with-another-proof", "An item is signed with somebody else's key.", wrong, first, foreign)
    yield case("item-with-another-proof-first", "The first item is.", wrong, foreign, first)
    copied = {**second, "additionalData": first["additionalData"]}
    yield case("item-with-proof-of-another", "An item has the signature of the other one.", wrong, first, copied)
    bare = {name: value for name, value in second.items() if name != "additionalData"}
    yield case("item-without-proof", "An item has no signature.", Refused("signature_missing"), first, bare)


def of_a_certificate(recipe: Certified) -> Iterator[Case]:
    current, previous, other = recipe.secrets
    right = recipe.address_of(current)

    def case(name: str, shows: str, address: str | None, key: str, reason: str) -> Case:
        sent, headers = recipe.naming(recipe.sent(), address, key)
        return Case(name, shows, recipe, sent, headers, Refused(reason))

    yield case("key-missing", "The delivery names no certificate.", None, current, "key_missing")
    yield case("key-empty", "The certificate's address is empty.", "", current, "key_missing")
    for name, address in recipe.wrong_addresses().items():
        shows = "It is signed with the key of a certificate that somebody else could publish there."
        yield case(name, shows, address, other, "key_wrong")
    shows = "There is no such certificate."
    yield case("key-not-there", shows, recipe.address_of("nowhere"), current, "signature_wrong")
    shows = "The certificate counts no more."
    yield case("key-expired", shows, recipe.address_of("expired"), previous, "signature_wrong")
    shows = "The certificate has a key of another kind."
    yield case("key-of-another-kind", shows, recipe.address_of("another kind"), previous, "signature_wrong")
    yield case("key-of-another-certificate", "It is signed with another key than the certificate's.", right, other, "signature_wrong")


def of_lines(recipe: AwsSns) -> Iterator[Case]:
    sent = recipe.sent()

    def case(name: str, shows: str, of: Sent, verdict: Accepted | Refused) -> Case:
        return Case(name, shows, recipe, of, recipe.plain_headers(of), verdict)

    bare = recipe.signed(recipe.saying(sent, Subject=None))
    yield case("field-absent", "A message may have no subject.", bare, Accepted(0))
    wrong = Refused("signature_wrong")
    yield case("field-added", "Somebody has added a subject.", recipe.saying(bare, Subject="Pay now"), wrong)
    yield case("field-removed", "Somebody has taken the subject away.", recipe.saying(sent, Subject=None), wrong)
    message_id = json.loads(sent.body)["MessageId"]
    whole = recipe.signed(recipe.saying(sent, Message=f"Hello\nMessageId\nanother", Subject=None))
    yield case("field-of-several-lines", "A message may have several lines.", whole, Accepted(0))
    divided = recipe.saying(whole, Message="Hello", MessageId=f"another\nMessageId\n{message_id}")
    shows = "The same bytes are signed, divided in another way."
    yield case("field-with-line-break", shows, divided, Refused("field_missing"))
    absorbed = recipe.saying(whole, Message=f"Hello\nMessageId\nanother\nMessageId\n{message_id}", MessageId=None)
    yield case("field-within-another", "The same bytes are signed, with the id as a part of the message.", absorbed, Refused("field_missing"))
    theirs, _ = recipe.for_another()
    victim = recipe.options["account"]
    message = f"x\nMessageId\n7\nTimestamp\nnow\nTopicArn\n{victim}\nType\nNotification"
    ours = recipe.signed(theirs.saying(theirs.sent(), Message=message, Subject=None))
    body = json.loads(ours.body)
    rest = f"Notification\nMessageId\n{body['MessageId']}\nTimestamp\n{body['Timestamp']}\nTopicArn\n{body['TopicArn']}\nType\nNotification"
    moved = recipe.saying(ours, Message="x", MessageId="7", Timestamp="now", TopicArn=victim, Type=rest)
    shows = "A message of another customer's topic, divided so that it names ours."
    yield case("account-within-another", shows, moved, Refused("field_missing"))
    if recipe.version == "2":
        by_sha1 = rsa_key(recipe.secrets[0]).sign(recipe.message(sent), padding.PKCS1v15(), SHA1())
        older = recipe.saying(recipe.with_value(sent, recipe.written(by_sha1)), SignatureVersion="1")
        yield case("signature-of-sha-1", "It is signed with SHA-1, which is not asked for.", older, wrong)


def of_a_checksum(recipe: PayPal) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)
    forged = replace(sent, body=recipe.forged(recipe.changed_body(), sent.body))
    shows = "Another body with the same checksum has the same signature: nothing vouches for the body."
    yield Case("body-of-the-same-checksum", shows, recipe, forged, genuine, Accepted(0))
    theirs = "8XL90610J3647323D"
    (signature,) = [recipe.written(recipe.sign(recipe.secrets[0], recipe.message_for(sent, theirs)))]
    another = recipe.headers_of(sent, signature)
    wrong = Refused("signature_wrong")

    def case(name: str, shows: str, headers: list[tuple[str, str]], verdict: Accepted | Refused, account: Any) -> Case:
        return Case(name, shows, recipe, sent, headers, verdict, options={"account": account})

    yield case("account-second", "A source may have several accounts.", another, Accepted(0), [recipe.webhook, theirs])
    yield case("account-wrong", "It was made for another customer's webhook.", another, wrong, recipe.webhook)
    yield case("account-in-other-case", "Accounts are signed as they are.", genuine, wrong, recipe.webhook.lower())
    yield case("account-longer", "Accounts are signed as they are.", genuine, wrong, recipe.webhook[:-1])


def of_a_form(recipe: Twilio | Mandrill) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)

    def case(name: str, shows: str, fields: list[tuple[str, str]], verdict: Accepted | Refused) -> Case:
        return Case(name, shows, recipe, replace(sent, body=urlencode(fields).encode()), genuine, verdict)

    fields, wrong = recipe.fields, Refused("signature_wrong")
    yield case("form-in-other-order", "Fields are signed sorted by name.", fields[::-1], Accepted(0))
    encoded = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields).replace("%20", "+", 1)
    first = fields[0][0]
    otherwise = replace(sent, body=encoded.replace(first, f"%{ord(first[0]):x}{first[1:]}").encode())
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


def of_a_digest_in_the_url(recipe: Twilio | Mandrill) -> Iterator[Case]:
    body = compact([{"specversion": "1.0", "id": "EZ1", "type": "com.twilio.messaging.message.delivered"}])
    query = "?bodySHA256=" + hashlib.sha256(body).hexdigest()

    def case(name: str, shows: str, query: str, verdict: Accepted | Refused, body: bytes = body) -> Case:
        sent = Sent(body, url=URL + query, content_type="application/json")
        return Case(name, shows, recipe, sent, recipe.headers(sent), verdict)

    yield case("json-with-digest", "The URL has the digest of a body that is no form.", query, Accepted(0))
    yield case("json-without-digest", "Without it, nothing vouches for the body.", "", Refused("body_digest_missing"))
    changed = body.replace(b"delivered", b"failed")
    yield case("json-changed", "The digest is that of another body.", query, Refused("body_digest_wrong"), changed)


def of_a_url(recipe: Twilio | Square | Mandrill | HubSpot) -> Iterator[Case]:
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

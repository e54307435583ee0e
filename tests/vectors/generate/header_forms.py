"""Senders that an operator describes: lists and objects in the signature's header, and a body that is packed once it is signed."""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from case import Accepted, Case, Refused
from signing import NOW_SECONDS, Header, Hmac, Pairs, Sent

DESCRIPTION = {"shape": [{"key": ["/id"], "otherwise": "event.occurred"}]}
SIGNED = {"kind": "hmac", "header": "x-invented-signature", "encoding": "hex", "message": "{timestamp}.{body}"}


def timestamp(key: str) -> dict[str, Any]:
    return {"at": {"pair": key}, "past_seconds": 300, "future_seconds": 300}


class Invented(Hmac):
    """A sender of ours."""

    header = "X-Invented-Signature"
    body = {"id": "7", "amount": 1}
    event_type = "landfall.event.occurred"

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Timed(Invented):
    """The time stands beside the signature."""

    signs_timestamp = True
    past_seconds = 300
    future_seconds = 300

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b"." + sent.body


class DescribedPairLists(Timed, Pairs):
    """A list of pairs for each secret, each with the time."""

    provider = "described-pair-lists"
    options = {
        "scheme": {
            **DESCRIPTION,
            "scheme": {
                **SIGNED,
                "syntax": {"form": "pairs", "key": "v1", "separator": ",", "between_lists": " "},
                "timestamp": timestamp("t"),
            },
        }
    }

    def value(self, signatures: list[str], sent: Sent) -> str:
        return " ".join(self.listed([("t", sent.timestamp), ("v1", signature)]) for signature in signatures)


class DescribedList(Timed):
    """The time, and then signatures."""

    provider = "described-list"
    # Two headers are one list, in which a signature of the first position's time follows.
    doubled = ""
    options = {
        "scheme": {
            **DESCRIPTION,
            "scheme": {
                **SIGNED,
                "syntax": {"form": "list", "separator": ",", "first": 2},
                "timestamp": timestamp("1"),
            },
        }
    }

    def value(self, signatures: list[str], sent: Sent) -> str:
        return ",".join([sent.timestamp, *signatures])


class DescribedJson(Timed):
    """A JSON object in the header."""

    provider = "described-json-header"
    # Two headers are joined by a comma, which makes no object.
    doubled = "signature_malformed"
    options = {
        "scheme": {
            **DESCRIPTION,
            "scheme": {
                **SIGNED,
                "syntax": {"form": "json", "key": "signature"},
                "timestamp": timestamp("timestamp"),
            },
        }
    }

    def value(self, signatures: list[str], sent: Sent) -> str:
        (signature,) = signatures
        time = int(sent.timestamp) if sent.timestamp.isdecimal() and len(sent.timestamp) < 19 else sent.timestamp
        return json.dumps({"timestamp": time, "signature": signature})


class DescribedPacked(Invented):
    """What is packed is signed before."""

    provider = "described-packed"
    other_headers = {"Content-Encoding": "gzip"}
    options = {"scheme": {**DESCRIPTION, "unpack": True, "scheme": {**SIGNED, "message": "{body}"}}}

    def transported(self, sent: Sent, headers: list[Header]) -> bytes:
        is_packed = ("content-encoding", "gzip") in [(name.lower(), value) for name, value in headers]
        return packed(sent.body) if is_packed else sent.body


def packed(body: bytes) -> bytes:
    """A gzip file of one block that is stored as it is: the same by every version of every library."""
    block = struct.pack("<BHH", 1, len(body), len(body) ^ 0xFFFF) + body
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block + struct.pack("<II", zlib.crc32(body), len(body))


def about_the_form(recipe: Invented, sent: Sent, case: Any) -> Iterator[Case]:
    """What only one of these can say."""
    if isinstance(recipe, DescribedPairLists):
        yield from pair_lists(recipe, sent, case)
    if isinstance(recipe, DescribedList):
        yield from positions(recipe, sent, case)
    if isinstance(recipe, DescribedJson):
        yield from members(recipe, sent, case)
    if isinstance(recipe, DescribedPacked):
        yield from packing(recipe, sent, case)


def pair_lists(recipe: DescribedPairLists, sent: Sent, case: Any) -> Iterator[Case]:
    def lists(*times: int) -> list[Header]:
        (wrong,), (right,) = recipe.signatures(sent, recipe.secrets[2:]), recipe.signatures(sent)
        said = zip(times, [wrong, right], strict=True)
        return recipe.headers_of(sent, " ".join(f"t={time},v1={signature}" for time, signature in said))

    yield case("lists-wrong-then-right", "One of several lists is enough.", lists(NOW_SECONDS, NOW_SECONDS), Accepted(0))
    shows = "The lists do not agree on the time."
    yield case("lists-of-two-times", shows, lists(NOW_SECONDS - 1, NOW_SECONDS), Refused("timestamp_doubled"))


def positions(recipe: DescribedList, sent: Sent, case: Any) -> Iterator[Case]:
    (right,), (wrong,) = recipe.signatures(sent), recipe.signatures(sent, recipe.secrets[2:])

    def said(*items: str) -> list[Header]:
        return recipe.headers_of(sent, ",".join(items))

    time = sent.timestamp
    yield case("signatures-wrong-then-right", "One of several signatures is enough.", said(time, wrong, right), Accepted(0))
    yield case("signatures-right-then-wrong", "One of several signatures is enough.", said(time, right, wrong), Accepted(0))
    yield case("signatures-all-wrong", "Several wrong signatures are no right one.", said(time, wrong, wrong), Refused("signature_wrong"))
    yield case("timestamp-missing", "The signature stands where the time should.", said(right), Refused("signature_missing"))
    yield case("timestamp-empty", "Nothing stands before the signature.", said("", right), Refused("timestamp_missing"))
    yield case("timestamp-last", "The time stands behind the signature.", said(right, time), Refused("signature_malformed"))
    for name, shows, timestamp in NO_TIMES:
        headers = recipe.headers(replace(sent, timestamp=timestamp))
        yield case(name, shows, headers, Refused("timestamp_malformed"))
    changed = said(str(int(time) ^ 1), right)
    yield case("timestamp-bit-flipped", "One bit of the timestamp is another one.", changed, Refused("signature_wrong"))


def members(recipe: DescribedJson, sent: Sent, case: Any) -> Iterator[Case]:
    (right,), time = recipe.signatures(sent), int(sent.timestamp)

    def said(value: Any) -> list[Header]:
        return recipe.headers_of(sent, value if isinstance(value, str) else json.dumps(value))

    missing = Refused("timestamp_missing")
    yield case("timestamp-missing", "`timestamp` is missing.", said({"signature": right}), missing)
    yield case("timestamp-empty", "`timestamp` is empty.", said({"timestamp": "", "signature": right}), missing)
    yield case("timestamp-null", "`timestamp` is null.", said({"timestamp": None, "signature": right}), missing)
    last = said({"signature": right, "timestamp": time})
    yield case("timestamp-last", "The members may stand in any order.", last, Accepted(0))
    text = said({"timestamp": sent.timestamp, "signature": right})
    yield case("timestamp-text", "An integer may stand there as a text.", text, Accepted(0))
    for name, shows, timestamp in NO_TIMES:
        headers = recipe.headers(replace(sent, timestamp=timestamp))
        yield case(name, shows, headers, Refused("timestamp_malformed"))
    changed = said({"timestamp": time ^ 1, "signature": right})
    yield case("timestamp-bit-flipped", "One bit of the timestamp is another one.", changed, Refused("signature_wrong"))
    yield case("signature-pair-missing", "`signature` is missing.", said({"timestamp": time}), Refused("signature_missing"))
    inside = {"timestamp": time, "signature": {"signature": right}}
    yield case("signature-deeper", "`signature` is no text.", said(inside), Refused("signature_missing"))
    cut = said(json.dumps({"timestamp": time, "signature": right})[:-1])
    yield case("json-cut", "The object is not closed.", cut, Refused("signature_malformed"))
    listed = said([{"timestamp": time, "signature": right}])
    yield case("json-list", "It is a list.", listed, Refused("signature_malformed"))


def packing(recipe: DescribedPacked, sent: Sent, case: Any) -> Iterator[Case]:
    genuine = recipe.headers(sent)

    def encoded(value: str | None) -> list[Header]:
        headers = [(name, text if name != "Content-Encoding" else value) for name, text in genuine]
        return [(name, text) for name, text in headers if text is not None]

    yield case("body-not-packed", "The body is sent as it was signed.", encoded(None), Accepted(0))
    yield case("encoding-unknown", "What is packed in another way is taken as it is.", encoded("br"), Accepted(0))
    # Both are sent as they stand, since they are not told to be packed as the recipe packs.
    older = encoded("x-gzip")
    malformed = Refused("body_malformed")
    yield case("body-not-gzip", "The body is not packed, and the header says that it is.", older, malformed)
    whole = packed(sent.body)
    cut, more = whole[:-1], whole + b"\n"
    yield case("packed-cut", "What is packed lacks its last byte.", older, malformed, body=cut)
    yield case("packed-longer", "Something stands behind what is packed.", older, malformed, body=more)
    wrong = whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
    yield case("packed-checksum-wrong", "The checksum is another one.", older, malformed, body=wrong)


# They are signed like any other, so that nothing is wrong with them but the form.
NO_TIMES = [
    ("timestamp-not-a-number", "The timestamp is no number.", "hello"),
    ("timestamp-with-sign", "A plus sign is no part of a timestamp.", f"+{NOW_SECONDS}"),
    ("timestamp-not-an-instant", "The timestamp is no instant that a calendar knows.", "99999999999999999999"),
]
HEADER_FORMS = [DescribedPairLists(), DescribedList(), DescribedJson(), DescribedPacked()]

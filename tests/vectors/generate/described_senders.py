"""Senders that an operator describes, for what none of the catalogue does, and one that a test adds to the catalogue."""

import datetime
import hashlib
import json
from email.utils import formatdate
from urllib.parse import urlsplit

from signing import NOW_SECONDS, Basic, Hmac, Millis, Pairs, Sent, StandardWebhooks

SHAPES = [{"key": ["/id"], "otherwise": "event.occurred"}]
OCCURRED = "landfall.event.occurred"


class DescribedBasic(Basic):
    """Name and password in the URL that the sender was given."""

    provider = "described-basic"
    options = {"scheme": {"scheme": {"kind": "basic"}, "shape": SHAPES}}
    body = {"id": "7", "amount": 1}
    change = ('"amount":1', '"amount":2')
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class DescribedInstant(Hmac):
    """A secret in hex, a time by RFC 3339, and the body's digest instead of the body."""

    provider = "described-instant"
    header = "X-Invented-Signature"
    timestamp_header = "X-Invented-Time"
    timestamp_flip = -2
    whole_seconds = False
    encoding = "base64"
    signs_timestamp = True
    past_seconds = 120
    signed_headers = {"X-Invented-Topic": "orders"}
    options = {
        "scheme": {
            "scheme": {
                "kind": "hmac",
                "secret": {"strip_prefix": "hex_", "encoding": "hex"},
                "header": ["x-invented-signature"],
                "encoding": "base64",
                "timestamp": {"at": {"header": ["x-invented-time"]}, "unit": "rfc3339", "past_seconds": 120},
                "message": "{header:x-invented-topic}|{timestamp}|{body_sha256}",
            },
            "shape": SHAPES,
        }
    }
    body = {"id": "7", "amount": 1}
    event_type = OCCURRED

    @property
    def secrets(self) -> list[str]:
        words = ("current", "previous", "unknown")
        return [f"hex_{hashlib.sha256(f'invented: {word}'.encode()).hexdigest()}" for word in words]

    def key_bytes(self, secret: str) -> bytes:
        return bytes.fromhex(secret.removeprefix("hex_"))

    def timestamp(self, seconds: int) -> str:
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def sent(self) -> Sent:
        return self.moved(super().sent(), self.timestamp(NOW_SECONDS))

    def message(self, sent: Sent) -> bytes:
        digest = hashlib.sha256(sent.body).hexdigest()
        return f"{self.signed_headers['X-Invented-Topic']}|{sent.timestamp}|{digest}".encode()

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class DescribedAnyHeader(Hmac):
    """SHA-384, in any of two headers."""

    provider = "described-any-header"
    hash = "sha384"
    encoding = "base64"
    header = "X-Invented-Signature-1"
    second_header = "X-Invented-Signature-2"
    aliases = [{"X-Invented-Signature-1": "X-Invented-Signature-2"}]
    options = {
        "scheme": {
            "scheme": {
                "kind": "hmac",
                "hash": "sha384",
                "any_header": ["x-invented-signature-1", "x-invented-signature-2"],
                "encoding": "base64",
                "message": "{body}",
            },
            "shape": SHAPES,
        }
    }
    body = {"id": "7", "amount": 1}
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class DescribedExtends(StandardWebhooks):
    """A sender of the catalogue with other names of headers."""

    provider = "described-extends"
    header = "X-Invented-Signature"
    id_header = "X-Invented-Id"
    timestamp_header = "X-Invented-Timestamp"
    options = {
        "scheme": {
            "extends": "standard-webhooks",
            "scheme": {
                "header": "x-invented-signature",
                "id": "x-invented-id",
                "timestamp": {"at": {"header": "x-invented-timestamp"}, "past_seconds": 300, "future_seconds": 300},
            },
            "kept_headers": [],
        }
    }
    body = {"type": "contact.created", "timestamp": "2026-01-02T03:04:05.678Z", "data": {"id": "1f81eb52-5198-4599"}}
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]


class DescribedHttpDate(Hmac):
    """A date as HTTP writes it, the method, and the path."""

    provider = "described-http-date"
    header = "X-Invented-Signature"
    timestamp_header = "Date"
    timestamp_flip = -5
    signs_timestamp = True
    past_seconds = 300
    future_seconds = 300
    options = {
        "scheme": {
            "scheme": {
                "kind": "hmac",
                "header": ["x-invented-signature"],
                "encoding": "hex",
                "timestamp": {"at": {"header": "date"}, "unit": "http-date", "past_seconds": 300, "future_seconds": 300},
                "message": "POST\n{path}\n{timestamp}\n{body_sha256}",
            },
            "shape": SHAPES,
        }
    }
    body = {"id": "7", "amount": 1}
    event_type = OCCURRED

    def timestamp(self, seconds: int) -> str:
        return formatdate(seconds, usegmt=True)

    def sent(self) -> Sent:
        return self.moved(super().sent(), self.timestamp(NOW_SECONDS))

    def message(self, sent: Sent) -> bytes:
        digest = hashlib.sha256(sent.body).hexdigest()
        return "\n".join(["POST", urlsplit(sent.url).path, sent.timestamp, digest]).encode()

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Acme(Millis, Pairs):
    """SHA-1, pairs without commas, and milliseconds: `shared/domain/tests/vectors/added/acme.toml`."""

    provider = "acme"
    hash = "sha1"
    header = "Acme-Signature"
    timestamp_key = "at"
    signature_key = "sig"
    other_key = "sig2"
    separator = "&"
    doubled = "signature_doubled"
    whole_seconds = False
    past_seconds = 60
    future_seconds = 5
    body = {"order": {"number": 7, "state": "done"}, "files": ["https://files.acme.example/7.png"]}
    event_type = "landfall.job.completed"

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b"\n" + sent.body

    def key(self, sent: Sent) -> list[str]:
        order = json.loads(sent.body)["order"]
        return [str(order["number"]), order["state"]]


DESCRIBED_SENDERS = [DescribedBasic(), DescribedInstant(), DescribedAnyHeader(), DescribedExtends(), DescribedHttpDate()]

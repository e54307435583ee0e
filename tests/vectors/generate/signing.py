"""How senders sign, each written by hand from what the sender publishes.

Nothing here reads the descriptions in `shared/domain/providers`: what they say is held against this.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Header = tuple[str, str]

# When all deliveries arrive: 2026-01-02T03:04:05Z.
NOW_SECONDS = 1767323045
URL = "https://hooks.example.com/hooks/test"
# Of the URL, where a source asks for one.
TOKENS = ["an-invented-token-0123456789", "the-token-before-it-9876543210"]


@dataclass(frozen=True)
class Sent:
    """What a sender puts into a delivery, before it is signed."""

    body: bytes
    url: str = URL
    id: str = "msg_2Lh9KRb0p6nS4T8vXy3zAa"
    timestamp: str = str(NOW_SECONDS)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Answer:
    """What a sender wants to hear."""

    body: str
    status: int = 200
    type: str = "text/plain"
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True)
class Question:
    """What a sender asks about the URL, before it sends anything or now and then."""

    answer: Answer
    method: str = "POST"
    # What is asked, where the sender asks it: with `{token}` for the text that the operator chose.
    query: str = ""
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    content_type: str | None = "application/json"
    # Whether it is signed as deliveries are.
    is_signed: bool = False
    # The text that the operator chose, if the sender repeats one.
    verify_token: str | None = None
    # Whether the answer is made with the secret, so that only who knows the URL's token may have it.
    needs_url_token: bool = False


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def flipped(data: bytes, index: int) -> bytes:
    """`data` with the lowest bit of one byte the other way round."""
    index %= len(data)
    return data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]


class Recipe:
    """How one sender proves that a delivery is its own."""

    # Where the secret before the current one is found.
    previous_index = 1
    # Whether the body is signed by a checksum alone.
    has_checksum = False

    # Its name in the catalogue.
    provider: str
    # The header with the proof.
    header: str
    # A short body as it sends them: JSON, unless it is bytes already.
    body: Any
    # The type of the event that comes of it.
    event_type: str
    # Whatever else the operator configures.
    options: dict[str, Any] = {}
    # What the delivery is proven with.
    proof = "secret"
    # Whether a signature says no more than that it is one of the sender's customers', unless the source has an account.
    is_for_all_customers = False
    # The secrets as the operator was given them: the current one, the one before it, and that of somebody else.
    secrets: list[str]
    # Whether the signature changes with the body; if not, a text in the body and another one in its place.
    covers_body = True
    change: tuple[str, str]
    # The header with the delivery's id, and other headers that are no part of the proof.
    id_header: str | None = None
    other_headers: dict[str, str] = {}
    # That of them which joins the event's key where the URL holds a token.
    header_beside_token: str | None = None
    # The URL that the sender was given, and the type of its bodies.
    url = URL
    content_type = "application/json"

    def for_another(self) -> tuple["Recipe", str] | None:
        """The same sender's deliveries to another customer, and that one's account, if they name it."""
        return None

    def questions(self) -> list[Question]:
        """What it asks that is no event."""
        return []

    def key(self, sent: Sent) -> list[str] | None:
        """What tells the event from every other of the source; nothing if that is the whole body."""
        return None

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        """The key and the type of each event, if the delivery lists several."""
        return []

    def content(self, sent: Sent) -> bytes:
        """What tells the event from others if there is no key."""
        return sent.body

    def type_of(self, sent: Sent) -> str:
        """The type of the event."""
        return self.event_type

    def sent(self) -> Sent:
        """A delivery, as it is before it is signed."""
        body = self.body if isinstance(self.body, bytes) else compact(self.body)
        return Sent(body, url=self.url, content_type=self.content_type)

    def transported(self, sent: Sent, headers: list[Header]) -> bytes:
        """The bytes that are sent."""
        return sent.body

    def changed_body(self) -> bytes:
        """A body that says something else under the same id."""
        old, new = (text.encode() for text in self.change)
        body = self.sent().body
        assert body.count(old) == 1, f"{self.provider}: {old!r} is to be in the body once"
        return body.replace(old, new)

    def plain_headers(self, sent: Sent) -> list[Header]:
        """Those that prove nothing."""
        headers = [("Content-Type", sent.content_type), *self.other_headers.items()]
        return [*headers, (self.id_header, sent.id)] if self.id_header else headers

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        """The headers of a delivery that is signed with `keys`, or with the current secret."""
        raise NotImplementedError


class Signing(Recipe):
    """A sender that signs."""

    # What a receiver calls a signature's header of the wrong form, one that is there twice, and a list without any
    # signature of the version.
    malformed = "signature_malformed"
    doubled = "signature_doubled"
    no_version = "signature_missing"
    # How the signature is written: `hex` or `base64`.
    encoding = "hex"
    # Other names of the headers, from the usual one.
    aliases: list[dict[str, str]] = []
    # Where the time is, if not in the signature's own header.
    timestamp_header: str | None = None
    timestamp_in_body: str | None = None
    # What it counts, and a place in it where a bit can be another one without breaking its form.
    whole_seconds = True
    timestamp_flip = -1
    # Headers that are signed beside the usual ones, and their values.
    signed_headers: dict[str, str] = {}
    # Whether the message has the id and the timestamp in it.
    signs_id = False
    signs_timestamp = False
    # How old and how far ahead a delivery may be; not limited if absent.
    past_seconds: int | None = None
    future_seconds: int | None = None

    def message(self, sent: Sent) -> bytes:
        """The bytes that are signed."""
        raise NotImplementedError

    def sign(self, key: str, message: bytes) -> bytes:
        """The signature itself."""
        raise NotImplementedError

    def written(self, signature: bytes) -> str:
        """The signature as text."""
        return signature.hex() if self.encoding == "hex" else base64.b64encode(signature).decode()

    def in_other_case(self, written: str) -> str:
        """A signature in base64 with one letter in the other case."""
        letter = next(letter for letter in written if letter.isalpha())
        return written.replace(letter, letter.swapcase(), 1)

    def value(self, signatures: list[str], sent: Sent) -> str:
        """What the header says of signatures that are already text."""
        (signature,) = signatures
        return signature

    def moved(self, sent: Sent, timestamp: str) -> Sent:
        """The same at another time."""
        return replace(sent, timestamp=timestamp)

    def timestamp(self, seconds: int) -> str:
        """A time as the sender writes it."""
        return str(seconds)

    def signatures(self, sent: Sent, keys: list[str] | None = None) -> list[str]:
        return [self.written(self.sign(key, self.message(sent))) for key in keys or self.secrets[:1]]

    def headers_of(self, sent: Sent, value: str) -> list[Header]:
        """The headers of a delivery whose signature's header says `value`."""
        headers = self.plain_headers(sent)
        if self.timestamp_header:
            headers.append((self.timestamp_header, sent.timestamp))
        return [*headers, *self.signed_headers.items(), (self.header, value)]

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        return self.headers_of(sent, self.value(self.signatures(sent, keys), sent))


class Hmac(Signing):
    """A message authentication code with the secret's own text as the key."""

    hash = "sha256"
    # Another header that may hold a signature, so that one of the two is enough.
    second_header: str | None = None

    @cached_property
    def secrets(self) -> list[str]:
        return [f"invented-for-{self.provider}-{word}" for word in ("and-current", "and-previous", "and-unknown")]

    def key_bytes(self, secret: str) -> bytes:
        return secret.encode()

    def message(self, sent: Sent) -> bytes:
        return sent.body

    def sign(self, key: str, message: bytes) -> bytes:
        return hmac.new(self.key_bytes(key), message, self.hash).digest()


class Millis(Signing):
    """The time is signed in milliseconds."""

    def timestamp(self, seconds: int) -> str:
        return str(seconds * 1000)

    def sent(self) -> Sent:
        return self.moved(super().sent(), self.timestamp(NOW_SECONDS))


class SignedForm(Hmac):
    """The URL and the fields of a form are signed, or the URL alone with a digest of what is no form."""

    def message(self, sent: Sent) -> bytes:
        return sent.url.encode() + (b"" if self.is_json(sent) else self.form(sent))

    def content(self, sent: Sent) -> bytes:
        # One form can be encoded in many ways, and all of them have its signature.
        return sent.body if self.is_json(sent) else self.form(sent)

    def is_json(self, sent: Sent) -> bool:
        return sent.content_type.startswith("application/json")

    def form(self, sent: Sent) -> bytes:
        # Of a field that is there more than once, each of its values once, in order.
        fields = set(parse_qsl(sent.body.decode(), keep_blank_values=True))
        return "".join(name + value for name, value in sorted(fields)).encode()


class Prefixed(Hmac):
    """With something in front of the signature."""

    prefix: str

    def value(self, signatures: list[str], sent: Sent) -> str:
        (signature,) = signatures
        return self.prefix + signature


class InBody(Hmac):
    """A signature that stands in the body, beside what it is over."""

    covers_body = False
    header = ""
    # The names that lead to it, and to each text that is signed.
    signature_at: tuple[str, ...]
    signed_at: tuple[tuple[str, ...], ...]
    # The names that lead to the time, if it is signed.
    timestamp_at: tuple[str, ...] | None = None
    # Whether nothing stands for a field that is missing.
    may_lack_fields = False

    def message(self, sent: Sent) -> bytes:
        return "".join(str(at(json.loads(sent.body), names) or "") for names in self.signed_at).encode()

    def signed(self, sent: Sent) -> Sent:
        """The same with a signature of what it says."""
        return self.with_value(sent, self.signatures(sent)[0])

    def signed_by(self, sent: Sent, key: str) -> Sent:
        """The same with a signature by `key`."""
        return self.with_value(sent, self.signatures(sent, [key])[0])

    def with_value(self, sent: Sent, value: Any) -> Sent:
        """The same with `value` as its signature."""
        return replace(sent, body=compact(put(json.loads(sent.body), self.signature_at, value)))

    def sent(self) -> Sent:
        return self.signed(super().sent())

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        return self.plain_headers(sent)


def at(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        value = value[int(name)] if isinstance(value, list) else value.get(name)
    return value


def put(value: Any, names: tuple[str, ...], new: Any) -> Any:
    """`value` with something else at a place, or nothing there."""
    name, *rest = names
    if isinstance(value, list):
        return [put(item, tuple(rest), new) if index == int(name) else item for index, item in enumerate(value)]
    if rest:
        return {**value, name: put(value[name], tuple(rest), new)}
    if new is None:
        return {known: member for known, member in value.items() if known != name}
    return {**value, name: new}


class PlainHash(Hmac):
    """A plain hash of the parts of a message and the secret: at their end, or sorted among them."""

    is_sorted = False

    def parts(self, sent: Sent) -> list[bytes]:
        raise NotImplementedError

    def message(self, sent: Sent) -> bytes:
        # What is signed is told apart by no byte that any part has.
        return b"\0".join(self.parts(sent))

    def sign(self, key: str, message: bytes) -> bytes:
        parts = [*message.split(b"\0"), self.key_bytes(key)]
        return hashlib.new(self.hash, b"".join(sorted(parts) if self.is_sorted else parts)).digest()

    def sign_otherwise(self, message: bytes) -> list[tuple[str, str, bytes]]:
        """What the right secret makes of the same in other ways: name, comment and code."""
        secret, parts = self.key_bytes(self.secrets[0]), message.split(b"\0")
        before = hashlib.new(self.hash, b"".join([secret, *parts])).digest()
        found = [("signature-of-hmac", "It is an HMAC of the same.", hmac.new(secret, b"".join(parts), self.hash).digest())]
        if self.is_sorted:
            unsorted = hashlib.new(self.hash, b"".join([*parts, secret])).digest()
            return [*found, ("parts-unsorted", "The parts are joined as they stand.", unsorted)]
        return [*found, ("secret-before-message", "The secret stands before the rest.", before)]


class Pairs(Hmac):
    """A list of `key=value` that holds the timestamp and any number of signatures."""

    timestamp_key = "t"
    signature_key = "v1"
    other_key = "v0"
    separator = ","
    signs_timestamp = True
    # With commas between the pairs, two headers are one list, in which the timestamp is there twice.
    doubled = "timestamp_doubled"

    def value(self, signatures: list[str], sent: Sent) -> str:
        pairs = [(self.timestamp_key, sent.timestamp), *((self.signature_key, text) for text in signatures)]
        return self.listed(pairs)

    def listed(self, pairs: list[tuple[str, str]]) -> str:
        return self.separator.join(f"{key}={value}" for key, value in pairs)

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b"." + sent.body


class Signatures(Pairs):
    """The same with signatures alone, so that two headers are one list of two signatures."""

    signs_timestamp = False
    doubled = ""

    def value(self, signatures: list[str], sent: Sent) -> str:
        return self.listed([(self.signature_key, text) for text in signatures])

    def message(self, sent: Sent) -> bytes:
        return sent.body


class Versions(Hmac):
    """A list of `version,signature` with spaces between them, as Standard Webhooks have it."""

    version = "v1"
    other_version = "v2"
    encoding = "base64"
    header = "webhook-signature"
    id_header = "webhook-id"
    timestamp_header = "webhook-timestamp"
    signs_id = True
    signs_timestamp = True
    past_seconds = 300
    future_seconds = 300

    def value(self, signatures: list[str], sent: Sent) -> str:
        return self.listed([(self.version, signature) for signature in signatures])

    def listed(self, items: list[tuple[str, str]]) -> str:
        return " ".join(f"{version},{signature}" for version, signature in items)

    def message(self, sent: Sent) -> bytes:
        return sent.id.encode() + b"." + sent.timestamp.encode() + b"." + sent.body


class StandardWebhooks(Versions):
    """Whose secrets are the key in base64, after `whsec_`."""

    @cached_property
    def secrets(self) -> list[str]:
        words = ("the current key", "the key before", "an unknown key")
        keys = (hashlib.sha256(f"invented for {self.provider}: {word}".encode()).digest() for word in words)
        return ["whsec_" + base64.b64encode(key).decode() for key in keys]

    def key_bytes(self, secret: str) -> bytes:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


class PublicKey(Signing):
    """A key pair of the sender's. What stands for a secret is what its private half is made of."""

    proof = "public_key"

    @cached_property
    def secrets(self) -> list[str]:
        return [f"invented for {self.provider}: {word}" for word in ("the current key", "the key before", "another's")]

    def public_text(self, name: str) -> str:
        """The public key as the operator is given it."""
        raise NotImplementedError

    def fields(self, names: list[str]) -> dict[str, Any]:
        """What the operator configures of these keys."""
        return {"public_keys": [self.public_text(name) for name in names]}

    def jwk(self, name: str) -> dict[str, str]:
        """The public key as a key set has it."""
        raise NotImplementedError

    def key_set(self, names: list[str]) -> dict[str, Any] | None:
        """The set that the sender publishes, if it does."""
        return None

    def verify(self, public_text: str, signature: bytes, message: bytes) -> None:
        """Raises unless the public key is of who signed."""
        raise NotImplementedError


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class PublishedKeys(PublicKey):
    """With public keys that the sender publishes as a set, the same for all of its customers."""

    proof = "published_key"
    is_for_all_customers = True

    def fields(self, names: list[str]) -> dict[str, Any]:
        return {}

    def key_set(self, names: list[str]) -> dict[str, Any] | None:
        return {"keys": [{"kid": f"key-{index}", "use": "sig", **self.jwk(name)} for index, name in enumerate(names)]}


class Ed25519(PublicKey):
    """With SHA-512 inside."""

    def private_key(self, name: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())

    def sign(self, key: str, message: bytes) -> bytes:
        return self.private_key(key).sign(message)

    def public_key(self, name: str) -> bytes:
        return self.private_key(name).public_key().public_bytes_raw()

    def public_text(self, name: str) -> str:
        return "whpk_" + base64.b64encode(self.public_key(name)).decode()

    def jwk(self, name: str) -> dict[str, str]:
        return {"alg": "EdDSA", "kty": "OKP", "crv": "Ed25519", "x": base64url(self.public_key(name))}

    def verify(self, public_text: str, signature: bytes, message: bytes) -> None:
        key = base64.b64decode(public_text.removeprefix("whpk_"))
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)


class KeySet(PublishedKeys, Ed25519):
    """Whose deliveries name the customer in a header that is signed."""

    account_header: str

    def for_another(self) -> tuple[Recipe, str]:
        theirs = "user_9zyxWVUtsrQPOnml"
        another = type("Another", (type(self),), {"signed_headers": {self.account_header: theirs}})
        return another(), theirs


class StaticToken(Recipe):
    """A header with the same text each time."""

    prefix = ""
    covers_body = False
    # What a receiver calls a header that is not there, is there twice, is of the wrong form, or says something else.
    missing = "credential_missing"
    doubled = "credential_doubled"
    malformed = "credential_malformed"
    wrong = "credential_wrong"

    @cached_property
    def secrets(self) -> list[str]:
        return [f"invented-for-{self.provider}-{word}" for word in ("and-current", "and-previous", "and-unknown")]

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        (key,) = keys or self.secrets[:1]
        return self.headers_of(sent, self.prefix + key)

    def headers_of(self, sent: Sent, value: str) -> list[Header]:
        return [*self.plain_headers(sent), (self.header, value)]


class TokenInBody(StaticToken):
    """A field of the body with the same text each time."""

    header = ""
    # The names that lead to it.
    token_at: tuple[str, ...]

    def with_value(self, sent: Sent, value: Any) -> Sent:
        return replace(sent, body=compact(put(json.loads(sent.body), self.token_at, value)))

    def sent(self) -> Sent:
        return self.with_value(super().sent(), self.secrets[0])

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        return self.plain_headers(sent)


class Basic(StaticToken):
    """A name and a password, by RFC 7617."""

    header = "Authorization"
    prefix = "Basic "

    @cached_property
    def secrets(self) -> list[str]:
        return [f"{self.provider}:invented-{word}" for word in ("password", "previous-password", "unknown-password")]

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        (key,) = keys or self.secrets[:1]
        return self.headers_of(sent, self.prefix + base64.b64encode(key.encode()).decode())


class UrlToken(Recipe):
    """Nothing but a URL that nobody else knows."""

    covers_body = False
    secrets: list[str] = []

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        return self.plain_headers(sent)

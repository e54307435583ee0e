"""A receiver in another language: verifies the vectors by the descriptions alone, and says where they disagree.

    python tests/vectors/check.py [descriptions] [vectors]

It needs Python 3.11, or an older one and `tomli`. No public keys are in Python's own library: such vectors are passed
over, and counted, where the package `cryptography` is not installed. It looks at the verdict, at what verified, at which secret
did, and at the event's id; the words for a refusal and the types of events are Landfall's own matter.
"""

import base64
import binascii
import copy
import datetime
import hashlib
import hmac
import json
import math
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import events
import tokens

try:
    import tomllib
except ImportError:  # Before Python 3.11.
    import tomli as tomllib

try:
    import public_keys
except ImportError:
    public_keys = None

REPOSITORY = Path(__file__).parent.parent.parent
BODY_MAX_BYTES = 4 * 1024 * 1024
UNITS = {"seconds": 1, "milliseconds": 1000}


class Refused(Exception):
    """The delivery is not believed."""


class Missing(Exception):
    """What an answer is to repeat is not there."""


class NoCryptography(Exception):
    """Nobody here can say."""


def single(headers: list[list[str]], names: str | list[str], joined: bool = False, has_commas: bool = False) -> str:
    """The value of the first of the headers that is there: once, or in parts of one list with commas."""
    for name in [names] if isinstance(names, str) else names:
        values = [value.strip() for known, value in headers if known.lower() == name.lower()]
        if has_commas and values:
            values = [",".join(values)]
        if len(values) > 1 or (values and "," in values[0] and not joined):
            raise Refused(f"{name} is doubled")
        if values and values[0]:
            return values[0]
    raise Refused(f"{names} is missing")


def at_pointer(body: bytes, pointer: str) -> Any:
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except ValueError:
        return None
    for segment in pointer.split("/")[1:]:
        segment = segment.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(segment)] if segment.isdecimal() and int(segment) < len(value) else None
        else:
            value = value.get(segment) if isinstance(value, dict) else None
    return value


# A field that is missing, or that nobody knows, is an error: it would be a vector that is not checked as it was meant.
@dataclass(frozen=True)
class SenderFile:
    sender: str
    number_of_cases: int
    groups: list[dict[str, Any]]
    published_event: dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Cases that come to one source."""

    source: dict[str, Any]
    cases: list[dict[str, Any]]
    key_set: dict[str, Any] | None = None
    certificates: dict[str, str] | None = None


@dataclass(frozen=True)
class Case:
    name: str
    comment: str
    received_at: str
    request: dict[str, Any]
    expected: dict[str, Any]
    after: str | None = None


def vectors(path: Path) -> Iterator[tuple[Group, Case, Case | None]]:
    """The cases of a file, each with its group and with the case that comes before it, if any does."""
    file = SenderFile(**json.loads(path.read_text()))
    found = [(group, Case(**case)) for group in (Group(**group) for group in file.groups) for case in group.cases]
    assert len(found) == file.number_of_cases, f"{path} has {len(found)} cases, and not {file.number_of_cases}"
    named = {case.name: case for _, case in found}
    yield from ((group, case, named[case.after] if case.after else None) for group, case in found)


class Delivery:
    """One request, and how its sender is described."""

    def __init__(self, group: Group, case: Case, description: dict[str, Any]) -> None:
        request, self.description, self.configured = case.request, description, group.source
        self.forms, self.verified_by = description.get("forms", False), None
        self.certificates, self.account = group.certificates or {}, ""
        self.key_set, self.scheme, self.headers = group.key_set, description["scheme"], request["headers"]
        self.url, self.source = request["url"], group.source["secret"]
        self.body = request["body"].encode() if "body" in request else base64.b64decode(request["body_base64"])
        self.received = instant(case.received_at)
        self.is_damaged = description.get("unpack", False) and not self.unpack()

    def unpack(self) -> bool:
        """Unpacks the body, if it is packed. Says whether it is as its header says."""
        encoding = [value for name, value in self.headers if name.lower() == "content-encoding"]
        if encoding not in (["gzip"], ["x-gzip"]):
            return True
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            self.body = unpacker.decompress(self.body, BODY_MAX_BYTES)
        except zlib.error:
            return False
        return unpacker.eof and not unpacker.unused_data

    def events(self, found: dict[str, Any]) -> list[events.Event]:
        """The events of it, once it is verified as `found` says."""
        is_form = "{form}" in self.scheme.get("message", "") and self.is_form()
        bodies = [(self.body, self.form() if is_form else self.body)]
        if batch := self.description.get("batch"):
            bodies = [(item, item) for item in events.items(self.readable(), batch["items"])] or bodies
        return [events.event(self.description, self.configured, self.headers, *body, found) for body in bodies]

    def verify(self) -> dict[str, Any]:
        """What verified it."""
        if self.is_damaged:
            raise Refused("it is not packed as it says, or too large")
        token = self.check_token() if "token_sha256" in self.source else {}
        if self.scheme["kind"] == "url-token":
            if not token:
                raise Refused("the source asks for nothing")
            return {"verified_by": "token", **token}
        checks = {"static-token": Delivery.check_static, "basic": Delivery.check_basic, "jwt": Delivery.check_jwt}
        check = checks.get(self.scheme["kind"], Delivery.check_signature)
        secret = max(check(prover) for prover in self.provers_in_items() or [self])
        covers = "body_hash" in self.scheme or re.search(r"\{(body|body_sha256|form)\}", self.scheme.get("message", ""))
        covers = self.check_account() and covers
        return {"verified_by": "signature" if covers else "token", self.proof(): secret, **token}

    def provers_in_items(self) -> list["Delivery"]:
        """A delivery of each item, where the proof stands in the body and the body is a list of events."""
        batch = self.description.get("batch")
        if not batch or not self.scheme.get("at", "").startswith("/"):
            return []
        provers = []
        for item in events.items(self.readable(), batch["items"]):
            provers.append(copy.copy(self))
            provers[-1].body = item
        return provers

    def challenge(self, description: dict[str, Any], method: str, verified: bool) -> dict[str, Any] | None:
        """What is sent back, if the request only asks for that."""
        challenges = description.get("challenge", [])
        for challenge in [challenges] if isinstance(challenges, dict) else challenges:
            if challenge.get("unsigned", False) is verified or challenge.get("method", "POST") != method:
                continue
            if all(self.holds(condition) for condition in challenge["when"]):
                if not verified:
                    self.check_guards(challenge)
                if (answer := self.answer(challenge["answer"])) is not None:
                    return answer
        return None

    def check_guards(self, challenge: dict[str, Any]) -> None:
        """What a stranger who asks the same does not know."""
        if "token_sha256" in self.source:
            self.check_token()
        if "token" in challenge:
            known = self.source.get("verify_token", [])
            self.index(self.place(challenge["token"]) or "", [known] if isinstance(known, str) else known)

    def place(self, place: str) -> str | None:
        """The text at a place of the request."""
        kind, _, name = place.partition(":")
        if kind == "query":
            values = [value for known, value in parse_qsl(urlsplit(self.url).query) if known == name]
            return values[0] if len(values) == 1 else None
        if kind == "header":
            values = [value.strip() for known, value in self.headers if known.lower() == name.lower()]
            return values[0] if len(values) == 1 and "," not in values[0] else None
        value = at_pointer(self.readable(), place)
        return None if value is None or isinstance(value, (dict, list, float)) else as_text(value)

    def readable(self) -> bytes:
        """The body, or the JSON of a form's fields."""
        if not self.forms or self.body.lstrip()[:1] in (b"{", b"[", b'"'):
            return self.body
        fields = parse_qsl(self.body.decode(), keep_blank_values=True)
        once = {name: value for name, value in fields if [known for known, _ in fields].count(name) == 1}
        if isinstance(self.forms, dict) and self.forms["json_in"] in once:
            return once[self.forms["json_in"]].encode()
        return json.dumps(once).encode()

    def holds(self, condition: dict[str, Any]) -> bool:
        places = condition["at"]
        texts = [self.place(place) for place in ([places] if isinstance(places, str) else places)]
        if "present" in condition:
            return any(texts) == condition["present"]
        wanted = condition["equals"]
        return any(text in [as_text(one) for one in (wanted if isinstance(wanted, list) else [wanted])] for text in texts)

    def answer(self, rule: str | dict[str, Any]) -> dict[str, Any] | None:
        """What a challenge is answered with; nothing if anything that it repeats is missing."""
        rule = {"text": f"{{{rule}}}"} if isinstance(rule, str) else rule
        try:
            headers = [[name, self.filled(text)] for name, text in rule.get("headers", {}).items()]
            if "json" in rule:
                filled = json.dumps(self.filled_json(rule["json"]), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                body = {"type": "application/json", "body": filled}
            else:
                body = {"type": "text/plain", "body": self.filled(rule.get("text", ""))}
        except Missing:
            return None
        return {"status": rule.get("status", 200), **({"headers": headers} if headers else {}), **body}

    def filled_json(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.filled_json(member) for name, member in value.items()}
        return self.filled(value) if isinstance(value, str) else value

    def filled(self, text: str) -> str:
        def part(name: str) -> str:
            code, _, place = name.partition(":")
            if code not in ("hmac_hex", "hmac_base64"):
                if not (value := self.place(name)):
                    raise Missing
                return value
            asked = self.place(place) or ""
            if not re.fullmatch(r"[A-Za-z0-9+/=_-]{1,256}", asked) or not self.may_sign():
                raise Missing
            key = self.mac_key(self.source["secrets"][self.verified_by or 0])
            made = hmac.new(key, asked.encode(), self.scheme.get("hash", "sha256")).digest()
            return made.hex() if code == "hmac_hex" else base64.b64encode(made).decode()

        parts = re.split(r"\{([^}]*)\}", text)
        return "".join(part(text) if index % 2 else text for index, text in enumerate(parts))

    def may_sign(self) -> bool:
        """Who asks has signed it, or knows the URL's token."""
        return "secrets" in self.source and (self.verified_by is not None or "token_sha256" in self.source)

    def check_account(self) -> bool:
        """Whether it is this customer's and not just anybody's of the sender's."""
        place = self.scheme.get("account")
        accounts = self.source.get("account", [])
        if place is None or (place == "in-message" and accounts):
            return True
        if not accounts:
            if "token_sha256" not in self.source:
                raise Refused("it may be any customer's")
            return False
        kind, _, name = place.partition(":")
        if kind == "claim":
            account = self.claims.get(name)
        else:
            account = single(self.headers, name) if kind == "header" else at_pointer(self.body, place)
        if str(account) not in ([accounts] if isinstance(accounts, str) else accounts):
            raise Refused("it is another customer's")
        return True

    def proof(self) -> str:
        """What the delivery is proven with."""
        if "keys" not in self.scheme:
            return "secret"
        return "published_key" if self.scheme["keys"]["from"] in ("jwks", "certificate") else "public_key"

    def check_token(self) -> dict[str, int]:
        parts = urlsplit(self.url).path.split("/")
        digest = hashlib.sha256(unquote(parts[3] if len(parts) > 3 else "").encode()).hexdigest()
        return {"token": self.index(digest, self.source["token_sha256"])}

    def index(self, said: str, known: list[str]) -> int:
        for index, text in enumerate(known):
            if hmac.compare_digest(said.encode(), text.encode()):
                return index
        raise Refused("it is none that is known")

    def check_static(self) -> int:
        # A token may hold commas; two joined by one are no token that is known.
        if "at" in self.scheme:
            value = self.placed()
        else:
            value = single(self.headers, self.scheme.get("header") or self.source["token_header"], joined=True)
        prefix = self.scheme.get("prefix", "")
        if not value.startswith(prefix):
            raise Refused("another prefix")
        return self.index(value.removeprefix(prefix), self.source["secrets"])

    def check_basic(self) -> int:
        word, _, encoded = single(self.headers, "authorization").partition(" ")
        if word.lower() != "basic":
            raise Refused("another scheme")
        return self.index(decoded(encoded.strip(), "base64").decode("utf-8", "replace"), self.source["secrets"])

    def check_jwt(self) -> int:
        value, prefix = single(self.headers, self.scheme["header"]), self.scheme.get("prefix", "")
        if not value.startswith(prefix):
            raise Refused("another prefix")
        try:
            message, signature, self.claims = tokens.read(value.removeprefix(prefix), self.scheme["algorithm"])
            tokens.check(self.claims, self.scheme, self.body, self.received)
        except tokens.NoToken:
            raise Refused("it is no token that counts") from None
        for index, proves in enumerate(self.provers(message)):
            if proves(signature):
                return index
        raise Refused("the signature is wrong")

    def check_signature(self) -> int:
        signatures, pairs = self.signatures()
        timestamp = self.timestamp(pairs)
        self.check_time(timestamp)
        urls = [self.public_url(), other_port(self.public_url())] if "{url}" in self.scheme["message"] else [self.url]
        accounts = self.source.get("account", []) if self.scheme.get("account") == "in-message" else [""]
        for self.account in [accounts] if isinstance(accounts, str) else accounts:
            for url in urls:
                for index, proves in enumerate(self.provers_of(self.pieces(timestamp, url))):
                    if any(proves(signature) for signature in signatures):
                        return index
        raise Refused("the signature is wrong")

    def signatures(self) -> tuple[list[bytes], list[tuple[str, str]]]:
        syntax = self.scheme.get("syntax", {"form": "plain"})
        form = syntax["form"]
        is_list = form in ("pairs", "list", "versions")
        pairs: list[tuple[str, str]] = []
        if "any_header" in self.scheme:
            is_list = True
            texts = [text.removeprefix(syntax.get("prefix", "")) for text in self.each(self.scheme["any_header"])]
            value = ""
        else:
            has_commas = form in ("pairs", "list") and syntax["separator"] == ","
            may_hold_commas = is_list or form == "json"
            value = self.placed() if "at" in self.scheme else single(self.headers, self.scheme["header"], may_hold_commas, has_commas)
        if "any_header" in self.scheme:
            pass
        elif form == "prefix":
            if not value.startswith(syntax["prefix"]):
                raise Refused("another prefix")
            texts = [value.removeprefix(syntax["prefix"])]
        elif form == "pairs":
            between = syntax.get("between_lists")
            for listed in value.split(between) if between else [value]:
                found = [tuple(part.strip().split("=", 1)) for part in listed.split(syntax["separator"]) if "=" in part]
                pairs += [pair for pair in found if pair not in pairs] if between and pairs else found
            texts = [text for key, text in pairs if key == syntax["key"]]
        elif form == "list":
            pairs = [(str(position), item.strip()) for position, item in enumerate(value.split(syntax["separator"]), 1)]
            texts = [item for _, item in pairs[syntax["first"] - 1 :]]
        elif form == "json":
            pairs = members(value)
            texts = [text for key, text in pairs if key == syntax["key"]]
        elif form == "versions":
            items = (item.split(",", 1) for item in value.split(" ") if "," in item)
            texts = [text for version, text in items if version == syntax["version"]]
        else:
            texts = [value]
        decoded_texts = []
        for text in texts:
            try:
                decoded_texts.append(decoded(text, self.scheme["encoding"]))
            except Refused:
                if not is_list:
                    raise
        return decoded_texts, pairs

    def placed(self) -> str:
        """The proof that stands in the body or the query."""
        if not (text := self.place(self.scheme["at"])):
            raise Refused("the proof is missing")
        return text

    def each(self, names: list[str]) -> Iterator[str]:
        """The values of those headers that are there."""
        for name in names:
            if any(known.lower() == name.lower() and value.strip() for known, value in self.headers):
                yield single(self.headers, name)

    def timestamp(self, pairs: list[tuple[str, str]]) -> str | None:
        place = self.scheme.get("timestamp", {}).get("at")
        if place is None:
            return None
        if "header" in place:
            has_comma = self.scheme["timestamp"].get("unit") == "http-date"
            return single(self.headers, place["header"], joined=has_comma)
        if "pair" in place:
            values = [text for key, text in pairs if key == place["pair"]]
            if len(values) != 1 or not values[0]:
                raise Refused("not one timestamp")
            return values[0]
        value = at_pointer(self.readable(), place["json"])
        if value is None or isinstance(value, (bool, list, dict)):
            raise Refused("no timestamp")
        return str(value)

    def check_time(self, timestamp: str | None) -> None:
        if timestamp is None:
            return
        rule = self.scheme["timestamp"]
        if rule.get("unit") == "rfc3339":
            seconds = instant(timestamp)
        elif rule.get("unit") == "http-date":
            seconds = http_date(timestamp)
        elif re.fullmatch(r"[0-9]{1,18}", timestamp):
            seconds = int(timestamp) / UNITS[rule.get("unit", "seconds")]
        else:
            raise Refused("no timestamp")
        # A sender's second is as long as ours: what is left of it does not count.
        received = math.floor(self.received) if rule.get("unit", "seconds") in ("seconds", "http-date") else self.received
        if seconds < received - rule.get("past_seconds", float("inf")):
            raise Refused("late")
        if seconds > received + rule.get("future_seconds", float("inf")):
            raise Refused("early")

    def pieces(self, timestamp: str | None, url: str) -> list[bytes]:
        def part(name: str) -> bytes:
            kind, _, rest = name.partition(":")
            if kind == "body":
                return self.body
            if kind == "body_sha256":
                return hashlib.sha256(self.body).hexdigest().encode()
            if kind == "timestamp":
                return (timestamp or "").encode()
            if kind == "id":
                return single(self.headers, self.scheme["id"]).encode()
            if kind == "header":
                return single(self.headers, rest).encode()
            if kind == "json":
                # A pointer alone, or several of which the first that holds something is taken.
                values = [at_pointer(self.readable(), pointer) for pointer in rest.removesuffix("|").split("|")]
                value = next((value for value in values if value not in (None, "")), "" if rest.endswith("|") else None)
                if value is None:
                    raise Refused(f"{rest} is missing")
                return as_text(value).encode()
            if kind == "query":
                if (value := self.place(name)) is None:
                    raise Refused(f"{name} is missing")
                return value.encode()
            if kind == "url":
                return url.encode()
            if kind == "path":
                return urlsplit(self.public_url()).path.encode()
            if kind == "secret":
                return b""
            if kind == "account":
                return self.account.encode()
            if kind == "body_crc32":
                return str(zlib.crc32(self.body)).encode()
            if kind == "lines":
                return self.lines(rest)
            assert kind == "form", f"{kind} is unknown"
            return self.form()

        parts = re.split(r"\{([^}]*)\}", self.scheme["message"])
        return [part(text) if index % 2 else text.encode() for index, text in enumerate(parts)]

    def lines(self, pointers: str) -> bytes:
        """Texts of the body, each behind its name. Only the first may have several lines."""
        joined = ""
        for number, pointer in enumerate(pointers.split(",")):
            text = self.place(pointer.removesuffix("?"))
            if text is None and not pointer.endswith("?") or (number and "\n" in (text or "")):
                raise Refused(f"{pointer} is missing, or has several lines")
            if text is not None:
                joined += f"{pointer.removesuffix('?').rpartition('/')[2]}\n{text}\n"
        return joined.encode()

    def public_url(self) -> str:
        public = self.source.get("public_url")
        if public is None:
            return self.url
        asked = urlsplit(self.url)
        path = "" if urlsplit(public).path.strip("/") else asked.path
        return public + path + (f"?{asked.query}" if asked.query else "")

    def is_form(self) -> bool:
        content_type = next((value for name, value in self.headers if name.lower() == "content-type"), "")
        return content_type.startswith("application/x-www-form-urlencoded")

    def form(self) -> bytes:
        if self.is_form():
            fields = set(parse_qsl(self.body.decode(), keep_blank_values=True))
            return "".join(name + value for name, value in sorted(fields)).encode()
        digests = [value for name, value in parse_qsl(urlsplit(self.url).query) if name == "bodySHA256"]
        if digests != [hashlib.sha256(self.body).hexdigest()]:
            raise Refused("nothing vouches for the body")
        return b""

    def kind(self) -> str:
        """How it is signed."""
        of_tokens = {"HS256": "hmac", "ES256": "ecdsa-p256-raw", "RS256": "rsa-sha256"}
        return of_tokens[self.scheme["algorithm"]] if self.scheme["kind"] == "jwt" else self.scheme["kind"]

    def provers_of(self, pieces: list[bytes]) -> list[Any]:
        if self.kind() != "plain-hash":
            return self.provers(b"".join(pieces))
        wholes = [[*pieces, self.mac_key(secret)] for secret in self.source["secrets"]]
        joined = [b"".join(sorted(whole) if self.scheme.get("sorted") else whole) for whole in wholes]
        codes = [hashlib.new(self.scheme.get("hash", "sha256"), whole).digest() for whole in joined]
        return [lambda signature, code=code: hmac.compare_digest(code, signature) for code in codes]

    def provers(self, message: bytes) -> list[Any]:
        if self.kind() == "hmac":
            keys = [self.mac_key(secret) for secret in self.source["secrets"]]
            macs = [hmac.new(key, message, self.scheme.get("hash", "sha256")).digest() for key in keys]
            return [lambda signature, mac=mac: hmac.compare_digest(mac, signature) for mac in macs]
        if public_keys is None:
            raise NoCryptography
        kind, found = self.kind(), self.public_keys()
        return [lambda signature, key=key: public_keys.is_signed(kind, key, signature, message) for key in found]

    def mac_key(self, secret: str) -> bytes:
        form = self.scheme.get("secret", {})
        rest = without_prefix(secret.strip(), form.get("strip_prefix", ""))
        encoding = form.get("encoding", "text")
        return rest.encode() if encoding == "text" else decoded(rest, encoding)

    def public_keys(self) -> list[Any]:
        kind, rule = self.kind(), self.scheme["keys"]
        if rule["from"] == "certificate":
            address = self.place(rule["at"]) or ""
            hosts = [rule["hosts"]] if isinstance(rule["hosts"], str) else rule["hosts"]
            patterns = [re.escape(f"https://{host}{rule['path']}") for host in hosts]
            parts = {r"\{region\}": "[a-z]+(-[a-z]+)+-[0-9]{1,2}", r"\{name\}": "[A-Za-z0-9_-]{1,128}"}
            for hole, part in parts.items():
                patterns = [pattern.replace(hole, part) for pattern in patterns]
            if not any(re.fullmatch(pattern, address) for pattern in patterns):
                raise Refused("anybody could publish the certificate there")
            found = self.certificates.get(address)
            key = public_keys.of_certificate(kind, found, self.received) if found else None
            return [key] if key else []
        if self.key_set:
            found = (public_keys.of_key_set(kind, key) for key in self.key_set["keys"])
            return [key for key in found if key is not None]
        texts = rule["public_keys"] if rule["from"] == "sender" else self.source["public_keys"]
        encoding = rule.get("encoding", "base64")
        return [public_keys.public_key(kind, decoded(text.removeprefix(rule.get("strip_prefix", "")), encoding)) for text in texts]


def members(text: str) -> list[tuple[str, str]]:
    """The texts and integers of a JSON object."""
    try:
        value = json.loads(text)
    except ValueError:
        raise Refused("no JSON") from None
    if not isinstance(value, dict):
        raise Refused("no object")
    return [(name, str(member)) for name, member in value.items() if isinstance(member, (str, int)) and not isinstance(member, bool)]


def known(descriptions: Path, provider: str) -> dict[str, Any]:
    return tomllib.loads((descriptions / f"{provider}.toml").read_text())


def extended(description: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A description with other fields in the place of its own; of its scheme, each field alone."""
    places = ("header", "any_header", "at")
    scheme = dict(description["scheme"])
    if any(place in changes.get("scheme", {}) for place in places):
        scheme = {name: value for name, value in scheme.items() if name not in places}
    return {**description, **changes, "scheme": {**scheme, **changes.get("scheme", {})}}


def without_prefix(secret: str, prefix: str) -> str:
    """A secret without its prefix, before which some senders show the version of their signatures."""
    if prefix and secret.startswith(f"v1,{prefix}"):
        secret = secret.removeprefix("v1,")
    return secret.removeprefix(prefix)


def other_port(url: str) -> str:
    """The same URL with its scheme's port, or without one if it has one."""
    parts = urlsplit(url)
    host, _, port = parts.netloc.partition(":")
    default = "443" if parts.scheme == "https" else "80"
    return url.replace(parts.netloc, host if port else f"{host}:{default}", 1)


def as_text(value: Any) -> str:
    """A boolean as JSON writes it, and U+FFFD for each half of a surrogate pair that stands alone."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def instant(text: str) -> float:
    try:
        return datetime.datetime.fromisoformat(re.sub("Z$", "+00:00", text)).timestamp()
    except ValueError:
        raise Refused("no instant") from None


def http_date(text: str) -> float:
    try:
        seconds = parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        raise Refused("no date") from None
    if formatdate(seconds, usegmt=True) != text:
        raise Refused("another form of a date")
    return seconds


def decoded(text: str, encoding: str) -> bytes:
    """Hex of either case, or base64 of either alphabet, padded or not."""
    try:
        if encoding == "hex":
            return binascii.unhexlify(text)
        bare = text.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"no {encoding}") from None


def told(group: Group, case: Case, before: Case | None, description: dict[str, Any]) -> dict[str, Any]:
    """What is made of a delivery, but for the words that are Landfall's own."""
    delivery, method = Delivery(group, case, description), case.request["method"]
    try:
        if (answer := delivery.challenge(description, method, verified=False)) is not None:
            return {"answered": answer}
        if method == "GET":
            return {"unanswered": True}
        found = delivery.verify()
    except Refused:
        return {}
    delivery.verified_by = found.get("secret")
    if (answer := delivery.challenge(description, method, verified=True)) is not None:
        return {"answered": answer}
    known = []
    if before:
        earlier = Delivery(group, before, description)
        known = earlier.events(earlier.verify())
    ids = [events.id_after(known, event, group.source["secret"].get("confirm", False)) for event in delivery.events(found)]
    own = [event_id for event_id in ids if event_id]
    return {"accepted": found, **({"ids": own} if own else {"repeat": True})}


def main() -> None:
    descriptions = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "shared/domain/providers"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    checked, skipped, wrong = 0, 0, []
    for path in sorted(folder.glob("*.json")):
        for group, case, before in vectors(path):
            source = group.source["secret"]
            description = source.get("scheme") or known(descriptions, source["provider"])
            if "extends" in description:
                description = extended(known(descriptions, description["extends"]), description)
            try:
                found = told(group, case, before, description)
            except NoCryptography:
                skipped += 1
                continue
            checked += 1
            expected = {
                field: case.expected[field] for field in ("accepted", "repeat", "answered", "unanswered") if field in case.expected
            }
            if listed := case.expected.get("events", [case.expected[name] for name in ["event"] if name in case.expected]):
                expected["ids"] = [event["id"] for event in listed]
            if found != expected:
                wrong.append(f"{path.stem}, {case.name}: {found or 'refused'}, and not {expected or 'refused'}")
    passed_over = f", and {skipped} with public keys passed over for want of `cryptography`" if skipped else ""
    print(f"In Python, {checked - len(wrong)} of {checked} vectors come out as they say{passed_over}.")
    if wrong or not checked:
        sys.exit("\n".join(wrong) or "there are no vectors")


if __name__ == "__main__":
    main()

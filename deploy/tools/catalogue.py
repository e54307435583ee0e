"""The senders that Landfall knows, as far as one who sets up a source has to know them.

Read from their descriptions, shared/domain/providers/*.toml, so a sender that is added there is known here too.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

import tomlkit

DESCRIPTIONS = Path(__file__).resolve().parent.parent.parent / "shared/domain/providers"
# As domain::source has it.
SECRET_MIN_BYTES = 8
ED25519_KEY_BYTES = 32
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
LINE_MAX = 110
# As domain::description::Template::covers_body has it.
BODY_PARTS = ("{body}", "{body_sha256}", "{form}")
DOUBTS = {
    "third-party": "comes from others' public code, not from its own documentation",
    "guessed": "is inferred in part",
}


@dataclass
class Sender:
    name: str
    about: dict
    scheme: dict
    can_be_asked: bool

    @property
    def title(self):
        return self.about.get("title", self.name)

    @property
    def field(self):
        """Where the source's secret holds what deliveries are verified with; None for published keys."""
        match self.scheme:
            case {"kind": "url-token"}:
                return "token_sha256"
            case {"kind": "ed25519", "keys": {"from": "operator"}}:
                return "public_keys"
            case {"kind": "ed25519"}:
                return None
        return "secrets"

    @property
    def account_place(self):
        """Where deliveries name the customer's account, of a sender that signs for all of them with the same keys."""
        place = self.scheme.get("account", "token-only")
        return None if place == "token-only" else place.removeprefix("header:")

    @property
    def shares_a_secret(self):
        """Whether something is to be agreed on with the sender beside the URL."""
        return self.field in ("secrets", "public_keys")

    @property
    def has_url_token(self):
        return self.scheme["kind"] == "url-token"

    def needs_url_token(self, content):
        """Whether nothing else in a source's secret tells its deliveries from those of anybody."""
        return self.has_url_token or "account" in self.scheme and not content.get("account")

    @property
    def has_static_token(self):
        return self.scheme["kind"] == "static-token"

    @property
    def leaves_header_out(self):
        return self.has_static_token and "header" not in self.scheme

    @property
    def is_believed_for_a_token(self):
        """Whether the bodies are not vouched for."""
        return not any(part in self.scheme.get("message", "") for part in BODY_PARTS)

    def doubts(self):
        """What could not be established, in sentences."""
        doubt = DOUBTS.get(self.about.get("confidence", "guessed"))
        told = [f"this integration of {self.title} {doubt}; send a test delivery"] if doubt else []
        return told + [f"not known: {unknown}" for unknown in self.about.get("unknown", [])]

    def what_is_asked_for(self):
        match self.scheme["kind"]:
            case "static-token":
                return f"The token that {self.title} sends in a header (not shown; empty: one is made)"
            case "basic":
                return f"What {self.title} signs in with, as name:password (not shown; empty: later)"
            case "ed25519":
                return f"The public key that {self.title} signs with (not shown; empty: later)"
        return f"The secret that {self.title} signs with (not shown; empty: later)"

    def problem(self, answer):
        """Why Landfall would not take `answer`; None if it would. Holds nothing of it."""
        if not answer.isprintable():
            return "it is not one line of text"
        match self.scheme:
            case {"kind": "basic"}:
                _, colon, password = answer.partition(":")
                return too_short(password) if colon else "write name:password"
            case {"kind": "ed25519", "keys": keys}:
                key = decoded(answer.removeprefix(keys.get("strip_prefix", "")), "base64")
                is_key = key is not None and len(key) == ED25519_KEY_BYTES
                return None if is_key else f"a public key is {ED25519_KEY_BYTES} bytes in base64"
            case {"kind": "hmac", "secret": form}:
                encoding = form.get("encoding", "text")
                key = decoded(without_prefix(answer, form.get("strip_prefix", "")), encoding)
                return f"what it holds is no {encoding}" if key is None else too_short(key)
        return too_short(answer)

    def test_lines(self, token_header, url, token):
        """Lines of shell that send a test; None if that takes more. `url` and `token` are what a shell reads as such;
        without a token the lines ask for it."""
        curl = f"curl {url} -H 'content-type: application/json'"
        body = ["body='{\"test\": true}'"]
        match self.scheme:
            case {"kind": "url-token"}:
                return [*body, f'{curl} --data "$body"']
            case {"kind": "static-token", **fields}:
                header = f"{fields.get('header', token_header)}: {fields.get('prefix', '')}$token"
                ask = "$(python3 -c 'import getpass; print(getpass.getpass(\"token: \"))')"
                return [*body, f"token={token or ask}", f'{curl} -H "{header}" --data "$body"']
            case {"kind": "basic"}:
                ask = "$(python3 -c 'import getpass; print(getpass.getpass(\"name:password: \"))')"
                return [*body, f'{curl} --user "{ask}" --data "$body"']
        if not self.signs_body_plainly:
            return None
        hashed = self.scheme.get("hash", "sha256")
        code = f'm = hmac.new(getpass.getpass("secret: ").encode(), sys.argv[1].encode(), "{hashed}")'
        text = "m.hexdigest()" if self.scheme["encoding"] == "hex" else "base64.b64encode(m.digest()).decode()"
        sign = f"signature=$(python3 -c 'import base64, getpass, hmac, sys; {code}; print({text})' \"$body\")"
        headers = self.scheme["header"]
        name = headers if isinstance(headers, str) else headers[0]
        header = f"{name}: {self.scheme.get('syntax', {}).get('prefix', '')}$signature"
        return [*body, sign, f'{curl} -H "{header}" --data "$body"']

    @property
    def signs_body_plainly(self):
        """Whether nothing but the secret's text and the body goes into the signature, and nothing else beside it."""
        is_alone = self.scheme.get("syntax", {"form": "plain"})["form"] in ("plain", "prefix")
        is_simple = self.scheme["kind"] == "hmac" and not self.scheme.keys() & {"secret", "timestamp", "id"}
        return is_alone and is_simple and self.scheme["message"] == "{body}"


def read():
    """All senders, by name."""
    return {path.stem: sender(path) for path in sorted(DESCRIPTIONS.glob("*.toml"))}


def columns(names):
    """The names in columns, as lines."""
    names, width = sorted(names), max(map(len, names)) + 2
    count = LINE_MAX // width
    rows = [names[first : first + count] for first in range(0, len(names), count)]
    return ["".join(name.ljust(width) for name in row).rstrip() for row in rows]


def sender(path):
    description = tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()
    return Sender(path.stem, description.get("about", {}), description["scheme"], bool(description.get("poll")))


def without_prefix(secret, prefix):
    """As domain::source has it: some senders show the version of their signatures before the prefix."""
    if prefix and secret.startswith(f"v1,{prefix}"):
        secret = secret.removeprefix("v1,")
    return secret.removeprefix(prefix)


def too_short(secret):
    size = len(secret if isinstance(secret, bytes) else secret.encode())
    return f"Landfall takes none below {SECRET_MIN_BYTES} bytes" if size < SECRET_MIN_BYTES else None


def decoded(text, encoding):
    """The bytes that `text` stands for; None if it is not so encoded."""
    try:
        if encoding == "text":
            return text.encode()
        if encoding == "hex":
            return binascii.unhexlify(text)
        return base64_read(text)
    except ValueError:
        return None


def base64_read(text):
    """In either alphabet, padded or not. Bits beyond the last byte are refused, as Landfall does."""
    alphabet = b"-_" if set(text) & set("-_") else b"+/"
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    read = base64.b64decode(padded, alphabet, validate=True)
    if text not in (bare, padded) or base64.b64encode(read, alphabet).decode() != padded:
        raise ValueError("not canonical")
    return read

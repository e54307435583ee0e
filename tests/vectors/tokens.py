"""JSON Web Tokens, as a receiver reads them."""

import base64
import binascii
import hashlib
import json
import re
from typing import Any

# How far clocks may be apart.
LEEWAY_SECONDS = 60


class NoToken(Exception):
    """It is none, or not what it must be."""


def read(text: str, algorithm: str) -> tuple[bytes, bytes, dict[str, Any]]:
    """What is signed, the signature, and what the token says."""
    parts = text.split(".")
    if len(parts) != 3:
        raise NoToken
    header, claims = (json_object(part) for part in parts[:2])
    if header.get("alg") != algorithm or "crit" in header:
        raise NoToken
    return ".".join(parts[:2]).encode(), decoded(parts[2]), claims


def check(claims: dict[str, Any], scheme: dict[str, Any], body: bytes, received: float) -> None:
    """Raises unless the token is of this body, by the sender, for this receiver, and holds now."""
    audience = claims.get("aud", [])
    audiences = [audience] if isinstance(audience, str) else audience
    if "issuer" in scheme and claims.get("iss") != scheme["issuer"]:
        raise NoToken
    if scheme.get("account") != "claim:aud" and ("audience" in scheme or audiences) and scheme.get("audience") not in audiences:
        raise NoToken
    if rule := scheme.get("body_hash"):
        digest = hashlib.sha256(body)
        written = digest.hexdigest() if rule["encoding"] == "hex" else base64.b64encode(digest.digest()).decode()
        if claims.get(rule["claim"]) != written:
            raise NoToken
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if not all(isinstance(time, (int, float)) for time in times.values()):
        raise NoToken
    now = int(received)
    if times.get("exp", float("inf")) <= now - LEEWAY_SECONDS or times.get("nbf", 0) > now + LEEWAY_SECONDS:
        raise NoToken
    if "past_seconds" in scheme:
        if not now - scheme["past_seconds"] <= times.get("iat", float("inf")) <= now + LEEWAY_SECONDS:
            raise NoToken


def json_object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(decoded(part))
    except ValueError:
        raise NoToken from None
    if not isinstance(value, dict):
        raise NoToken
    return value


def decoded(part: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", part):
        raise NoToken
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise NoToken from None

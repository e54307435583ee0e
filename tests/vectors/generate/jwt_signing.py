"""How senders prove deliveries with a JSON Web Token in a header (RFC 7519), and what a receiver must make of each."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from case import Accepted, Case, Refused
from key_signing import EcdsaP256Raw, RsaSha256
from more_cases import of_an_account
from signing import NOW_SECONDS, Header, Hmac, Sent, Signing, base64url, compact, flipped

# How far clocks may be apart.
LEEWAY_SECONDS = 60


class Jwt(Signing):
    """A token that holds the hash of the body."""

    header = "Authorization"
    prefix = ""
    algorithm: str
    # The claims that are the same each time.
    fixed: dict[str, str] = {}
    # The one of them that names the audience or the issuer to a receiver, if it is pinned.
    pinned: tuple[str, ...] = ()
    # The claim with the hash, and how that is written.
    body_claim = "sha256"
    # Whether tokens have `nbf` and `exp`, and how old they may be by their `iat`.
    expires = False
    past_seconds: int | None = None

    def claims(self, sent: Sent) -> dict[str, Any]:
        digest = hashlib.sha256(sent.body)
        written = digest.hexdigest() if self.encoding == "hex" else base64.b64encode(digest.digest()).decode()
        times = {"nbf": NOW_SECONDS, "exp": NOW_SECONDS + 300} if self.expires else {}
        issued = {} if self.past_seconds is None else {"iat": NOW_SECONDS}
        return {**self.fixed, **times, **issued, self.body_claim: written}

    def token(self, claims: bytes, key: str, header: bytes | None = None) -> str:
        header = header or compact({"alg": self.algorithm, "typ": "JWT"})
        signed = f"{base64url(header)}.{base64url(claims)}"
        return f"{signed}.{base64url(self.sign(key, signed.encode()))}"

    def headers(self, sent: Sent, keys: list[str] | None = None) -> list[Header]:
        (key,) = keys or self.secrets[:1]
        return self.headers_of(sent, self.prefix + self.token(compact(self.claims(sent)), key))


class Hs256(Jwt, Hmac):
    algorithm = "HS256"


class Es256(Jwt, EcdsaP256Raw):
    algorithm = "ES256"


class Rs256(Jwt, RsaSha256):
    algorithm = "RS256"


def jwt_cases(recipe: Jwt) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)
    current, previous, other = recipe.secrets
    wrong, malformed = Refused("signature_wrong"), Refused("signature_malformed")

    def case(
        name: str, shows: str, headers: list[Header], verdict: Accepted | Refused, secrets: int = 1, **changes: Any
    ) -> Case:
        return Case(name, shows, recipe, replace(sent, **changes), headers, verdict, secrets=secrets)

    def said(token: str) -> list[Header]:
        return recipe.headers_of(sent, recipe.prefix + token)

    yield case("genuine", "As the sender signs it.", genuine, Accepted(0))
    other_case = [(name.swapcase(), value) for name, value in genuine]
    yield case("names-in-other-case", "Names of headers have no case.", other_case, Accepted(0))
    by_previous = recipe.headers(sent, [previous])
    yield case("previous-secret", "The second secret counts too.", by_previous, Accepted(1), 2)
    yield case("previous-secret-gone", "It is signed with a secret that counts no more.", by_previous, wrong)
    yield case("secret-wrong", "It is signed with somebody else's secret.", recipe.headers(sent, [other]), wrong, 2)
    missing = Refused("signature_missing")
    yield case("signature-missing", "There is no token.", recipe.plain_headers(sent), missing)
    yield case("signature-empty", "The header is empty.", recipe.headers_of(sent, ""), missing)
    doubled = [*genuine, genuine[-1]]
    yield case("signature-doubled", "The header is there twice.", doubled, Refused("signature_doubled"))

    claims = compact(recipe.claims(sent))
    token = recipe.token(claims, current)
    signed, _, written = token.rpartition(".")
    signature = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))

    def with_signature(data: bytes) -> list[Header]:
        return said(f"{signed}.{base64url(data)}")

    yield case("signature-truncated", "The signature lacks its last byte.", with_signature(signature[:-1]), malformed)
    yield case("signature-longer", "The signature has a byte more.", with_signature(signature + b"\0"), malformed)
    yield case("signature-bit-flipped", "One bit of the signature is another one.", with_signature(flipped(signature, -1)), wrong)
    yield case("signature-not-base64", "The signature has a letter that is none of base64's.", said(f"{signed}.!{written[1:]}"), malformed)
    yield case("signature-padded", "The parts of a token are not padded.", said(f"{token}="), malformed)
    yield case("token-without-signature", "The token has two parts.", said(signed), malformed)
    yield case("token-with-more-parts", "The token has four parts.", said(f"{token}.{written}"), malformed)
    if recipe.prefix:
        yield case("prefix-missing", f"`{recipe.prefix.strip()}` is missing.", recipe.headers_of(sent, token), malformed)

    def headed(header: dict[str, Any]) -> str:
        return recipe.token(claims, current, compact(header))

    refused = Refused("algorithm_wrong")
    unsigned = f"{base64url(compact({'alg': 'none', 'typ': 'JWT'}))}.{base64url(claims)}."
    yield case("algorithm-none", "It says that it is not signed.", said(unsigned), refused)
    yield case("algorithm-none-signed", "It says so, and is.", said(headed({"alg": "none"})), refused)
    lower = said(headed({"alg": recipe.algorithm.lower()}))
    yield case("algorithm-in-lower-case", "Names of algorithms have a case.", lower, refused)
    confused = ConfusedKey(recipe)
    shows = "It is signed with another algorithm, with what the receiver has for a key."
    yield case("algorithm-other", shows, said(confused.token(claims, current)), refused)
    yield case("algorithm-missing", "It names no algorithm.", said(headed({"typ": "JWT"})), malformed)
    critical = headed({"alg": recipe.algorithm, "b64": False, "crit": ["b64"]})
    yield case("header-critical", "Its header has what a receiver must understand, and does not.", said(critical), malformed)
    no_json = recipe.token(claims, current, b"alg=none")
    yield case("header-not-json", "Its header is no JSON.", said(no_json), malformed)
    yield case("claims-not-json", "Its claims are no JSON.", said(recipe.token(b"claims", current)), malformed)
    yield case("claims-a-list", "Its claims are a list.", said(recipe.token(b"[]", current)), malformed)

    def told(name: str, shows: str, verdict: Accepted | Refused, **changes: Any) -> Case:
        changed = {**recipe.claims(sent), **{claim.rstrip("_"): value for claim, value in changes.items()}}
        changed = {claim: value for claim, value in changed.items() if value is not None}
        return case(name, shows, said(recipe.token(compact(changed), current)), verdict)

    body = flipped(sent.body, len(sent.body) // 2)
    changed = Refused("body_digest_wrong")
    yield case("body-bit-flipped", "One bit of the body is another one.", genuine, changed, body=body)
    yield case("body-cut", "The body lacks its last byte.", genuine, changed, body=sent.body[:-1])
    yield case("body-longer", "The body has a line end more.", genuine, changed, body=sent.body + b"\n")
    header, _, _ = signed.partition(".")
    forged = {**recipe.claims(sent), recipe.body_claim: recipe.claims(replace(sent, body=body))[recipe.body_claim]}
    swapped = said(f"{header}.{base64url(compact(forged))}.{written}")
    yield case("claims-changed", "Its claims are others than those that were signed.", swapped, wrong, body=body)
    yield told("body-hash-missing", "It has no hash of the body.", Refused("body_digest_missing"), **{recipe.body_claim: None})
    yield told("body-hash-no-text", "The hash is no text.", Refused("body_digest_missing"), **{recipe.body_claim: 7})
    yield told("body-hash-truncated", "The hash lacks its end.", changed, **{recipe.body_claim: recipe.claims(sent)[recipe.body_claim][:-8]})
    not_ours = Refused("claim_wrong")
    if "iss" in recipe.pinned:
        yield told("issuer-wrong", "Somebody else has issued it.", not_ours, iss="someone-else")
        yield told("issuer-missing", "It names no issuer.", not_ours, iss=None)
    if "aud" in recipe.pinned:
        yield told("audience-wrong", "It is meant for somebody else.", not_ours, aud="someone-else")
        yield told("audience-missing", "It is meant for nobody.", not_ours, aud=None)
        yield told("audience-one-of-several", "It is meant for several.", Accepted(0), aud=["someone-else", recipe.fixed["aud"]])
    else:
        yield told("audience-wrong", "It is meant for somebody, and the receiver has no name.", not_ours, aud="someone-else")
    yield from about_the_time(recipe, told)
    if another := recipe.for_another():
        yield from of_an_account(recipe, *another)


def about_the_time(recipe: Jwt, told: Any) -> Iterator[Case]:
    late, early = Refused("timestamp_late"), Refused("timestamp_early")
    over, ahead = NOW_SECONDS - LEEWAY_SECONDS, NOW_SECONDS + LEEWAY_SECONDS
    yield told("expired-within-leeway", "It expired less than a minute ago.", Accepted(0), exp=over + 1)
    yield told("expired", "It expired a minute ago.", late, exp=over)
    yield told("not-yet-within-leeway", "It is valid from within a minute.", Accepted(0), nbf=ahead)
    yield told("not-yet", "It is valid only later.", early, nbf=ahead + 1)
    yield told("time-not-a-number", "Its end is no number.", Refused("timestamp_malformed"), exp="tomorrow")
    if recipe.past_seconds is None:
        return
    oldest = NOW_SECONDS - recipe.past_seconds
    yield told("time-oldest", "It is as old as it may be.", Accepted(0), iat=oldest)
    yield told("time-late", "It is a second older than it may be.", late, iat=oldest - 1)
    yield told("time-early", "It was issued further ahead than clocks may be apart.", early, iat=ahead + 1)
    yield told("timestamp-missing", "It does not say when it was issued.", Refused("timestamp_missing"), iat=None)


class ConfusedKey(Jwt, Hmac):
    """Signs by HMAC with what the receiver has: the public key where it is one, else the secret with a longer hash."""

    def __init__(self, recipe: Jwt) -> None:
        self.recipe = recipe
        is_secret = isinstance(recipe, Hmac)
        self.algorithm, self.hash = ("HS512", "sha512") if is_secret else ("HS256", "sha256")

    def key_bytes(self, secret: str) -> bytes:
        return secret.encode() if isinstance(self.recipe, Hmac) else self.recipe.public_text(secret).encode()

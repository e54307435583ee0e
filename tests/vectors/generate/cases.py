"""The ways in which a delivery can differ from a genuine one, and what a receiver must make of each.

A case is named by what it shows. `shared/domain/tests/vectors/required.rs` says which of them a sender's scheme calls
for, derived from its description; the sender's recipe here is written from its documentation.
"""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from case import Accepted, Case, Refused
from challenges import challenges
from in_body import in_body
from header_forms import NO_TIMES, Invented, about_the_form
from jwt_signing import Jwt, jwt_cases
from more_cases import more_cases
from second_bodies import second_bodies
from signing import NOW_SECONDS, TOKENS, URL, Basic, Header, Hmac, InBody, Pairs, PlainHash, Prefixed, Recipe, Sent, Signing, TokenInBody
from signing import Signatures, StaticToken, UrlToken, Versions, compact, flipped


def without(headers: list[Header], name: str) -> list[Header]:
    return [header for header in headers if header[0] != name]


def set_to(headers: list[Header], name: str, value: str) -> list[Header]:
    return [(known, value if known == name else text) for known, text in headers]


def doubled(headers: list[Header], name: str) -> list[Header]:
    return [*headers, *(header for header in headers if header[0] == name)]


def cases(recipe: Recipe) -> Iterator[Case]:
    """All deliveries of one sender."""
    yield from challenges(recipe)
    if isinstance(recipe, UrlToken):
        yield from url_token(recipe)
    if isinstance(recipe, InBody | TokenInBody):
        yield from in_body(recipe)
        yield from more_cases(recipe)
    elif isinstance(recipe, StaticToken):
        yield from static_token(recipe)
    if isinstance(recipe, Basic):
        yield from basic(recipe)
    if isinstance(recipe, Jwt):
        yield from jwt_cases(recipe)
    elif isinstance(recipe, Signing) and not isinstance(recipe, InBody):
        yield from signed(recipe)
    if not isinstance(recipe, UrlToken):
        yield from with_a_token(recipe)
    yield from second_bodies(recipe)


def url_token(recipe: UrlToken) -> Iterator[Case]:
    def case(name: str, shows: str, path: str, verdict: Accepted | Refused, tokens: int = 1, **changes: Any) -> Case:
        sent = replace(recipe.sent(), url=URL + path, **changes)
        return Case(name, shows, recipe, sent, recipe.headers(sent), verdict, tokens)

    token, previous = TOKENS
    yield case("genuine", "The URL holds the source's token.", f"/{token}", Accepted(token=0))
    yield case("previous-token", "The second token counts too.", f"/{previous}", Accepted(token=1), 2)
    yield case("slash-after-token", "A slash at the end changes nothing.", f"/{token}/", Accepted(token=0))
    yield case("token-missing", "The URL holds no token.", "", Refused("token_missing"))
    yield case("token-empty", "The URL's token is empty.", "/", Refused("token_missing"))
    yield case("token-wrong", "The token is one that the source does not know.", f"/{previous}", Refused("token_wrong"))
    yield case("token-truncated", "The token lacks its last letter.", f"/{token[:-1]}", Refused("token_wrong"))
    yield case("token-longer", "The token has one letter more.", f"/{token}0", Refused("token_wrong"))
    yield case("token-in-upper-case", "The token is in capitals.", f"/{token.upper()}", Refused("token_wrong"))
    body = recipe.changed_body()
    yield case(
        "body-changed", "Whoever knows the URL says what he likes.", f"/{token}", Accepted(token=0), body=body
    )


def with_a_token(recipe: Recipe) -> Iterator[Case]:
    def case(name: str, shows: str, path: str, verdict: Accepted | Refused, tokens: int = 1) -> Case:
        sent = replace(recipe.sent(), url=URL + path)
        return Case(name, shows, recipe, sent, recipe.headers(sent), verdict, tokens)

    token, other = TOKENS
    yield case("token-beside", "A source may ask for a token in the URL too.", f"/{token}", Accepted(0, 0))
    yield case("token-beside-missing", "Then it is not believed without.", "", Refused("token_missing"))
    yield case("token-beside-wrong", "Then it is not believed with another.", f"/{other}", Refused("token_wrong"))


def around(recipe: Recipe, what: str, header: str, headers: list[Header]) -> Iterator[tuple[str, str, list[Header]]]:
    """A header that is not there once: the case's name, what it shows, and the headers."""
    yield f"{what}-missing", f"`{header}` is missing.", without(headers, header)
    yield f"{what}-empty", f"`{header}` is empty.", set_to(headers, header, "")
    yield f"{what}-doubled", f"`{header}` is there twice.", doubled(headers, header)


def other_case(headers: list[Header]) -> list[Header]:
    return [(name.swapcase(), value) for name, value in headers]


def static_token(recipe: StaticToken) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)
    current, previous, other = recipe.secrets

    def case(name: str, shows: str, headers: list[Header], verdict: Accepted | Refused, secrets: int = 1) -> Case:
        return Case(name, shows, recipe, sent, headers, verdict, secrets=secrets)

    def said(value: str) -> list[Header]:
        return recipe.headers_of(sent, value)

    yield case("genuine", "The header holds the source's token.", genuine, Accepted(0))
    yield case("names-in-other-case", "Names of headers have no case.", other_case(genuine), Accepted(0))
    yield case("previous-secret", "The second token counts too.", recipe.headers(sent, [previous]), Accepted(1), 2)
    yield case("secret-wrong", "The token is another one.", recipe.headers(sent, [other]), Refused(recipe.wrong))
    for name, shows, headers in around(recipe, "secret", recipe.header, genuine):
        reason = recipe.doubled if name.endswith("doubled") else recipe.missing
        yield case(name, shows, headers, Refused(reason))
    if not isinstance(recipe, Basic):
        short = recipe.headers(sent, [current[:-1]])
        yield case("secret-truncated", "The token lacks its last letter.", short, Refused(recipe.wrong))
        yield case("secret-longer", "The token has one letter more.", said(f"{recipe.prefix}{current}0"), Refused(recipe.wrong))
        upper = said(recipe.prefix + current.upper())
        yield case("secret-in-upper-case", "The token is in capitals.", upper, Refused(recipe.wrong))
        if recipe.prefix:
            shows = f"`{recipe.prefix.strip()}` is missing before the token."
            yield case("prefix-missing", shows, said(current), Refused(recipe.malformed))
    changed = replace(sent, body=recipe.changed_body())
    shows = "Whoever knows the token says what he likes."
    yield Case("body-changed", shows, recipe, changed, recipe.headers(changed), Accepted(0))


def basic(recipe: Basic) -> Iterator[Case]:
    sent = recipe.sent()
    name, password = recipe.secrets[0].split(":")

    def case(case_name: str, shows: str, value: str, verdict: Accepted | Refused) -> Case:
        return Case(case_name, shows, recipe, sent, recipe.headers_of(sent, value), verdict)

    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    genuine = encoded(f"{name}:{password}")
    lower = f"basic {genuine}"
    yield case("scheme-in-lower-case", "RFC 7617: the word `Basic` has no case.", lower, Accepted(0))
    yield case("name-wrong", "The name is another one.", f"Basic {encoded(f'x{name}:{password}')}", Refused(recipe.wrong))
    yield case("password-missing", "There is no password.", f"Basic {encoded(f'{name}:')}", Refused(recipe.wrong))
    yield case("colon-missing", "There is only a name.", f"Basic {encoded(name)}", Refused(recipe.wrong))
    yield case("other-scheme", "It is a bearer's token.", f"Bearer {genuine}", Refused(recipe.malformed))
    yield case("not-base64", "It is not encoded.", f"Basic {name}:{password}", Refused(recipe.malformed))
    yield case("scheme-missing", "The word `Basic` is missing.", genuine, Refused(recipe.malformed))


def signed(recipe: Signing) -> Iterator[Case]:
    sent = recipe.sent()
    genuine = recipe.headers(sent)
    current, previous, other = recipe.secrets

    def case(
        name: str, shows: str, headers: list[Header], verdict: Accepted | Refused, secrets: int = 1, **changes: Any
    ) -> Case:
        return Case(name, shows, recipe, replace(sent, **changes), headers, verdict, secrets=secrets)

    wrong = Refused("signature_wrong")
    yield case("genuine", "As the sender signs it.", genuine, Accepted(0))
    yield case("names-in-other-case", "Names of headers have no case.", other_case(genuine), Accepted(0))
    by_previous = recipe.headers(sent, [previous])
    yield case("previous-secret", "The second secret counts too.", by_previous, Accepted(recipe.previous_index), 2)
    yield case("previous-secret-gone", "It is signed with a secret that counts no more.", by_previous, wrong)
    yield case("secret-wrong", "It is signed with somebody else's secret.", recipe.headers(sent, [other]), wrong, 2)
    for name, shows, headers in around(recipe, "signature", recipe.header, genuine):
        reason = recipe.doubled if name.endswith("doubled") else "signature_missing"
        yield case(name, shows, headers, Refused(reason) if reason else Accepted(0))
    yield from about_the_signature(recipe, sent, case)
    yield from about_the_body(recipe, sent, genuine, case)
    if isinstance(recipe, Hmac):
        yield from about_the_code(recipe, sent, case)
    if isinstance(recipe, Prefixed):
        (signature,) = recipe.signatures(sent)
        malformed = Refused("signature_malformed")
        bare = recipe.headers_of(sent, signature)
        yield case("prefix-missing", f"`{recipe.prefix}` is missing.", bare, malformed)
        foreign = recipe.headers_of(sent, f"x{recipe.prefix}{signature}")
        yield case("prefix-other", "There is another prefix.", foreign, malformed)
    if isinstance(recipe, Pairs | Versions):
        yield from about_the_list(recipe, sent, case)
    if recipe.id_header and recipe.signs_id:
        for name, shows, headers in around(recipe, "id", recipe.id_header, genuine):
            yield case(name, shows, headers, Refused("id_doubled" if name.endswith("doubled") else "id_missing"))
        changed = flipped(sent.id.encode(), -1).decode()
        yield case("id-bit-flipped", "One bit of the id is another one.", set_to(genuine, recipe.id_header, changed), wrong)
    for header in recipe.signed_headers:
        what = header.lower()
        for name, shows, headers in around(recipe, what, header, genuine):
            reasons = {"missing": "header_missing", "empty": "signature_wrong", "doubled": "header_doubled"}
            yield case(name, shows, headers, Refused(reasons[name.rpartition("-")[2]]))
        changed = flipped(recipe.signed_headers[header].encode(), -1).decode()
        yield case(f"{what}-bit-flipped", f"One bit of `{header}` is another one.", set_to(genuine, header, changed), wrong)
    yield from about_the_time(recipe, sent, genuine, case)
    for number, alias in enumerate(recipe.aliases, 1):
        named = [(alias.get(name, name), value) for name, value in genuine if alias.get(name, name)]
        yield case(f"alias-{number}", "The headers may have other names.", named, Accepted(0))
    if isinstance(recipe, Invented):
        yield from about_the_form(recipe, sent, case)
    yield from more_cases(recipe)


def about_the_signature(recipe: Signing, sent: Sent, case: Any) -> Iterator[Case]:
    malformed, wrong = Refused(recipe.malformed), Refused("signature_wrong")
    current = recipe.secrets[0]
    signature = recipe.sign(current, recipe.message(sent))

    def said(text: str) -> list[Header]:
        return recipe.headers_of(sent, recipe.value([text], sent))

    written = recipe.written(signature)
    yield case("signature-truncated", "The signature lacks its last byte.", said(recipe.written(signature[:-1])), malformed)
    yield case("signature-longer", "The signature has a byte more.", said(recipe.written(signature + b"\0")), malformed)
    yield case("signature-bit-flipped", "One bit of the signature is another one.", said(recipe.written(flipped(signature, -1))), wrong)
    if recipe.encoding == "hex":
        upper = said(written.upper())
        yield case("signature-in-upper-case", "Hex digits have no case.", upper, Accepted(0))
        yield case("signature-not-hex", "The signature has a letter that is no hex digit.", said("g" + written[1:]), malformed)
    else:
        other = said(recipe.in_other_case(written))
        yield case("signature-in-other-case", "Letters of base64 do have case.", other, wrong)
        unpadded = said(written.rstrip("="))
        yield case("signature-unpadded", "Base64 needs no padding.", unpadded, Accepted(0))
        yield case("signature-not-base64", "The signature has a letter that is none of base64's.", said("!" + written[1:]), malformed)


def about_the_code(recipe: Hmac, sent: Sent, case: Any) -> Iterator[Case]:
    (right,), (wrong,) = recipe.signatures(sent), recipe.signatures(sent, recipe.secrets[2:])
    if isinstance(recipe, PlainHash):
        for name, shows, code in recipe.sign_otherwise(recipe.message(sent)):
            said = recipe.headers_of(sent, recipe.value([recipe.written(code)], sent))
            yield case(name, shows, said, Refused("signature_wrong"))
    if recipe.hash in ("sha384", "sha512"):
        other = hmac.new(recipe.key_bytes(recipe.secrets[0]), recipe.message(sent), "sha256").digest()
        said = recipe.headers_of(sent, recipe.value([recipe.written(other)], sent))
        shows = "The signature is made with the right secret and another hash."
        yield case("signature-of-another-hash", shows, said, Refused("signature_malformed"))
    if second := recipe.second_header:
        def both(first: str, other: str) -> list[Header]:
            return [*recipe.headers_of(sent, first), (second, other)]

        shows = "A signature that fits is enough, in whichever header it is."
        yield case("any-header-wrong-beside", shows, both(wrong, right), Accepted(0))
        yield case("any-header-malformed-beside", shows, both("!", right), Accepted(0))
        yield case("any-header-all-wrong", "No header has one that fits.", both(wrong, wrong), Refused("signature_wrong"))


def about_the_body(recipe: Signing, sent: Sent, genuine: list[Header], case: Any) -> Iterator[Case]:
    if recipe.covers_body or recipe.has_checksum:
        wrong = Refused("signature_wrong")
        body = flipped(sent.body, len(sent.body) // 2)
        yield case("body-bit-flipped", "One bit of the body is another one.", genuine, wrong, body=body)
        # A body that is no JSON any more has no field with the time.
        cut = Refused("timestamp_missing") if recipe.timestamp_in_body else wrong
        yield case("body-cut", "The body lacks its last byte.", genuine, cut, body=sent.body[:-1])
        yield case("body-longer", "The body has a line end more.", genuine, wrong, body=sent.body + b"\n")
    else:
        shows = "The signature leaves the body out, so nobody vouches for what it says."
        yield case("body-changed", shows, genuine, Accepted(0), body=recipe.changed_body())


def about_the_list(recipe: Pairs | Versions, sent: Sent, case: Any) -> Iterator[Case]:
    (right,) = recipe.signatures(sent)
    (wrong,) = recipe.signatures(sent, recipe.secrets[2:])
    refused = Refused("signature_wrong")

    def said(value: str) -> list[Header]:
        return recipe.headers_of(sent, value)

    yield case("signatures-wrong-then-right", "One of several signatures is enough.", said(recipe.value([wrong, right], sent)), Accepted(0))
    yield case("signatures-right-then-wrong", "One of several signatures is enough.", said(recipe.value([right, wrong], sent)), Accepted(0))
    yield case("signatures-all-wrong", "Several wrong signatures are no right one.", said(recipe.value([wrong, wrong], sent)), refused)
    if isinstance(recipe, Versions):
        both = recipe.listed([(recipe.other_version, wrong), (recipe.version, right)])
        only = recipe.listed([(recipe.other_version, right)])
    else:
        time = [] if isinstance(recipe, Signatures) else [(recipe.timestamp_key, sent.timestamp)]
        both = recipe.listed([*time, (recipe.other_key, wrong), (recipe.signature_key, right)])
        only = recipe.listed([*time, (recipe.other_key, right)])
    yield case("other-version-beside", "A version that nobody knows is passed over.", said(both), Accepted(0))
    yield case("other-version-only", "Only a version that nobody knows is there.", said(only), Refused(recipe.no_version))


def about_the_time(recipe: Signing, sent: Sent, genuine: list[Header], case: Any) -> Iterator[Case]:
    def at(seconds: int) -> tuple[list[Header], dict[str, Any]]:
        moved = recipe.moved(sent, recipe.timestamp(seconds))
        return recipe.headers(moved), {"timestamp": moved.timestamp, "body": moved.body}

    def timed(name: str, shows: str, seconds: int, verdict: Accepted | Refused) -> Case:
        headers, changes = at(seconds)
        return case(name, shows, headers, verdict, **changes)

    if recipe.past_seconds is not None:
        oldest = NOW_SECONDS - recipe.past_seconds
        yield timed("time-oldest", "It is as old as it may be.", oldest, Accepted(0))
        yield timed("time-almost-oldest", "It is a second younger than that.", oldest + 1, Accepted(0))
        if recipe.whole_seconds:
            shows = "What is left of the second in which it arrives does not count."
            within = timed("time-oldest-within-the-second", shows, oldest, Accepted(0))
            yield replace(within, received_millis=NOW_SECONDS * 1000 + 999)
        yield timed("time-late", "It is a second older than it may be.", oldest - 1, Refused("timestamp_late"))
    elif recipe.signs_timestamp:
        day = NOW_SECONDS - 24 * 60 * 60
        yield timed("time-yesterday", "Nothing limits how old it may be.", day, Accepted(0))
    if recipe.future_seconds is not None:
        newest = NOW_SECONDS + recipe.future_seconds
        yield timed("time-newest", "It is as far ahead as it may be.", newest, Accepted(0))
        yield timed("time-almost-newest", "It is a second less ahead.", newest - 1, Accepted(0))
        yield timed("time-early", "It is a second further ahead than it may be.", newest + 1, Refused("timestamp_early"))
    elif recipe.past_seconds is not None or recipe.signs_timestamp:
        day = NOW_SECONDS + 24 * 60 * 60
        yield timed("time-tomorrow", "Nothing limits how far ahead it may be.", day, Accepted(0))
    if recipe.timestamp_header:
        yield from about_the_header(recipe, sent, genuine, case)
    if isinstance(recipe, Pairs) and not isinstance(recipe, Signatures):
        yield from about_the_pair(recipe, sent, case)
    if recipe.timestamp_in_body:
        yield from about_the_field(recipe, sent, case)


def about_the_header(recipe: Signing, sent: Sent, genuine: list[Header], case: Any) -> Iterator[Case]:
    assert recipe.timestamp_header
    for name, shows, headers in around(recipe, "timestamp", recipe.timestamp_header, genuine):
        reason = "timestamp_doubled" if name.endswith("doubled") else "timestamp_missing"
        yield case(name, shows, headers, Refused(reason))
    for name, shows, timestamp in NO_TIMES:
        headers = recipe.headers(replace(sent, timestamp=timestamp))
        yield case(name, shows, headers, Refused("timestamp_malformed"))
    changed = set_to(genuine, recipe.timestamp_header, flipped(sent.timestamp.encode(), recipe.timestamp_flip).decode())
    if recipe.signs_timestamp:
        shows = "One bit of the timestamp is another one."
        yield case("timestamp-bit-flipped", shows, changed, Refused("signature_wrong"))
    else:
        shows = "The signature leaves the timestamp out, so it may change within its limits."
        yield case("timestamp-changed", shows, changed, Accepted(0))


def about_the_pair(recipe: Pairs, sent: Sent, case: Any) -> Iterator[Case]:
    (signature,) = recipe.signatures(sent)
    signed = (recipe.signature_key, signature)

    def said(*timestamps: str) -> list[Header]:
        return recipe.headers_of(sent, recipe.listed([*((recipe.timestamp_key, text) for text in timestamps), signed]))

    key = recipe.timestamp_key
    yield case("timestamp-missing", f"`{key}` is missing.", said(), Refused("timestamp_missing"))
    yield case("timestamp-empty", f"`{key}` is empty.", said(""), Refused("timestamp_missing"))
    twice = said(sent.timestamp, sent.timestamp)
    yield case("timestamp-doubled", f"`{key}` is there twice.", twice, Refused("timestamp_doubled"))
    for name, shows, timestamp in NO_TIMES:
        headers = recipe.headers(replace(sent, timestamp=timestamp))
        yield case(name, shows, headers, Refused("timestamp_malformed"))
    changed = said(flipped(sent.timestamp.encode(), recipe.timestamp_flip).decode())
    yield case("timestamp-bit-flipped", "One bit of the timestamp is another one.", changed, Refused("signature_wrong"))
    last = recipe.headers_of(sent, recipe.listed([signed, (key, sent.timestamp)]))
    yield case("timestamp-last", "The pairs may stand in any order.", last, Accepted(0))
    none = recipe.headers_of(sent, recipe.listed([(key, sent.timestamp)]))
    yield case("signature-pair-missing", f"`{recipe.signature_key}` is missing.", none, Refused(recipe.no_version))


def about_the_field(recipe: Signing, sent: Sent, case: Any) -> Iterator[Case]:
    def told(name: str, shows: str, body: dict[str, Any], reason: str) -> Case:
        changed = replace(sent, body=compact(body))
        return case(name, shows, recipe.headers(changed), Refused(reason), body=changed.body)

    field, body = recipe.timestamp_in_body, json.loads(sent.body)
    missing = {name: value for name, value in body.items() if name != field}
    yield told("timestamp-missing", f"`{field}` is missing.", missing, "timestamp_missing")
    yield told("timestamp-empty", f"`{field}` is empty.", {**body, field: ""}, "timestamp_missing")
    yield told("timestamp-null", f"`{field}` is null.", {**body, field: None}, "timestamp_missing")
    for name, shows, timestamp in NO_TIMES:
        yield told(name, shows, {**body, field: timestamp}, "timestamp_malformed")

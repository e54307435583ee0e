"""What senders ask that is no event, and what a receiver must make of each."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from case import Answered, Case, Refused
from signing import TOKENS, URL, Header, Question, Recipe, Sent, Signing, StaticToken, UrlToken


def challenges(recipe: Recipe) -> Iterator[Case]:
    """All questions of one sender."""
    for number, question in enumerate(recipe.questions(), 1):
        name = "challenge" if number == 1 else f"challenge-{number}"
        yield from (signed if question.is_signed else unsigned)(recipe, question, name)


def sent_of(recipe: Recipe, question: Question, path: str = "", token: str | None = None) -> Sent:
    query = question.query.replace("{token}", question.verify_token or "" if token is None else token)
    url = URL + path + (f"?{query}" if query else "")
    return replace(recipe.sent(), url=url, body=question.body, content_type=question.content_type or "")


def signed(recipe: Recipe, question: Question, name: str) -> Iterator[Case]:
    sent = sent_of(recipe, question)
    known, other = recipe.headers(sent), recipe.headers(sent, recipe.secrets[2:])
    wrong = "signature_wrong" if isinstance(recipe, Signing) else "credential_wrong"
    yield Case(name, "The sender asks whether somebody listens.", recipe, sent, [*known, *question.headers], Answered(question.answer))
    shows = "A stranger asks the same, and is told nothing."
    yield Case(f"{name}-forged", shows, recipe, sent, [*other, *question.headers], Refused(wrong))


def unsigned(recipe: Recipe, question: Question, name: str) -> Iterator[Case]:
    def case(suffix: str, shows: str, verdict: Any, tokens: int = 0, path: str = "", token: str | None = None) -> Case:
        sent = sent_of(recipe, question, path, token)
        headers: list[Header] = [("Content-Type", question.content_type)] if question.content_type else []
        options = {"verify_token": question.verify_token} if question.verify_token else {}
        return Case(
            name + suffix, shows, recipe, sent, [*headers, *question.headers], verdict,
            tokens=tokens, method=question.method, options=options,
        )

    answered = Answered(question.answer)
    asks = "The sender asks whether somebody listens."
    if question.needs_url_token or isinstance(recipe, UrlToken):
        yield case("", asks, answered, 1, f"/{TOKENS[0]}")
    else:
        yield case("", asks, answered)
    if question.needs_url_token:
        shows = "Where no token in the URL tells who asks, nothing is made with the secret."
        yield case("-of-anybody", shows, Answered(None))
    yield case("-url-token", "The URL holds the source's token.", answered, 2, f"/{TOKENS[1]}")
    yield case("-url-token-missing", "A source may ask for a token in the URL.", Refused("token_missing"), 1)
    yield case("-url-token-wrong", "The URL holds another token.", Refused("token_wrong"), 1, f"/{TOKENS[1]}")
    if question.verify_token:
        shows = "The text is not the one that the operator chose."
        yield case("-token-wrong", shows, Refused("credential_wrong"), token=question.verify_token[:-1])
        yield case("-token-missing", "The text that the operator chose is empty.", Refused("credential_missing"), token="")

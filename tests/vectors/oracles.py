"""Holds the vectors against the senders' own libraries: what a library accepts, its vectors accept, and the other way round.

    python tests/vectors/oracles.py

The libraries are pinned in `deploy/requirements/vectors.txt`. Where they differ is named here, with the reason.
"""

import datetime
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import razorpay
import standardwebhooks.webhooks
import workos.webhooks._verification
from coinbase_commerce.webhook import WebhookSignature
from square.utils.webhooks_helper import verify_signature
from workos.webhooks._verification import verify_header

FOLDER = Path(__file__).parent
Headers = dict[str, str]


def by_razorpay(secret: str, headers: Headers, body: str, url: str) -> bool:
    return razorpay.Utility().verify_webhook_signature(body, headers["x-razorpay-signature"], secret)


def by_square(secret: str, headers: Headers, body: str, url: str) -> bool:
    signature = headers["x-square-hmacsha256-signature"]
    return verify_signature(request_body=body, signature_header=signature, signature_key=secret, notification_url=url)


def by_coinbase(secret: str, headers: Headers, body: str, url: str) -> bool:
    return WebhookSignature.verify_sig_header(body, headers["x-cc-webhook-signature"], secret)


def by_workos(secret: str, headers: Headers, body: str, url: str) -> bool:
    verify_header(event_body=body.encode(), event_signature=headers["workos-signature"], secret=secret)
    return True


def by_standard_webhooks(secret: str, headers: Headers, body: str, url: str) -> bool:
    names = {name.replace("svix-", "webhook-"): value for name, value in headers.items()}
    standardwebhooks.webhooks.Webhook(secret).verify(body, names)
    return True


LIBRARIES: dict[str, Callable[[str, Headers, str, str], bool]] = {
    "razorpay": by_razorpay,
    "square": by_square,
    "coinbase-commerce": by_coinbase,
    "workos": by_workos,
    "anthropic": by_standard_webhooks,
    "clerk": by_standard_webhooks,
    "openai": by_standard_webhooks,
    "recall-ai": by_standard_webhooks,
    "resend": by_standard_webhooks,
    "standard-webhooks": by_standard_webhooks,
}
# Beginnings of names of cases that are no matter of a library: the URL's token, and another URL that the operator names.
BESIDE = ("token-", "url-", "challenge")
# Cases in which libraries differ, and why.
DIFFERS = {
    "signature-in-upper-case": "They compare texts; digits of either case are one number.",
    "signature-unpadded": "They compare texts; padding adds nothing.",
    "time-oldest-within-the-second": "They count what is left of the second in which it arrives.",
    "secret-with-version": "The `v1,` before a secret is how some dashboards show it.",
}
# It takes the two parts of the header by their places, and looks at neither's name.
WORKOS_DIFFERS = {
    "other-version-beside",
    "other-version-only",
    "signatures-right-then-wrong",
    "signatures-wrong-then-right",
    "timestamp-last",
}


class Clock(datetime.datetime):
    """The receiver's clock."""

    current = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return cls.current


def accepts(verify: Callable[[str, Headers, str, str], bool], secret: str, request: dict[str, Any]) -> bool:
    headers = {name.lower(): value.strip() for name, value in request["headers"]}
    try:
        return verify(secret, headers, request["body"], request["url"])
    except Exception:  # Each library has its own, and some only those of Python.
        return False


def compared(sender: str) -> Iterator[tuple[str, bool, bool]]:
    """Each case with what its vector says and what the library says."""
    for group in json.loads((FOLDER / f"{sender}.json").read_text())["groups"]:
        for case in group["cases"]:
            names = [name.lower() for name, _ in case["request"]["headers"]]
            if case["name"].startswith(BESIDE) or len(set(names)) < len(names) or "body" not in case["request"]:
                continue
            Clock.current = datetime.datetime.fromisoformat(case["received_at"].replace("Z", "+00:00"))
            times = mock.Mock(time=lambda: Clock.current.timestamp())
            with (
                mock.patch.object(standardwebhooks.webhooks, "datetime", Clock),
                mock.patch.object(workos.webhooks._verification, "time", times),
            ):
                secrets = group["source"]["secret"]["secrets"]
                said = any(accepts(LIBRARIES[sender], secret, case["request"]) for secret in secrets)
            yield case["name"], "accepted" in case["expected"], said


def main() -> None:
    agreed, differences, unmet = 0, [], DIFFERS.keys() | WORKOS_DIFFERS
    for sender in LIBRARIES:
        for name, expected, said in compared(sender):
            if expected == said:
                agreed += 1
            elif name in DIFFERS or (sender == "workos" and name in WORKOS_DIFFERS):
                unmet.discard(name)
            else:
                differences.append(f"  {sender}, {name}: the library {'accepts' if said else 'refuses'} it")
    differences.extend(f"  {name}: no library differs here" for name in sorted(unmet))
    if differences:
        sys.exit("The senders' own libraries do not differ as this file says:\n" + "\n".join(differences))
    print(f"{len(LIBRARIES)} senders' own libraries agree on {agreed} vectors.")


if __name__ == "__main__":
    main()

"""How senders that are no media services sign, each from its documentation, which `docs/providers/` names."""

import hashlib
import json
from dataclasses import replace
from urllib.parse import urlencode

from signing import (
    NOW_SECONDS,
    Answer,
    Ed25519,
    Hmac,
    Pairs,
    Prefixed,
    Question,
    Sent,
    SignedForm,
    StandardWebhooks,
    StaticToken,
    compact,
)

OCCURRED = "landfall.event.occurred"
UNRECOGNIZED = "landfall.unrecognized"


class StandardWebhooksItself(StandardWebhooks):
    provider = "standard-webhooks"
    aliases = [{"webhook-id": "svix-id", "webhook-timestamp": "svix-timestamp", "webhook-signature": "svix-signature"}]
    body = {"type": "contact.created", "timestamp": "2026-01-02T03:04:05.678Z", "data": {"id": "1f81eb52-5198-4599"}}
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]


class StandardWebhooksEd25519(Ed25519, StandardWebhooksItself):
    """The asymmetric signatures of the specification."""

    provider = "standard-webhooks-ed25519"
    version = "v1a"
    other_version = "v1"


class GitHub(Prefixed):
    provider = "github"
    header = "X-Hub-Signature-256"
    prefix = "sha256="
    other_headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
    header_beside_token = "X-GitHub-Delivery"
    body = {"zen": "Speak like a human.", "hook_id": 73, "repository": {"full_name": "octocat/Hello-World"}}
    event_type = OCCURRED


class GitLab(StaticToken):
    provider = "gitlab"
    header = "X-Gitlab-Token"
    other_headers = {"X-Gitlab-Event": "Push Hook", "Idempotency-Key": "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"}
    body = {"object_kind": "push", "project_id": 15, "project": {"path_with_namespace": "mike/diaspora"}, "total_commits_count": 4}
    change = ('"total_commits_count":4', '"total_commits_count":5')
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [self.other_headers["Idempotency-Key"]]


class Linear(Hmac):
    provider = "linear"
    header = "Linear-Signature"
    other_headers = {"Linear-Event": "Issue", "Linear-Delivery": "234d1a4e-b617-4388-90fe-adc3633d6b72"}
    body = {
        "action": "update",
        "type": "Issue",
        "createdAt": "2026-01-02T03:04:04.000Z",
        "data": {"id": "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9", "title": "Stühle"},
        "webhookTimestamp": NOW_SECONDS * 1000,
    }
    event_type = OCCURRED
    signs_timestamp = True
    past_seconds = 60
    future_seconds = 60
    timestamp_in_body = "webhookTimestamp"
    whole_seconds = False

    def timestamp(self, seconds: int) -> str:
        return str(seconds * 1000)

    def moved(self, sent: Sent, timestamp: str) -> Sent:
        known = f'"webhookTimestamp":{NOW_SECONDS * 1000}'.encode()
        assert known in sent.body
        return replace(sent, body=sent.body.replace(known, f'"webhookTimestamp":{timestamp}'.encode()))

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["type"], body["action"], body["data"]["id"], body["createdAt"]]


class Paddle(Pairs):
    provider = "paddle"
    header = "Paddle-Signature"
    timestamp_key = "ts"
    signature_key = "h1"
    other_key = "h2"
    separator = ";"
    doubled = "signature_doubled"
    body = {
        "event_id": "evt_01hv8x2acma2gz7he8kg31s3s6",
        "event_type": "customer.created",
        "occurred_at": "2026-01-02T03:04:04.123456Z",
        "data": {"id": "ctm_01hv6y1jedq4p1n0yqn5ba3ky4"},
    }
    event_type = OCCURRED
    past_seconds = 300

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b":" + sent.body

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event_id"]]


class Shopify(Hmac):
    provider = "shopify"
    header = "X-Shopify-Hmac-Sha256"
    encoding = "base64"
    other_headers = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": "2026-01-02T03:04:04.123456789Z",
    }
    header_beside_token = "X-Shopify-Webhook-Id"
    body = {"id": 820982911946154508, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508"}
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [self.other_headers["X-Shopify-Topic"], hashlib.sha256(sent.body).hexdigest()]


class Slack(Prefixed):
    provider = "slack"
    header = "X-Slack-Signature"
    prefix = "v0="
    timestamp_header = "X-Slack-Request-Timestamp"
    signs_timestamp = True
    past_seconds = 300
    future_seconds = 300
    body = {
        "type": "event_callback",
        "team_id": "T123ABC456",
        "event": {"type": "app_mention", "channel": "C123ABC456", "text": "Hello."},
        "event_id": "Ev123ABC456",
        "event_time": NOW_SECONDS - 1,
    }
    event_type = OCCURRED

    def questions(self) -> list[Question]:
        asked = {"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification"}
        return [Question(Answer("3eZbrw1aBm2rZgRNFdxV"), body=compact(asked), is_signed=True)]

    def message(self, sent: Sent) -> bytes:
        return b"v0:" + sent.timestamp.encode() + b":" + sent.body

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event_id"]]


class Stripe(Pairs):
    provider = "stripe"
    header = "Stripe-Signature"
    body = {
        "id": "evt_1MqqbKLt4dXK03v5qaIbiNCC",
        "object": "event",
        "created": NOW_SECONDS - 1,
        "type": "customer.created",
        "data": {"object": {"id": "cus_NeGfPRiPKxeBi1"}},
    }
    event_type = OCCURRED
    past_seconds = 300

    @property
    def secrets(self) -> list[str]:
        return [f"whsec_invented_for_stripe_{word}" for word in ("current", "previous", "unknown")]

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Twilio(SignedForm):
    provider = "twilio"
    hash = "sha1"
    header = "X-Twilio-Signature"
    encoding = "base64"
    content_type = "application/x-www-form-urlencoded; charset=utf-8"
    fields = [
        ("SmsSid", "SM1f0e8ae6ade43cb3c0ce4525424e404f"),
        ("MessageStatus", "delivered"),
        ("To", "+15558675310"),
        ("AccountSid", "AC1f0e8ae6ade43cb3c0ce4525424e404f"),
        ("ErrorMessage", ""),
        ("Body", "Stühle & Tische = 100 %"),
    ]
    body = urlencode(fields).encode()

    def type_of(self, sent: Sent) -> str:
        # A form without a field says nothing.
        return OCCURRED if sent.body else UNRECOGNIZED


class GenericHmacSha256(Hmac):
    provider = "generic-hmac-sha256"
    header = "X-Signature"
    body = {"type": "order.paid", "id": "order-7", "time": "2026-01-02T03:04:04Z", "data": {"id": "order-7"}}
    event_type = OCCURRED


class GenericToken(StaticToken):
    provider = "generic-token"
    header = "X-Invented-Token"
    options = {"token_header": "x-invented-token"}
    body = GenericHmacSha256.body
    change = ("order.paid", "order.free")
    event_type = OCCURRED


OTHER_SENDERS = [
    StandardWebhooksItself(),
    StandardWebhooksEd25519(),
    GitHub(),
    GitLab(),
    Linear(),
    Paddle(),
    Shopify(),
    Slack(),
    Stripe(),
    Twilio(),
    GenericHmacSha256(),
    GenericToken(),
]

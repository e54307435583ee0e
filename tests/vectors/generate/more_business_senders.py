"""How yet more senders that every business has sign and ask, each from its documentation, which `docs/providers/` names."""

import base64
import datetime
import json

from signing import (
    NOW_SECONDS,
    Answer,
    Hmac,
    Millis,
    Pairs,
    Prefixed,
    Question,
    Sent,
    Signatures,
    StandardWebhooks,
    StaticToken,
)
from signing import compact

OCCURRED = "landfall.event.occurred"


def rfc3339(seconds: int, fraction: str = "") -> str:
    at = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


class PagerDuty(Signatures):
    provider = "pagerduty"
    header = "X-PagerDuty-Signature"
    body = {
        "event": {
            "id": "01BWDWL3NYY7LUFPZCC28QUCMK",
            "event_type": "incident.triggered",
            "resource_type": "incident",
            "occurred_at": "2026-01-02T03:04:04.458Z",
            "data": {"id": "PGR0VU2", "type": "incident", "number": 2, "status": "triggered"},
        }
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event"]["id"]]


class Square(Hmac):
    provider = "square"
    header = "X-Square-HmacSha256-Signature"
    encoding = "base64"
    body = {
        "merchant_id": "MLEFBHHSJGVHD",
        "type": "webhooks.test_notification",
        "event_id": "ac3ac95b-f97d-458c-a6e6-18981597e05f",
        "created_at": "2026-01-02T03:04:04.037339943Z",
        "data": {"type": "webhooks", "id": "bc368e64-01aa-407e-b46e-3231809b1129"},
    }
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return sent.url.encode() + sent.body

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event_id"]]


class Notion(Prefixed):
    provider = "notion"
    header = "X-Notion-Signature"
    prefix = "sha256="
    body = {
        "id": "367cba44-b6f3-4c92-81e7-6a2e9659efd4",
        "timestamp": "2026-01-02T03:04:04.000Z",
        "workspace_id": "13950b26-c203-4f3b-b97d-93ec06319565",
        "attempt_number": 1,
        "type": "comment.created",
        "entity": {"id": "556a1abf-4f08-40c6-878a-75890d2a88ba", "type": "comment"},
        "data": {"page_id": "0ef104cd-477e-80e1-8571-cfd10e92339a"},
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]

    def questions(self) -> list[Question]:
        return [Question(Answer(""), body=compact({"verification_token": "secret_invented-verification-token"}))]


class Twitch(Prefixed):
    provider = "twitch"
    header = "Twitch-Eventsub-Message-Signature"
    prefix = "sha256="
    id_header = "Twitch-Eventsub-Message-Id"
    timestamp_header = "Twitch-Eventsub-Message-Timestamp"
    timestamp_flip = -2
    other_headers = {"Twitch-Eventsub-Message-Type": "notification", "Twitch-Eventsub-Message-Retry": "0"}
    signs_id = True
    signs_timestamp = True
    whole_seconds = False
    past_seconds = 600
    future_seconds = 600
    subscription = {
        "id": "f1c2a387-161a-49f9-a165-0f21d7a4e1c4",
        "status": "enabled",
        "type": "channel.follow",
        "version": "2",
        "condition": {"broadcaster_user_id": "12826"},
        "transport": {"method": "webhook", "callback": "https://hooks.example.com/hooks/test"},
        "created_at": "2026-01-02T03:00:00.634234626Z",
    }
    body = {"subscription": subscription, "event": {"user_id": "1337", "broadcaster_user_id": "12826"}}
    event_type = OCCURRED

    def timestamp(self, seconds: int) -> str:
        return rfc3339(seconds, ".000000000")

    def sent(self) -> Sent:
        return self.moved(super().sent(), self.timestamp(NOW_SECONDS))

    def message(self, sent: Sent) -> bytes:
        return sent.id.encode() + sent.timestamp.encode() + sent.body

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]

    def questions(self) -> list[Question]:
        challenge = "pogchamp-kappa-360noscope-vohiyo"
        pending = {**self.subscription, "status": "webhook_callback_verification_pending"}
        return [Question(Answer(challenge), body=compact({"challenge": challenge, "subscription": pending}), is_signed=True)]


class Razorpay(Hmac):
    provider = "razorpay"
    header = "X-Razorpay-Signature"
    body = {
        "event": "payment.authorized",
        "entity": "event",
        "contains": ["payment"],
        "payload": {"payment": {"entity": {"id": "pay_6koWN7bvxujzxM", "amount": 1000000, "currency": "INR"}}},
        "created_at": 1767323044,
    }
    event_type = OCCURRED


class Telegram(StaticToken):
    provider = "telegram"
    header = "X-Telegram-Bot-Api-Secret-Token"
    body = {"update_id": 10000, "message": {"date": 1767323044, "chat": {"id": 1111111}, "message_id": 1365, "text": "/start"}}
    change = ("/start", "/stop")
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [str(json.loads(sent.body)["update_id"])]


class Typeform(Prefixed):
    provider = "typeform"
    header = "Typeform-Signature"
    prefix = "sha256="
    encoding = "base64"
    body = {
        "event_id": "LtWXD3crgy",
        "event_type": "form_response",
        "form_response": {"form_id": "lT4Z3j", "token": "a3a12ec67a13", "submitted_at": "2026-01-02T03:04:04Z", "answers": []},
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event_id"]]


class Docusign(Hmac):
    provider = "docusign"
    header = "X-DocuSign-Signature-1"
    second_header = "X-DocuSign-Signature-2"
    aliases = [
        {"X-DocuSign-Signature-1": "X-DocuSign-Signature-2"},
        {"X-DocuSign-Signature-1": "X-DocuSign-Signature-3"},
    ]
    encoding = "base64"
    body = {
        "event": "envelope-completed",
        "apiVersion": "v2.1",
        "retryCount": 0,
        "generatedDateTime": "2026-01-02T03:04:04.2990000Z",
        "data": {"accountId": "8b411bfe", "envelopeId": "71799c95"},
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event"], body["data"]["envelopeId"], body["generatedDateTime"]]


class CalCom(Hmac):
    provider = "cal-com"
    header = "X-Cal-Signature-256"
    body = {"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-01-02T03:04:04.538Z", "payload": {"uid": "bFJeNb2uX8ANpT3JL5EfXw"}}
    event_type = OCCURRED


class Jira(Prefixed):
    provider = "jira"
    header = "X-Hub-Signature"
    prefix = "sha256="
    body = {"webhookEvent": "jira:issue_created", "timestamp": 1767323044000, "issue": {"id": "10001", "key": "ENG-4"}}
    event_type = OCCURRED


class Bitbucket(Prefixed):
    provider = "bitbucket"
    header = "X-Hub-Signature"
    prefix = "sha256="
    other_headers = {"X-Event-Key": "repo:push", "X-Hook-UUID": "34a9ea05-1d6f-44dc-8d4c-e1b2c0e4f7b1"}
    body = {"repository": {"uuid": "{673a6070}", "name": "repo_name"}, "push": {"changes": [{"created": False}]}}
    event_type = OCCURRED


class Gitea(Hmac):
    provider = "gitea"
    header = "X-Gitea-Signature"
    other_headers = {"X-Gitea-Event": "push", "X-Gitea-Delivery": "f6266f16-1bf3-46a5-9ea4-602e06ead473"}
    body = {"ref": "refs/heads/master", "repository": {"id": 1, "full_name": "example/example"}}
    event_type = OCCURRED


class Sentry(Hmac):
    provider = "sentry"
    header = "Sentry-Hook-Signature"
    other_headers = {"Sentry-Hook-Resource": "issue", "Sentry-Hook-Timestamp": str(NOW_SECONDS)}
    body = {"action": "created", "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"}, "data": {"issue": {"id": "123"}}}
    event_type = OCCURRED


class Zendesk(Hmac):
    provider = "zendesk"
    header = "X-Zendesk-Webhook-Signature"
    encoding = "base64"
    timestamp_header = "X-Zendesk-Webhook-Signature-Timestamp"
    timestamp_flip = -2
    signs_timestamp = True
    whole_seconds = False
    past_seconds = 300
    future_seconds = 300
    body = {
        "account_id": 22129848,
        "detail": {"id": "5158", "status": "OPEN"},
        "event": {},
        "id": "cbe4028c-7239-495d-b020-f22348516046",
        "subject": "zen:ticket:5158",
        "time": "2026-01-02T03:04:04.672717030Z",
        "type": "zen:event-type:ticket.created",
        "zendesk_event_version": "2022-11-06",
    }
    event_type = OCCURRED

    def timestamp(self, seconds: int) -> str:
        return rfc3339(seconds)

    def sent(self) -> Sent:
        return self.moved(super().sent(), self.timestamp(NOW_SECONDS))

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + sent.body

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Calendly(Pairs):
    provider = "calendly"
    header = "Calendly-Webhook-Signature"
    past_seconds = 300
    future_seconds = 300
    body = {
        "created_at": "2026-01-02T03:04:04.000000Z",
        "created_by": "https://api.calendly.com/users/A",
        "event": "invitee.created",
        "payload": {"uri": "https://api.calendly.com/scheduled_events/A/invitees/A", "status": "active"},
    }
    event_type = OCCURRED


class CoinbaseCommerce(Hmac):
    provider = "coinbase-commerce"
    header = "X-CC-Webhook-Signature"
    body = {
        "id": 1,
        "attempt_number": 1,
        "event": {
            "id": "24934862-d980-46cb-9402-43c81b0cdba6",
            "type": "charge:created",
            "created_at": "2026-01-02T03:04:04Z",
            "data": {"code": "66BEOV2A"},
        },
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event"]["id"]]


class Buildkite(Pairs):
    provider = "buildkite"
    header = "X-Buildkite-Signature"
    timestamp_key = "timestamp"
    signature_key = "signature"
    other_key = "signature2"
    other_headers = {"X-Buildkite-Event": "ping"}
    past_seconds = 300
    future_seconds = 300
    body = {"event": "ping", "service": {"id": "49801950-1df0-474f-bb56-ad6a930c5cb9"}, "sender": {"name": "Some Person"}}
    event_type = OCCURRED


class InMilliseconds(Millis, Pairs):
    whole_seconds = False


class WorkOs(InMilliseconds):
    provider = "workos"
    header = "WorkOS-Signature"
    separator = ", "
    past_seconds = 180
    future_seconds = 180
    body = {
        "object": "event",
        "id": "evt_01",
        "event": "user.created",
        "data": {"object": "user", "id": "user_01", "email": "test@example.com"},
        "created_at": "2026-01-02T03:04:04Z",
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Sanity(InMilliseconds):
    """In the alphabet of URLs, and without padding."""

    provider = "sanity"
    header = "Sanity-Webhook-Signature"
    encoding = "base64"
    body = {"_id": "resume", "_type": "page"}
    event_type = OCCURRED

    def written(self, signature: bytes) -> str:
        return base64.urlsafe_b64encode(signature).decode().rstrip("=")


class BySvix(StandardWebhooks):
    """Standard Webhooks under Svix' names of the headers."""

    header = "svix-signature"
    id_header = "svix-id"
    timestamp_header = "svix-timestamp"
    aliases = [{"svix-id": "webhook-id", "svix-timestamp": "webhook-timestamp", "svix-signature": "webhook-signature"}]
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]


class Clerk(BySvix):
    provider = "clerk"
    body = {"data": {"id": "user_29w83", "object": "user"}, "object": "event", "timestamp": 1767323044835, "type": "user.created"}


class Resend(BySvix):
    provider = "resend"
    body = {"type": "email.delivered", "created_at": "2026-01-02T03:04:04.000Z", "data": {"email_id": "56761188", "subject": "Hello"}}


MORE_BUSINESS_SENDERS = [
    PagerDuty(),
    Square(),
    Notion(),
    Twitch(),
    Razorpay(),
    Telegram(),
    Typeform(),
    Docusign(),
    CalCom(),
    Jira(),
    Bitbucket(),
    Gitea(),
    Sentry(),
    Zendesk(),
    Calendly(),
    CoinbaseCommerce(),
    Buildkite(),
    WorkOs(),
    Sanity(),
    Clerk(),
    Resend(),
]

"""How senders that every business has sign and ask, each from its documentation, which `docs/providers/` names."""

import hashlib
import hmac
import json
from typing import Any

from signing import Answer, Ed25519, Hmac, InBody, Millis, Prefixed, Question, Sent, TokenInBody, UrlToken, compact

OCCURRED = "landfall.event.occurred"


def echo_of_get(name: str, value: str) -> Question:
    """A parameter of the query that is sent back as plain text."""
    return Question(Answer(value), method="GET", query=f"{name}={value}", content_type=None)


class Meta(Prefixed):
    provider = "meta"
    header = "X-Hub-Signature-256"
    prefix = "sha256="
    body = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "102290129340398",
                "changes": [
                    {
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
                            "messages": [{"from": "16505551234", "id": "wamid.HBgLMTY1MDU1NTEyMzQ", "timestamp": "1767323044", "type": "text", "text": {"body": "Hi"}}],
                        },
                        "field": "messages",
                    }
                ],
            }
        ],
    }
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        body = json.loads(sent.body) if sent.body else {}
        entries = [
            {**entry, "changes": [change]} if change else entry
            for entry in body.get("entry", [])
            for change in entry.get("changes") or [None]
        ]
        if len(entries) < 2:
            return []
        return [([hashlib.sha256(compact({**body, "entry": [entry]})).hexdigest()], OCCURRED) for entry in entries]

    def questions(self) -> list[Question]:
        query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"
        asked = Question(Answer("1158201444"), method="GET", query=query, content_type=None, verify_token="an-invented-verify-token")
        return [asked]


class Dropbox(Hmac):
    provider = "dropbox"
    header = "X-Dropbox-Signature"
    body = {"list_folder": {"accounts": ["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]}, "delta": {"users": [12345678]}}
    event_type = OCCURRED

    def questions(self) -> list[Question]:
        return [echo_of_get("challenge", "abc123")]


class Nylas(Hmac):
    provider = "nylas"
    header = "X-Nylas-Signature"
    body = {
        "specversion": "1.0",
        "type": "grant.created",
        "source": "/nylas/system",
        "id": "mock-id",
        "time": 1234567890,
        "data": {"application_id": "app-1", "object": {"code": 25012, "grant_id": "grant-1", "provider": "google"}},
    }
    event_type = OCCURRED

    def questions(self) -> list[Question]:
        return [echo_of_get("challenge", "bc609b38-c81f-47fb-a275-1d9bd61be968")]

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Zoom(Prefixed):
    provider = "zoom"
    header = "X-Zm-Signature"
    prefix = "v0="
    timestamp_header = "X-Zm-Request-Timestamp"
    signs_timestamp = True
    body = {
        "event": "meeting.started",
        "event_ts": 1767323044123,
        "payload": {"account_id": "AAAAAABBBB", "object": {"uuid": "4444AAAiAAAAAiAiAiiAii==", "id": "1234567890", "type": 2}},
    }
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return b"v0:" + sent.timestamp.encode() + b":" + sent.body

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event"], body["payload"]["object"]["uuid"], str(body["event_ts"])]

    def questions(self) -> list[Question]:
        token = "qgg8vlvZRS6UYooatFL8Aw"
        asked = {"payload": {"plainToken": token}, "event_ts": 1654503849680, "event": "endpoint.url_validation"}
        code = hmac.new(self.secrets[0].encode(), token.encode(), "sha256").hexdigest()
        answer = f'{{"encryptedToken":"{code}","plainToken":"{token}"}}'
        return [Question(Answer(answer, type="application/json"), body=compact(asked), is_signed=True)]


class Paystack(Hmac):
    provider = "paystack"
    header = "X-Paystack-Signature"
    hash = "sha512"
    body = {"event": "charge.success", "data": {"id": 302961, "domain": "live", "status": "success", "reference": "qTPrJoy9Bx"}}
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event"], str(body["data"]["id"])]


class Mailgun(InBody):
    provider = "mailgun"
    signature_at = ("signature", "signature")
    signed_at = (("signature", "timestamp"), ("signature", "token"))
    timestamp_at = ("signature", "timestamp")
    past_seconds = 86400
    future_seconds = 300
    body = {
        "signature": {"token": "e0b5477167110d68991efc6b9f89f0a11066af27834600e123", "timestamp": "1767323045"},
        "event-data": {"event": "delivered", "id": "CPgfbmQMTCKtHW6uIWtuVe", "timestamp": 1767323044.982, "recipient": "alice@example.com"},
    }
    change = ("alice@example.com", "eve@example.com")
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["signature"]["token"]]


class Figma(TokenInBody):
    provider = "figma"
    token_at = ("passcode",)
    body = {
        "event_type": "FILE_UPDATE",
        "file_key": "zH3KlqpZ5DYTxOWrBTEBRq",
        "file_name": "Prototype",
        "timestamp": "2026-01-02T03:04:04Z",
        "webhook_id": "22",
    }
    change = ("Prototype", "Another")
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["webhook_id"], body["event_type"], body["file_key"], body["timestamp"]]


class Discord(Ed25519):
    """Whose keys are written in hex."""

    provider = "discord"
    header = "X-Signature-Ed25519"
    timestamp_header = "X-Signature-Timestamp"
    signs_timestamp = True
    body = {
        "version": 1,
        "application_id": "1234560123453231555",
        "type": 1,
        "event": {"type": "APPLICATION_AUTHORIZED", "timestamp": "2026-01-02T03:04:04.000Z", "data": {"scopes": ["applications.commands"]}},
    }
    event_type = OCCURRED

    def public_text(self, name: str) -> str:
        return self.public_key(name).hex()

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + sent.body

    def questions(self) -> list[Question]:
        asked = {"version": 1, "application_id": "1234560123453231555", "type": 0}
        return [Question(Answer("", status=204), body=compact(asked), is_signed=True)]


class MicrosoftGraph(TokenInBody):
    provider = "microsoft-graph"
    token_at = ("value", "0", "clientState")
    body = {
        "value": [
            {
                "subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
                "changeType": "created",
                "resource": "users/8ea0e38b/messages/AAMkAGUw",
                "resourceData": {"@odata.type": "#Microsoft.Graph.Message", "id": "AAMkAGUw"},
            }
        ]
    }
    change = ("created", "deleted")
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        body = json.loads(sent.body)
        if len(body.get("value", [])) < 2:
            return []
        return [([hashlib.sha256(compact({**body, "value": [item]})).hexdigest()], OCCURRED) for item in body["value"]]

    def with_value(self, sent: Sent, value: Any) -> Sent:
        body = json.loads(sent.body)
        body["value"][0].pop("clientState", None)
        if value is not None:
            body["value"][0]["clientState"] = value
        return type(sent)(compact(body), url=sent.url, content_type=sent.content_type)

    def questions(self) -> list[Question]:
        query = "validationToken=Validation%3A+Testing+client+application+reachability"
        answer = Answer("Validation: Testing client application reachability")
        return [Question(answer, query=query, content_type="text/plain; charset=utf-8")]


class Monday(UrlToken):
    provider = "monday"
    body = {
        "event": {
            "userId": 32002207,
            "boardId": 2924980809,
            "pulseId": 4277581981,
            "pulseName": "Task 1",
            "app": "monday",
            "type": "create_pulse",
            "triggerTime": "2026-01-02T03:04:04.000Z",
            "subscriptionId": 147295839,
            "triggerUuid": "b5ed2e17c530446a98b25b8e6f0d6a1f",
        }
    }
    change = ("Task 1", "Task 2")
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["event"]["triggerUuid"]]

    def questions(self) -> list[Question]:
        challenge = "YQIn0dCoBu2zspb4TpQTXz8WKRpZOjXi9r7_7__BBA9HoPDHPrzKBKXUIquIoNL0"
        answer = Answer(f'{{"challenge":"{challenge}"}}', type="application/json")
        return [Question(answer, body=compact({"challenge": challenge}))]


class Asana(Hmac):
    provider = "asana"
    header = "X-Hook-Signature"
    body = {"events": [{"user": {"gid": "1123"}, "action": "changed", "resource": {"gid": "1337", "resource_type": "task"}, "created_at": "2026-01-02T03:04:04.972Z"}]}
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        listed = json.loads(sent.body).get("events", [])
        return [([hashlib.sha256(compact(item)).hexdigest()], OCCURRED) for item in listed]

    def questions(self) -> list[Question]:
        secret = ("X-Hook-Secret", "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81")
        return [Question(Answer("", headers=((secret[0].lower(), secret[1]),)), headers=(secret,), body=b"{}")]


class Vercel(Hmac):
    provider = "vercel"
    header = "X-Vercel-Signature"
    hash = "sha1"
    body = {
        "id": "event_2XqF5example",
        "type": "deployment.created",
        "createdAt": 1767323044000,
        "payload": {"deployment": {"id": "dpl_FjHqKqFexample", "name": "my-app"}, "project": {"id": "prj_Qmexample"}},
        "region": "sfo1",
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Webflow(Millis, Hmac):
    provider = "webflow"
    header = "X-Webflow-Signature"
    timestamp_header = "X-Webflow-Timestamp"
    signs_timestamp = True
    whole_seconds = False
    past_seconds = 300
    future_seconds = 300
    body = {"triggerType": "form_submission", "payload": {"name": "Contact Us Form", "id": "65a5d3c8f7e2b40012345678", "submittedAt": "2026-01-02T03:04:04.000Z"}}
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + b":" + sent.body


class WooCommerce(Hmac):
    provider = "woocommerce"
    header = "X-WC-Webhook-Signature"
    encoding = "base64"
    other_headers = {"X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Delivery-ID": "5b1f3c2e"}
    body = {"id": 456, "status": "processing", "currency": "USD", "total": "29.99"}
    event_type = OCCURRED

    def questions(self) -> list[Question]:
        return [Question(Answer(""), body=b"webhook_id=7", content_type="application/x-www-form-urlencoded")]


class ClickUp(Hmac):
    provider = "clickup"
    header = "X-Signature"
    body = {"webhook_id": "7689a169-a000-4985-8676-6902b96d6627", "event": "taskCreated", "task_id": "c0j"}
    event_type = OCCURRED


BUSINESS_SENDERS = [
    Vercel(),
    Webflow(),
    WooCommerce(),
    ClickUp(),
    Meta(),
    Dropbox(),
    Nylas(),
    Zoom(),
    Paystack(),
    Mailgun(),
    Figma(),
    Discord(),
    MicrosoftGraph(),
    Monday(),
    Asana(),
]

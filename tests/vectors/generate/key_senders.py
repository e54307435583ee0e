"""How senders with keys of their own sign, each from its documentation, which `docs/providers/` names."""

import json
from typing import Any

from key_signing import EcdsaP256, EcdsaP256Raw, RsaSha256
from signing import PublishedKeys, Recipe, Sent

OCCURRED = "landfall.event.occurred"


class SendGrid(EcdsaP256):
    provider = "sendgrid"
    header = "X-Twilio-Email-Event-Webhook-Signature"
    timestamp_header = "X-Twilio-Email-Event-Webhook-Timestamp"
    signs_timestamp = True
    body = [
        {
            "email": "example@test.com",
            "timestamp": 1767323044,
            "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
            "event": "delivered",
            "category": ["cat facts"],
            "sg_event_id": "ZGVsaXZlcmVkLTAtMTIzNDU2Nzg",
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            "response": "250 OK",
        },
        {
            "email": "example@test.com",
            "timestamp": 1767323045,
            "event": "open",
            "sg_event_id": "b3Blbi0wLTEyMzQ1Njc4",
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            "ip": "192.0.2.1",
        },
    ]
    event_type = OCCURRED

    def events(self, sent: Sent) -> list[tuple[list[str], str]]:
        listed = json.loads(sent.body)
        return [([item["sg_event_id"]], OCCURRED) for item in listed] if isinstance(listed, list) else []

    def message(self, sent: Sent) -> bytes:
        return sent.timestamp.encode() + sent.body


class Wise(RsaSha256):
    provider = "wise"
    header = "X-Signature-SHA256"
    other_headers = {"X-Delivery-Id": "11111111-1111-1111-1111-111111111111"}
    is_for_all_customers = True
    subscription = "01234567-89ab-cdef-0123-456789abcdef"
    options = {"account": subscription}
    body = {
        "data": {
            "resource": {"id": 111, "profile_id": 222, "account_id": 333, "type": "transfer"},
            "current_state": "processing",
            "previous_state": "incoming_payment_waiting",
            "occurred_at": "2026-01-02T03:04:04Z",
        },
        "subscription_id": subscription,
        "event_type": "transfers#state-change",
        "schema_version": "2.0.0",
        "sent_at": "2026-01-02T03:04:04Z",
    }
    event_type = OCCURRED

    def message(self, sent: Sent) -> bytes:
        return sent.body

    def for_another(self) -> tuple[Recipe, str]:
        class WiseForAnother(Wise):
            body = {**Wise.body, "subscription_id": "fedcba98-7654-3210-fedc-ba9876543210"}

        return WiseForAnother(), WiseForAnother.body["subscription_id"]


SHAPES = [{"key": ["/id"], "otherwise": "event.occurred"}]


class OfAnAccount(Recipe):
    """A body that says for whom it is."""

    is_for_all_customers = True
    options = {"account": "customer-Seven"}
    body = {"id": "7", "amount": 1, "for": "customer-Seven"}
    event_type = OCCURRED

    def for_another(self) -> tuple[Recipe, str]:
        class ForAnother(type(self)):
            body = {**OfAnAccount.body, "for": "customer-Eight"}

        return ForAnother(), "customer-Eight"

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class DescribedEcdsaRaw(OfAnAccount, PublishedKeys, EcdsaP256Raw):
    """ECDSA as WebCrypto writes it, in hex, with published keys."""

    provider = "described-ecdsa-raw"
    encoding = "hex"
    header = "X-Invented-Signature"
    options = {
        **OfAnAccount.options,
        "scheme": {
            "scheme": {
                "kind": "ecdsa-p256-raw",
                "keys": {"from": "jwks", "url": "https://keys.example.com/jwks", "hosts": "keys.example.com", "ttl_seconds": 3600},
                "account": "/for",
                "header": "x-invented-signature",
                "encoding": "hex",
                "message": "v2:{body}",
            },
            "shape": SHAPES,
        },
    }

    def message(self, sent: Sent) -> bytes:
        return b"v2:" + sent.body


class DescribedSenderKey(OfAnAccount, EcdsaP256):
    """Keys in hex that the sender has for all of its customers, so that the description has them."""

    provider = "described-sender-key"
    encoding = "hex"
    header = "X-Invented-Signature"

    def fields(self, names: list[str]) -> dict[str, Any]:
        scheme = {
            "kind": "ecdsa-p256",
            "keys": {"from": "sender", "encoding": "hex", "public_keys": [self.point(name) for name in names]},
            "account": "/for",
            "header": "x-invented-signature",
            "encoding": "hex",
            "message": "{body}",
        }
        return {"scheme": {"scheme": scheme, "shape": SHAPES}}

    def point(self, name: str) -> str:
        numbers = self.private_key(name).public_key().public_numbers()
        return (b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")).hex()

    def message(self, sent: Sent) -> bytes:
        return sent.body


KEY_SENDERS = [SendGrid(), Wise(), DescribedEcdsaRaw(), DescribedSenderKey()]

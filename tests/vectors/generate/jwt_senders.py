"""How senders sign with tokens, each from its documentation, which `docs/providers/` names."""

import json
from typing import Any

from jwt_signing import Es256, Hs256, Rs256
from signing import PublishedKeys, Recipe, Sent

OCCURRED = "landfall.event.occurred"


class LiveKit(Hs256):
    provider = "livekit"
    content_type = "application/webhook+json"
    api_key = "APIwLeah7g4fuLYDYAJ"
    # The token says whose it is.
    is_for_all_customers = True
    fixed = {"iss": api_key}
    options = {"account": api_key}
    expires = True
    encoding = "base64"
    body = {
        "event": "room_finished",
        "room": {"sid": "RM_hycBMAjmt6Ub", "name": "my-room", "emptyTimeout": 300, "creationTime": "1767322900", "enabledCodecs": []},
        "id": "EV_eugWmGhovZmm",
        "createdAt": "1767323044",
    }
    event_type = OCCURRED

    def for_another(self) -> tuple[Recipe, str]:
        class LiveKitForAnother(LiveKit):
            fixed = {"iss": "APIanotherKey0123"}

        return LiveKitForAnother(), "APIanotherKey0123"

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Netlify(Hs256):
    provider = "netlify"
    header = "X-Webhook-Signature"
    fixed = {"iss": "netlify"}
    pinned = ("iss",)
    body = {
        "id": "5ebc34bf4fea0b01f02efa3a",
        "site_id": "fa4dd95a-994e-4f89-8a7a-2d9e9fc36a32",
        "build_id": "5ebc34bf4fea0b01f02efa38",
        "state": "ready",
        "name": "my-site",
        "url": "https://my-site.example",
        "created_at": "2026-01-02T03:01:15.346Z",
        "updated_at": "2026-01-02T03:04:04.738Z",
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["id"], body["state"]]


class Vonage(Hs256):
    provider = "vonage"
    prefix = "Bearer "
    fixed = {"iss": "Vonage", "api_key": "a1b2c3d4", "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"}
    pinned = ("iss",)
    body_claim = "payload_hash"
    # The token says whose it is.
    is_for_all_customers = True
    options = {"account": "a1b2c3d4"}
    body = {
        "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
        "to": "447700900000",
        "from": "447700900001",
        "timestamp": "2026-01-02T03:04:04Z",
        "status": "delivered",
        "channel": "sms",
    }
    event_type = OCCURRED

    def for_another(self) -> tuple[Recipe, str]:
        class VonageForAnother(Vonage):
            fixed = {**Vonage.fixed, "api_key": "d4c3b2a1"}

        return VonageForAnother(), "d4c3b2a1"

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["message_uuid"], body["status"]]


SHAPES = [{"key": ["/id"], "otherwise": "event.occurred"}]
BODY = {"id": "7", "amount": 1}


class DescribedEs256(PublishedKeys, Es256):
    """ES256 with published keys, an audience, and a limit of the age."""

    provider = "described-jwt-es256"
    header = "X-Invented-Token"
    fixed = {"iss": "https://sender.example", "aud": "landfall", "sub": "Customer-7"}
    pinned = ("iss", "aud")
    body_claim = "request_body_sha256"
    encoding = "hex"
    past_seconds = 300
    options = {
        "account": "Customer-7",
        "scheme": {
            "scheme": {
                "kind": "jwt",
                "algorithm": "ES256",
                "keys": {"from": "jwks", "url": "https://keys.example.com/jwks", "hosts": "keys.example.com", "ttl_seconds": 3600},
                "account": "claim:sub",
                "header": "x-invented-token",
                "issuer": "https://sender.example",
                "audience": "landfall",
                "body_hash": {"claim": "request_body_sha256", "encoding": "hex"},
                "past_seconds": 300,
            },
            "shape": SHAPES,
        },
    }
    body = BODY
    event_type = OCCURRED

    def for_another(self) -> tuple[Recipe, str]:
        class ForAnother(DescribedEs256):
            fixed = {**DescribedEs256.fixed, "sub": "Customer-8"}

        return ForAnother(), "Customer-8"

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class DescribedRs256(Rs256):
    """RS256 with keys that the operator copies."""

    provider = "described-jwt-rs256"
    prefix = "Bearer "
    fixed = {"iss": "https://sender.example"}
    pinned = ("iss",)
    body_claim = "body"
    options: dict[str, Any] = {
        "scheme": {
            "scheme": {
                "kind": "jwt",
                "algorithm": "RS256",
                "keys": {"from": "operator"},
                "header": "authorization",
                "prefix": "Bearer ",
                "issuer": "https://sender.example",
                "body_hash": {"claim": "body", "encoding": "base64"},
            },
            "shape": SHAPES,
        },
    }
    body = BODY
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


JWT_SENDERS = [LiveKit(), Netlify(), Vonage(), DescribedEs256(), DescribedRs256()]

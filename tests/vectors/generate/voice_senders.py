"""How services of calls, meetings and renders sign, each from its documentation, which `docs/providers/` names."""

import base64
import hashlib
import json
from functools import cached_property

from signing import NOW_SECONDS, Answer, Hmac, Prefixed, Question, Sent, StandardWebhooks, StaticToken, UrlToken
from signing import compact

COMPLETED = "landfall.job.completed"
OCCURRED = "landfall.event.occurred"


class Krea(UrlToken):
    provider = "krea"
    body = {
        "job_id": "550e8400-e29b-41d4-a716-446655440000",
        "status": "completed",
        "created_at": "2026-01-02T03:04:00.000Z",
        "completed_at": "2026-01-02T03:04:04.000Z",
        "result": {"urls": ["https://images.example/1.png"]},
    }
    change = ("1.png", "2.png")
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["job_id"], body["status"]]


class Editframe(Hmac):
    provider = "editframe"
    header = "X-Webhook-Signature"
    aliases = [{"X-Webhook-Signature": "X-Editframe-Signature"}]
    body = {
        "topic": "render.completed",
        "data": {
            "id": "rnd_abc123",
            "status": "completed",
            "created_at": "2026-01-02T03:04:00Z",
            "completed_at": "2026-01-02T03:04:04Z",
            "download_url": "https://cdn.editframe.com/renders/rnd_abc123/1.mp4",
        },
    }
    event_type = COMPLETED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["topic"], body["data"]["id"]]


class RecallAi(StandardWebhooks):
    """Whose older workspaces have Svix' names of the headers."""

    provider = "recall-ai"
    aliases = [{"webhook-id": "svix-id", "webhook-timestamp": "svix-timestamp", "webhook-signature": "svix-signature"}]
    body = {
        "event": "bot.done",
        "data": {
            "data": {"code": "done", "sub_code": None, "updated_at": "2026-01-02T03:04:04.000000Z"},
            "bot": {"id": "6e1f5adb-3340-4f50-900d-9aa2cdc53d6c", "metadata": {}},
        },
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [sent.id]


class Bland(Hmac):
    provider = "bland"
    header = "X-Webhook-Signature"
    body = {"call_id": "abc123", "status": "completed", "completed": True, "answered_by": "human", "call_length": 245}
    event_type = OCCURRED


class Fireflies(Prefixed):
    provider = "fireflies"
    header = "X-Hub-Signature"
    prefix = "sha256="
    body = {"event": "meeting.transcribed", "timestamp": 1767323044210, "meeting_id": "ASxwZxCstx", "client_reference_id": "be582c46"}
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        body = json.loads(sent.body)
        return [body["event"], body["meeting_id"], str(body["timestamp"])]


class Intercom(Prefixed):
    provider = "intercom"
    header = "X-Hub-Signature"
    prefix = "sha1="
    hash = "sha1"
    body = {
        "type": "notification_event",
        "app_id": "abc123",
        "data": {"type": "notification_event_data", "item": {"type": "conversation", "id": "12345"}},
        "id": "notif_01HABCDEFG",
        "topic": "conversation.user.created",
        "delivery_attempts": 1,
        "created_at": 1767323044,
    }
    event_type = OCCURRED

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]


class Cartesia(StaticToken):
    provider = "cartesia"
    header = "X-Webhook-Secret"
    body = {
        "type": "call_turn",
        "agent_id": "agent_1",
        "call_id": "ac_1",
        "timestamp": "2026-01-02T03:04:04Z",
        "turn": {"role": "user", "text": "What is the weather?"},
    }
    change = ("weather", "time")
    event_type = OCCURRED


class Daily(Hmac):
    """With the key in base64, and a time whose form is its own matter."""

    provider = "daily"
    header = "X-Webhook-Signature"
    encoding = "base64"
    signed_headers = {"X-Webhook-Timestamp": str(NOW_SECONDS)}
    body = {
        "version": "1.0.0",
        "type": "recording.ready-to-download",
        "id": "rec-rtd-c3df927c-f738-4471-a2b7-066fa7e95a6b-1767323044",
        "payload": {"recording_id": "08fa0b24-9220-44c5-846c-3f116cf8e738", "room_name": "Xcm97xRZ08b2dePKb78g", "duration": 9},
        "event_ts": 1767323044,
    }
    event_type = OCCURRED

    @cached_property
    def secrets(self) -> list[str]:
        words = ("the current key", "the key before", "an unknown key")
        keys = (hashlib.sha256(f"invented for {self.provider}: {word}".encode()).digest() for word in words)
        return [base64.b64encode(key).decode() for key in keys]

    def key_bytes(self, secret: str) -> bytes:
        return base64.b64decode(secret, validate=True)

    def message(self, sent: Sent) -> bytes:
        return self.signed_headers["X-Webhook-Timestamp"].encode() + b"." + sent.body

    def key(self, sent: Sent) -> list[str]:
        return [json.loads(sent.body)["id"]]

    def questions(self) -> list[Question]:
        return [Question(Answer(""), body=compact({"test": "test"}))]


VOICE_SENDERS = [Krea(), Editframe(), RecallAi(), Bland(), Fireflies(), Intercom(), Cartesia(), Daily()]
